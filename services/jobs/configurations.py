"""The pygeoapi configuration of a home: where it stands, and what it says of a release; apart from the publication that
writes it, so that what serves loads no builds.
"""

import os
from pathlib import Path

from geo.messages import Message
from layers.messages import speaking
from services.ogc import configuration as ogc
from services.ogc.origin import Release
from services.ports import SERVED
from services.releases import homes
from services.releases.manifest import current, language_of
from services.settings import Settings
from services.stores.served import opened


def configuration_of(home: Path, chosen: Path | None = None) -> Path:
    """The configuration of a home: the one that was chosen, that of ZICHT_CONFIG, else its own."""
    return chosen or Settings().config or homes.configuration(home)


def difference(home: Path, config: Path) -> Message | None:
    """How the configuration differs from the release that is served; None where it does not."""
    return ogc.difference(config, resources_of(home, config, current(home)))


def composed(home: Path, config: Path, release: Release) -> str:
    """The whole configuration of a release: what is written by hand in `config` or beside it, and its own resources."""
    with speaking(language_of(release.published)):
        return ogc.with_own(config, ogc.complete(config, ogc.resources(release.collections, _data(home, config))))


def composed_of_shared(config: Path, store: str, release: Release) -> str:
    """The whole configuration of a release in a store that several servers share, of which this is the URI."""
    with speaking(language_of(release.published)):
        return ogc.with_own(config, ogc.complete(config, ogc.resources(release.collections, store)))


def resources_of(home: Path, config: Path, folder: Path) -> ogc.Resources:
    """The `resources` of a release, in its language."""
    with speaking(language_of(folder)):
        return ogc.resources(opened(folder / SERVED).collections, _data(home, config))


def _data(home: Path, config: Path) -> str:
    """How a configuration names the release that is served.

    It names the home by where it lies from the folder of the configuration, so that it can be committed, and a copy of
    both elsewhere is served from the copy; a stock pygeoapi is started in that folder.
    """
    place = Path(os.path.relpath(home, config.parent)).as_posix()
    return f"${{ZICHT_HOME:-{place}}}/{homes.CURRENT}/{SERVED}"
