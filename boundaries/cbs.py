"""From a raw CBS table of buurten, as a service or file delivers it, to an AreaFrame, and what to know of that.

What CBS maps hold besides buurten stays out, counted in the notes: Belgian ground around Baarle (`water` is B) and open
water, which has codes of its own (9997) and no figures. A buurt of which only water is there has figures and stays.
"""

from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.codes import malformed, parents
from boundaries.crs import in_rd
from boundaries.repair import mended
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, first_few

REQUIRED, OPTIONAL = ("code", "name"), ("gemeente_name", "wijk_name", "water", "change", "year")
KEPT = ("name", "wijk_name", "gemeente", "gemeente_name", "geometry")
OPEN_WATER = "9997"
"""How the code of open water ends (`BU02339997`)."""
WATER, LAND, ABROAD = "JA", "NEE", "B"
SNAP = 0.01
"""Metres: parts whose borders do not coincide are joined on a grid of this size."""


@dataclass(frozen=True, slots=True)
class Division:
    """The areas of a map, and in Dutch what was done to them: left out, mended, placed without a CRS."""

    areas: AreaFrame
    notes: tuple[str, ...]


def buurten(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> AreaFrame:
    """The areas of `division`, for a map of which the notes are known."""
    return division(raw, vintage, where).areas


def division(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> Division:
    """The buurten of a raw table, in RD New: land and water parts of one code joined, invalid polygons mended.

    The order of the rows makes no difference. Where the map has it, the column `change` tells what became of a buurt
    since the year before: 1 nothing, 2 another code, 3 another border, NA unknown.

    Raises AreaError naming `where`, the column or code, and what was found: unknown columns, a map of another year, no
    or malformed codes, empty polygons, a CRS that the coordinates deny, an area without any surface.
    """
    if raw.empty:
        raise AreaError(f"{where}: no rows; give the map of the country")
    table = _renamed(raw if raw.geometry.name == "geometry" else raw.rename_geometry("geometry"), vintage, where)
    _check_year(table, vintage, where)
    kept, left_out = _in_the_country(table, where)
    _check_codes(kept, where, vintage.column("code", raw.columns))
    placed, placing = in_rd(kept, where)
    valid, mending = mended(placed, where)
    if "change" in valid:
        valid["change"] = _changes(valid, where)
    joined = _joined(valid)
    joined["name"] = joined["name"].fillna(joined.index.to_series())
    joined["gemeente"] = parents(joined.index, AreaLevel.GEMEENTE)
    for level, column in ((AreaLevel.GEMEENTE, "gemeente_name"), (AreaLevel.WIJK, "wijk_name")):
        codes = parents(joined.index, level).to_series(index=joined.index)
        # What the map does not name is called by its code, until `named`.
        joined[column] = joined[column].fillna(codes) if column in joined else codes
    columns = [*KEPT[:-1], *(one for one in ("change",) if one in joined), "geometry"]
    return Division(AreaFrame(AreaLevel.BUURT, vintage.year, joined[columns]), (*left_out, *placing, *mending))


def wijken(areas: AreaFrame) -> AreaFrame:
    """The wijken that buurten make up, by their codes."""
    return _dissolved(areas, AreaLevel.WIJK, "wijk_name")


def gemeenten(areas: AreaFrame) -> AreaFrame:
    """The gemeenten that buurten make up, by their codes; their `wijk_name` is that of the first wijk, and no use."""
    return _dissolved(areas, AreaLevel.GEMEENTE, "gemeente_name")


def replaced(areas: AreaFrame, by: AreaFrame) -> AreaFrame:
    """The areas with those of `by` in place of all areas of the same gemeenten: a better map of a part."""
    rest = areas.table[~areas.table["gemeente"].isin(by.table["gemeente"])]
    return AreaFrame(areas.level, areas.vintage, pd.concat([rest, by.table]).sort_index())


def named(areas: AreaFrame, gemeente: pd.Series, wijk: pd.Series) -> AreaFrame:
    """The areas with the names of gemeenten and wijken taken from elsewhere, where they are there, by code."""
    table = areas.table.copy()
    in_wijk = parents(areas.ids, AreaLevel.WIJK).to_series(index=areas.ids)
    for column, codes, names in (("gemeente_name", table["gemeente"], gemeente), ("wijk_name", in_wijk, wijk)):
        told = codes.map(names).astype(object)
        table[column] = table[column].where(told.isna(), told)
    return AreaFrame(areas.level, areas.vintage, table)


def not_in_division(codes: pd.Index, areas: AreaFrame) -> pd.Index:
    """Those of `codes` that this division does not have: codes of another vintage, or typing errors."""
    return codes[~codes.isin(areas.ids)]


def _renamed(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> geopandas.GeoDataFrame:
    """The columns that matter, under our names, whatever this year calls them; as text, without padding."""
    found = {}
    for ours in (*REQUIRED, *OPTIONAL):
        theirs = vintage.column(ours, raw.columns)
        if theirs is not None:
            found[theirs] = ours
        elif ours in REQUIRED:
            raise AreaError(
                f"{where}: no column for {ours!r}: looked for {', '.join(vintage.aliases[ours])}; found "
                f"{list(raw.columns)}; add the new name to boundaries/vintages.toml"
            )
    table = raw[[*found, "geometry"]].rename(columns=found).reset_index(drop=True)
    for text in found.values():
        bare = table[text].astype(str).str.strip()
        table[text] = bare.where(table[text].notna() & (bare != ""), None)
    return table


def _check_year(table: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> None:
    """A map that says of which year it is must be of this one; `jaarstatcode` begins with it."""
    if "year" not in table:
        return
    years = table["year"].dropna().str[:4].unique()
    if wrong := sorted(set(years) - {str(vintage.year)}):
        raise AreaError(
            f"{where}: a map of {', '.join(wrong)} by its own words, where that of {vintage.year} is due; give the map "
            "of that year, or ask for the vintage of the map"
        )


def _in_the_country(table: geopandas.GeoDataFrame, where: str) -> tuple[geopandas.GeoDataFrame, tuple[str, ...]]:
    """The rows that are buurten, and notes of those that are not: ground abroad and open water."""
    if "water" not in table:
        table = table.assign(water=None)
    kind = table["water"].str.upper().fillna(LAND).astype(object)
    if strange := sorted(set(kind) - {WATER, LAND, ABROAD}):
        raise AreaError(
            f"{where}: the column that tells water from land holds {first_few(strange)} besides {WATER}, {LAND} and "
            f"{ABROAD}; correct it, or give it another name if it tells something else"
        )
    abroad = kind == ABROAD
    open_water = ~abroad & (table["code"].str.endswith(OPEN_WATER, na=False) | ((kind == WATER) & table["code"].isna()))
    notes = []
    if abroad.any():
        notes.append(f"buiten Nederland, weggelaten: {_counted(abroad)}")
    if open_water.any():
        notes.append(f"open water zonder eigen cijfers, weggelaten: {_counted(open_water)}")
    return table.assign(water=kind)[~abroad & ~open_water], tuple(notes)


def _counted(some: pd.Series) -> str:
    return "1 vlak" if some.sum() == 1 else f"{int(some.sum())} vlakken"


def _check_codes(table: geopandas.GeoDataFrame, where: str, column: str | None) -> None:
    if table.empty:
        raise AreaError(f"{where}: no rows with buurten, only water or ground abroad; give the map of the country")
    without = table["code"].isna()
    if without.any():
        rows = first_few(f"row {at + 1} ({name})" for at, name in table["name"][without].items())
        raise AreaError(
            f"{where}: {int(without.sum())} areas have no code in column {column!r}: {rows}; add their codes"
        )
    if len(wrong := malformed(table["code"], AreaLevel.BUURT)):
        raise AreaError(
            f"{where}: {len(wrong)} codes in column {column!r} are not buurtcodes (BU and eight letters or digits): "
            f"{first_few(wrong)}"
        )


def _changes(table: geopandas.GeoDataFrame, where: str) -> pd.Series:
    """1, 2, 3 or NA: CBS's codes for "no figure" are below 0."""
    changes = pd.to_numeric(table["change"], errors="coerce")
    strange = ~(changes.isin([1, 2, 3]) | (changes < 0) | table["change"].isna())
    if strange.any():
        raise AreaError(
            f"{where}: {int(strange.sum())} areas have an 'indelingswijziging' that is not 1, 2 or 3: "
            f"{first_few(table['code'][strange] + ' ' + table['change'][strange])}"
        )
    told: pd.Series = changes.where(changes > 0).astype("Int8")
    return told


def _joined(table: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """One row a code, sorted by code. Names are those of the land, where a code has land."""
    double = table["code"].duplicated(keep=False)
    parts = table[double]
    # By what is in the rows, down to the bytes of their polygons: in whatever order they came, the union is the same.
    parts = parts.assign(
        wet=parts["water"] == WATER, bytes=shapely.to_wkb(shapely.normalize(parts.geometry.to_numpy()))
    ).sort_values(["code", "wet", "bytes", "name"])  # fmt: skip
    whole = table[~double].set_index("code")
    if not parts.empty:
        union = parts.dissolve("code", aggfunc="first")
        whole = pd.concat([whole, union[list(whole.columns)]])
    whole.index.name = "area_id"
    return whole.set_geometry(_plain(whole.geometry.to_numpy()), crs=whole.crs).sort_index()


def _plain(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """The same polygons, however a file kind writes them: one part is no collection, outer rings go to the left."""
    alone = (shapely.get_type_id(polygons) == shapely.GeometryType.MULTIPOLYGON) & (
        shapely.get_num_geometries(polygons) == 1
    )
    unpacked: NDArray[np.object_] = np.where(alone, shapely.get_geometry(polygons, 0), polygons)
    plain: NDArray[np.object_] = shapely.orient_polygons(unpacked)
    return plain


def _dissolved(areas: AreaFrame, level: AreaLevel, name: str) -> AreaFrame:
    """Areas joined by the `level` their codes lie in: as a coverage where their borders coincide, seven times as fast
    as a union; else by union on a grid that closes the smallest of gaps.
    """
    table = areas.table.assign(name=areas.table[name], parent=parents(areas.ids, level))[["parent", *KEPT]]
    coincide = bool(shapely.coverage_is_valid(table.geometry.to_numpy(), gap_width=SNAP))
    how = {"method": "coverage"} if coincide else {"grid_size": SNAP}
    joined = table.dissolve("parent", aggfunc="first", **how).sort_index()
    joined.index.name = "area_id"
    return AreaFrame(level, areas.vintage, joined[list(KEPT)])
