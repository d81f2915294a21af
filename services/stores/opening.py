"""The store that a configuration names: a file, or the URI of a database that is loaded only where one is named."""

from pathlib import Path
from typing import Protocol

from geo.messages import message
from services.registry import SHARED, adapter
from services.stores import served
from services.stores.reader import Reader

SCHEMES = ("postgresql://", "postgres://")
"""How the URI of a database begins."""


class SharedStore(Protocol):
    """A store that several servers read: which release it serves, its collections and files, and filters that were
    sent to any of them. A release is named by a key.

    Every method raises StoreUnavailableError while the store does not answer.
    """

    def served(self) -> tuple[str, str]:
        """The key of the release that is served now, and when its values were last found to be so (ISO 8601).

        Raises StoreError where nothing is published.
        """
        ...

    def reader(self, key: str) -> Reader:
        """The collections of a release."""
        ...

    def fetch(self, key: str, folder: Path) -> None:
        """Write the files of a release to a folder."""
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Keep a filter that is too long for a link."""
        ...

    def kept(self, name: str) -> bytes | None:
        """The filter that was kept under a name, or None."""
        ...


def shared(uri: str) -> SharedStore:
    """The store of that URI, whose connections are those of the process."""
    store: SharedStore = adapter(message("store"), SHARED, "postgis")(uri)
    return store


def opened(data: str) -> Reader:
    """The release that is served from a store now."""
    if not data.startswith(SCHEMES):
        return served.opened(Path(data))
    store = shared(data)
    return store.reader(store.served()[0])
