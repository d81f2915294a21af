"""What is served now: the release that its origin has, as an edition for each address that readers find it at."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from services.ogc.edition import Edition
from services.ogc.origin import Origin, Release
from services.ogc.responses import Files

MOST_ADDRESSES = 8
"""How many addresses have an edition ready; a proxy that passes on whatever a reader sends has no end of them."""

type Compose = Callable[[Release], str]
"""Takes a release and returns the whole configuration that serves it."""


class Serving:
    """The release that is served, until the origin has another. Files that are prepared go below `scratch`.

    Raises ServeError or StoreError where nothing is published yet.
    """

    def __init__(self, origin: Origin, compose: Compose, scratch: Path) -> None:
        self._origin, self._compose, self._scratch = origin, compose, scratch
        self._lock = Lock()
        self._at: OrderedDict[str, Edition] = OrderedDict()
        release = origin.taken(origin.first())
        self.files = Files(release.folder, scratch)
        self.edition, self._configuration = self._edition_of(release)

    def at(self, site: str) -> Edition:
        """The edition at an address."""
        with self._lock:
            found = self._at.pop(site, None) or Edition(self.edition.release, self._configuration, site)
            self._at[site] = found
            while len(self._at) > MOST_ADDRESSES:
                self._at.popitem(last=False)
        return found

    def follow(self) -> None:
        """Where another release was swapped in, serve it under its own titles; one that vanished changes nothing. One
        that was confirmed since says so.
        """
        if (now := self._origin.state()) is None or now == self.edition.release.state:
            return
        with self._lock:
            release = self._origin.taken(now)
            if release.folder != self.edition.folder:
                self.files = Files(release.folder, self._scratch)
            if release.state != self.edition.release.state:
                self.edition, self._configuration = self._edition_of(release)
                self._at.clear()

    def _edition_of(self, release: Release) -> tuple[Edition, str]:
        configuration = self._compose(release)
        return Edition(release, configuration), configuration
