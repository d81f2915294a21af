"""CBS's squares of 100 m as a source: inhabitants and homes on a grid, for counts per area and for weights.

A square is named after its south-western corner in hectometres: E1719N4699 begins at (171900, 469900); in metres, as
INSPIRE writes it (E171900N469900), it is read as well. The name is believed, not the polygon beside it: files have been
delivered with the wrong CRS. Squares with fewer than five of something hold one of CBS's codes (-99997 and others),
which are unknown and never counted; squares without inhabitants are mostly not in the file at all, or joined into
shapes without a name or any figure, which are left out and counted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely

from boundaries.codes import CBS_MISSING
from boundaries.counts import Counts
from boundaries.dasymetric import Weights, weight_of
from boundaries.overlaps import overlaps
from geo.areas import RD_NEW, AreaFrame
from geo.errors import SourceError, first_few
from geo.measures import Unknown

SIDE = 100.0
CODES = ("crs28992res100m", "c28992r100")
"""What the column with the names of the squares has been called."""

NAME = re.compile(r"E(\d{4})N(\d{4})")
IN_METRES = re.compile(r"^E(\d{3,4})00N(\d{4})00$")

SECRET_AT_MOST = 4.0
"""What a square that is kept secret holds at most: CBS rounds to fives and hides what is fewer than five."""


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares in RD New with their figures; unknown is NaN.

    Attributes:
        where: the file, for messages.
        table: a row a square, by name.
        hidden: of the columns of numbers, what a square without a figure holds at most: 4 where it is secret, infinite
            where it is unknown otherwise, 0 where there is a figure.
        notes: in Dutch, what of it is not here.
    """

    where: str
    table: geopandas.GeoDataFrame
    hidden: pd.DataFrame
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> str:
        """The column of numbers of that name, or else of the same letters and digits. Raises SourceError."""
        numbers = [str(one) for one in self.hidden]
        found = same(name, numbers)
        if found is None:
            raise SourceError(f"{self.where}: no column of numbers {name!r}; it has {numbers}")
        return found

    def weights(self, column: str) -> Weights:
        """The squares as weights by one column."""
        found = self.column(column)
        return Weights(found, self.table, found)

    def counts(self, column: str, areas: AreaFrame) -> Counts:
        """Counts per area, squares on a border spread by surface. What is unknown is not among them: see `missing`."""
        return Counts(column, weight_of(areas, self.weights(column)))

    def missing(self, column: str, areas: AreaFrame) -> pd.Series:
        """What the squares without a figure hold at most in each area, those on a border for the part within."""
        most = self.hidden[self.column(column)]
        hidden = np.flatnonzero(most > 0)
        found = overlaps(areas.table.geometry.to_numpy(), self.table.geometry.to_numpy()[hidden])
        within = found.surface / SIDE**2 * most.to_numpy()[hidden][found.right]
        return pd.Series(np.bincount(found.left, within, len(areas)), areas.ids)

    def unknown(self, column: str, areas: AreaFrame) -> pd.Series:
        """How many squares in an area, or partly, have no figure: its count is too low by what these hold."""
        hidden = self.table.geometry[self.table[self.column(column)].isna()].to_numpy()
        found = overlaps(areas.table.geometry.to_numpy(), hidden)
        return pd.Series(np.bincount(found.left, minlength=len(areas)), areas.ids)


def same(name: str, among: Iterable[str]) -> str | None:
    """The name itself, or the first of the same letters and digits: aantalInwoners for aantal_inwoners."""
    known = list(among)
    bare = {_bare(one): one for one in reversed(known)}
    return name if name in known else bare.get(_bare(name))


def code_of(columns: Iterable[str]) -> str | None:
    """The column with the names of the squares."""
    known = list(columns)
    return next((found for code in CODES if (found := same(code, known)) is not None), None)


def squares(raw: pd.DataFrame, where: str) -> Squares:
    """The squares of a table as CBS delivers it."""
    code = code_of(str(one) for one in raw)
    if code is None:
        raise SourceError(
            f"{where}: no column with the names of squares: looked for {', '.join(CODES)}; found {list(raw)}"
        )
    bare = raw.drop(columns=[one for one in (code, "geometry") if one in raw])
    blank = raw[code].isna() & bare.apply(_known).isna().all(axis=1)
    notes = (f"zonder naam en zonder cijfers, weggelaten: {int(blank.sum())} van {len(raw)}",) if blank.any() else ()
    raw, table = raw[~blank], bare[~blank]
    names = raw[code].astype(str).str.strip()
    names = names.str.replace(IN_METRES, lambda found: f"E{found[1]:0>4}N{found[2]}", regex=True)
    corner = names.str.extract(NAME).astype(float) * SIDE
    whole = names.str.fullmatch(NAME)
    if not whole.all():
        raise SourceError(
            f"{where}: {int((~whole).sum())} names in column {code!r} are not those of squares of 100 m "
            f"(E1719N4699): {first_few(names[~whole])}"
        )
    if len(doubles := names[names.duplicated()]):
        raise SourceError(f"{where}: {len(doubles)} squares occur more than once: {first_few(doubles)}")
    table = table.set_axis(names.rename("square"))
    known, hidden = table.apply(_known), table.select_dtypes("number").apply(_most)
    x, y = corner[0].to_numpy(), corner[1].to_numpy()
    polygons = shapely.box(x, y, x + SIDE, y + SIDE)
    return Squares(where, geopandas.GeoDataFrame(known, geometry=polygons, crs=RD_NEW), hidden, notes)


def _known(column: pd.Series) -> pd.Series:
    """The column without CBS's codes for "no figure"."""
    return column.mask(column.isin(list(CBS_MISSING))) if pd.api.types.is_numeric_dtype(column) else column


def _most(column: pd.Series) -> pd.Series:
    """What a square may hold at most where it has no figure."""
    why = column.map(CBS_MISSING)
    most = np.select([why == Unknown.SECRET, column.isna() | why.notna()], [SECRET_AT_MOST, np.inf])
    return pd.Series(most, column.index)


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
