"""The scan, held against itself written out slowly, against SaTScan and published results, and against chance."""

import json
from importlib import import_module
from math import isclose, log
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from libpysal.examples import load_example

from geo.errors import AlignmentError, StatisticError
from geo.statistics import scan_windows
from geo.statistics.by_name import PLACE_SEARCHES, SEARCHES
from geo.statistics.scan import scan
from geo.statistics.scan_kernel import maxima
from geo.statistics.scan_windows import Windows
from tests.country import names

GOLDEN = Path(__file__).parents[2] / "golden"
HALF = Windows(largest=0.5)


def series(figures):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)))


def in_order(events, exposure, points):
    """The map in the order in which its areas are drawn."""
    order = np.lexsort((events, exposure, points[:, 1], points[:, 0]))
    return series(events[order]), series(exposure[order]), points[order]


@st.composite
def maps(draw):
    """Events, exposure and points of a few areas on a board on which many lie as far from one another."""
    whole = st.integers(0, 6)
    areas = st.tuples(st.integers(0, 5), st.integers(1, 9), whole, whole)
    columns = np.array(draw(st.lists(areas, min_size=3, max_size=12)), dtype=float).T
    assume(columns[0].sum())
    return in_order(columns[0], columns[1], columns[2:].T)


limits = st.builds(Windows, st.sampled_from([0.3, 0.5, 0.8]), st.none() | st.integers(1, 6), st.integers(0, 8))


def ratio(inside, expected, total):
    if inside <= expected * (1 + 1e-12):
        return 0.0
    rest = (total - inside) * log((total - inside) / (total - expected)) if inside < total else 0.0
    return inside * log(inside / expected) + rest


def slowly(exposure, points, windows):
    """The areas in every window there is, by position; what lies as far is known by whole squared distances."""
    result = set()
    for x, y in points:
        away = [(px - x) ** 2 + (py - y) ** 2 for px, py in points]
        for reach in set(away):
            inside = frozenset(at for at, distance in enumerate(away) if distance <= reach)
            held = exposure.iloc[list(inside)].sum()
            small = held <= windows.largest * exposure.sum() + 1e-9 and len(inside) <= (windows.most or len(away))
            if small and held >= windows.min_exposure:
                result.add(inside)
    return result


def ratios(events, exposure, every):
    """The ratio of every window."""
    events, expected = np.asarray(events), exposure.to_numpy() * (np.sum(events) / exposure.sum())
    return {
        inside: ratio(events[list(inside)].sum(), expected[list(inside)].sum(), events.sum()) for inside in every
    }  # fmt: skip


def strongest(result):
    return max(result.values(), default=0.0)


def tried(events, exposure, points, windows=HALF, draws=9):
    """The result, or None where the limits leave no window."""
    try:
        return scan(events, exposure, points, windows=windows, draws=draws, seed=1)
    except StatisticError as error:
        if "no window" in str(error):
            return None
        raise


def gist(result):
    """All that does not hang on rounding."""
    return result and [(one.areas, one.centre, one.observed, round(one.llr, 6), one.p) for one in result.clusters]


@given(maps(), limits)
@settings(max_examples=200)
def test_clusters_are_the_strongest_of_all_windows_written_out(country, windows):
    events, exposure, points = country
    every, result = slowly(exposure, points, windows), tried(*country, windows)
    assert (result is None) == (not every)
    left = ratios(events, exposure, every)
    assert bool(result and result.clusters) == (strongest(left) > 1e-9)
    for cluster in result.clusters if result else ():
        inside = frozenset(events.index.get_indexer(cluster.areas))
        assert cluster.llr == pytest.approx(strongest(left), abs=1e-9)
        assert left[inside] == pytest.approx(strongest(left), abs=1e-9)
        assert cluster.observed == events.iloc[list(inside)].sum()
        assert list(cluster.areas) == sorted(cluster.areas)
        left = {other: llr for other, llr in left.items() if not other & inside}


@given(maps(), limits)
def test_p_is_the_rank_among_the_strongest_windows_of_drawn_maps_ties_included(country, windows):
    events, exposure, points = country
    every, result = slowly(exposure, points, windows), tried(*country, windows)
    assume(result and result.clusters)
    chance = exposure.to_numpy() / exposure.sum()
    streams = [np.random.Generator(np.random.PCG64(seed)) for seed in np.random.SeedSequence(1).spawn(9)]
    null = [strongest(ratios(stream.multinomial(int(events.sum()), chance), exposure, every)) for stream in streams]

    def p(llr):
        return (1 + sum(other > llr or isclose(other, llr, rel_tol=1e-9) for other in null)) / 10

    assert [cluster.p for cluster in result.clusters] == [p(cluster.llr) for cluster in result.clusters]
    taken = set(events.index.get_indexer([area for cluster in result.clusters for area in cluster.areas]))
    rest = strongest({inside: llr for inside, llr in ratios(events, exposure, every).items() if not inside & taken})
    assert rest <= 1e-9 or p(rest) == 1


