"""SquareGrid: CBS's squares of 100 m as a source: of which years, and which of their columns are counted per area.

    [squares]
    year   = 2024
    path   = "grid/cbs_vk100_2024.gpkg"   # an own file; without it, what `zicht fetch` brought
    covers = ["GM0233"]                   # where the file is whole, elsewhere nothing is known; absent: the country

    [squares.column]
    inwoners_vierkant = "aantal_inwoners" # our name = CBS's

Of several years each has a file of its own, and every count becomes a column a year (inwoners_vierkant_2015):

    years = [2015, 2016, 2017]
    path  = "grid/cbs_vk100_{year}.gpkg"

CBS's name goes by its letters and digits: the service writes `aantalInwoners` where the files write `aantal_inwoners`.
A square has counts and rates; what is declared here is added up, so a column that is called a rate is refused.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from boundaries.counts import rate_in
from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, FilePath, Id, Text
from layers.declarations.records import WHOLE_COUNTRY, Format, Gemeente

SERVICE = "https://service.pdok.nl/cbs/vierkantstatistieken100m/{year}/wfs/v1_0"
YEAR = "{year}"
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
        year: of the figures, and of the address where they are fetched; or `years`, where there are several.
        path: a file below the folder of the figures: GeoPackage, (Geo)Parquet or CSV; of several years with
            {year} where the year stands.
        format: how that file is written, where looking at it does not tell.
        covers: the gemeenten of which all squares with inhabitants are in it; NL for the country.
        service: the address of the WFS, `{year}` where the year stands.
        layer: what that service calls the squares.
        column: CBS's column for each of ours.
    """

    year: int | None = None
    years: tuple[int, ...] = ()
    path: FilePath | None = None
    format: Format = Format()
    covers: tuple[Gemeente, ...] = Field((WHOLE_COUNTRY,), min_length=1)
    service: Text = SERVICE
    layer: Text = LAYER
    column: dict[Id, Annotated[Text, AfterValidator(_no_rate)]] = Field(min_length=1)

    @property
    def files(self) -> tuple[tuple[str, str | None], ...]:
        """What follows the names of columns of each file, and its path; None where it is fetched."""
        if not self.years:
            return (("", self.path),)
        return tuple((f"_{year}", str(self.path).replace(YEAR, str(year))) for year in self.years)

    @model_validator(mode="after")
    def _of_one_year_or_of_files_by_year(self) -> Self:
        if (self.year is None) == (not self.years):
            raise RuleError("give either year, or years where there are several")
        if len(set(self.years)) < len(self.years):
            raise RuleError("years {years}: name each once", years=self.years)
        if self.years and YEAR not in (self.path or ""):
            raise RuleError("of several years the path says where the year stands: squares-{year}.gpkg", year=YEAR)
        return self
