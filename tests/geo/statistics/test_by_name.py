"""Every local statistic by its name: one kind of result, that says how it was found and why it was not."""

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from geo import statistics
from geo.errors import StatisticError
from geo.neighbors import Neighbors, rings
from geo.residuals import fitted
from geo.statistics.by_name import SEARCHES, STATISTICS
from geo.statistics.getis_ord_total import getis_ord_total
from geo.statistics.result import LocalResult
from geo.statistics.scan import scan
from geo.statistics.significance import benjamini_hochberg
from geo.statistics.trends import trends
from geo.unknown import Unknown
from tests.country import counted, grid

SIDE = 12
HEART, UNKNOWN, ISLAND = 66, 0, 143
HOT = [53, 54, 55, 65, 66, 67, 77, 78, 79]
HOW = {
    "values": "exact conditional permutation, certified from above",
    "rates": "exact conditional permutation, certified from above",
    "flags": "exact conditional permutation",
    "two values": "exact conditional permutation, certified from above",
    "values and rings": "exact conditional permutation, certified from above",
    "values and weights": "conditional permutation, 999 draws, seed 1",
    "residuals": "permutation within classes of expected events, 999 draws, seed 1",
    "events": "simulation of one rate everywhere, so that rates that merely differ give an alarm too, 999 draws, "
    "seed 1",
    "years": "exact permutation of the years",
}
HOW_TOTAL = "exact total permutation, over one and two rings of neighbours, certified from above"


def board():
    """A board of which the last area is an island."""
    matrix = grid(SIDE, SIDE).matrix.toarray()
    matrix[ISLAND], matrix[:, ISLAND] = 0, 0
    return Neighbors(grid(SIDE, SIDE).ids, csr_array(matrix))


NEIGHBORS = board()
POINTS = 100.0 * np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2)


def given(takes):
    """What a statistic takes, of one place that is hot, and how it is asked."""
    rng = np.random.default_rng(1)
    values = pd.Series(rng.gamma(2, size=144), index=NEIGHBORS.ids)
    values.iloc[HOT] += 4
    values.iloc[UNKNOWN] = np.nan
    measure = counted(rng.poisson(values.fillna(0) * 5), values.notna() * rng.integers(50, 90, 144))
    near = csr_array(NEIGHBORS.matrix.multiply(rng.uniform(1, 2, (144, 144))))
    rising = np.isin(range(144), HOT)
    by_year = {2021 + year: values + year * rising + 0.1 * rng.normal(size=144) for year in range(5)}
    side = {"alternative": "greater"}
    return {
        "values": ((values, NEIGHBORS), side),
        "rates": ((measure, NEIGHBORS), side),
        "flags": (((values > 4).astype(float).where(values.notna()), NEIGHBORS), side),
        "two values": ((values, values + rng.normal(size=144), NEIGHBORS), side),
        "values and rings": ((values, rings(NEIGHBORS, 2), [2, 1]), side),
        "values and weights": ((values, near), side | {"draws": 999, "seed": 1}),
        "residuals": ((fitted(measure), NEIGHBORS, POINTS), {}),
        "events": ((measure.events, measure.exposure, POINTS), {"seed": 1}),
        "years": ((by_year, NEIGHBORS), {"max_q": 0.05}),
    }[takes]


@pytest.fixture(scope="module", params=STATISTICS)
def result(request):
    one = STATISTICS[request.param]
    figures, how = given(one.takes)
    return one, one.test(*figures, **how)


def test_every_statistic_gives_one_kind_of_result_that_says_how_p_was_found(result):
    one, local = result
    assert isinstance(local, LocalResult)
    total = one.test is getis_ord_total
    assert str(local.how) == (HOW_TOTAL if total else HOW[one.takes])
    assert local.p.dropna().ge(local.how.floor).all()
    assert local.lower.equals(local.p) == (local.how.kind != "certified")


def test_every_statistic_finds_a_planted_place(result):
    _, local = result
    assert local.p.iloc[HEART] <= 2 / 120  # five years reach no less
    assert local.statistic.iloc[HEART] >= local.statistic.quantile(0.9)


def test_what_was_not_tested_has_a_reason_and_nothing_else(result):
    one, local = result
    unknown = Unknown.NO_EXPOSURE if one.takes in {"rates", "events"} else Unknown.ABSENT
    assert local.reason.iloc[UNKNOWN] == unknown
    if one.takes != "events":  # a scan reaches past borders
        assert local.reason.iloc[ISLAND] in {Unknown.ISLAND, "not_flagged"}
    for part in (local.statistic, local.p, local.lower, local.q):
        assert part.isna().equals(local.reason.notna())


def test_what_is_high_is_tested_by_default_and_by_local_moran_both_clusters_and_outliers():
    for name, statistic in STATISTICS.items():
        alternative = inspect.signature(statistic.test).parameters.get("alternative")
        if name in {"place_scan", "scan", "trends"}:  # an excess of events; rising and falling alike
            assert alternative is None
        else:
            default = "two-sided" if name.startswith("local_moran") else "greater"
            assert (alternative.kind, alternative.default) == (inspect.Parameter.KEYWORD_ONLY, default), name


def test_those_that_a_theme_can_search_with_take_one_value_per_area():
    assert {name: one.test for name, one in STATISTICS.items() if one.takes == "values"} == dict(SEARCHES)


def test_a_scan_by_area_is_its_clusters_by_area_and_needs_no_correction():
    figures, how = given("events")
    whole = scan(*figures, **how)
    local = whole.local
    inside = {area: cluster for cluster in whole.clusters for area in cluster.areas}
    assert set(local.p.index[local.p < 1]) <= set(inside)
    for area, cluster in inside.items():
        assert (local.statistic[area], local.p[area], local.q[area]) == (cluster.llr, cluster.p, cluster.p)
    assert local.tested == 143
    assert list(whole.left_out) == [NEIGHBORS.ids[UNKNOWN]]


def test_trends_by_area_are_those_of_mann_kendall_corrected_for_all_areas():
    figures, how = given("years")
    whole = trends(*figures, **how)
    local = whole.local
    assert (local.alternative, local.how.floor) == ("two-sided", 2 / 120)
    assert local.statistic.equals(whole.tau)
    assert local.q.to_numpy() == pytest.approx(benjamini_hochberg(whole.p.to_numpy()), nan_ok=True)
    long = {year: figures[0][2021 + year % 5] + year for year in range(21)}
    assert str(trends(long, NEIGHBORS, max_q=0.05).local.how) == "normal approximation of permutation of the years"


@pytest.mark.parametrize("name", [name for name, one in STATISTICS.items() if one.takes.startswith("values")])
def test_values_without_end_and_values_that_do_not_differ_are_refused(name):
    figures, how = given(STATISTICS[name].takes)
    endless = figures[0].copy()
    endless.iloc[7] = np.inf
    with pytest.raises(StatisticError, match=f"{name}: values must be finite, not so in a0007"):
        STATISTICS[name].test(endless, *figures[1:], **how)
    with pytest.raises(StatisticError, match=f"{name}: the values of 143 areas do not differ"):
        STATISTICS[name].test(figures[0] * 0, *figures[1:], **how)


def test_the_tables_by_name_are_those_of_the_package_itself():
    assert statistics.STATISTICS is STATISTICS
    assert statistics.SEARCHES is SEARCHES
    with pytest.raises(AttributeError, match="no attribute 'NOTHING'"):
        statistics.NOTHING  # noqa: B018
