"""What of a release is seen: all of it by who sends an API key, and only what is for everyone by who sends none.

Each view is a whole service over an origin of its own. That of everyone has no collection, file or page of what is for
colleagues, so that nothing which answers can say too much, and what is not there is not found like all that never was.
Filters in each answer were rejected: one that is forgotten, in one of forty paths, tells.
"""

import html
import re
import shutil
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZIP_DEFLATED, ZipFile

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ogc import responses
from services.ogc.keys import HEADER, Keys
from services.ogc.origin import Origin, Release, State
from services.ogc.questions.paging import FilterStore
from services.ogc.questions.problems import Problem
from services.ogc.site import method_pages
from services.ports import QGIS
from services.stores.queries import Described
from services.stores.reader import Reader

_SENT = HEADER.lower().encode()

REFUSED = {
    **responses.SECURE, "Content-Security-Policy": responses.NOTHING, "WWW-Authenticate": 'ApiKey realm="zicht"',
}  # fmt: skip


class ByKey:
    """Two applications as one: who sends a key is answered by `with_key`, who sends none by `without`."""

    def __init__(self, keys: Keys, with_key: ASGIApp, without: ASGIApp) -> None:
        self._keys, self._with_key, self._without = keys, with_key, without

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. A key that is none is refused: less than was asked for would look like all there is."""
        given = [value for name, value in scope.get("headers", ()) if name == _SENT]
        if not given:
            await self._without(scope, receive, _varied(send))
        elif len(given) == 1 and self._keys.has(given[0]):
            await self._with_key(scope, receive, _varied(send, "private, no-cache"))
        else:
            detail = f"the key in {HEADER} is not known here; ask who keeps the keys for another"
            await Problem(401, detail, REFUSED).response()(scope, receive, _varied(send, "no-store"))


def _varied(send: Send, kept: str = "") -> Send:
    """Let answers say that another key has another one and, where they are not for everyone, who may keep them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header(HEADER)
            if kept:
                headers["Cache-Control"] = kept
        await send(message)

    return sending


class _View:
    """An origin, seen in some way."""

    def __init__(self, origin: Origin) -> None:
        self._origin, self.kind, self.waits = origin, origin.kind, origin.waits

    @property
    def stands_in(self) -> bool:
        """Whether the release that is served stands in for a damaged one."""
        return self._origin.stands_in

    def first(self) -> State:
        """What is served now."""
        return self._origin.first()

    def state(self) -> State | None:
        """What is served now; None where it is not there any more."""
        return self._origin.state()

    def filters(self, folder: Path) -> FilterStore:
        """What keeps filters that are too long for a link."""
        return self._origin.filters(folder)


class WithKey(_View):
    """All of it, of which is said what needs a key."""

    def taken(self, state: State) -> Release:
        """The release of this state."""
        whole = self._origin.taken(state)
        return replace(whole, whole=whole, keyed=True)

    def reader(self, release: Release) -> Reader:
        """Its store."""
        return self._origin.reader(release)


class ForEveryone(_View):
    """What is for everyone; its files are linked to from folders below `scratch`, each for as long as its release or
    the next is served.
    """

    def __init__(self, origin: Origin, scratch: Path) -> None:
        super().__init__(origin)
        self._scratch = scratch
        self._taken: list[Release] = []

    def taken(self, state: State) -> Release:
        """The release of this state, without the rest; the same where all of it is for everyone."""
        whole = self._origin.taken(state)
        hidden = [one for one in whole.collections if one.audience != "publiek"]
        if not hidden:
            return whole
        folder = Path(mkdtemp(prefix="everyone-", dir=self._scratch))
        shown = tuple(one for one in whole.collections if one.audience == "publiek")
        _link(whole.folder, folder, shown, hidden)
        release = replace(whole, whole=whole, folder=folder, collections=shown)
        weakref.finalize(release, shutil.rmtree, folder, ignore_errors=True)
        self._taken = [*self._taken[-1:], release]  # answers that are under way read the one before
        return release

    def reader(self, release: Release) -> Reader:
        """Its store, without the collections that are for colleagues."""
        return self._origin.reader(release).for_everyone()


def _link(whole: Path, folder: Path, shown: Sequence[Described], hidden: Sequence[Described]) -> None:
    """Link the files of a release that have only what is shown into a folder: those of one collection, and pages of
    methods. A map and a GeoPackage are of all collections at once.
    """
    ids = {one.id for one in shown}
    tells = _telling(hidden)
    for path in whole.iterdir():
        if path.name.partition(".")[0].replace("_", "-") in ids:
            (folder / path.name).symlink_to(path)
    pages = method_pages.pages_of(whole)
    of_hidden = {method_pages.page_of(one.id, pages) for one in hidden}
    for name in pages:
        if name not in of_hidden and not tells((whole / name).read_text(encoding="utf-8")):
            (folder / name).symlink_to(whole / name)
    if (whole / QGIS).is_file():
        _write_projects(whole / QGIS, folder / QGIS, tells)


def _write_projects(archive: Path, target: Path, tells: Callable[[str], bool]) -> None:
    """The projects, layers and styles that name no hidden collection."""
    with ZipFile(archive) as whole, ZipFile(target, "w", ZIP_DEFLATED) as written:
        for one in whole.infolist():
            content = whole.read(one)
            if not tells(f"{one.filename}\n{content.decode()}"):
                written.writestr(one, content, ZIP_DEFLATED)


def _telling(hidden: Sequence[Described]) -> Callable[[str], bool]:
    """Whether a text names one of these collections, by its id, as it is written in files, or by its title."""
    ids = [one.id for one in hidden]
    named = [re.escape(name) for one in ids for name in (one, one.replace("-", "_"))]
    titles = [written for one in hidden for written in (one.title, html.escape(one.title))]
    ids_in = re.compile(rf"(?<![\w-])(?:{'|'.join(named)})(?![\w-])")
    return lambda text: bool(ids_in.search(text)) or any(title in text for title in titles)
