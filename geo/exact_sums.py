"""Sums that are the same to the bit whatever they are added up in, and by whom: whole numbers of a unit, of any size.

A sum of floats depends on the order of its terms. Here a term is a whole number of units of a power of two, held in
limbs of 32 bits; what is added is whole numbers, of which the sum has one value. The units are so small that no term of
any use is rounded to one: a double keeps all its bits, unless it is some 1e-22 or less. Rejected: `math.fsum`, which
has all terms at once; expansions of floats (Shewchuk), which grow with the range of what is added and have no one form.
"""

import math

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

LIMB = 32
LOWEST = 2**LIMB - 1
MANTISSA = 53
"""Bits of a double."""

Limbs = NDArray[np.int64]
"""A row a sum: limbs from the lowest, of which the last has the sign."""


@njit()
def add(limbs: Limbs, term: float, unit: int) -> None:
    """Add a finite term to a sum, in units of 2 to the power of minus `unit`. Limbs are to be carried before 2**30
    terms.

    What is smaller than a unit is rounded to one or none.
    """
    mantissa, exponent = math.frexp(abs(term))
    up = exponent - MANTISSA + unit
    bits = np.int64(np.rint(math.ldexp(mantissa, MANTISSA + min(up, 0))))
    up, sign = max(up, 0), 1 if term > 0 else -1
    first, shift = up // LIMB, up % LIMB
    low, high = (bits & LOWEST) << shift, (bits >> LIMB) << shift
    limbs[first] += sign * (low & LOWEST)
    limbs[first + 1] += sign * ((low >> LIMB) + (high & LOWEST))
    limbs[first + 2] += sign * (high >> LIMB)


def carried(limbs: Limbs) -> Limbs:
    """The same sums, with each limb but the last from 0 to 2**32: of one value there is one such form.

    >>> carried(np.array([[-1, 0, 5]])).tolist()
    [[4294967295, 4294967295, 4]]
    """
    carried_ = limbs.copy()
    for at in range(limbs.shape[-1] - 1):
        carried_[..., at + 1] += carried_[..., at] >> LIMB
        carried_[..., at] &= LOWEST
    return carried_


def whole(limbs: Limbs) -> list[int]:
    """Each sum as a whole number of units.

    >>> whole(np.array([[3, 1, 0], [-1, -1, -1]])) == [3 + 2**32, -1 - 2**32 - 2**64]
    True
    """
    form = carried(limbs)
    low, high = form[:, :-1].astype("<u4"), form[:, -1:].astype("<i8")
    rows = np.concatenate([low.view(np.uint8), high.view(np.uint8)], axis=1)
    return [int.from_bytes(row.tobytes(), "little", signed=True) for row in rows]
