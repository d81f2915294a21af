"""Cells to numbers: what came as a number as it is, text by layers.method.numbers; unknown is NaN, never 0."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.declarations.records import Between
from layers.method import numbers
from layers.method.numbers import Floats, Mark
from services.formats import mixed
from services.formats.cells import text


def amounts(column: pa.Array, decimal: Mark | None) -> Floats:
    """The number in each cell; NaN where there is none, and where it can be read in two ways."""
    return _typed(column, lambda cells: numbers.amounts(cells, decimal))


def within(amounts: Floats, between: Between) -> NDArray[np.bool_]:
    """Which numbers lie in a range; one that is not known in none."""
    least = -np.inf if between.least is None else between.least
    below = np.inf if between.below is None else between.below
    return np.asarray((amounts >= least) & (amounts < below))


def coordinates(column: pa.Array, decimal: Mark | None) -> Floats:
    """The same, but without `decimal` a mark that could stand between thousands stands before decimals."""
    return _typed(column, lambda cells: numbers.coordinates(cells, decimal))


def _typed(column: pa.Array, parsed: Callable[[pa.Array], Floats]) -> Floats:
    """Cells that are numbers as they are, also among text; the rest as `parsed`."""
    if _is_numeric(column):
        return _numeric(column)
    if not mixed.is_mixed(column.type):
        return parsed(text(column))
    numeric = _numeric(mixed.part(column, "number"))
    return np.where(np.isnan(numeric), parsed(text(mixed.part(column, "text"))), numeric)


def _is_numeric(column: pa.Array) -> bool:
    return bool(
        pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    )


def _numeric(column: pa.Array) -> Floats:
    floats = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
    return np.where(np.isfinite(floats), floats, np.nan)