@given(maps(), limits, st.randoms())
def test_neither_the_order_of_areas_nor_what_they_are_called_matters(country, windows, random):
    """Unless areas are the same in all but their code: which of those is the centre, the order decides."""
    assume(len(np.unique(np.column_stack(country), axis=0)) == len(country[0]))
    order = random.sample(range(len(country[0])), len(country[0]))
    events, exposure = country[0].iloc[order], country[1].iloc[order]
    assert gist(tried(events, exposure, country[2][order], windows)) == gist(tried(*country, windows))
    renamed = [figures.set_axis(names(len(order))) for figures in (events, exposure)]
    result, before = tried(*renamed, country[2][order], windows), tried(*country, windows)
    called = dict(zip(renamed[0].index, events.index, strict=True))
    for one, other in zip(result.clusters if result else (), before.clusters if before else (), strict=True):
        assert sorted(called[area] for area in one.areas) == list(other.areas)
        assert (one.p, one.llr) == (other.p, other.llr)


@given(maps(), st.sampled_from([2.0**-10, 8.0, 2.0**20]))
def test_the_unit_of_exposure_does_not_matter(country, times):
    events, exposure, points = country
    assert gist(tried(events, exposure * times, points)) == gist(tried(*country))


@given(maps(), st.sampled_from([0.001, 0.3, 7, 1e6]))
def test_where_the_unit_changes_last_digits_the_first_cluster_stays_and_only_draws_may_differ(country, times):
    events, exposure, points = country
    result, before = tried(events, exposure * times, points), tried(*country)
    for one, other in zip(result.clusters[:1] if result else (), before.clusters[:1] if before else (), strict=True):
        assert (one.areas, one.centre, one.observed) == (other.areas, other.centre, other.observed)
        assert one.llr == pytest.approx(other.llr, rel=1e-9)


@given(maps(), st.tuples(st.integers(0, 6), st.integers(0, 6)))
def test_an_area_where_nobody_is_and_nothing_happens_changes_nothing(country, where):
    events, exposure, points = country
    more = [pd.concat([figures, pd.Series([0.0], ["empty"])]) for figures in (events, exposure)]
    assert gist(tried(*more, np.vstack([points, where]))) == gist(tried(*country))


@given(maps(), st.sampled_from([(np.nan, 5), (3, np.nan), (3, 0)]))
def test_an_area_without_events_or_exposure_drops_out_and_is_named(country, unknown):
    more = [pd.concat([figures, pd.Series([one], ["x"])]) for figures, one in zip(country[:2], unknown, strict=True)]
    result = tried(*more, np.vstack([country[2], [np.nan, np.nan]]))
    assert gist(result) == gist(tried(*country))
    assert result is None or list(result.left_out) == ["x"]


def board(size):
    """The centres of squares of 100 m, row by row."""
    return 100.0 * np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(-1, 2)


def test_areas_as_far_from_the_centre_enter_together():
    start, member = HALF.grow(board(5) + 123_456.7, np.ones(25))
    centre = member[start[12] : start[13]]
    assert (centre >= 0).nonzero()[0].tolist() == [0, 4, 8]  # itself, 4 beside it, 4 at its corners
    assert set(np.where(centre < 0, ~centre, centre)) == {12, 7, 11, 13, 17, 6, 8, 16, 18}


