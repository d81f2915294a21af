"""How much noise stays is what generalised least squares says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import norm

from geo.disclosure.averaging import LEAST_VARIANCE, remaining_of_sums, remaining_variance


@st.composite
def trees(draw):
    """Up to twelve counts, each part of one before it or of none."""
    return np.array([draw(st.integers(-1, at - 1)) for at in range(draw(st.integers(1, 12)))])


@given(trees(), st.data())
def test_in_a_hierarchy_the_noise_that_stays_is_that_of_generalised_least_squares(parent, data):
    count = len(parent)
    variance = np.array([data.draw(st.floats(0.5, 5)) for _ in parent])
    leaves = np.flatnonzero(~np.isin(np.arange(count), parent))
    matrix = np.zeros((count, len(leaves)))
    for column, leaf in enumerate(leaves):
        at = leaf
        while at >= 0:
            matrix[at, column] = 1
            at = parent[at]
    seen = np.bincount(parent[parent >= 0], minlength=count) != 1  # an only part has the same noise
    information = matrix[seen].T @ np.diag(1 / variance[seen]) @ matrix[seen]
    expected = np.diag(matrix @ np.linalg.inv(information) @ matrix.T)
    np.testing.assert_allclose(remaining_variance(variance, parent), expected)


def test_an_only_buurt_tells_nothing_more_of_its_wijk():
    assert remaining_variance(np.array([3.0, 3.0]), np.array([-1, 0])).tolist() == [3, 3]


@given(st.integers(1, 14), st.integers(1, 6), st.data())
def test_of_sums_that_overlap_in_any_way_the_noise_that_stays_is_that_of_generalised_least_squares(counts, parts, data):
    matrix = np.array([data.draw(st.lists(st.integers(-1, 2), min_size=parts, max_size=parts)) for _ in range(counts)])
    variance = np.array([data.draw(st.floats(0.5, 5)) for _ in range(counts)])
    alike, of = np.unique(matrix, axis=0, return_inverse=True)
    least = np.array([variance[of == one].min() for one in range(len(alike))])  # the same records have the same noise
    information = alike.T @ np.diag(1 / least) @ alike
    expected = np.diag(alike @ np.linalg.pinv(information) @ alike.T)[of]
    np.testing.assert_allclose(remaining_of_sums(variance, csr_array(matrix)), expected, atol=1e-4)


def test_what_overlaps_as_a_hierarchy_does_has_the_noise_that_stays_in_it():
    parent = np.array([-1, 0, 0, 1, 1, 2, 2])
    parts = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    variance = np.full(7, 3.0)
    np.testing.assert_allclose(
        remaining_of_sums(variance, csr_array(parts)), remaining_variance(variance, parent), atol=1e-5
    )


def test_with_the_least_noise_who_rounds_the_best_estimate_is_as_often_wrong_as_right():
    assert LEAST_VARIANCE == 0.55
    assert 2 * norm.cdf(0.5 / np.sqrt(0.55)) - 1 == pytest.approx(0.5, abs=0.002)
