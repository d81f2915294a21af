"""The attack on keys that add up: the noise of two buurten tells where their keys lie, and so where that of both does.

Of each pair of counts that the noise allows it is found out whether any keys give what is published. Where noise is
drawn from keys as they are, that leaves one or two values of some small counts of which the audit says that four and
more stay possible.
"""

from itertools import product

import numpy as np

from geo.disclosure import perturbation
from geo.disclosure.perturbation import Noise, perturbed, probabilities

NOISE, WIJKEN, MOST = Noise(5, 3.0, 3), 1500, 12


def ends(count, published):
    """Between which keys a count becomes what is published; None where it never does."""
    moves = list(NOISE.steps(count))
    if published - count not in moves:
        return None
    at, sums = moves.index(published - count), np.append(0.0, np.cumsum(probabilities(NOISE, min(count, NOISE.last))))
    return (sums[at], sums[at + 1]) if sums[at + 1] - sums[at] > 1e-12 else None


ENDS = {(one, other): ends(one, other) for one in range(2 * MOST + 20) for other in range(2 * MOST + 20)}


def within(first, second, whole):
    """Whether some key of the first and one of the second add up to one of the whole."""
    low, high = first[0] + second[0], first[1] + second[1]
    return any(low < whole[1] + turn and whole[0] + turn < high for turn in (0, 1))


def possible(first, second, whole):
    """The counts that the first buurt can have."""
    found = set()
    for one, other in product(range(first + NOISE.max_noise + 1), range(second + NOISE.max_noise + 1)):
        keys = [ENDS[one, first], ENDS[other, second], ENDS[one + other, whole]]
        if None in keys:
            continue
        parts = [key if count else (0.0, 0.0) for count, key in zip((one, other), keys, strict=False)]
        if not one + other or within(*parts, keys[2]):
            found.add(one)
    return found


def attacked():
    """Of small counts in wijken of two buurten: how many are known to within two values, and of how many the truth is
    not among those that are left.
    """
    draws = np.random.default_rng(25)
    counts, keys = draws.integers(0, MOST, (2, WIJKEN)), draws.integers(0, 2**64, (2, WIJKEN), dtype=np.uint64)
    keys = np.where(counts > 0, keys, np.uint64(0))
    released = [perturbed(of.astype(float), key, NOISE).astype(int) for of, key in zip(counts, keys, strict=True)]
    whole = perturbed(counts.sum(axis=0).astype(float), keys.sum(axis=0, dtype=np.uint64), NOISE).astype(int)
    left = [possible(*told) for told in zip(*released, whole, strict=True)]
    known = [len(values) <= 2 and min(values, default=0) < 5 for values in left]
    wrong = [count not in values for count, values in zip(counts[0], left, strict=True)]
    return sum(known), sum(wrong)


def test_keys_as_they_are_give_small_counts_away(monkeypatch):
    monkeypatch.setattr(perturbation, "mixed", lambda keys: keys)
    known, wrong = attacked()
    assert known > 5
    assert wrong == 0


def test_mixed_keys_have_nothing_to_do_with_one_another_so_that_what_is_ruled_out_is_as_often_the_truth():
    known, wrong = attacked()
    assert known > 5
    assert wrong > 0.1 * WIJKEN
