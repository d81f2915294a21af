"""The chances are exact: held against every subset, against the hypergeometric distribution and against draws."""

from math import comb

import numpy as np
import pytest
from scipy.stats import hypergeom

from geo.statistics.exact import FLOOR, LENGTH, Lattice, chance_of_at_least, upper_tails

NOISE = 1e-14
"""What a transform of half a million points leaves, in chances of 1."""


def binary(n, ones, largest, rng):
    """Areas with 0 or 1, each with some number of neighbours and of ones among them, and their true chances."""
    values = rng.permutation(np.repeat([1.0, 0.0], [ones, n - ones]))
    counts = rng.integers(1, largest + 1, n)
    counts[0] = largest
    among = np.array([rng.integers(max(0, count - n + ones), min(count, ones - 1) + 1) for count in counts])
    return values, counts, among, hypergeom.sf(among - 1, n - 1, ones - values.astype(int), counts)


@pytest.mark.parametrize(("n", "ones", "largest"), [(120, 12, 12), (120, 60, 40), (2_000, 40, 15), (14_500, 300, 40)])
def test_of_zeros_and_ones_the_chance_is_hypergeometric(n, ones, largest):
    values, counts, among, true = binary(n, ones, largest, np.random.default_rng(n))
    lattice = Lattice.of(values, largest)
    sums = among * lattice.values.max() - counts
    found = chance_of_at_least(lattice, upper_tails(lattice), sums, counts)
    assert np.abs(found - np.maximum(true, FLOOR)).max() < NOISE
    likely = true > 1e-9
    assert found[likely] == pytest.approx(true[likely], rel=1e-5)


def test_the_chances_of_all_sums_add_up_to_one_and_never_rise():
    values = np.random.default_rng(1).gamma(0.3, size=3_000)  # a long tail: most values near one another
    tails = upper_tails(Lattice.of(values, 12))
    assert tails[:, 0] == pytest.approx(np.ones(13), abs=1e-9)
    assert np.diff(tails, axis=1).max() < NOISE
    assert (tails[:, LENGTH] == 0).all()


@pytest.mark.parametrize(("n", "k"), [(10, 3), (30, 4), (692, 3), (14_500, 2)])
def test_the_largest_possible_sum_has_the_chance_of_one_subset(n, k):
    values = np.sort(np.random.default_rng(n).normal(size=n))
    lattice = Lattice.of(values, k)
    assert lattice.values[-k] - lattice.values[-k - 1] > k  # the runner-up lies outside what rounding leaves open
    sums = np.full(n, lattice.values[-k:].sum() - k)
    found = chance_of_at_least(lattice, upper_tails(lattice), sums, np.full(n, k))
    assert found[: n - k] == pytest.approx(np.full(n - k, 1 / comb(n - 1, k)), rel=1e-4)


def test_the_sum_of_the_largest_number_of_neighbours_fits_on_the_lattice():
    for largest in (1, 7, 40, 1_000):
        lattice = Lattice.of(np.array([-5.0, 0.1, 99.0]), largest)
        assert lattice.values.min() == 0
        assert lattice.values.max() * largest < LENGTH
        assert lattice.values.max() * (largest + 1) > LENGTH - 2 * largest
