"""How much noise stays is what generalised least squares says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.disclosure.averaging import remaining_variance


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
