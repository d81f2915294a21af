"""A release in a store that several servers share (ZICHT_STORE): written there after it was published in the home, and
changed there with it.

A home that was published in a store has a mark, so that a release that is withdrawn or rolled back from one is never
left in the other by mistake.
"""

from pathlib import Path

from geo.errors import StoreError
from geo.messages import message
from services.files import disk_errors
from services.jobs.build import OnStep
from services.registry import MIRRORS, adapter
from services.releases.confirmation import last_confirmed
from services.releases.homes import CURRENT
from services.releases.manifest import current
from services.settings import Settings

MARK = "in-store"
"""The file beside the releases of a home that says that they are in a store too."""


def check(home: Path) -> None:
    """Raises StoreError, before the home is changed, where the store that is named cannot follow it; and where the home
    was published in a store, and none is named now.
    """
    mark = home / "releases" / MARK
    if uri := Settings().store:
        from services.stores.postgis.writing import ready  # noqa: PLC0415  # a driver that most never need

        ready(uri)
    elif mark.exists():
        raise StoreError(
            "{home}: is published in a store too, which would keep what it has; name it in ZICHT_STORE, or remove "
            "{mark} if there is no such store any more",
            home=home, mark=mark,
        )  # fmt: skip


def mirror(home: Path, on_step: OnStep, *, only: bool = False) -> None:
    """Serve from the store what the home serves, if a store is named; `only` leaves no other release there.

    Raises StoreError, with the store as it was, where it cannot be written; the home stays as it is.
    """
    uri = Settings().store
    if not uri:
        return
    on_step(message("shared store"))
    write = adapter(message("store"), MIRRORS, "postgis")
    folder = current(home) if (home / CURRENT).exists() else None
    write(uri, folder, last_confirmed(folder) if folder else "", only=only)
    mark = home / "releases" / MARK
    with disk_errors(mark):
        mark.touch()