def test_windows_are_the_same_when_looked_up_in_small_blocks(monkeypatch):
    rng = np.random.default_rng(1)
    points, exposure = rng.uniform(size=(400, 2)), rng.lognormal(0, 2, 400)
    windows = Windows(largest=0.1, min_exposure=5)
    whole = windows.grow(points, exposure)
    monkeypatch.setattr(scan_windows, "BLOCK", 500)
    for one, other in zip(windows.grow(points, exposure), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_strongest_window_of_a_draw_is_never_missed():
    rng = np.random.default_rng(2)
    exposure, points = rng.lognormal(0, 2, 500), rng.uniform(size=(500, 2))
    start, member = HALF.grow(points, exposure)
    for total in (20, 3_000, 2_000_000):
        expected = exposure * total / exposure.sum()
        drawn = rng.multinomial(total, exposure / exposure.sum(), size=7).T.astype(np.int32)
        highest = np.zeros(7)
        for centre in range(500):
            window = member[start[centre] : start[centre + 1]]
            areas = np.where(window < 0, ~window, window)
            inside, share = drawn[areas].cumsum(axis=0), expected[areas].cumsum()[:, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                llr = inside * np.log(inside / share) + (total - inside) * np.log((total - inside) / (total - share))
            highest = np.maximum(highest, np.where(inside > share, np.nan_to_num(llr), 0.0).max(axis=0))
        result = maxima(start, member, np.ascontiguousarray(drawn), expected, float(total))
        assert result == pytest.approx(highest, rel=1e-9)


def country(rng, size=20, mean=20.0):
    """A board with Poisson events at one rate."""
    exposure = rng.integers(50, 500, size * size)
    return series(rng.poisson(exposure * (mean / exposure.mean()))), series(exposure), board(size)


def test_a_planted_cluster_is_found():
    events, exposure, points = country(np.random.default_rng(3))
    hot = np.hypot(*(points - [700, 1200]).T) <= 250
    result = scan(events + np.where(hot, events * 0.6 // 1, 0), exposure, points, windows=HALF, seed=1)
    first = result.clusters[0]
    assert (first.p, first.centre) == (0.001, events.index[12 * 20 + 7])
    assert len(set(first.areas) & set(events.index[hot])) > 0.8 * hot.sum()
    assert first.relative_risk > 1.4
    assert str(result.how).endswith("999 draws, seed 1")


def test_without_clusters_every_p_is_as_likely_as_another():
    rng = np.random.default_rng(4)
    p = [scan(*country(rng, 7), windows=HALF, draws=19, seed=seed).clusters[0].p for seed in range(400)]
    counts = np.bincount(np.rint(np.multiply(p, 20)).astype(int), minlength=21)[1:]
    assert ((counts - 20) ** 2 / 20).sum() < 43.8  # chi-squared with 19 degrees of freedom: above it once in a thousand
    assert np.mean(np.array(p) <= 0.05) < 0.09


def test_it_alarms_where_rates_merely_differ_and_says_so_and_no_theme_can_search_with_it():
    rng, alarms = np.random.default_rng(6), []
    for seed in range(20):
        _, exposure, points = country(rng, 10)
        events = pd.Series(rng.poisson(20 * rng.gamma(3, 1 / 3, len(exposure))).astype(float), exposure.index)
        result = scan(events, exposure * 0 + 1, points, windows=HALF, draws=19, seed=seed)
        alarms.append(result.clusters[0].p <= 0.05)
    assert np.mean(alarms) > 0.9
    assert "rates that merely differ give an alarm too" in str(result.how)
    assert "alarm" in scan.__doc__
    assert "scan" not in {*SEARCHES, *PLACE_SEARCHES}


def test_a_seed_gives_one_result_however_the_draws_are_shared_out(monkeypatch):
    figures = country(np.random.default_rng(5), 8)
    before = scan(*figures, draws=99, seed=7)
    scanning = import_module("geo.statistics.scan")
    monkeypatch.setattr(scanning, "SIDE_BY_SIDE", 5)
    monkeypatch.setattr(scanning.os, "cpu_count", lambda: 1)
    after = scan(*figures, draws=99, seed=7)
    assert after.clusters == before.clusters
    assert scan(*figures, draws=99, seed=8).clusters != before.clusters


@pytest.mark.parametrize("largest", ["0.5", "0.1"])
def test_in_new_york_the_clusters_are_those_of_satscan(largest):
    golden = json.loads((GOLDEN / "scan_new_york.json").read_text())
    areas = pd.RangeIndex(1, 282)
    cases, inhabitants = (pd.Series(golden[column], areas) for column in ("cases", "inhabitants"))
    points = np.column_stack([golden["longitude"], golden["latitude"]])
    result = scan(cases, inhabitants, points, windows=Windows(float(largest)), seed=1)
    for ours, theirs in zip(result.clusters, golden["clusters"][largest], strict=False):  # it lists fewer
        assert list(ours.areas) == sorted(theirs["areas"])
        assert ours.observed == theirs["observed"]
        assert round(ours.llr, 6) == theirs["llr"]
        assert round(ours.expected, 2) == theirs["expected"]
        assert round(ours.relative_risk, 2) == theirs["relative_risk"]
        assert abs(ours.p - theirs["p"]) < 0.002 + 4 * np.sqrt(2 * theirs["p"] * (1 - theirs["p"]) / 999)


def north_carolina():
    return geopandas.read_file(load_example("sids2").get_path("sids2.shp")).set_index("NAME").set_crs(4267)


def test_sudden_deaths_in_north_carolina_cluster_where_others_found_them():
    """1974-78: the four counties in the northeast with 5.12 deaths per 1,000 births and six in the south with 3.76.

    Table 1, spatial scan statistic, of Spatially varying effects of measured confounding variables on disease risk,
    International Journal of Health Geographics 20 (2021), doi:10.1186/s12942-021-00298-6. It does not say how large
    windows were nor which points were used; here up to a quarter, and centroids in the state plane.
    """
    counties = north_carolina()
    centroids = counties.to_crs(32119).centroid
    points = np.column_stack([centroids.x, centroids.y])
    result = scan(counties.SID74, counties.BIR74, points, windows=Windows(0.25), seed=1)
    northeast, south = result.clusters[:2]
    assert northeast.areas == ("Bertie", "Halifax", "Hertford", "Northampton")
    assert len(south.areas) == 6
    assert {"Hoke", "Robeson", "Scotland"} < set(south.areas)
    rates = [1000 * one.observed / counties.BIR74[list(one.areas)].sum() for one in (northeast, south)]
    assert np.round(rates, 2).tolist() == [5.12, 3.76]
    assert max(northeast.p, south.p) < 0.01


def test_with_county_seats_as_points_both_periods_give_the_counties_of_kulldorff():
    """1974-84, windows up to a half: the counties that Kulldorff (1997) is cited for; the paper was not at hand.

    With centroids as points Columbus falls out of the first and Bertie joins the second.
    """
    counties = north_carolina()
    seats = pd.read_csv(GOLDEN / "scan_north_carolina.csv", index_col="county").loc[counties.index]
    events, births = counties.SID74 + counties.SID79, counties.BIR74 + counties.BIR79
    first, second = scan(events, births, seats.to_numpy(dtype=float), windows=HALF, seed=1).clusters[:2]
    assert first.areas == ("Bladen", "Columbus", "Hoke", "Robeson", "Scotland")
    assert second.areas == ("Halifax", "Hertford", "Northampton")
    assert first.p == second.p == 0.001


SOME = (series([1, 2, 3]), series([5, 5, 5]), board(2)[:3])


@pytest.mark.parametrize(
    ("events", "exposure", "fault"),
    [
        ([1, 2.5, 3], [5, 5, 5], "a level is no count.*a0001"),
        ([1, -2, 3], [5, 5, 5], "0 or more.*a0001"),
        ([1, 2, 3], [5, -5, 5], "exposure must be 0 or more.*a0001"),
        ([1, 2, 3], [5, np.inf, 5], "finite.*a0001"),
        ([0, 0, 0], [5, 5, 5], "found 3 and 0"),
        ([1, np.nan, 3], [5, 5, 0], "found 1 and 1"),
        ([1, 2, 3e9], [5, 5, 5], "found 3 and 3,000,000,003"),
    ],
)
def test_figures_that_cannot_be_scanned_are_refused(events, exposure, fault):
    with pytest.raises(StatisticError, match=fault):
        scan(series(events), series(exposure), SOME[2], windows=HALF, seed=1)


def test_points_must_be_known_where_figures_are():
    with pytest.raises(StatisticError, match=r"points must be finite.*a0002"):
        scan(*SOME[:2], np.array([[0, 0], [0, 1], [1, np.nan]]), seed=1)


def test_limits_that_leave_no_window_are_refused():
    with pytest.raises(StatisticError, match=r"no window of at most 50% .* holds the 9 .* together hold 15"):
        scan(*SOME, windows=Windows(0.5, min_exposure=9), seed=1)


@pytest.mark.parametrize("limit", [{"largest": 0}, {"largest": 1}, {"most": 0}])
def test_limits_that_make_no_sense_are_refused(limit):
    with pytest.raises(StatisticError, match=rf"{next(iter(limit))} must"):
        Windows(**limit)


def test_figures_of_other_areas_are_refused():
    with pytest.raises(AlignmentError, match="scan"):
        scan(SOME[0], SOME[1].iloc[::-1], SOME[2], seed=1)


def test_one_rate_everywhere_gives_no_cluster():
    assert scan(series([5, 5, 5, 5]), series([10] * 4), board(2), windows=HALF, seed=1).clusters == ()
