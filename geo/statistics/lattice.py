"""Values as whole numbers: what the chances of sums are computed on.

Values that are multiples of one step (counts, flags, percentages with a decimal, figures rounded to fives) are those
multiples. Sums of values that tie are sums of multiples that tie, although in floating point 0.1 + 0.2 is not 0.3, and
chances are exact.

Other values are rounded, each by at most `error`. So a sum of k of them lies within k times that of the sum of what
they were rounded to, and a sum on the lattice that is as far above the observed one, or below it, is certainly higher,
or lower.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import StatisticError
from geo.variation import noise

FINE, COARSE, WHOLE = 2**16, 800, 2**21
"""Points of the lattice of sums for areas with few neighbours; points per value for those with many; most points where
values have a step of their own."""

FEW = 12
"""Areas with more neighbours than this get a lattice of their own: it is coarser, and what it costs grows with k^2."""

TABLE, WORK = 2**26, 2**31
"""Most chances in one table, of every sum of every number of neighbours: half a gigabyte; and most products of chances,
which grow with the square of the number of neighbours: some ten seconds."""

LEAST = 64
"""Points per value under which rounding would leave nothing certain."""

SAMPLE = 512
"""Values of which it is tried first whether they have a step: in real numbers it fails at once."""

NARROWER, CLOSER = 4, 0.75
"""How many times less far apart what decides must be than all values, for a lattice of its own; and the part of the
distance that may be left."""

SLIVER = 1e-6
"""More than floating point makes of a sum, less than any step."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Values as whole numbers from 0.

    Args:
        points: the whole numbers.
        positions: what was rounded to them.
        error: the largest distance between the two; 0 where nothing was rounded.
        length: a power of two on which the largest sum fits.
    """

    points: Whole
    positions: Floats
    error: float
    length: int

    @classmethod
    def of(cls, values: Floats, largest: int) -> "Lattice":
        """The lattice for sums of up to `largest` values that are not all equal.

        Raises StatisticError where that many values without a step are too many for a certain answer.
        """
        above = values - values.min()
        highest = float(above.max())
        most = min(WHOLE, 1 << min(TABLE // (largest + 1), max(WORK // largest**2, 1)).bit_length() - 1)
        if step := _step(above, noise(values), highest * largest / (most - 1)):
            points = np.rint(above / step)
            length = 1 << max(round(highest / step) * largest + 1, 2).bit_length()
            return cls(points.astype(np.int64), points, 0.0, length)
        length = FINE if largest <= FEW else min(most, 1 << (COARSE * largest).bit_length())
        if (bins := (length - 1) // largest) < LEAST:
            raise StatisticError(
                "sums of {largest} values that are not whole cannot be told apart well enough; take fewer neighbours, "
                "round the values, or draw (getis_ord_weighted)",
                largest=largest,
            )
        positions = above * (bins / highest)
        points = np.rint(positions)
        return cls(points.astype(np.int64), positions, float(np.abs(positions - points).max()), length)

    @property
    def exact(self) -> bool:
        """Whether nothing was rounded."""
        return self.error == 0

    def goals(self, sums: Floats, steps: Whole) -> Whole:
        """For each sum of positions the least point that may be as high and the least that certainly is.

        Args:
            sums: the sums of positions.
            steps: how many values are in each, counted by their weight.
        """
        reach = 0 if self.exact else steps * self.error + SLIVER
        return np.ceil([sums - reach, sums + reach]).astype(np.int64)


def decisive(values: Floats, sums: Floats, counts: Whole, rounding: float) -> tuple[Whole, Floats]:
    """Which of some sums can be told on a finer lattice, and the values for it; none where that is no use.

    Whether k values sum to at least t is settled by one value alone if it is t less k - 1 times the lowest of all, or
    more; and if with k - 1 times the highest it still falls short. How far beyond these it lies does not matter, so it
    is moved to just there. A value that is itself among the k of its sum never lies beyond.

    Args:
        values: of all areas.
        sums: what some areas are tested with: t.
        counts: of how many values each is the sum: k.
        rounding: what floating point makes of usual values; a lattice so fine that it shows is none.
    """
    lowest, highest = float(values.min()), float(values.max())
    reach = highest - lowest
    margin = SLIVER * reach
    low = np.maximum(sums - (counts - 1) * highest - margin, lowest)
    high = np.minimum(sums - (counts - 1) * lowest + margin, highest)
    which = np.flatnonzero(high - low <= reach / NARROWER)
    if not len(which) or high[which].max() - low[which].min() > reach / 2:
        return which[:0], values
    bounds = low[which].min(), high[which].max()
    inside = values[(values > bounds[0]) & (values < bounds[1])]
    moved = np.clip(values, *(_on_steps(inside, *bounds) if len(inside) else bounds))
    closer = FINE * rounding < SLIVER * np.ptp(moved) <= SLIVER * CLOSER * reach
    return (which, moved) if closer else (which[:0], values)


def _on_steps(inside: Floats, low: float, high: float) -> tuple[float, float]:
    """Bounds that are multiples of the step that the values between them have, no nearer to one another."""
    first = float(inside.min())
    step = _step(inside - first, noise(inside), (high - low) / WHOLE) if np.ptp(inside) else high - low
    if not step:
        return low, high
    return first - step * np.ceil((first - low) / step), first + step * np.ceil((high - first) / step)


def _step(above: Floats, noise: float, least: float) -> float:
    """The largest step of which all of `above` are multiples, but for `noise`; 0 where it is not more than `least`.

    Euclid's algorithm: what is left over of one value after another becomes the step.
    """
    highest = step = float(above.max())
    for sample in (above[:: 1 + len(above) // SAMPLE], above):
        while (over := (rest := np.abs(sample - step * np.rint(sample / step))) > least / 4).any():
            step = float(rest[over].min())
            if step < least:
                return 0.0
    step = highest / np.rint(highest / step)  # most precise from the highest multiple
    off = np.abs(above - step * np.rint(above / step)).max()
    return float(step) if step > least and off <= noise < step * SLIVER else 0.0
