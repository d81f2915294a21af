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
from boundaries.rd import RD_NEW
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.unknown import Unknown

SIDE = 100.0
CODES = ("crs28992res100m", "c28992r100")
"""What the column with the names of the squares has been called."""

NAME = re.compile(r"E(\d{4})N(\d{4})")
IN_METRES = re.compile(r"^E(\d{3,4})00N(\d{4})00$")

SECRET_AT_MOST = 4.0
"""What a secret square holds at most: CBS rounds to fives and suppresses what is fewer than five."""


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares in RD New with their figures; unknown is NaN.

    Attributes:
        where: the file, for messages.
        table: a row a square, by name.
        most: of the columns of numbers, what a square without a figure holds at most: 4 where it is secret, infinite
            where it is unknown otherwise, 0 where there is a figure.
        notes: what of it is left out.
    """

    where: str
    table: geopandas.GeoDataFrame
    most: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def column(self, name: str) -> str:
        """The column of numbers of that name, or else of the same letters and digits. Raises SourceError."""
        numbers = [str(column) for column in self.most]
        column = same(name, numbers)
        if column is None:
            raise SourceError(
                "{where}: no column of numbers {name!r}; it has {columns}",
                where=self.where, name=name, columns=numbers,
            )  # fmt: skip
        self._check(column)
        return column

    def _check(self, column: str) -> None:
        """Raise SourceError for squares that hold less than nothing."""
        figures = self.table[column]
        if (wrong := figures[(figures < 0) | np.isinf(figures)]).size:
            raise SourceError(
                "{where}: {count} squares hold no count in column {column!r}: {squares}; counts are 0 or more, and "
                "CBS's codes for 'no figure' are {missing}",
                where=self.where, count=len(wrong), column=column,
                squares=first_few(f"{square} {figure:g}" for square, figure in wrong.items()),
                missing=", ".join(map(str, CBS_MISSING)),
            )  # fmt: skip

    def weights(self, column: str) -> Weights:
        """The squares as weights by one column."""
        theirs = self.column(column)
        return Weights(theirs, self.table, theirs)

    def counts(self, column: str, areas: AreaFrame) -> Counts:
        """Counts per area, by surface from squares on a border. What is unknown is not among them: see `missing`."""
        return Counts(column, weight_of(areas, self.weights(column)))

    def missing(self, column: str, areas: AreaFrame) -> pd.Series:
        """What the squares without a figure hold at most in each area, those on a border for the part within."""
        most = self.most[self.column(column)]
        unknown = np.flatnonzero(most > 0)
        both = overlaps(areas.table.geometry.to_numpy(), self.table.geometry.to_numpy()[unknown])
        within = both.surface / SIDE**2 * most.to_numpy()[unknown][both.right]
        return pd.Series(np.bincount(both.left, within, len(areas)), areas.ids)

    def unknown(self, column: str, areas: AreaFrame) -> pd.Series:
        """How many squares in an area, or partly, have no figure: its count is too low by what these hold."""
        unknown = self.table.geometry[self.table[self.column(column)].isna()].to_numpy()
        both = overlaps(areas.table.geometry.to_numpy(), unknown)
        return pd.Series(np.bincount(both.left, minlength=len(areas)), areas.ids)


def same(name: str, among: Iterable[str]) -> str | None:
    """The name itself, or the first of the same letters and digits: aantalInwoners for aantal_inwoners."""
    names = list(among)
    bare = {_bare(one): one for one in reversed(names)}
    return name if name in names else bare.get(_bare(name))


def code_of(columns: Iterable[str]) -> str | None:
    """The column with the names of the squares."""
    names = list(columns)
    return next((column for code in CODES if (column := same(code, names)) is not None), None)


def squares(raw: pd.DataFrame, where: str) -> Squares:
    """The squares of a table as CBS delivers it."""
    code = code_of(str(column) for column in raw)
    if code is None:
        raise SourceError(
            "{where}: no column with the names of squares: looked for {codes}; found {columns}",
            where=where, codes=", ".join(CODES), columns=list(raw),
        )  # fmt: skip
    bare = raw.drop(columns=[column for column in (code, "geometry") if column in raw])
    blank = raw[code].isna() & bare.apply(_known).isna().all(axis=1)
    left_out = message(
        "without a name and without figures, left out: {count} of {total}", count=int(blank.sum()), total=len(raw)
    )
    notes = (left_out,) if blank.any() else ()
    raw, table = raw[~blank], bare[~blank]
    names = raw[code].astype(str).str.strip()
    names = names.str.replace(IN_METRES, lambda metres: f"E{metres[1]:0>4}N{metres[2]}", regex=True)
    corner = names.str.extract(NAME).astype(float) * SIDE
    whole = names.str.fullmatch(NAME)
    if not whole.all():
        raise SourceError(
            "{where}: {count} names in column {column!r} are not those of squares of 100 m (E1719N4699): {names}",
            where=where, count=int((~whole).sum()), column=code, names=first_few(names[~whole]),
        )  # fmt: skip
    if len(doubles := names[names.duplicated()]):
        raise SourceError(
            "{where}: {count} squares occur more than once: {names}",
            where=where, count=len(doubles), names=first_few(doubles),
        )  # fmt: skip
    table = table.set_axis(names.rename("square"))
    known, most = table.apply(_known), table.select_dtypes("number").apply(_most)
    x, y = corner[0].to_numpy(), corner[1].to_numpy()
    polygons = shapely.box(x, y, x + SIDE, y + SIDE)
    return Squares(where, geopandas.GeoDataFrame(known, geometry=polygons, crs=RD_NEW), most, notes)


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
