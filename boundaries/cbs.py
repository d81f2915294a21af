"""From a raw CBS table of buurten, as a service or file delivers it, to an AreaFrame."""

import geopandas
import pandas as pd
import shapely

from boundaries.codes import malformed, parents
from boundaries.vintages import Vintage
from geo.areas import RD_NEW, AreaFrame, AreaLevel
from geo.errors import AreaError, first_few

OPTIONAL = ("gemeente_name", "wijk_name")
KEPT = ("name", "wijk_name", "gemeente", "gemeente_name", "geometry")

RD_BOUNDS = (-10_000.0, 280_000.0, 300_000.0, 650_000.0)
"""West, south, east and north of the Netherlands and its sea, in metres of RD New: where coordinates must lie."""


def buurten(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> AreaFrame:
    """The buurten of a raw table: land and water parts of one code joined, in RD New.

    Raises AreaError naming `where`, the column or code, and what was found: unknown columns, malformed codes, empty
    polygons, no CRS or a CRS that its coordinates deny. Invalid polygons are mended by `shapely.make_valid`; an area
    of which nothing but lines remains is an error.
    """
    if raw.empty:
        raise AreaError(f"{where}: no rows; give the map of the country")
    polygons = raw if raw.geometry.name == "geometry" else raw.rename_geometry("geometry")
    named = _rename(polygons, vintage, where)
    if len(wrong := malformed(named["code"], AreaLevel.BUURT)):
        raise AreaError(
            f"{where}: {len(wrong)} codes in column {vintage.column('code', raw.columns)!r} are not buurtcodes "
            f"(BU and eight letters or digits): {first_few(wrong)}"
        )
    placed = _in_rd(named, where)
    placed["geometry"] = _mended(placed, where)
    joined = placed.dissolve("code", aggfunc="first") if not placed["code"].is_unique else placed.set_index("code")
    joined.index.name = "area_id"
    joined["gemeente"] = parents(joined.index, AreaLevel.GEMEENTE)
    for level, column in ((AreaLevel.GEMEENTE, "gemeente_name"), (AreaLevel.WIJK, "wijk_name")):
        codes = parents(joined.index, level).to_series(index=joined.index)
        # What the map does not name is called by its code, until `named`.
        joined[column] = joined[column].fillna(codes) if column in joined else codes
    return AreaFrame(AreaLevel.BUURT, vintage.year, joined.sort_index()[list(KEPT)])


def wijken(areas: AreaFrame) -> AreaFrame:
    """The wijken that buurten make up, by their codes."""
    table = areas.table.assign(name=areas.table["wijk_name"], wijk=parents(areas.ids, AreaLevel.WIJK))
    joined = table.dissolve("wijk", aggfunc="first", grid_size=0.01).sort_index()
    joined.index.name = "area_id"
    return AreaFrame(AreaLevel.WIJK, areas.vintage, joined[list(KEPT)])


def replaced(areas: AreaFrame, by: AreaFrame) -> AreaFrame:
    """The areas with those of `by` in place of all areas of the same gemeenten: a better map of a part."""
    rest = areas.table[~areas.table["gemeente"].isin(by.table["gemeente"])]
    return AreaFrame(areas.level, areas.vintage, pd.concat([rest, by.table]).sort_index())


def named(areas: AreaFrame, gemeente: pd.Series, wijk: pd.Series) -> AreaFrame:
    """The areas with the names of gemeenten and wijken taken from elsewhere, where they are there, by code."""
    table = areas.table.copy()
    table["gemeente_name"] = table["gemeente"].map(gemeente).fillna(table["gemeente_name"])
    codes = parents(areas.ids, AreaLevel.WIJK).to_series(index=areas.ids)
    table["wijk_name"] = codes.map(wijk).fillna(table["wijk_name"])
    return AreaFrame(areas.level, areas.vintage, table)


def _rename(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> geopandas.GeoDataFrame:
    """The columns that matter, under our names, whatever this year calls them."""
    found = {}
    for ours in ("code", "name", "gemeente_name", "wijk_name"):
        theirs = vintage.column(ours, raw.columns)
        if theirs is None and ours in OPTIONAL:
            continue
        if theirs is None:
            known = ", ".join(vintage.aliases[ours])
            raise AreaError(
                f"{where}: no column for {ours!r}: looked for {known}; found {list(raw.columns)}; "
                "add the new name to boundaries/vintages.toml"
            )
        found[theirs] = ours
    table = raw[[*found, "geometry"]].rename(columns=found)
    for text in found.values():
        table[text] = table[text].astype(str).str.strip().where(table[text].notna(), None)
    return table


def _in_rd(table: geopandas.GeoDataFrame, where: str) -> geopandas.GeoDataFrame:
    if table.crs is None:
        raise AreaError(f"{where}: polygons declare no CRS; declare it in the file (RD New is EPSG:{RD_NEW})")
    empty = table.geometry.isna() | table.geometry.is_empty
    if empty.any():
        raise AreaError(f"{where}: {int(empty.sum())} areas have no polygon: {first_few(table['code'][empty])}")
    placed = table.to_crs(RD_NEW)
    west, south, east, north = placed.total_bounds
    inside = RD_BOUNDS[0] <= west and RD_BOUNDS[1] <= south and east <= RD_BOUNDS[2] and north <= RD_BOUNDS[3]
    if not inside:
        raise AreaError(
            f"{where}: declared {table.crs.to_string()}, but then it lies at ({west:.0f}, {south:.0f}) to "
            f"({east:.0f}, {north:.0f}) in RD New, outside the Netherlands; the declared CRS is wrong"
        )
    return placed


def _mended(table: geopandas.GeoDataFrame, where: str) -> geopandas.GeoSeries:
    """Valid polygons only; what make_valid leaves besides polygons (spikes turned into lines) is dropped."""
    invalid = ~table.geometry.is_valid
    if not invalid.any():
        return table.geometry
    repaired = shapely.make_valid(table.geometry.to_numpy(), method="structure", keep_collapsed=False)
    mended = geopandas.GeoSeries(repaired, index=table.index, crs=table.crs)
    if mended.is_empty.any():
        lost = first_few(table["code"][mended.is_empty])
        raise AreaError(f"{where}: {int(mended.is_empty.sum())} polygons have no surface and cannot be mended: {lost}")
    return mended


def not_in_division(codes: pd.Index, areas: AreaFrame) -> pd.Index:
    """Those of `codes` that this division does not have: codes of another vintage, or typing errors."""
    return codes[~codes.isin(areas.ids)]
