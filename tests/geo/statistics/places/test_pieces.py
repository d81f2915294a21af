"""What the place scan is put together from: draws, candidates among them, and the smaller p of two levels."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, diags_array

from geo.errors import StatisticError
from geo.statistics.places.board import Board, Found, apart, scores_apart
from geo.statistics.places.draws import Null, Windows, drawn
from geo.statistics.places.kernel import LANES, candidates, holders, reaching, score, scores
from geo.statistics.places.result import Place, PlaceResult
from geo.statistics.places.scan import Places, _notable, _without, smaller_p
from geo.statistics.result import How
from geo.unknown import Unknown
from tests.country import names

NULL = Null((np.array([5.0, 3.0]), np.array([4.0]), np.array([])))
MEMBERS = np.array([[0, 1, 2], [1, 0, 2], [2, 1, -1]], dtype=np.int32)


def test_the_map_itself_counts_as_a_draw():
    assert [NULL.p(one) for one in (6.0, 5.0, 4.0, 0.5)] == [1 / 4, 2 / 4, 3 / 4, 3 / 4]
    assert [NULL.expected(one) for one in (6.0, 4.5, 3.0)] == [1 / 4, 2 / 4, 4 / 4]
    assert NULL.strongest.tolist() == [5.0, 4.0, 0.0]


def test_candidates_are_the_windows_whose_sums_are_high_enough_each_with_its_score():
    maps = np.random.default_rng(1).gamma(1.5, size=(3, LANES))
    sizes, sums = np.array([2, 3]), np.array([3.0, 4.0])
    ratio, rows, sized, lanes = candidates(MEMBERS, sizes, maps, 1.5, (1.2, 3.0), sums)
    due = {}
    for lane in range(LANES):
        whole = scores(MEMBERS, sizes, np.zeros(2), maps[:, lane].copy(), 1.5, (1.2, 3.0))
        for row in range(3):
            for nth, size in enumerate(sizes):
                window = MEMBERS[row, :size]
                if (window >= 0).all() and maps[window, lane].sum() >= sums[nth]:
                    due[row, nth, lane] = whole[row, nth]
    found = {
        (int(row), int(nth), int(lane)): one for one, row, nth, lane in zip(ratio, rows, sized, lanes, strict=True)
    }
    assert len(due) > 5
    assert found == pytest.approx(due)


def test_the_score_is_the_likelihood_ratio_of_gamma_values():
    mean, size, shape = 2.0, 10, 1.5
    log_ratio = size * shape * (mean - 1 - np.log(mean)) - size * shape * (mean / mean - 1)
    assert score(mean * size, size, shape, 1.1, 9.0) == pytest.approx(log_ratio)


def test_where_the_rows_that_overlap_a_window_first_meet_it():
    starts, holding = holders(MEMBERS)
    assert [holding[starts[at] : starts[at + 1]].tolist() for at in range(3)] == [[0, 1], [0, 1, 2], [0, 1, 2]]
    for inside, rows, first in (([2], [0, 1, 2], [2, 2, 0]), ([0], [0, 1], [0, 1]), ([0, 2], [0, 1, 2], [0, 1, 0])):
        flags = np.isin(np.arange(3), inside)
        found = reaching(MEMBERS, starts, holding, np.array(inside, dtype=np.int32), flags)
        assert [part.tolist() for part in found] == [rows, first]


def board(values):
    """A row of areas."""
    count = len(values)
    ids, line = names(count), diags_array([1, 1], offsets=[-1, 1], shape=(count, count), dtype=np.int8)
    points = np.stack([np.arange(count) * 100.0, np.zeros(count)], axis=1)
    ones = np.ones(count, dtype=bool)
    return Board(ids, csr_array(line), points, np.array(values), 3.0, np.zeros(count, dtype=int), ones)


def test_places_stand_apart_the_strongest_first_and_their_scores_beside_them():
    row = board([0.4] * 20 + [4.0] * 5 + [0.4] * 20 + [3.0] * 4 + [0.4] * 20)
    windows = row.windows(row.every)
    found = list(apart(row, windows))
    assert all(isinstance(one, Found) for one in found)
    assert [sorted(one.members.tolist()) for one in found[:2]] == [list(range(20, 25)), list(range(45, 49))]
    assert scores_apart(row, windows).tolist() == [one.score for one in found]
    assert (np.concatenate([one.weights for one in found]) >= 0.5).all()


def test_windows_of_fewer_areas_are_the_first_of_each_row():
    row = board([1.0] * 80)
    windows = row.windows(row.every)
    few = windows.parts(12)
    assert isinstance(few, Windows)
    assert few.sizes.tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 12]
    np.testing.assert_array_equal(few.members, windows.members[:, :12])
    assert not few.prior.any()


def test_a_zone_has_the_logarithm_of_its_size_as_a_prior_and_draws_have_it_too():
    row = board([0.4] * 30 + [3.0] * 14 + [0.4] * 30)
    windows = row.windows(row.every)
    assert windows.sizes.tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16]
    assert windows.prior[[0, 8, 9]].tolist() == pytest.approx([np.log(3 / 12), 0, np.log(14 / 12)])
    largest = next(apart(row, windows))
    assert len(largest.window) == 14
    ratio = score(14 * 3.0, 14, windows.shape, *windows.bounds)
    assert largest.score == pytest.approx(ratio + np.log(14 / 12))
    (null,) = drawn([windows], row.values, [np.array([at]) for at in range(74)], (row.least, 1, 1))
    assert null.strongest == pytest.approx(largest.score)


def test_the_smaller_p_of_two_levels_is_held_against_the_smaller_of_each_draw():
    zones, parts = Null((np.array([1.0]), np.array([2.0]), np.array([3.0]))), Null((np.array([3.0]),) * 3)
    assert smaller_p((9.0, 0.0), (zones, parts)) == 1 / 4
    assert smaller_p((0.5, 0.5), (zones, parts)) == 1.0


def test_all_members_of_a_place_have_a_value():
    with pytest.raises(StatisticError, match="all of its members have a value"):
        Place({"a": 1.0}, ("a", "b"), 5.0, {"b": 2.0}, 3.0, 0.01, 0.01)


def test_two_places_have_no_area_in_common():
    one = Place({"a": 1.0}, ("a", "b"), 5.0, {"a": 2.0}, 3.0, 0.01, 0.01)
    reason = pd.Series([None, None], index=["a", "b"], dtype=object)
    how = How("permutation", 0.001, 999, 1)
    with pytest.raises(StatisticError, match="in two places"):
        PlaceResult((), (one, one), 0.01, reason, how)
    assert PlaceResult((one,), (one,), 0.01, reason, how).local.q.to_dict() == {"a": 0.01, "b": 1.0}
    assert PlaceResult.none(reason.index, Unknown.TOO_FEW_AREAS).local.q.isna().all()


def test_what_is_as_strong_as_the_strongest_of_half_of_the_draws_is_not_drawn_from():
    rng = np.random.default_rng(2)
    row = board(
        rng.permutation([0.8, 0.9, 1.0, 1.1] * 25).tolist() + [3.0] * 5 + rng.permutation([0.9, 1.1] * 50).tolist()
    )
    windows = row.windows(row.every)
    levels, how = (windows, windows.parts(12)), (row.least, 99, 1)
    nulls = drawn(levels, row.values, row.groups(row.every), how)
    notable = _notable(row, levels, nulls)
    assert notable[100:105].all()
    assert notable.sum() < 20
    without = _without(row, Places(draws=99), notable)
    assert [len(null.scores) for null in without] == [99, 99]
    assert nulls[0].strongest.max() > 0 == without[0].strongest.max()
    assert _without(row, Places(draws=99, seed=0), ~row.every)[0].strongest.tolist() == nulls[0].strongest.tolist()
