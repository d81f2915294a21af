"""zicht in a notebook: from nothing to a GeoDataFrame and a map.

    from services.notebook import country

    testland = country("testland")           # or a folder of figures, as `zicht fetch` fills one
    crimes = testland.layer("misdrijven")    # as published: what is too small to show is not in it
    crimes.zoekgebieden[["rang", "titel", "score"]]
    crimes.table.explore("score")            # GeoPandas' own map
    crimes.explore()                         # the map of zicht, with the reasons

Tables are those of the command: GeoDataFrames in RD New with Dutch columns, of which `layers.publication.fields` says
what they mean. What a layer is made from, unprotected, is `testland.measures(...)`: for analysis, not for publication.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import folium
import geopandas
import pandas as pd

from geo.areas import AreaLevel
from geo.neighbors import Neighbors
from layers.declarations.catalog import load
from layers.declarations.lenses import BASIS
from layers.method.buildable import period_of
from layers.method.country import Country
from layers.publication.protected import Protected
from services.jobs.build import LayerRequest, build, open_country
from services.jobs.export import map_of
from services.settings import TESTLAND


@dataclass(frozen=True, slots=True)
class BuiltLayer:
    """A layer as it may be published.

    Attributes:
        table: a row an area: score, q, whether it is part of a zoekgebied, and every indicator with its reasons.
        zoekgebieden: a row a zoekgebied, by rank, with its explanation.
        layer: both, with what they were made from.
    """

    table: geopandas.GeoDataFrame
    zoekgebieden: geopandas.GeoDataFrame
    layer: Protected

    def explore(self) -> folium.Map:
        """The map that `zicht publish` writes, of this layer alone; a notebook shows it."""
        return map_of([self.layer])

    def __repr__(self) -> str:
        key = self.layer.key
        return (
            f"<{key.theme}, {key.level}, {key.period}: {len(self.table)} areas, {len(self.zoekgebieden)} zoekgebieden>"
        )


@dataclass(frozen=True, slots=True)
class OpenCountry:
    """A country and its figures; what is made of it is made once."""

    country: Country

    def __repr__(self) -> str:
        themes = ", ".join(self.country.catalog.themes)
        return f"<OpenCountry: areas of {self.country.vintage.year}; themes {themes}>"

    def areas(self, level: str = "buurt") -> geopandas.GeoDataFrame:
        """All areas of a level, indexed by code: buurt, wijk, gemeente or h3-7 to h3-10."""
        return self.country.areas(AreaLevel(level)).table

    def neighbors(self, level: str = "buurt") -> Neighbors:
        """Who borders whom at a level; `.graph()` is libpysal's Graph."""
        return self.country.neighbors(AreaLevel(level))

    def measures(self, theme: str, level: str = "buurt", period: int | None = None) -> pd.DataFrame:
        """Events and exposure of every indicator, unprotected: columns (indicator, "events" or "exposure").

        Raises UnknownNameError for a theme, level or period that is not there.
        """
        declared = self.country.catalog.theme(theme)
        country = self.country.of_theme(declared)
        year = period_of(country.sources(declared), period)
        measures = country.measures(declared, AreaLevel(level), year)
        parts = {(name, part): getattr(one, part) for name, one in measures.items() for part in ("events", "exposure")}
        return pd.DataFrame(parts)

    def layer(
        self,
        theme: str,
        *,
        level: str | None = None,
        lens: str = BASIS,
        period: int | None = None,
        gemeente: str | None = None,
    ) -> BuiltLayer:
        """Build a layer, as `zicht build` does; without a level the theme's own, without a period the newest.

        Raises UnknownNameError for a theme, level, lens, period or gemeente that is not there.
        """
        wanted = AreaLevel(level) if level else self.country.catalog.theme(theme).level
        layer = build(self.country, LayerRequest(theme, wanted, lens, period, gemeente), lambda _: None)
        return BuiltLayer(layer.table, layer.zoekgebieden, layer)


def country(data: str | Path = TESTLAND, *, vintage: int = 2024, layers: Sequence[Path] = ()) -> OpenCountry:
    """Open Testland, or a folder of figures, with the shipped declarations and those below each folder of `layers`."""
    return OpenCountry(open_country(str(data), load(*layers), vintage))
