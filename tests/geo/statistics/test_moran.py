"""Moran's I, whole and local, Gi and rates, held against every permutation, esda and spdep."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import AlignmentError, MeasureError, StatisticError
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.local_moran import UNDEFINED, local_moran, quadrants
from geo.statistics.moran import moran, moran_drawn, row_standardised
from geo.statistics.standardised import standardised
from geo.unknown import Unknown
from tests.country import counted, graph_of, grid, names
from tests.geo.statistics.peers import assuncao_rate, esda_of, off_by, spdep

SIZE = 7
edges = st.sets(st.sampled_from(list(combinations(range(SIZE), 2))), min_size=2, max_size=12)
maps = edges.map(lambda some: graph_of(some, SIZE))
whole = st.lists(st.integers(-3, 3), min_size=SIZE, max_size=SIZE).filter(lambda some: len(set(some)) > 1)
sides = st.sampled_from(["greater", "less", "two-sided"])
BOARD = grid(12, 12)
ROUNDING = 1e-9


def series(figures):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)))


def gammas(count, seed=1):
    return series(np.random.default_rng(seed).gamma(1.5, size=count))


def as_extreme(drawn, observed, alternative):
    """The share of the drawn values that are as extreme as the observed one."""
    above, below = np.mean(drawn >= observed - ROUNDING), np.mean(drawn <= observed + ROUNDING)
    return {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}[alternative]


def local_by_the_book(values, neighbors, alternative):
    """I_i and its p by permuting the neighbours of each area in every way there is."""
    z = (values - values.mean()) / np.sqrt(((values - values.mean()) ** 2).sum() / (len(values) - 1))
    result = np.full((2, len(values)), np.nan)
    for at in range(len(values)):
        around = neighbors.matrix[[at]].nonzero()[1]
        if len(around):
            statistic = z[at] * z[around].mean()
            drawn = [z[at] * z[list(some)].mean() for some in combinations(np.delete(range(len(z)), at), len(around))]
            result[:, at] = statistic, as_extreme(np.array(drawn), statistic, alternative)
    return result


def i_of(values, weights):
    z = values - values.mean()
    return len(z) / weights.sum() * (z @ weights @ z) / (z @ z)


# One number for the map


@settings(max_examples=5)
@given(whole, maps, sides)
def test_mean_and_variance_are_those_of_all_permutations_and_p_its_share_of_them(values, neighbors, alternative):
    values, weights = np.array(values, dtype=float), row_standardised(neighbors).toarray()
    every = np.array([i_of(values[list(order)], weights) for order in permutations(range(SIZE))])
    result = moran(series(values), neighbors, alternative=alternative, null="randomisation")
    assert result.statistic == pytest.approx(i_of(values, weights))
    assert (result.expected, result.variance) == pytest.approx((every.mean(), every.var()), abs=1e-9)
    drawn = moran_drawn(series(values), neighbors, alternative=alternative, draws=999, seed=4)
    assert drawn.p == pytest.approx(as_extreme(every, result.statistic, alternative), abs=0.1)
    assert (drawn.z, drawn.statistic) == (result.z, result.statistic)


@pytest.mark.parametrize("null", ["randomisation", "normality"])
@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
def test_the_test_is_that_of_spdep(name, null):
    golden, neighbors = spdep(name)
    values = golden["values"] if name == "columbus" else np.divide(golden["events"], golden["exposure"])
    result, theirs = moran(series(values), neighbors, alternative="greater", null=null), golden[f"moran_{null}"]
    for part in ("statistic", "expected", "variance", "p"):
        assert getattr(result, part) == pytest.approx(theirs[part], rel=1e-10)


def test_the_test_is_that_of_esda(borders):
    values = gammas(len(borders.ids)).set_axis(borders.ids)
    theirs = esda_of("Moran", values, neighbors=borders, permutations=0)
    for null, variance in (("randomisation", theirs.VI_rand), ("normality", theirs.VI_norm)):
        result = moran(values, borders, alternative="two-sided", null=null)
        assert (result.statistic, result.expected) == pytest.approx((theirs.I, theirs.EI), abs=1e-10)
        assert result.variance == pytest.approx(variance, abs=1e-12)
    assert result.p == pytest.approx(theirs.p_norm, abs=1e-10)


def test_draws_are_the_same_for_the_same_seed_and_say_how_many_there_were():
    values = gammas(144)
    one, same, other = (
        moran_drawn(values, BOARD, alternative="less", draws=199, seed=seed).p for seed in (1, 1, 2)
    )  # fmt: skip
    assert one == same != other
    result = moran_drawn(values, BOARD, alternative="greater", draws=199, seed=3)
    assert str(result.how) == "permutation, 199 draws, seed 3"
    assert result.p * 200 == pytest.approx(round(result.p * 200))


@pytest.mark.parametrize("at_once", [1, 64, 1000])
def test_how_many_are_drawn_at_once_changes_no_draw(monkeypatch, at_once):
    monkeypatch.setattr("geo.statistics.moran.AT_ONCE", at_once)
    values = pd.Series(np.random.default_rng(4).normal(size=144), index=BOARD.ids)
    assert moran_drawn(values, BOARD, alternative="greater", draws=999, seed=3).p == 0.184


def test_likeness_is_found_where_it_was_planted_and_p_of_all_draws_is_its_floor():
    hills = series(np.add.outer(np.arange(12), np.arange(12)).ravel())
    result = moran_drawn(hills, BOARD, alternative="greater", draws=99, seed=0)
    assert (result.p, result.z > 10) == (0.01, True)
    assert moran(hills, BOARD, alternative="less", null="normality").p == pytest.approx(1)


def test_where_nothing_can_vary_p_is_one():
    everyone = graph_of(list(combinations(range(5), 2)), 5)  # I is -1 / (n - 1) in any order
    result = moran(gammas(5), everyone, alternative="greater", null="randomisation")
    assert result.statistic == pytest.approx(result.expected)
    assert (result.z, result.p) == (0, 1)


@pytest.mark.parametrize("figures", [[1, 1, 1, 1, 1], [1, 2, 3, np.nan, np.nan], [np.nan] * 5])
def test_a_map_with_too_little_to_go_on_is_refused(figures):
    with pytest.raises(StatisticError, match=f"{np.isfinite(figures).sum()} areas with a value"):
        moran(series(figures), graph_of([(0, 1), (1, 2)], 5), alternative="greater", null="normality")


def test_a_map_of_islands_is_refused():
    with pytest.raises(StatisticError, match="0 with a neighbour"):
        moran(gammas(5), graph_of([], 5), alternative="greater", null="normality")


def test_p_cannot_be_had_without_draws():
    with pytest.raises(StatisticError, match="at least 1 draw"):
        moran_drawn(gammas(144), BOARD, alternative="greater", draws=0, seed=1)


def test_an_unknown_area_counts_in_no_way_for_the_map():
    values, keep = gammas(144), np.arange(144) % 5 > 0
    with_unknown = moran(values.where(keep), BOARD, alternative="greater", null="randomisation")
    assert with_unknown == moran(values[keep], BOARD.among(keep), alternative="greater", null="randomisation")


# One number for each area


@settings(max_examples=8)
@given(whole, maps, sides)
def test_local_p_is_the_share_of_all_ways_to_fill_the_neighbourhood(values, neighbors, alternative):
    values = np.array(values, dtype=float)
    result = local_moran(series(values), neighbors, alternative=alternative)
    statistic, p = local_by_the_book(values, neighbors, alternative)
    assert result.statistic.to_numpy() == pytest.approx(statistic, abs=1e-9, nan_ok=True)
    assert result.p.to_numpy() == pytest.approx(p, abs=1e-9, nan_ok=True)


def test_an_area_at_the_mean_is_like_nobody_and_unlike_nobody():
    values = series([0, 1, 2, 3, 4])
    chain = graph_of([(0, 1), (1, 2), (2, 3), (3, 4)], 5)
    for alternative in ("greater", "less", "two-sided"):
        result = local_moran(values, chain, alternative=alternative)
        assert (result.statistic["a0002"], result.p["a0002"]) == (0, 1)
    tenths = local_moran(series([0.1, 0.2, 0.3]), graph_of([(0, 1), (1, 2)], 3), alternative="greater")
    assert tenths.p["a0001"] == 1  # though 0.2 is not the mean of the three in floating point


def test_local_statistics_are_those_of_spdep():
    golden, neighbors = spdep("columbus")
    values = series(golden["values"])
    for statistic, name in ((local_moran, "local_moran"), (getis_ord_i, "gi"), (getis_ord, "gi_star")):
        result = statistic(values, neighbors, alternative="greater").statistic
        assert result.to_numpy() == pytest.approx(np.array(golden[name]), abs=1e-10)


def test_local_statistics_are_those_of_esda(borders):
    values = gammas(len(borders.ids)).set_axis(borders.ids)
    tested = borders.count > 0
    result = local_moran(values, borders, alternative="greater").statistic.to_numpy()
    theirs = esda_of("Moran_Local", values, neighbors=borders, permutations=0).Is
    assert result[tested] == pytest.approx(theirs[tested], abs=1e-10)
    result = getis_ord_i(values, borders, alternative="greater").statistic.to_numpy()
    theirs = esda_of("G_Local", values, neighbors=borders, transform="B", star=False, permutations=0).Zs
    assert result[tested] == pytest.approx(theirs[tested], abs=1e-10)


def test_local_p_is_that_of_esda_but_for_the_chance_in_its_draws():
    values, draws = gammas(144), 9_999
    p = local_moran(values, BOARD, alternative="greater").p.to_numpy()
    options = {"permutations": draws, "seed": 7, "alternative": "greater"}
    theirs = esda_of("Moran_Local", values, neighbors=BOARD, **options).p_sim
    assert np.abs(off_by(theirs, p, draws)).max() < 4.5


def test_the_local_ones_add_up_to_the_one_of_the_map():
    values = gammas(144)
    result = local_moran(values, BOARD, alternative="greater").statistic
    whole_map = moran(values, BOARD, alternative="greater", null="normality").statistic
    assert result.sum() == pytest.approx(143 * whole_map)


@settings(max_examples=10)
@given(whole, maps)
def test_leaving_out_the_area_itself_changes_the_z_value_and_not_p(values, neighbors):
    one, other = (f(series(values), neighbors, alternative="greater") for f in (getis_ord, getis_ord_i))
    assert one.p.equals(other.p)
    values = np.array(values, dtype=float)
    for at in np.flatnonzero(neighbors.count):
        around = neighbors.matrix[[at]].nonzero()[1]
        sums = np.array([values[list(some)].sum() for some in combinations(np.delete(range(SIZE), at), len(around))])
        expected = (values[around].sum() - sums.mean()) / sums.std() if sums.std() > ROUNDING else 0
        assert other.statistic.iloc[at] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("statistic", [local_moran, getis_ord_i])
def test_islands_and_unknown_areas_come_back_with_their_reason(statistic):
    values = series([1, 2, np.nan, 4, 8, 16])
    result = statistic(values, graph_of([(0, 1), (1, 2), (2, 3), (0, 4)], 6), alternative="greater")
    assert result.reason.tolist() == [None, None, Unknown.ABSENT, Unknown.ISLAND, None, Unknown.ISLAND]
    assert result.statistic.isna().tolist() == result.p.isna().tolist() == result.reason.notna().tolist()
    with pytest.raises(StatisticError, match="4 areas do not differ"):
        statistic(series([1, 1, 1, 1]), grid(2, 2), alternative="greater")
    with pytest.raises(AlignmentError):
        statistic(series([1, 2, 3]), grid(2, 2), alternative="greater")


# High among high, and so on


def test_quadrants_say_what_is_high_and_what_is_low():
    line = graph_of([(0, 1), (1, 2), (3, 4), (4, 5)], 8)
    result = quadrants(series([9, 9, 0, 0, 0, 9, 9, np.nan]), line)
    assert result.tolist() == ["HH", "HL", "LH", "LL", "LL", "HL", None, None]


def test_at_exactly_the_mean_there_is_no_quadrant():
    result = quadrants(series([0, 1, 2, 3, 4]), graph_of([(0, 1), (1, 2), (2, 3), (0, 4)], 5))
    assert result.tolist() == ["LH", "LL", UNDEFINED, UNDEFINED, "HL"]
    tenths = quadrants(series([0.1, 0.2, 0.3]), graph_of([(0, 1), (1, 2)], 3))
    assert tenths.tolist() == [UNDEFINED] * 3


def test_quadrants_are_those_of_esda():
    values = gammas(144)
    theirs = esda_of("Moran_Local", values, neighbors=BOARD, permutations=0).q
    assert quadrants(values, BOARD).map({"HH": 1, "LH": 2, "LL": 3, "HL": 4}).tolist() == theirs.tolist()


# Rates


def counts_of(name):
    golden, neighbors = spdep(name)
    return golden, neighbors, counted(golden["events"], golden["exposure"])


@pytest.mark.parametrize("name", ["sids2", "stl"])
def test_rates_are_standardised_as_in_esda_and_their_index_is_that_of_spdep_and_esda(name):
    golden, neighbors, measure = counts_of(name)
    rates = standardised(measure)
    assert rates.to_numpy() == pytest.approx(assuncao_rate(measure.events, measure.exposure), abs=1e-10)
    result = moran(rates, neighbors, alternative="greater", null="randomisation")
    theirs = esda_of("Moran_Rate", measure.events, measure.exposure, neighbors=neighbors, permutations=0)
    assert result.statistic == pytest.approx(golden["moran_of_rates"], abs=1e-10)
    assert (result.statistic, result.variance) == pytest.approx((theirs.I, theirs.VI_rand), abs=1e-10)
    local = esda_of("Moran_Local_Rate", measure.events, measure.exposure, neighbors=neighbors, permutations=0).Is
    assert local_moran(rates, neighbors, alternative="greater").statistic.to_numpy() == pytest.approx(local, abs=1e-10)


def test_an_area_without_exposure_has_no_rate_and_does_not_spoil_the_others():
    events, exposure = [3, 1, 0, 5, 2], [100, 80, 0, 90, np.nan]
    result = standardised(counted(events, exposure))
    alone = standardised(counted([3, 1, 5], [100, 80, 90]))
    assert result.isna().tolist() == [False, False, True, False, True]
    assert result.dropna().tolist() == pytest.approx(alone.tolist())


def test_a_rate_is_never_divided_by_less_than_nothing():
    events, exposure = np.array([10, 20, 31.0]), np.array([1_000, 2_000, 3_000.0])  # all but the same rate
    overall = 61 / 6_000
    result = standardised(counted(events, exposure))
    assert result.iloc[2] == pytest.approx((31 / 3_000 - overall) / np.sqrt(overall / 3_000))  # chance alone
    assert result.to_numpy() == pytest.approx(assuncao_rate(events, exposure))


@pytest.mark.parametrize("exposure", [[10, 10, 10], [10, 20, 30]])
def test_where_all_rates_are_the_same_none_stands_out_not_even_that_of_mean_exposure(exposure):
    assert standardised(counted([one / 10 for one in exposure], exposure)).tolist() == [0, 0, 0]


def test_where_nothing_happened_no_rate_stands_out():
    assert standardised(counted([0, 0, 0], [10, 20, 0])).tolist()[:2] == [0, 0]


@given(st.lists(st.integers(0, 20), min_size=4, max_size=9), st.floats(0.1, 50))
def test_the_unit_of_exposure_does_not_matter(events, unit):
    assume(any(events))
    exposure = np.arange(1, len(events) + 1) * 10.0
    one, other = standardised(counted(events, exposure)), standardised(counted(events, exposure * unit))
    assert one.to_numpy() == pytest.approx(other.to_numpy(), rel=1e-6, abs=1e-9)


def test_a_measure_cannot_be_made_of_what_is_impossible():
    with pytest.raises(MeasureError):
        standardised(counted([-1, 2], [3, 4]))
