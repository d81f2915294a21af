"""From a raw table of postcodes of four digits (PC4), as CBS delivers it, to an AreaFrame, and notes of that.

They follow no border of CBS's division, and lie in no gemeente by their code.
"""

import geopandas

from boundaries.cbs import AreasOfVintage
from boundaries.crs import in_rd
from boundaries.shapes import sound
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, first_few

PATTERN = r"[1-9][0-9]{3}"
"""Of a postcode of four digits."""


def read_postcodes(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> AreasOfVintage:
    """The postcodes of a raw table in RD New, parts of one code joined, invalid polygons repaired.

    Raises AreaError naming `where` and what was found: no column with postcodes, codes of another kind, no polygons.
    """
    column = vintage.column("postcode", raw.columns)
    if column is None:
        raise AreaError(
            "{where}: no column with postcodes: looked for {aliases}; found {columns}; rename the column with it to "
            "{first}",
            where=where, aliases=", ".join(vintage.aliases["postcode"]), columns=list(raw.columns),
            first=vintage.aliases["postcode"][0],
        )  # fmt: skip
    codes = raw[column].astype(str).str.strip()
    wrong = codes[~codes.str.fullmatch(PATTERN)]
    if raw.empty or len(wrong):
        raise AreaError(
            "{where}: {count} of {total} codes in column {column!r} are no postcodes of four digits: {codes}; give a "
            "boundary file of PC4",
            where=where, count=len(wrong), total=len(raw), column=column, codes=first_few(wrong),
        )  # fmt: skip
    table = geopandas.GeoDataFrame({"code": codes.to_numpy()}, geometry=raw.geometry.to_numpy(), crs=raw.crs)
    placed, placing = in_rd(table, where)
    valid, repairs = sound(placed, where)
    whole = valid.dissolve("code") if valid["code"].duplicated().any() else valid.set_index("code")
    whole = whole.rename_axis("area_id").sort_index()
    areas = whole.assign(name=whole.index, gemeente="", gemeente_name="")[
        ["name", "gemeente", "gemeente_name", "geometry"]
    ]
    return AreasOfVintage(AreaFrame(AreaLevel.PC4, vintage.year, areas), (*placing, *repairs))
