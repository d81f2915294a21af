"""From a raw table of buurten or wijken, as a service or file delivers it, to an AreaFrame, and notes of that.

What boundary files of CBS hold besides stays out, counted in the notes: Belgian ground around Baarle (`water` is B) and
open water, which has codes of its own (9997) and no figures. A buurt of which only water is there has figures and
stays.
"""

from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.codes import PATTERNS, malformed, parents
from boundaries.coverage import outline
from boundaries.crs import in_rd
from boundaries.doubles import far_apart, several_names
from boundaries.gemeenten import with_capitals
from boundaries.shapes import sound
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, first_few
from geo.messages import Message, joined, message, plural

OURS = {
    AreaLevel.BUURT: (("code",), ("name",)),
    AreaLevel.WIJK: (("wijk", "code"), ("wijk_name", "name")),
    AreaLevel.GEMEENTE: (("gemeente", "code"), ("gemeente_name", "name")),
}
"""Which of our names stand for the code and the name of the areas of a level, the first that a table has."""
OPTIONAL = ("gemeente_name", "wijk_name", "water", "change", "year")
COLUMNS = ("name", "wijk_name", "gemeente", "gemeente_name", "geometry")
OPEN_WATER = {AreaLevel.BUURT: "9997", AreaLevel.WIJK: "97"}
"""How the code of open water ends (`BU02339997`, `WK023397`)."""
COARSENESS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE)
"""The levels of CBS's division, the finest first."""
NOT_NAMED = pd.Series(dtype=object)
WATER, LAND, ABROAD = "JA", "NEE", "B"
CURVED = "curved"
"""In the `attrs` of a raw table whose reader met curves, which it made straight."""
STRAIGHTENED = message("the boundary file holds curves; they were made straight, with a corner every four degrees")
SNAP = 0.01
"""Metres: parts whose borders do not coincide are joined on a grid of this size."""


@dataclass(frozen=True, slots=True)
class AreasOfVintage:
    """The areas of a boundary file, and what was done to them: left out, repaired, placed without a CRS."""

    areas: AreaFrame
    notes: tuple[Message, ...]


