"""Perturbation: noise on a count, drawn from its cell key by a table of transition probabilities.

Of each count the table says how likely every other is to be published in its place. No count moves by more than
`max_noise`; noise is 0 on average and has the declared variance; 0 stays 0; but for 0 no count below `smallest` is
published, so that a published one or two is never anyone. Among all tables that keep to this it is the one with the
most entropy: nothing else is known of the noise. Its rows have a closed form, exp(a d + b d**2) of the noise d, in
which a and b are such that mean and variance are what they should be.

Rejected: the step-wise search of R's `ptable`, which ends near the optimum and sets a few more things (that
probabilities fall with the size of the noise; how often a count stays); and noise drawn anew for each table, which
averages away.

Sources: S. Giessing (2016), Computational issues in the design of transition probabilities and disclosure risk
estimation for additive noise, Privacy in Statistical Databases, LNCS 9867, doi:10.1007/978-3-319-45381-1_18; T.
Enderle, S. Giessing and R. Tent (2018), Designing confidentiality on the fly methodology, Privacy in Statistical
Databases, LNCS 11126.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from geo.disclosure.cell_keys import Keys, fractions, mixed
from geo.errors import MeasureError

type Floats = NDArray[np.float64]

WHOLE = 1e-6
"""How far a whole count may lie from a whole number."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How counts are perturbed: the most that one moves, the variance, and the smallest that is published but 0."""

    max_noise: int = 5
    variance: float = 3.0
    smallest: int = 3

    def __post_init__(self) -> None:
        least, most = self.between(self.max_noise, self.smallest)
        if not least < self.variance < most:
            raise ValueError(
                f"noise of at most {self.max_noise} with no count below {self.smallest}: its variance lies between "
                f"{least} and {most}, not at {self.variance}"
            )

    @staticmethod
    def between(max_noise: int, smallest: int) -> tuple[float, float]:
        """Between which variances there is noise without bias for every count; from 0 to 0 where there is none."""
        rows = [_steps(count, max_noise, smallest) for count in range(1, max_noise + smallest + 1)]
        if any(row.max() <= 0 for row in rows):
            return 0.0, 0.0
        return max(map(_least_variance, rows)), min(float(-row.min() * row.max()) for row in rows)

    @property
    def last(self) -> int:
        """The count from which on all are perturbed alike."""
        return self.max_noise + self.smallest

    def steps(self, count: int) -> NDArray[np.int64]:
        """By how much a count may move."""
        return _steps(count, self.max_noise, self.smallest)

    def possible(self, published: Floats) -> tuple[Floats, Floats]:
        """The fewest and the most that a published count can stand for.

        >>> tuple(one.tolist() for one in Noise().possible(np.array([0.0, 3.0, 20.0])))
        ([0.0, 1.0, 15.0], [5.0, 8.0, 25.0])
        """
        return np.where(published > 0, np.maximum(published - self.max_noise, 1.0), 0.0), published + self.max_noise


def probabilities(noise: Noise, count: int) -> Floats:
    """How likely each of `noise.steps(count)` is.

    >>> probabilities(Noise(2, 1.0, 1), 20).round(4).tolist()
    [0.0638, 0.2447, 0.383, 0.2447, 0.0638]
    """
    moves = noise.steps(count).astype(float)
    if count == 0:
        return np.asarray(moves == 0, dtype=float)
    terms = np.column_stack([moves, (moves**2 - noise.variance) / noise.max_noise])

    def log_partition(weights: Floats) -> tuple[float, Floats]:
        slope: Floats = terms.T @ softmax(terms @ weights)
        return float(logsumexp(terms @ weights)), slope

    def curvature(weights: Floats) -> Floats:
        chance = softmax(terms @ weights)
        centred: Floats = terms - chance @ terms
        return np.asarray((centred.T * chance) @ centred, dtype=np.float64)

    from scipy.optimize import minimize  # noqa: PLC0415  # half a second

    found = minimize(
        log_partition, np.zeros(2), jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-12}
    )
    chances: Floats = softmax(terms @ found.x)
    return chances


def perturbed(counts: Floats, keys: Keys, noise: Noise) -> Floats:
    """The counts as they may be published, by the key of each cell; unknown stays unknown.

    Raises MeasureError for what is no count.

    >>> perturbed(np.array([0.0, 1.0, 40.0]), np.array([9, 2**62, 2**63], dtype=np.uint64), Noise()).tolist()
    [0.0, 0.0, 38.0]
    """
    known = ~np.isnan(counts)
    whole = np.rint(counts[known])
    if (np.abs(whole - counts[known]) > WHOLE).any():
        raise MeasureError("figures that are no whole counts cannot be perturbed")
    rows = np.minimum(whole, noise.last).astype(np.intp)
    steps = (fractions(mixed(keys[known]))[:, None] >= _cumulative(noise)[rows]).sum(axis=1) - noise.max_noise
    result = counts.copy()
    result[known] = whole + steps
    return result


@cache
def _cumulative(noise: Noise) -> Floats:
    """The probability of each step from -max_noise on or a lower one, but for the last; a row a count up to `last`."""
    chances = np.zeros((noise.last + 1, 2 * noise.max_noise + 1))
    for count, row in enumerate(chances):
        row[noise.steps(count) + noise.max_noise] = probabilities(noise, count)
    return np.asarray(np.cumsum(chances, axis=1)[:, :-1])


def _steps(count: int, max_noise: int, smallest: int) -> NDArray[np.int64]:
    published = np.arange(max(count - max_noise, 0), count + max_noise + 1)
    return np.asarray(published[(published == 0) | (published >= smallest)] - count)


def _least_variance(steps: NDArray[np.int64]) -> float:
    """The least variance of steps that are 0 on average."""
    if (steps == 0).any():
        return 0.0
    return float(-steps[steps < 0].max() * steps[steps > 0].min())
