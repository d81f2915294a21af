"""The demonstration: the main job on Testland, or on the real open figures of a gemeente or the whole country."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.areas import AreaLevel
from geo.errors import UnknownNameError, ZichtError
from layers.declarations.lenses import BASIS
from layers.declarations.records import WHOLE_COUNTRY
from layers.method.country import Country
from layers.publication.protected import Protected
from services.jobs.build import (
    LayerRequest,
    OnStep,
    build_and_save,
    gemeente_of,
    open_country,
    vintage_of_theme,
)
from services.jobs.configurations import configuration_of
from services.jobs.declarations import catalogue
from services.jobs.publish import publish_all
from services.releases import release
from services.releases.homes import DEFAULT_HOME
from services.settings import TESTLAND
from services.testland.country import HotSpot
from services.testland.source import TestlandSource

THEME = "misdrijven"
GIVEN = "wat_er_is"
"""The lens that compares with what fits what is there, beside the raw map."""
LENSES = ("buitengebied", GIVEN)
AMSTERDAM = "GM0363"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration made and where, what the release says of itself, and what is planted in Testland.

    `lenses` are those whose zoekgebieden are listed on the screen.
    """

    home: Path
    config: Path
    folder: Path
    manifest: Mapping[str, Any]
    layers: tuple[Protected, ...]
    country: Country
    hotspots: tuple[HotSpot, ...] = ()
    lenses: tuple[str, ...] = (BASIS, GIVEN)


def make(
    real: str | None, gemeente: str | None, home: Path | None, on_step: OnStep, vintage: int | None = None
) -> Demonstration:
    """Build, publish and return what is to be shown: of Testland, or of the real figures in the folder `real`.

    `gemeente` is a code, a name or NL for the whole country; without it Amsterdam is shown, of Testland everything, and
    where there are boundaries of a gemeente or region only, these. `vintage` is the year of the boundaries, without it
    that of the sources of the theme.
    Buurten are shown raw, and given what is there. Testland shows wijken and hexagons too. Real figures are shown per
    buurt only: sums per wijk beside buurten would give away what is suppressed there.

    Raises UnknownNameError or AreaError for a gemeente that is not there, or not the only one.
    """
    catalog = catalogue()
    country = open_country(real or TESTLAND, catalog, vintage or vintage_of_theme(catalog, catalog.theme(THEME)))
    everything = real is None or (gemeente is None and not country.national)
    code = _gemeente(country, gemeente or (WHOLE_COUNTRY if everything else AMSTERDAM))
    place = code or WHOLE_COUNTRY
    if home is None:
        home = DEFAULT_HOME if real is None and code is None else Path(f"{DEFAULT_HOME}-{place.lower()}")
    requests = [LayerRequest(THEME, AreaLevel.BUURT, lens, gemeente=place) for lens in (BASIS, *LENSES)]
    if real is None:
        requests += [LayerRequest(THEME, level, gemeente=place) for level in (AreaLevel.WIJK, AreaLevel.H3_8)]
    layers = build_and_save(country, requests, home, on_step)
    config = configuration_of(home)
    folder = publish_all(home, config, catalog, on_step, confirmed=True).folder
    planted = country.source.country.hotspots if isinstance(country.source, TestlandSource) else ()
    return Demonstration(home, config, folder, release.manifest(folder), tuple(layers), country, planted)


def _gemeente(country: Country, gemeente: str) -> str | None:
    """The code of the gemeente; where Testland has none of that name, the error says how real ones are shown."""
    try:
        return gemeente_of(country, gemeente)
    except UnknownNameError as fault:
        if not country.source.made_up:
            raise
        raise ZichtError(
            "{fault}; this is Testland, which is made up; for a real gemeente give the folder with its figures, or "
            "fetch them: `zicht demo --real online --gemeente {name}`",
            fault=fault.message, name=gemeente,
        ) from None  # fmt: skip
