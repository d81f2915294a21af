"""nightly: fetch what the built layers read, build again what is out of date, and publish it; one at a time in a home.

The answers of one night are taken all or none: they come in beside the data, and take its places when all are there,
the receipts last. Of a crash in between the receipts tell: a build refuses files that are not those, and the next night
brings all again. An answer of before, given in place of a service that is down, is none of this night.
"""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from boundaries.vintages import vintage as vintage_of
from geo.errors import SourceError, StoreError, ZichtError
from geo.messages import Message, joined, message
from layers.declarations.catalog import Catalog
from services import receipts
from services.files import UNFINISHED, locked
from services.geocoder import MONTH
from services.http.client import PRIVATE, Client
from services.http.privacy import remove_older
from services.jobs import fetch, fetchable, plan, stores
from services.jobs.ages import too_old
from services.jobs.build import OnStep
from services.jobs.publish import publish_all
from services.releases import confirmation, release
from services.releases.release import Publication
from services.settings import TESTLAND
from services.workspace import storage


@dataclass(frozen=True, slots=True)
class Night:
    """What a night did: how many layers it built again, what it published, and which figures are older than may be."""

    renewed: int
    publication: Publication
    too_old: tuple[Message, ...]


class Quiet:
    """Watches a fetch, and says which jobs are done."""

    def __init__(self, on_step: OnStep) -> None:
        self._step = on_step

    def on_progress(self, job: str, what: Message | str, done: int, whole: int | None) -> None:
        """Nothing: nobody looks."""

    def on_retry(self, job: str, why: Message) -> None:
        """What is tried again."""
        self._step(message("{source}: {what}", source=job, what=why))

    def on_end(self, job: str, fault: ZichtError | None) -> None:
        """A source is in, or not."""
        self._step(message("{source}: {what}", source=job, what=fault.message if fault else message("fetched")))


def nightly(home: Path, config: Path, catalog: Catalog, data: str, client: Client, on_step: OnStep) -> Night:
    """Renew what is served in a home, from the services or, for Testland, from nothing.

    Raises StoreError where nothing was built yet, another night is going on, or more changed than may be without a
    person; SourceError where not all figures came in. What was served is then served as it was.
    """
    with alone(home):
        remove_older(client.folder / PRIVATE, MONTH)
        built = storage.listed(home)
        if not built:
            raise StoreError("{home}: nothing was built yet; run `zicht build THEME --home {home}` first", home=home)
        if data != TESTLAND:
            themes = sorted({one.key.theme for one in built} & {*catalog.themes})
            for year in sorted({one.vintage for one in built}):
                _fetch(catalog, themes, year, Path(data), client, on_step)
        renewed = plan.renew(home, catalog, data, on_step)
        stores.check(home)
        done = publish_all(home, config, catalog, on_step)
        stores.mirror(home, on_step)
        return Night(len(renewed.layers), done, tuple(ages(home, catalog)))


def ages(home: Path, catalog: Catalog) -> list[Message]:
    """Which figures of the release that is served are older than may be; nothing where none is served."""
    try:
        folder = release.current(home)
    except StoreError:
        return []
    return too_old(catalog, confirmation.fetched(folder))


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One night at a time in a home."""
    if not home.is_dir():
        raise StoreError("{home}: nothing was built yet; run `zicht build THEME --home {home}` first", home=home)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(home / ".nightly", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            raise StoreError("{home}: another night is going on; wait until it is done", home=home) from None
        yield


def _fetch(catalog: Catalog, themes: Sequence[str], year: int, data: Path, client: Client, on_step: OnStep) -> None:
    """All that these themes read of the services, into the folder of data, or nothing of it."""
    wanted, _ = fetchable.jobs(catalog, themes, vintage_of(year))
    beside = data.with_name(f"{UNFINISHED}{data.name}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        outcome = fetch.fetch(wanted, client, beside, Quiet(on_step), allow_stale=False)
        if outcome.faults:
            why = joined("; ", (message("{source}: {fault}", source=name, fault=one.message)
                                for name, one in outcome.faults.items()))  # fmt: skip
            raise SourceError(
                "not all figures of this night came in, so none are taken: {why}; what is served stays", why=why
            )
        for file in outcome.written:
            (data / file).parent.mkdir(parents=True, exist_ok=True)
            (beside / file).replace(data / file)
        receipts.add(data, outcome.written)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
