"""From built layers to a served release with its pygeoapi configuration: what `zicht publish` and `zicht demo` do."""

import os
from pathlib import Path

from layers.catalog import Catalog
from layers.publish import collections
from services import release, workspace
from services.ogc import config as ogc
from services.pipeline import Steps

DEFAULT_HOME = Path("output/demo")


def publish_all(home: Path, config: Path, catalog: Catalog, steps: Steps) -> Path:
    """Publish every built layer below `home`, then write the configuration that serves it. Returns the release."""
    layers = workspace.load(home, catalog)
    folder = release.publish(home, layers, collections(layers), steps)
    steps("configuration")
    ogc.write(config, resources_of(home, folder))
    return folder


def resources_of(home: Path, folder: Path) -> ogc.Resources:
    """The `resources` of a release. Below the default home they name it relatively, so that they can be committed."""
    named = "${ZICHT_HOME:-output/demo}" if home == DEFAULT_HOME else os.fspath(home)
    return ogc.resources(folder, f"{named}/{release.CURRENT}/{release.SQLITE}")
