"""One extreme value, or hundreds of neighbours: p stays sharp, or is drawn, and the result says which."""

from functools import partial
from time import monotonic

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from geo.errors import StatisticError
from geo.statistics import exact
from geo.statistics.bivariate import local_moran_among
from geo.statistics.by_name import STATISTICS
from geo.statistics.exact import upper_tail
from geo.statistics.getis_ord import getis_ord
from geo.statistics.lattice import decisive
from geo.statistics.moran import moran, moran_drawn
from geo.statistics.reference import summable
from tests.country import graph_of, grid, names
from tests.geo.statistics.permutations import every_subset

BOARD = grid(20, 20)
HEART = 5 * 20 + 6


def counts():
    values = np.random.default_rng(1).poisson(20, 400).astype(float)
    values[[HEART + right + 20 * up for right in (-1, 0, 1) for up in (-1, 0, 1)]] += 60
    return values


def around(count, reach):
    """A ring of areas, each with that many to the left and to the right for neighbours."""
    rows, away = np.repeat(np.arange(count), reach), np.tile(np.arange(1, reach + 1), count)
    return graph_of(list(zip(rows.tolist(), ((rows + away) % count).tolist(), strict=True)), count)


@pytest.mark.parametrize("extreme", [1e7, 1e7 + 0.37, 1e15])
def test_beside_one_extreme_value_elsewhere_p_is_exact(extreme):
    """Eight of 399 others are drawn, and only with the extreme one is a sum as high as the hot spot's."""
    values = counts()
    values[399] = extreme
    result = getis_ord(pd.Series(values, index=BOARD.ids), BOARD)
    assert result.p.iloc[HEART] == pytest.approx(8 / 399, rel=1e-6)
    far = np.ones(400, dtype=bool)
    far[BOARD.matrix[[399]].indices] = False
    assert (result.p - result.lower)[far].max() < 0.01
    assert result.how.drawn <= 3
    assert ("draws, seed 1" in str(result.how)) == (result.how.drawn > 0)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_what_an_extreme_value_does_to_p_is_what_it_does_in_draws(alternative):
    values = counts()
    values[[3, 250]] = 1e7, -2e5
    from geo.statistics.permutations import p_drawn  # noqa: PLC0415

    result = getis_ord(pd.Series(values, index=BOARD.ids), BOARD, alternative=alternative)
    drawn = p_drawn(values, BOARD.matrix.astype(float), alternative, draws=20_000, seed=3)
    spread = np.sqrt(drawn * (2 - np.minimum(drawn, 1)) / 20_000) + np.sqrt(drawn / 9_999) + 1e-4
    assert (result.p.to_numpy() >= drawn - 5 * spread).all()
    assert (np.abs(result.p.to_numpy() - drawn) <= 5 * spread + (result.p - result.lower).to_numpy()).all()


@settings(max_examples=15, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(st.floats(-50, 50), min_size=8, max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([1e4, -1e4, 1e7, -1e7])), min_size=1, max_size=2),
    st.integers(0, 99),
)
def test_the_true_chance_lies_within_the_bracket_whatever_is_extreme(usual, extremes, seed):
    values = np.array([*usual, 0.25])
    for at, extreme in extremes:
        values[at] += extreme
    pairs = [(one, other) for one in range(9) for other in range(one)]
    chosen = np.random.default_rng(seed).random(len(pairs)) < 0.4
    neighbors = graph_of([pair for pair, one in zip(pairs, chosen, strict=True) if one], 9)
    true, tail = every_subset(values, neighbors), upper_tail(values, neighbors)
    tested = (neighbors.count > 0) & ~tail.drawn
    assert (tail.upper >= true - 1e-12)[tested].all()
    assert (tail.lower <= true + 1e-12)[tested].all()
    assert (true - tail.upper)[tail.drawn].max(initial=0.0) < 0.03  # beside 1e7 sums that differ by 1e-5 tie


