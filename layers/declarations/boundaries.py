"""BoundaryFile: boundaries of another country, or of a grid: which file, and what its rows and columns are.

The names of columns are those of Eurostat where nothing else is said: of local administrative units (LAU) in GISCO's
files, of which `GISCO_ID` is unique in Europe. A country's areas are all there are of it, so that what is compared with
its mean is compared with that of the country.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from layers.declarations.faults import COUNTRY_PATTERN
from layers.declarations.indicators import Declared, Text

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class BoundaryFile(Declared):
    """`boundaries/gemeenten-2021.toml` in the folder of figures: areas of the year that its name says.

    Attributes:
        path: the file, beside this one: GeoPackage, shapefile (also in a zip), FlatGeobuf, GeoJSON.
        layer: which of its layers, where it has several.
        country: the rows that are read: those that have this in the column `of_country`; without it, all.
        crs: EPSG code of the system in metres that all is computed and published in.
        code: the column with codes.
        name: the column with names; the codes are the names where it is "".
        of_country: the column with the country.
        title: what it is called in receipts.
        license: under which it may be used.
        attribution: who is named with it.
    """

    path: Text
    layer: str | None = None
    country: Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)] | None = None
    crs: Annotated[int, Field(ge=1024, le=32767)] = 3035
    code: Column = "GISCO_ID"
    name: str = "LAU_NAME"
    of_country: Column = "CNTR_CODE"
    title: Text
    license: Text
    attribution: Text