def buurten(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> AreaFrame:
    """The buurten of `read_areas`, for a file of which the notes are known."""
    return read_areas(raw, vintage, where).areas


def read_areas(
    raw: geopandas.GeoDataFrame, vintage: Vintage, where: str, level: AreaLevel = AreaLevel.BUURT
) -> AreasOfVintage:
    """The buurten, wijken or gemeenten of a raw table, in RD New: land and water parts of one code joined, invalid
    polygons repaired.

    The order of the rows makes no difference. Where the file has it, the column `change` says what became of an area
    since the year before: 1 nothing, 2 another code, 3 another border, NA unknown.

    Raises AreaError naming `where`, the column or code, and what was found: unknown columns, a file of another year, no
    or malformed codes, empty polygons, a CRS that the coordinates deny, an area without any surface.
    """
    if raw.empty:
        raise AreaError("{where}: no rows; give a boundary file with polygons", where=where)
    table = _renamed(raw if raw.geometry.name == "geometry" else raw.rename_geometry("geometry"), vintage, where, level)
    _check_year(table, vintage, where)
    inside, left_out = _in_the_country(table, where, level)
    _check_codes(inside, where, _column(vintage, OURS[level][0], raw.columns), level)
    placed, placing = in_rd(inside, where)
    valid, repairs = sound(placed, where)
    curves = (STRAIGHTENED,) if raw.attrs.get(CURVED) else ()
    if "change" in valid:
        valid["change"] = _changes(valid, where)
    areas = _one_row_a_code(valid)
    doubles = (*several_names(valid[valid["water"] != WATER]), *far_apart(areas.geometry, where))
    areas["name"] = areas["name"].fillna(areas.index.to_series())
    areas["gemeente"] = parents(areas.index, AreaLevel.GEMEENTE)
    if level is not AreaLevel.BUURT:
        areas["wijk_name"] = areas["name"]
    if level is AreaLevel.GEMEENTE:
        areas["gemeente_name"] = areas["name"]
    for larger, column in ((AreaLevel.GEMEENTE, "gemeente_name"), (AreaLevel.WIJK, "wijk_name")):
        codes = parents(areas.index, larger).to_series(index=areas.index)
        # What the file does not name is called by its code, until `named`.
        areas[column] = areas[column].fillna(codes) if column in areas else codes
    columns = [*COLUMNS[:-1], *(name for name in ("change",) if name in areas), "geometry"]
    return AreasOfVintage(
        AreaFrame(level, vintage.year, areas[columns]), (*left_out, *placing, *curves, *repairs, *doubles)
    )


def wijken(areas: AreaFrame, apart: float = 0.0) -> AreaFrame:
    """The wijken that buurten make up, by their codes; wijken themselves where the areas are these.

    Slits between the buurten of a wijk are closed where their borders lie up to `apart` metres apart.
    """
    return areas if areas.level is AreaLevel.WIJK else _dissolved(areas, AreaLevel.WIJK, "wijk_name", apart)


def gemeenten(areas: AreaFrame, apart: float = 0.0) -> AreaFrame:
    """The gemeenten that buurten or wijken make up, by their codes; their `wijk_name` is that of the first wijk, and no
    use. Gemeenten themselves where the areas are these. Slits are closed as in `wijken`.
    """
    return areas if areas.level is AreaLevel.GEMEENTE else _dissolved(areas, AreaLevel.GEMEENTE, "gemeente_name", apart)


def no_finer_than(areas: AreaFrame, level: AreaLevel, apart: float = 0.0) -> AreaFrame:
    """The areas, joined to those of `level` where they are finer."""
    if COARSENESS.index(areas.level) >= COARSENESS.index(level):
        return areas
    return wijken(areas, apart) if level is AreaLevel.WIJK else gemeenten(areas, apart)


def replaced(areas: AreaFrame, by: AreaFrame) -> AreaFrame:
    """The areas with those of `by` in place of all areas of the same gemeenten: better polygons of a part."""
    rest = areas.table[~areas.table["gemeente"].isin(by.table["gemeente"])]
    return AreaFrame(areas.level, areas.vintage, pd.concat([rest, by.table]).sort_index())


def named(areas: AreaFrame, gemeente: pd.Series, wijk: pd.Series = NOT_NAMED) -> AreaFrame:
    """The areas with the names of gemeenten and wijken taken from elsewhere, where they are there, by code; a gemeente
    that stands in small letters gets its capitals.
    """
    table = areas.table.copy()
    in_wijk = parents(areas.ids, AreaLevel.WIJK).to_series(index=areas.ids)
    for column, codes, names in (("gemeente_name", table["gemeente"], gemeente), ("wijk_name", in_wijk, wijk)):
        elsewhere = codes.map(names).astype(object)
        table[column] = table[column].where(elsewhere.isna(), elsewhere)
    table["gemeente_name"] = table["gemeente_name"].map(with_capitals)
    if areas.level is AreaLevel.GEMEENTE:
        table["name"] = table["gemeente_name"]
    return AreaFrame(areas.level, areas.vintage, table)


def _column(vintage: Vintage, ours: tuple[str, ...], columns: pd.Index) -> str | None:
    """The first column that holds what one of our names stands for."""
    return next((theirs for name in ours if (theirs := vintage.column(name, columns)) is not None), None)


def _renamed(raw: geopandas.GeoDataFrame, vintage: Vintage, where: str, level: AreaLevel) -> geopandas.GeoDataFrame:
    """The columns that matter, under our names, whatever this year calls them; as text, without padding."""
    ours_by_theirs: dict[str, str] = {}
    required = dict(zip(("code", "name"), OURS[level], strict=True))
    for ours, names in (required | {name: (name,) for name in OPTIONAL}).items():
        theirs = _column(vintage, names, raw.columns)
        if theirs is None and ours in required:
            aliases = [alias for name in names for alias in vintage.aliases[name]]
            raise AreaError(
                "{where}: no column for {ours!r}: looked for {aliases}; found {columns}; rename the column with it to "
                "{first}",
                where=where, ours=ours, aliases=", ".join(aliases), columns=list(raw.columns), first=aliases[0],
            )  # fmt: skip
        if theirs is not None and theirs not in ours_by_theirs:
            ours_by_theirs[theirs] = ours
    table = raw[[*ours_by_theirs, "geometry"]].rename(columns=ours_by_theirs).reset_index(drop=True)
    for text in ours_by_theirs.values():
        bare = table[text].astype(str).str.strip()
        table[text] = bare.where(table[text].notna() & (bare != ""), None)
    return table


def _check_year(table: geopandas.GeoDataFrame, vintage: Vintage, where: str) -> None:
    """A file that says of which year it is must be of this one; `jaarstatcode` begins with it."""
    if "year" not in table:
        return
    years = table["year"].dropna().str[:4].unique()
    if wrong := sorted(set(years) - {str(vintage.year)}):
        raise AreaError(
            "{where}: boundaries of {years} by its own words, where those of {year} are due; give the boundary file of "
            "that year, or ask for the vintage of the file",
            where=where, years=", ".join(wrong), year=vintage.year,
        )  # fmt: skip


def _in_the_country(
    table: geopandas.GeoDataFrame, where: str, level: AreaLevel
) -> tuple[geopandas.GeoDataFrame, tuple[Message, ...]]:
    """The rows that are areas, and notes of those that are not: ground abroad and open water."""
    if "water" not in table:
        table = table.assign(water=None)
    kind = table["water"].str.upper().fillna(LAND).astype(object)
    if strange := sorted(set(kind) - {WATER, LAND, ABROAD}):
        raise AreaError(
            "{where}: the column that says whether an area is water holds {strange} besides {water}, {land} and "
            "{abroad}; correct it, or give it another name if it says something else",
            where=where, strange=first_few(strange), water=WATER, land=LAND, abroad=ABROAD,
        )  # fmt: skip
    abroad = kind == ABROAD
    open_water = ~abroad & (
        table["code"].str.endswith(OPEN_WATER.get(level, "-"), na=False) | ((kind == WATER) & table["code"].isna())
    )
    notes = []
    if abroad.any():
        notes.append(message("outside the Netherlands, left out: {polygons}", polygons=_polygons(abroad)))
    if open_water.any():
        notes.append(message("open water without figures, left out: {polygons}", polygons=_polygons(open_water)))
    return table.assign(water=kind)[~abroad & ~open_water], tuple(notes)


def _polygons(rows: pd.Series) -> Message:
    return plural("1 polygon", "{count} polygons", count=int(rows.sum()))


def _check_codes(table: geopandas.GeoDataFrame, where: str, column: str | None, level: AreaLevel) -> None:
    if table.empty:
        raise AreaError(
            "{where}: no rows with {level} codes, only water or ground abroad; give a boundary file with them",
            where=where, level=level,
        )  # fmt: skip
    without = table["code"].isna()
    if without.any():
        rows = [message("row {row} ({name})", row=at + 1, name=name) for at, name in table["name"][without].items()]
        raise AreaError(
            "{where}: {count} areas have no code in column {column!r}: {rows}; add their codes",
            where=where, count=len(rows), column=column, rows=_first_few(rows),
        )  # fmt: skip
    if len(wrong := malformed(table["code"], level)):
        raise AreaError(
            "{where}: {count} codes in column {column!r} are not {level}codes ({pattern}): {codes}",
            where=where, count=len(wrong), column=column, level=level, pattern=PATTERNS[level], codes=first_few(wrong),
        )  # fmt: skip


def _first_few(parts: list[Message], most: int = 3) -> Message:
    """The first few messages, and how many more there are."""
    shown, rest = joined(", ", parts[:most]), len(parts) - most
    return message("{shown} and {rest} more", shown=shown, rest=rest) if rest > 0 else shown


def _changes(table: geopandas.GeoDataFrame, where: str) -> pd.Series:
    """1, 2, 3 or NA: CBS's codes for "no figure" are below 0."""
    changes = pd.to_numeric(table["change"], errors="coerce")
    strange = ~(changes.isin([1, 2, 3]) | (changes < 0) | table["change"].isna())
    if strange.any():
        raise AreaError(
            "{where}: {count} areas have an 'indelingswijziging' that is not 1, 2 or 3: {codes}",
            where=where, count=int(strange.sum()),
            codes=first_few(table["code"][strange] + " " + table["change"][strange]),
        )  # fmt: skip
    return pd.Series(changes.where(changes > 0).astype("Int8"))


def _one_row_a_code(table: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Parts of one code joined, sorted by code. Names are those of the land, where a code has land."""
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


def _dissolved(areas: AreaFrame, level: AreaLevel, name: str, apart: float) -> AreaFrame:
    """Areas joined by the `level` their codes lie in: as a coverage where their borders coincide, seven times as fast
    as a union; else by union on a grid that closes slits below `SNAP`, and those up to `apart` metres wide.
    """
    table = areas.table.assign(name=areas.table[name], parent=parents(areas.ids, level))[["parent", *COLUMNS]]
    coincide = bool(shapely.coverage_is_valid(table.geometry.to_numpy(), gap_width=SNAP))
    how = {"method": "coverage"} if coincide else {"grid_size": SNAP}
    union = table.dissolve("parent", aggfunc="first", **how).sort_index()
    union.index.name = "area_id"
    if apart:
        union = union.set_geometry([outline([one], apart) for one in union.geometry], crs=union.crs)
    return AreaFrame(level, areas.vintage, union[list(COLUMNS)])
