"""The exact conditional-permutation distribution: what drawing for ever would give, computed.

Under conditional permutation the neighbours of an area are k values drawn without replacement from all other areas.
Put the values on a lattice of whole numbers. With h the histogram of all n values and F its Fourier transform, the
transform of the number of k-subsets with a given sum follows from Newton's identities,

    e_k = (1/k) sum_{j=1..k} (-1)^(j-1) e_(k-j) p_j,    p_j(f) = F(j f),

and one inverse transform per k gives the chance G_k of every sum, drawn from all n. Area i itself, with value x, leaves
by G_k(s) = k/n a_(k-1)(s - x) + (1 - k/n) a_k(s), solved for a_k. Nothing is drawn, so the answer has no noise and no
floor at one over the number of draws.

Values that are no whole numbers are rounded to the lattice; sums of k of them are then off by at most k/2, those of the
observed neighbours too. The p given is that of the observed sum less k: it is never below the true one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LENGTH = 2**19
"""Points of the lattice that sums are on."""

FLOOR = 1e-12
"""Below this the noise of the transform rules; a smaller p is given as this one."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Values as whole numbers from 0, `step` apart, so that the sum of `largest` of them still fits."""

    values: Whole
    step: float
    largest: int

    @classmethod
    def of(cls, values: Floats, largest: int) -> "Lattice":
        """Put values on the finest lattice on which the sum of the `largest` number of neighbours fits."""
        lowest, highest = float(values.min()), float(values.max())
        step = (highest - lowest) / ((LENGTH - 1) // max(largest, 1))
        return cls(np.rint((values - lowest) / step).astype(np.int64), step, largest)


def upper_tails(lattice: Lattice) -> Floats:
    """The chance that k values drawn from all are s or more together, as [k, s]: (largest + 1, LENGTH + 1)."""
    n = len(lattice.values)
    transform = np.fft.rfft(np.bincount(lattice.values, minlength=LENGTH).astype(float))
    frequency = np.arange(len(transform))
    powers = [_at(transform, frequency * j) for j in range(1, lattice.largest + 1)]
    subsets = [np.ones(len(transform), dtype=complex)]
    tails = np.zeros((lattice.largest + 1, LENGTH + 1))
    tails[0, 0] = 1.0
    for k in range(1, lattice.largest + 1):
        total = np.zeros(len(transform), dtype=complex)
        share = 1.0 / k
        for j in range(1, k + 1):
            share *= (k - j + 1) / (n - k + j)  # C(n, k - j) / (k C(n, k))
            total += (share if j % 2 else -share) * subsets[k - j] * powers[j - 1]
        subsets.append(total)
        chances = np.fft.irfft(total, LENGTH)
        tails[k, :LENGTH] = np.clip(chances[::-1].cumsum()[::-1], 0.0, 1.0)
    return tails


def chance_of_at_least(lattice: Lattice, tails: Floats, sums: Whole, counts: Whole) -> Floats:
    """For each area, the chance that its number of neighbours, drawn from all others, sum to `sums` or more."""
    n = len(lattice.values)
    chance = np.empty(n)
    for k in np.unique(counts):
        here = counts == k
        own, goal = lattice.values[here], sums[here]
        found = (goal - k * own <= 0).astype(float)
        for m in range(1, k + 1):
            at = np.clip(goal - (k - m) * own, 0, LENGTH)
            found = (n * tails[m][at] - m * found) / (n - m)
        chance[here] = found
    return np.clip(chance, FLOOR, 1.0)


def _at(transform: NDArray[np.complex128], frequency: NDArray[np.intp]) -> NDArray[np.complex128]:
    """A real signal's transform at any frequency, from its half."""
    wrapped = frequency % LENGTH
    mirrored = wrapped > LENGTH // 2
    found = transform[np.where(mirrored, LENGTH - wrapped, wrapped)]
    return np.where(mirrored, found.conj(), found)
