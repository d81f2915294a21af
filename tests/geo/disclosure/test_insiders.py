"""What insiders compute is what trying all counts gives, for each of them."""

import numpy as np
from hypothesis import given

from geo.disclosure.insiders import fewest_by_itself, possible_to_insiders
from geo.disclosure.intervals import Bounds, in_hierarchy
from tests.geo.disclosure.attackers import hierarchies, tried
from tests.geo.disclosure.test_perturbation import noises


@given(hierarchies())
def test_an_insider_computes_what_trying_all_counts_with_his_own_among_them_gives(made):
    """His own record is one of a part; of what he is in himself only the others are news to him."""
    parent, matrix, lowest, highest = made
    fewest = np.full(len(parent), np.inf)
    for part in range(matrix.shape[1]):
        own = matrix[:, part] > 0
        found = tried(np.where(np.arange(len(parent)) == part, np.maximum(lowest, 1), lowest), highest, matrix)
        if found is not None:
            fewest = np.minimum(fewest, found[1] - found[0] + 1)
            assert (found[1][own] >= 1).all()
    least, most = tried(lowest, highest, matrix)
    np.testing.assert_array_equal(
        possible_to_insiders(Bounds(lowest, highest), parent), np.minimum(fewest, most - least + 1)
    )


def test_who_is_counted_himself_narrows_a_count_by_one_at_most():
    bounds, parent = Bounds(np.array([3.0, 0.0, 0.0]), np.array([5.0, 5.0, 5.0])), np.array([-1, 0, 0])
    assert possible_to_insiders(bounds, parent).tolist() == [3, 5, 5]
    assert (in_hierarchy(bounds, parent).width + 1).tolist() == [3, 6, 6]


@given(noises())
def test_of_a_cell_by_itself_no_fewer_counts_stay_possible_than_those_that_noise_may_make_of_it(noise):
    becoming: dict[int, int] = {}
    for count in range(1, 4 * noise.last):
        for step in noise.steps(count):
            becoming[count + step] = becoming.get(count + step, 0) + 1
    certain = [many for published, many in becoming.items() if published < 2 * noise.last]
    assert fewest_by_itself(noise) == min(certain)
