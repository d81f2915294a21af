"""Where the release that is served comes from: a folder of this computer, or a database that several servers share."""

import shutil
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from geo.errors import ServeError
from services.ogc.questions.paging import FilterFolder, FilterStore
from services.ports import SERVED
from services.stores.opening import SharedStore
from services.stores.queries import Described
from services.stores.reader import Reader
from services.stores.served import opened, written

type Confirmed = Callable[[Path], str]
"""Takes the folder of a release and returns when (ISO 8601) its values were last found to be so; "" where unknown."""


@dataclass(frozen=True, slots=True)
class State:
    """Which writing of which release is served, and when its values were last found to be so."""

    key: Hashable
    confirmed: str


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Release:
    """A release that is served: its id, the folder with its files, its state and collections.

    Where this is a part of one, or it as some see it, `whole` is what was published; `keyed` is whether a key was sent.
    """

    id: str
    folder: Path
    state: State
    collections: tuple[Described, ...]
    whole: "Release | None" = None
    keyed: bool = False

    @property
    def published(self) -> Path:
        """The folder as it was published."""
        return (self.whole or self).folder


class Origin(Protocol):
    """Where releases come from. `kind` names the store; `waits` is whether asking it takes long for an event loop."""

    kind: str
    waits: bool

    @property
    def stands_in(self) -> bool:
        """Whether the release that is served stands in for a damaged one."""

    def first(self) -> State:
        """What is served now. Raises ServeError or StoreError where nothing is published yet."""

    def state(self) -> State | None:
        """What is served now; None where it is not there any more."""

    def taken(self, state: State) -> Release:
        """The release of this state."""

    def reader(self, release: Release) -> Reader:
        """The store of a release, or of the one that replaced it."""

    def filters(self, folder: Path) -> FilterStore:
        """What keeps filters that are too long for a link; `folder` is one that all workers share."""


def unconfirmed(_folder: Path) -> str:
    """When values were last found to be so, where nothing says it."""
    return ""


@dataclass(frozen=True, slots=True)
class StandIn:
    """The folder of a release that is served in place of a damaged one, and which writing of which file that one is."""

    folder: Path
    damaged: Hashable

    @classmethod
    def of(cls, home: Path, folder: Path) -> "StandIn":
        """For what is published in a home now."""
        return cls(folder, written(home / "current" / SERVED))


class HomeOrigin:
    """The release at `home`/current; or, as long as that is the damaged one, what stands in for it."""

    kind, waits = "sqlite", False

    def __init__(self, home: Path, confirmed: Confirmed = unconfirmed, instead: StandIn | None = None) -> None:
        self._home, self._link, self._confirmed, self._instead = home, home / "current", confirmed, instead
        self._store = self._link / SERVED  # a path that is made anew is spelled and hashed anew, at each request
        self._last = str(self._store)
        self._folder: tuple[Hashable, Path] = (None, self._current)

    @property
    def stands_in(self) -> bool:
        """Whether another release is served than was published last."""
        return self._instead is not None and written(self._last) == self._instead.damaged

    @property
    def _current(self) -> Path:
        return self._instead.folder if self._instead is not None and self.stands_in else self._link

    def first(self) -> State:
        """What is served now. Raises ServeError where nothing is published yet."""
        if (state := self.state()) is None:
            home = self._home
            raise ServeError("{home}: no release to serve; run `zicht publish` (or `zicht demo`) first", home=home)
        return state

    def state(self) -> State | None:
        """Which file the link leads to now."""
        served = self._last if self._instead is None else self._current / SERVED
        if (key := written(served)) is None:
            return None
        if key != self._folder[0]:
            self._folder = (key, self._current.resolve())
        return State(key, self._confirmed(self._folder[1]))

    def taken(self, state: State) -> Release:
        """The release that the link leads to."""
        folder = self._current.resolve()
        state = State(written(folder / SERVED), state.confirmed)
        return Release(folder.name, folder, state, opened(folder / SERVED).collections)

    def reader(self, _release: Release) -> Reader:
        """The store, opened once for each thread."""
        return opened(self._store if self._instead is None else self._current / SERVED)

    def filters(self, folder: Path) -> FilterStore:
        """A folder."""
        return FilterFolder(folder / "filters")


class SharedOrigin:
    """The release that a database serves; its files are fetched, for as long as it or the next is served."""

    kind, waits, stands_in = "postgis", True, False

    def __init__(self, store: SharedStore, scratch: Path) -> None:
        self._store, self._scratch = store, scratch
        self._taken: list[Release] = []

    def first(self) -> State:
        """What the database says."""
        key, confirmed = self._store.served()
        return State(key, confirmed)

    state = first

    def taken(self, state: State) -> Release:
        """The release with its files; one that is here already is only confirmed."""
        if self._taken and self._taken[-1].state.key == state.key:
            return replace(self._taken[-1], state=state)
        reader = self._store.reader(str(state.key))
        folder = Path(mkdtemp(prefix="release-", dir=self._scratch))
        self._store.fetch(str(state.key), folder)
        release = Release(reader.release, folder, state, reader.collections)
        weakref.finalize(release, shutil.rmtree, folder, ignore_errors=True)
        self._taken = [*self._taken[-1:], release]  # answers that are under way read the one before
        return release

    def reader(self, release: Release) -> Reader:
        """The store of exactly this release."""
        return self._store.reader(str(release.state.key))

    def filters(self, _folder: Path) -> FilterStore:
        """The database, so that each server finds what another was sent."""
        return self._store
