"""serve: the release that is published now, as an API and a map."""

from functools import partial
from pathlib import Path
from typing import Any

from geo.errors import ServeError, StoreError
from geo.messages import Message, message
from services.jobs.configurations import composed, composed_of_shared
from services.ogc import server
from services.ogc.app import Site
from services.releases import digests, homes, retention
from services.releases.confirmation import last_confirmed
from services.releases.manifest import current, manifest
from services.settings import Settings


def home_to_read(chosen: Path | None) -> Path:
    """The home to serve, list or export: the one that was chosen, that of ZICHT_HOME, else the one published last."""
    return chosen or Settings().published or homes.published_last()


def published(home: Path) -> dict[str, Any]:
    """What the release says of itself. Raises StoreError where nothing is published."""
    return manifest(current(home))


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


def _check_sizes(home: Path) -> None:
    """Raises StoreError where a file of the release is not there, or has another size than was written.

    It serves no other one by itself: whether the one of before is still right, a person knows.
    """
    if (fault := _fault_of_size(current(home))) is None:
        return
    repair = message("`zicht verify --repair` makes its files again from its record")
    others = (one.folder for one in retention.listed(home) if not one.served and not one.fault)
    if (whole := next((one for one in others if _fault_of_size(one) is None), None)) is None:
        raise StoreError("{fault}; {repair}", fault=fault, repair=repair)
    raise StoreError("{fault}; {repair}, and `zicht releases rollback {id}` serves the one of before",
                     fault=fault, repair=repair, id=whole.name)  # fmt: skip


def _fault_of_size(folder: Path) -> Message | None:
    found = (digests.fault_of_size(folder, name, wanted) for name, wanted in manifest(folder)["artefacts"].items())
    return next((fault for fault in found if fault is not None), None)


def serve(home: Path, config: Path, host: str, port: int, workers: int = 1) -> None:
    """Serve until interrupted, in this process or in several.

    A release is served under its own titles; of the configuration only what is written by hand counts.

    Where a store is named, it is served from there, and nothing of the home is read.

    Raises StoreError where nothing is published, or a file of it has another size than was written; ServeError where
    the port is taken, or where a configuration was chosen that is not there.
    """
    if not store():
        _check_sizes(home)
    if not config.is_file() and config != homes.configuration(home):  # without one of its own: as a new one starts
        raise ServeError(
            "{config}: there is no such configuration; run `zicht publish --home {home} --config {config}`",
            config=config, home=home,
        )  # fmt: skip
    proxies = Settings().proxies
    site = Site(home, config, partial(composed, home, config), last_confirmed, check=changed, proxies=proxies)
    if store():
        site = Site(home, config, partial(composed_of_shared, config, store()), store=store(), proxies=proxies)
    server.serve(site, host, port, workers)
