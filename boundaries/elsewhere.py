"""From a raw table of areas of another country, or of the cells of a grid, to an AreaFrame, and notes of that.

All areas are of one level, as gemeenten are: no code says which area lies in which. They stay in the system of their
country or of Europe; RD New is for the Netherlands.
"""

import geopandas
import shapely
from pyproj.exceptions import CRSError, ProjError

from boundaries.cbs import COLUMNS, AreasOfVintage
from boundaries.codes import of_elsewhere
from boundaries.shapes import sound
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, first_few


def read_elsewhere(raw: geopandas.GeoDataFrame, vintage: int, where: str, crs: int) -> AreasOfVintage:
    """The areas of a raw table with columns `code` and `name`, in the system of an EPSG code: parts of one code joined,
    invalid polygons repaired, sorted.

    Raises AreaError naming `where` and what was found: no rows, no codes or codes of another kind, no CRS, no polygons.
    """
    if raw.empty:
        raise AreaError("{where}: no rows; give a boundary file with polygons", where=where)
    codes = raw["code"].astype("string").str.strip()
    wrong = codes[~of_elsewhere(codes).fillna(value=False)]
    if len(wrong):
        raise AreaError(
            "{where}: {count} codes are no codes of another country (two letters, an underscore and what the country "
            "calls it, as BE_11001 in Eurostat's GISCO_ID) nor of a cell of a grid (CRS3035RES1000mN3079000E3921000): "
            "{codes}; name the column with these as `code`",
            where=where, count=len(wrong), codes=first_few(wrong.fillna("")),
        )  # fmt: skip
    table = raw.assign(code=codes.astype(object), name=raw["name"].astype(object).where(raw["name"].notna(), codes))
    valid, notes = sound(_placed(table, where, crs), where)
    whole = valid.dissolve("code") if valid["code"].duplicated().any() else valid.set_index("code")
    whole = whole.rename_axis("area_id").sort_index()
    areas = whole.assign(wijk_name=whole["name"], gemeente=whole.index, gemeente_name=whole["name"])
    return AreasOfVintage(AreaFrame(AreaLevel.GEMEENTE, vintage, areas[list(COLUMNS)]), notes)


def _placed(table: geopandas.GeoDataFrame, where: str, crs: int) -> geopandas.GeoDataFrame:
    """The areas without heights, in the system of an EPSG code."""
    empty = table.geometry.isna() | table.geometry.is_empty
    if empty.any():
        raise AreaError(
            "{where}: {count} areas have no polygon: {codes}",
            where=where, count=int(empty.sum()), codes=first_few(table["code"][empty]),
        )  # fmt: skip
    if table.crs is None:
        raise AreaError(
            "{where}: declares no coordinate system; declare it in the file, for example with ogr2ogr -a_srs EPSG:3035 "
            "declared.gpkg this-file",
            where=where,
        )  # fmt: skip
    flat = table.set_geometry(shapely.force_2d(table.geometry.to_numpy()), crs=table.crs)
    try:
        return flat.to_crs(crs)
    except (CRSError, ProjError) as fault:
        raise AreaError(
            "{where}: cannot be turned into EPSG:{crs}: {fault}; declare the system of the country as `crs`",
            where=where, crs=crs, fault=str(fault),
        ) from None  # fmt: skip
