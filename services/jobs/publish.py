"""From built layers to a served release with its pygeoapi configuration: what `zicht publish` and `zicht demo` do."""

import os
from pathlib import Path

from geo.messages import message
from layers.declarations.catalog import Catalog
from layers.publication.collections import collections
from services.jobs.build import OnStep
from services.ogc import configuration as ogc
from services.releases import release
from services.workspace import storage

DEFAULT_HOME = Path("output/demo")


def publish_all(home: Path, config: Path, catalog: Catalog, on_step: OnStep) -> Path:
    """Publish every built layer below `home`, then write the configuration that serves it. Returns the release."""
    layers = storage.load(home, catalog)
    folder = release.publish(home, layers, collections(layers), on_step)
    on_step(message("configuration"))
    ogc.write(config, resources_of(home, folder))
    return folder


def difference(home: Path, config: Path) -> str:
    """How the configuration differs from the release that is served, for a message; empty where it does not."""
    return ogc.difference(config, resources_of(home, release.current(home)))


def resources_of(home: Path, folder: Path) -> ogc.Resources:
    """The `resources` of a release. Below the default home they name it relatively, so that they can be committed."""
    named = "${ZICHT_HOME:-output/demo}" if home == DEFAULT_HOME else os.fspath(home)
    return ogc.resources(folder, f"{named}/{release.CURRENT}/{release.SQLITE}")