@pytest.mark.parametrize("extreme", [1e16, -1e18, 1e300, -1.7e308])
@pytest.mark.parametrize("name", ["getis_ord", "getis_ord_i", "getis_ord_total", "local_moran"])
def test_a_value_beside_which_all_others_are_equal_is_refused_by_the_name_of_its_area(name, extreme):
    """P was 1 for all but its neighbours, and called exact."""
    values = pd.Series(counts(), index=BOARD.ids)
    values.iloc[[250, 399]] = extreme, 30.0
    with pytest.raises(StatisticError, match=f"{name}: beside the values of {BOARD.ids[250]} "):
        STATISTICS[name].test(values, BOARD)


def test_neither_do_moran_and_a_pair_of_values_test_beside_such_a_value():
    """I was NaN with p 1, and local p exact."""
    usual = pd.Series(counts(), index=BOARD.ids)
    values = usual.where(usual.index != BOARD.ids[250], -1e300)
    for test in (moran, partial(moran_drawn, draws=9, seed=1)):
        with pytest.raises(StatisticError, match=f"moran: beside the values of {BOARD.ids[250]} "):
            test(values, BOARD)
        assert 0 < test(usual * 1e300, BOARD).p == pytest.approx(test(usual, BOARD).p)
    for pair in ((usual, values), (values, usual)):
        with pytest.raises(StatisticError, match=f"local_moran_among: beside the values of {BOARD.ids[250]} "):
            local_moran_among(*pair, BOARD)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(400.0) % 7 + 2.0**53 - 8,  # an offset hides nothing
        np.where(np.arange(400) % 50 == 3, 1e300, 0.0),  # flags, in whatever unit
        (np.arange(400.0) % 7 - 3) * 1e300,
        np.where(np.arange(400) == 250, 5.0, np.where(np.arange(400) % 2, 0.3, 0.1 + 0.2)),
        np.where(np.arange(400) == 250, 1e12, np.arange(400) % 7),
    ],
)  # fmt: skip
def test_large_values_that_hide_nothing_are_tested(values):
    assert getis_ord(pd.Series(values, index=BOARD.ids), BOARD).p.min() < 1


def test_values_beyond_what_decides_are_moved_to_just_there():
    values = np.array([0.0, 1.0, 2.0, 3.0, 1e6])
    which, moved = decisive(values, np.array([4.0]), np.array([2]), 0.0)
    assert which.tolist() == [0]
    assert moved.tolist()[:4] == [0.0, 1.0, 2.0, 3.0]
    assert 4.0 <= moved[4] <= 6.0
    unmoved, same = decisive(values, np.array([1e6]), np.array([2]), 0.0)
    assert not len(unmoved)
    assert same is values


def test_with_hundreds_of_neighbours_p_is_drawn_within_seconds_and_the_result_says_so():
    ring, values = around(700, 170), np.random.default_rng(2).normal(size=700)
    values[:250] += 0.2
    started = monotonic()
    result = getis_ord(pd.Series(values, index=names(700)), ring)
    assert monotonic() - started < 60  # it took minutes
    assert result.how.drawn == 700
    assert "of 700 areas where that left p too uncertain, 9999 draws, seed 1" in str(result.how)
    assert result.p.min() >= 1e-4
    assert np.corrcoef(result.p, -result.statistic.rank())[0, 1] > 0.9


def test_what_can_neither_be_computed_nor_drawn_in_minutes_is_refused(monkeypatch):
    monkeypatch.setattr(exact, "ADDITIONS", 10**6)
    values = pd.Series(np.random.default_rng(2).normal(size=700), index=names(700))
    with pytest.raises(StatisticError, match="700 areas with up to 300 neighbours and values that are not whole"):
        getis_ord(values, around(700, 150))


def test_flags_are_exact_with_any_number_of_neighbours():
    values = pd.Series((np.random.default_rng(2).random(700) < 0.2).astype(float), index=names(700))
    assert getis_ord(values, around(700, 150)).how.kind == "exact"


@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=30, unique=True), st.integers(-900, 900))
def test_values_are_summable_in_whatever_unit_and_their_squares_are_numbers(figures, power):
    values = np.ldexp(np.array(figures, dtype=float), power)
    made = summable("here", values, pd.RangeIndex(len(values)))
    assert np.isfinite(made**2).all()
    shift = {
        int(np.frexp(after)[1] - np.frexp(before)[1]) for before, after in zip(values, made, strict=True) if before
    }
    assert len(shift) == 1
    assert made.tolist() == np.ldexp(values, shift.pop()).tolist()
