"""Counts that their publisher rounded: of such a count an interval is known, and under a model of counts more.

A count that was rounded to fives is 0 where there were 0 to 2, and 5 where there were 3 to 7. Under the negative
binomial model of geo.rates the likelihood of an area is then the probability of the whole interval, and its expected
count is that of the model within it (interval censoring; D.F. Heitjan 1989, Inference from grouped continuous data: a
review, Statistical Science 4(2), 164-179, doi:10.1214/ss/1177012601). Rejected: to take the rounded count for the true
one, by which an area with two crimes has none, and a map of rare crimes looks as if they gather.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc

type Floats = NDArray[np.float64]

TINY = 1e-300


def probability(lowest: Floats, highest: Floats, expected: Floats, shape: float) -> Floats:
    """Of a negative binomial count, with that mean and gamma shape, from `lowest` up to and including `highest`.

    >>> probability(np.array([0.0]), np.array([1e9]), np.array([3.0]), 2.0).round(6).tolist()
    [1.0]
    """
    odds = shape / (shape + expected)
    some, any_ = lowest > 0, highest >= 0
    start, end = np.where(some, lowest, 1.0), np.where(any_, highest, 0.0) + 1
    below = np.where(some, betainc(shape, start, odds), 0.0)
    from_start = np.where(some, betaincc(shape, start, odds), 1.0)
    upto, above = betainc(shape, end, odds), betaincc(shape, end, odds)
    # Each tail by itself: the difference of two numbers near 1 would be noise.
    return np.where(any_, np.maximum(np.where(upto < above, upto - below, from_start - above), TINY), 0.0)


def expected_count(lowest: Floats, highest: Floats, expected: Floats, shape: float) -> Floats:
    """The mean of such a count, given that it lies in the interval.

    x times the probability of x is the mean times the probability of x - 1 under a shape that is one larger.

    >>> expected_count(np.array([0.0]), np.array([2.0]), np.array([1e-9]), 1.0).round(6).tolist()
    [0.0]
    """
    mass = probability(lowest, highest, expected, shape)
    shifted = probability(lowest - 1, highest - 1, expected * (shape + 1) / shape, shape + 1)
    return np.clip(expected * shifted / mass, lowest, highest)
