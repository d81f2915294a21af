"""Counts through the years on the areas of one vintage, and how far each value may be off because borders moved.

What came whole is exact. Of a source that was split, a share p of its count c was given to an area, while in truth
anything between nothing and all of it may be there. Whatever is believed of that truth, as long as its mean is p, its
variance is at most p (1 - p) (R. Bhatia and C. Davis 2000, A better bound on the variance, Am. Math. Monthly 107(4),
353-357). So `error` is the root of the sum of c² p (1 - p) over the sources of an area, taken as independent: the
standard error at the worst, when everybody in a split area lives in one street. `split` is the share of the value that
came in parts, which L. Simpson (2002, Geography conversion tables, Int. J. of Population Geography 8(1), 69-82) calls
the want of fit. Where a second crosswalk is given (by surface beside by weights), `disagreement` is how far the two lie
apart: a measured error of the cruder one, and a guess at that of the finer one.

Rejected: the binomial p (1 - p) c, which takes people as placed one by one, independently, and is far too sure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from boundaries.counts import Counts
from boundaries.crosswalk import ROUNDING, Crosswalk
from geo.alignment import check_aligned
from geo.errors import AlignmentError
from geo.polygons import Floats

COLUMNS = ("value", "split", "error", "disagreement")


@dataclass(frozen=True, slots=True)
class Year:
    """The counts of one year on the areas of its own vintage, and the crosswalk to the areas of the series.

    `unweighted` is a second crosswalk between the same areas, by surface, to compare with.
    """

    counts: Counts
    crosswalk: Crosswalk
    unweighted: Crosswalk | None = None


def harmonised(years: Mapping[int, Year]) -> pd.DataFrame:
    """A row an area and year, areas in the order of the crosswalks and their years sorted: `value`, `split`, `error`,
    `disagreement` (NaN without a second crosswalk).

    A value that is unknown has none of these. All crosswalks must lead to the same areas.
    """
    if not years:
        raise AlignmentError("series: no years; give the counts of one year at least")
    first = next(iter(years.values()))
    for year, about in years.items():
        check_aligned(f"series, {year}", first.crosswalk.targets, about.crosswalk.targets)
        if about.counts.of != first.counts.of:
            raise AlignmentError(
                "series, {year}: counts of {of!r} among those of {first!r}",
                year=year, of=about.counts.of, first=first.counts.of,
            )  # fmt: skip
    tables = {year: _apportioned(years[year]) for year in sorted(years)}
    areas, count = first.crosswalk.targets, len(tables)
    # Laid out as it is to be: sorted afterwards, the codes of millions of hexagons become as many Python objects.
    at = [np.repeat(np.arange(len(areas)), count), np.tile(np.arange(count), len(areas))]
    levels = [areas, list(tables)]
    names = ["area_id", "year"]
    index = pd.MultiIndex(levels, at, names=names, verify_integrity=False)  # type: ignore[arg-type]  # arrays will do
    values = np.empty((len(COLUMNS), len(areas), count))
    for which, column in enumerate(COLUMNS):
        for year, table in enumerate(tables.values()):
            values[which, :, year] = table[column]
    return pd.DataFrame(values.reshape(len(COLUMNS), -1).T, index, COLUMNS, copy=False)


def _apportioned(year: Year) -> dict[str, Floats]:
    """The columns of one year."""
    value = year.crosswalk.sum(year.counts).figures.to_numpy()
    source, target = year.crosswalk.at
    share, count = year.crosswalk.table["share"].to_numpy(), year.counts.figures.to_numpy()[source]
    in_parts = share < 1 - ROUNDING
    split = np.bincount(target[in_parts], count[in_parts] * share[in_parts], len(value))
    error = np.sqrt(np.bincount(target, _variance(count, share), len(value)))
    other = year.unweighted.sum(year.counts).figures.to_numpy() if year.unweighted else np.nan
    columns = {
        "value": value,
        "split": np.divide(split, value, out=np.zeros(len(value)), where=value > 0),
        "error": error,
        "disagreement": np.abs(value - other),
    }
    return {name: np.where(np.isnan(value), np.nan, column) for name, column in columns.items()}


def _variance(count: Floats, share: Floats) -> Floats:
    """The variance at the worst of each part of a count (see above), made in place."""
    variance = np.square(count)
    variance *= share
    rest = 1 - share
    variance *= rest.clip(min=0.0, out=rest)
    return variance
