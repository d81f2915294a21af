"""serve: the release that is published now, as an API and a map."""

from functools import partial
from pathlib import Path
from typing import Any

from geo.errors import ServeError, StoreError
from geo.messages import Message, joined, message
from services.jobs.configurations import composed, composed_of_shared
from services.ogc import server
from services.ogc.app import Site
from services.ogc.origin import StandIn
from services.ports import SERVED
from services.releases import digests, homes, standing_in
from services.releases.confirmation import last_confirmed
from services.releases.manifest import current, manifest
from services.settings import Settings
from services.stores.opening import opened


def home_to_read(chosen: Path | None) -> Path:
    """The home to serve, list or export: the one that was chosen, that of ZICHT_HOME, else the one published last."""
    return chosen or Settings().published or homes.published_last()


def published(home: Path) -> dict[str, Any]:
    """What the release says of itself. Raises StoreError where nothing is published."""
    return manifest(current(home))


def published_at(home: Path, instead: Path | None) -> str:
    """When the release that a home serves, or the one `instead`, was published (ISO 8601)."""
    created: str = (published(home) if instead is None else manifest(instead))["created"]
    return created


def confirmed(home: Path) -> str:
    """When the values of the release that is served were last found to be so (ISO 8601)."""
    return last_confirmed(current(home))


def store() -> str:
    """The store that is served from, where one is named: it holds no password."""
    return Settings().store


def changed(folder: Path) -> list[Message]:
    """What is wrong with the files of a release, held against the digests of when it was published.

    One that was made again meanwhile is held against what it is now.
    """
    try:
        content = manifest(folder)
    except StoreError as fault:
        return [fault.message]
    found = [digests.fault(folder, name, wanted) for name, wanted in content["artefacts"].items()]
    faults = [fault for fault in found if fault is not None]
    return faults if not faults or manifest(folder) == content else changed(folder)


def in_place(home: Path) -> tuple[Path | None, Message | None]:
    """The release that is served in place of a damaged one, and what is said of that; None twice where it is whole.

    Raises StoreError where it is damaged, or gone, and there is none before it that is whole.
    """
    if (fault := standing_in.fault_of(home)) is None:
        return None, None
    repair = message("`zicht verify --repair` makes its files again from its record")
    if (whole := standing_in.last_whole(home)) is None:
        raise StoreError("{fault}; {repair}", fault=fault, repair=repair)
    return whole, message("WARNING: {fault}; {repair}. Until then the release of before is served ({id}), and /health "
                          "fails.", fault=fault, repair=repair, id=whole.name)  # fmt: skip


def serve(home: Path, config: Path, host: str, port: int, workers: int = 1, instead: Path | None = None) -> None:
    """Serve until interrupted, in this process or in several; `instead` is the release that is served in place of a
    damaged one, until that is made whole or another is published (see `in_place`).

    A release is served under its own titles; of the configuration only what is written by hand counts.

    Where a store is named, it is served from there, and nothing of the home is read.

    Raises StoreError where nothing is published; ServeError where the port is taken, or where a configuration was
    chosen that is not there.
    """
    server.serve(_site(home, config, instead), host, port, workers)


def check(home: Path, config: Path, host: str, port: int) -> None:
    """Look whether `serve` would, without serving, and whether every file is as it was published.

    Raises StoreError or ServeError for what stands in the way.
    """
    server.check(_site(home, config, None), host, port)
    if not store() and (faults := changed(current(home))):
        raise StoreError(
            "{faults}; `zicht verify --repair` makes its files again from its record", faults=joined("; ", faults)
        )


def who_sees(home: Path, instead: Path | None) -> Message:
    """Who sees what of the release that is served."""
    collections = opened(store() or str((instead or home / homes.CURRENT) / SERVED)).collections
    hidden, all_of_it = sum(one.audience != "publiek" for one in collections), len(collections)
    if not hidden:
        return message("All of it is for everyone")
    if (keys := Settings().keys) is None:
        return message(
            "WARNING: {hidden} of {all} collections are for colleagues (intern), and all who reach this address see "
            "them; with --keys FILE only who sends a key does",
            hidden=hidden, all=all_of_it,
        )  # fmt: skip
    return message(
        "Only with a key of {keys}: {hidden} of {all} collections (intern), the map and the GeoPackage",
        hidden=hidden, all=all_of_it, keys=keys,
    )  # fmt: skip


def _site(home: Path, config: Path, instead: Path | None) -> Site:
    if not store() and instead is None:
        manifest(current(home))
    if not config.is_file() and config != homes.configuration(home):  # without one of its own: as a new one starts
        raise ServeError(
            "{config}: there is no such configuration; run `zicht publish --home {home} --config {config}`",
            config=config, home=home,
        )  # fmt: skip
    proxies, keys = Settings().proxies, Settings().keys
    compose = partial(composed, home, config)
    stands_in = None if instead is None else StandIn.of(home, instead)
    if store():
        compose = partial(composed_of_shared, config, store())
        return Site(home, config, compose, store=store(), proxies=proxies, keys=keys)
    return Site(home, config, compose, last_confirmed, check=changed, proxies=proxies, instead=stands_in, keys=keys)
