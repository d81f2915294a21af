"""SquareGrid: CBS's squares of 100 m as a source: of which year, and which of their columns are counted per area.

    [squares]
    year   = 2024
    path   = "grid/cbs_vk100_2024.gpkg"   # an own file; without it, what `zicht fetch` brought
    covers = ["GM0233"]                   # where the file is whole, elsewhere nothing is known; absent: the country

    [squares.column]
    inwoners_vierkant = "aantal_inwoners" # our name = CBS's

CBS's name goes by its letters and digits: the service writes `aantalInwoners` where the files write `aantal_inwoners`.
A square has counts and rates; what is declared here is added up, so a column that is called a rate is refused.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from boundaries.counts import rate_in
from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, FilePath, Id, Text
from layers.declarations.records import WHOLE_COUNTRY, Format, Gemeente

SERVICE = "https://service.pdok.nl/cbs/vierkantstatistieken100m/{year}/wfs/v1_0"
LAYER = "vierkantstatistieken100m:vierkant_100m"


def _no_rate(column: str) -> str:
    """A name that may be that of a count."""
    if rate := rate_in(column):
        raise RuleError(
            "{rate!r} tells a rate, and rates of squares cannot be added up; take the counts behind it", rate=rate
        )
    return column


class SquareGrid(Declared):
    """Which squares, and which of their counts are the columns of a source.

    Attributes:
        year: of the figures, and of the address where they are fetched.
        path: a file below the folder of the figures: GeoPackage, (Geo)Parquet or CSV.
        format: how that file is written, where looking at it does not tell.
        covers: the gemeenten of which all squares with inhabitants are in it; NL for the country.
        service: the address of the WFS, `{year}` where the year stands.
        layer: what that service calls the squares.
        column: CBS's column for each of ours.
    """

    year: int
    path: FilePath | None = None
    format: Format = Format()
    covers: tuple[Gemeente, ...] = Field((WHOLE_COUNTRY,), min_length=1)
    service: Text = SERVICE
    layer: Text = LAYER
    column: dict[Id, Annotated[Text, AfterValidator(_no_rate)]] = Field(min_length=1)
