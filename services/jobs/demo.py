"""The demonstration: the main job on Testland, or on the real open figures of a gemeente or the whole country."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.areas import AreaLevel
from layers.declarations.lenses import BASIS
from layers.method.country import Country
from layers.publication.layer import Layer, LayerKey
from services.jobs.build import Steps, build_and_save, open_country
from services.jobs.declarations import catalogue
from services.jobs.publish import configuration_of, publish_all
from services.releases import release
from services.releases.homes import DEFAULT_HOME
from services.settings import TESTLAND
from services.testland.country import HotSpot
from services.testland.source import TestlandSource

THEME, WHOLE_COUNTRY = "drugs", "NL"
LENS = "buitengebied"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration made and where, what the release says of itself, and what is planted in Testland."""

    home: Path
    config: Path
    folder: Path
    manifest: Mapping[str, Any]
    layers: tuple[Layer, ...]
    country: Country
    hotspots: tuple[HotSpot, ...] = ()


def make(real: str | None, gemeente: str, home: Path | None, steps: Steps) -> Shown:
    """Build, publish and return what is to be shown.

    Testland shows buurten, wijken and hexagons. Real figures are shown per buurt only: sums per wijk beside buurten
    would give away what is withheld there.
    """
    catalog = catalogue()
    country = open_country(real or TESTLAND, catalog)
    place = None if real is None or gemeente == WHOLE_COUNTRY else gemeente
    home = home or (DEFAULT_HOME if real is None else Path(f"{DEFAULT_HOME}-{gemeente.lower()}"))
    wanted = [LayerKey(THEME, AreaLevel.BUURT, 0, lens, place) for lens in (BASIS, LENS)]
    if real is None:
        wanted += [LayerKey(THEME, level, 0, BASIS) for level in (AreaLevel.WIJK, AreaLevel.H3_8)]
    layers = build_and_save(country, wanted, home, steps)
    config = configuration_of(home)
    folder = publish_all(home, config, catalog, steps)
    planted = country.source.country.hotspots if isinstance(country.source, TestlandSource) else ()
    return Shown(home, config, folder, release.manifest(folder), tuple(layers), country, planted)
