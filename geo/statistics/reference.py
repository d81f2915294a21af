"""The reference set: the areas from which conditional permutation draws values."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.errors import StatisticError, first_few
from geo.variation import NOISE, are_whole, differs, noise

REACH = 200
"""Powers of two up to which sums of squares of a whole country are numbers, neither infinite nor 0."""
EXTREME = 1e9
"""No figure is taken to hide others below it: what differs so little beside it is rounding."""


def reference(where: str, values: pd.Series, *indexes: pd.Index) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which areas have a value, and the values of those; NaN drops out.

    Values so large or small that their squares are no numbers any more are all made that many powers of two smaller or
    larger, which changes no digit of them: no statistic depends on the unit.

    Raises AlignmentError unless all `indexes` are those of the values, and StatisticError, naming `where`, for values
    that are infinite, do not differ by more than rounding, or of which a few hide how the others differ.
    """
    check_aligned(where, values.index, *indexes)
    known = values.notna().to_numpy()
    figures = values[known].to_numpy(dtype=float)
    if (infinite := np.isinf(figures)).any():
        areas = first_few(values.index[known][infinite])
        raise StatisticError("{where}: values must be finite, not so in {areas}", where=where, areas=areas)
    if not differs(figures):
        raise StatisticError(
            "{where}: the values of {count} areas do not differ: nothing to test", where=where, count=len(figures)
        )
    return known, summable(where, figures, values.index[known])


def summable(where: str, figures: NDArray[np.float64], ids: pd.Index) -> NDArray[np.float64]:
    """Finite values that differ, made so many powers of two smaller or larger that their squares are numbers.

    Raises StatisticError, naming `where`, for values of which a few hide how the others differ.
    """
    if (hiding := _hiding(figures)).any():
        raise StatisticError(
            "{where}: beside the values of {areas} (up to {largest:g}) those of the others cannot be told apart; "
            "correct them, or leave them unknown",
            where=where, areas=first_few(ids[hiding]), largest=float(np.abs(figures).max()),
        )  # fmt: skip
    return _within_reach(figures)


def _hiding(figures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values are so large that what the others usually differ is lost in sums with them: 20 beside 1e300."""
    sizes = np.abs(figures)
    if sizes.max() <= EXTREME:
        return np.zeros(len(figures), dtype=bool)
    middle = float(np.median(figures))
    apart = np.abs(figures / 2 - middle / 2)  # halves: the difference itself may be infinite
    rounding = 0.0 if are_whole(figures) else NOISE / 4 * np.maximum(sizes, abs(middle))
    usual, lost = np.median(apart[apart > rounding]), noise(figures) / 2
    hiding: NDArray[np.bool_] = (lost >= usual) & (lost * (apart / apart.max()) >= usual)
    return hiding


def _within_reach(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    _, power = np.frexp(np.abs(figures).max())
    return np.ldexp(figures, -power) if abs(power) > REACH else figures
