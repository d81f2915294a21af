"""Counts keep their total from one set of areas to another, and what cannot be known is not made up."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.cbs import wijken
from boundaries.crosswalk import LEAST_KNOWN, Crosswalk, by_code, by_surface
from boundaries.hexagons import hexagons
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AlignmentError
from geo.measures import Measure, Unknown
from tests.country import SIDE, squares

BUURTEN = squares(4, 6)
WIJKEN = wijken(BUURTEN)
TO_WIJKEN = by_code(BUURTEN, WIJKEN)
COUNT = len(BUURTEN)
counts = st.lists(st.floats(0, 1e6), min_size=COUNT, max_size=COUNT)
gaps = st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1e4)), min_size=COUNT, max_size=COUNT)


def series(figures):
    return pd.Series(figures, index=BUURTEN.ids, dtype=float)


def measure(events, exposure, *, shrunk=True):
    nothing = pd.Series(None, index=BUURTEN.ids, dtype=object)
    return Measure.of("x", series(events), series(exposure), nothing, shrunk=shrunk)


def shares(pairs, *, exact=False):
    table = pd.DataFrame(pairs, columns=["source", "target", "share"])
    return Crosswalk(pd.Index(["a", "b"]), pd.Index(["x", "y"]), table, exact=exact)


@given(counts)
def test_by_code_every_total_is_kept(events):
    carried = TO_WIJKEN.sum(series(events))
    assert carried.sum() == pytest.approx(sum(events), rel=1e-9)
    assert carried.to_numpy() == pytest.approx(series(events).groupby(BUURTEN.ids.str[2:8]).sum().to_numpy(), rel=1e-9)
    assert not len(TO_WIJKEN.lost)


@given(counts, counts)
def test_by_code_the_national_value_is_kept(events, exposure):
    exposure = np.array(exposure) + 1
    before = measure(events, exposure)
    carried = TO_WIJKEN.carry(before)
    assert carried.national == pytest.approx(before.national, rel=1e-9)
    assert not carried.spread


@pytest.fixture(scope="module")
def cells():
    return hexagons(BUURTEN, AreaLevel.H3_9)


@pytest.fixture(scope="module")
def to_cells(cells):
    return by_surface(BUURTEN, cells)


def test_by_surface_nothing_inside_is_lost(to_cells):
    assert to_cells.given.to_numpy() == pytest.approx(np.ones(COUNT), abs=1e-6)
    events = np.random.default_rng(2).poisson(30, COUNT)
    assert to_cells.sum(series(events)).sum() == pytest.approx(events.sum(), rel=1e-6)


def test_by_surface_the_result_says_that_it_was_spread(to_cells):
    carried = to_cells.carry(measure(np.arange(COUNT), np.full(COUNT, 100)))
    assert carried.spread
    assert carried.national == pytest.approx(np.arange(COUNT).sum() / (100 * COUNT), rel=1e-6)


def test_by_surface_each_target_gets_the_share_of_the_surface_it_covers():
    half = BUURTEN.table.geometry.translate(xoff=SIDE / 2)
    moved = AreaFrame(AreaLevel.BUURT, 2024, BUURTEN.table.assign(geometry=half))
    walk = by_surface(BUURTEN, moved)
    assert walk.table["share"].unique() == pytest.approx([0.5])
    edge = BUURTEN.table.geometry.bounds["minx"] == 120_000
    assert walk.given.to_numpy() == pytest.approx(np.where(edge, 0.5, 1))
    assert walk.lost.equals(walk.given[edge].rsub(1).rename("share"))


def test_by_surface_what_lies_outside_all_targets_is_reported_as_lost(cells):
    east = AreaFrame(cells.level, 2024, cells.table[cells.table.centroid.x > 121_000])
    walk = by_surface(BUURTEN, east)
    outside = BUURTEN.table.area - BUURTEN.table.intersection(shapely.union_all(east.table.geometry)).area
    expected = (outside / BUURTEN.table.area)[lambda share: share > 1e-6]
    assert walk.lost.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-4)
    events = series(np.ones(COUNT))
    assert walk.sum(events).sum() + walk.lost.sum() == pytest.approx(COUNT)


def test_targets_that_overlap_do_not_make_more_of_it():
    wide = AreaFrame(AreaLevel.BUURT, 2024, BUURTEN.table.assign(geometry=BUURTEN.table.geometry.buffer(50)))
    assert by_surface(BUURTEN, wide).sum(series(np.ones(COUNT))).sum() == pytest.approx(COUNT)


def test_a_count_unknown_in_one_part_is_unknown_in_the_sum():
    walk = shares([("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5)])
    found = walk.sum(pd.Series([np.nan, 4.0], index=["a", "b"]))
    assert np.isnan(found["x"])
    assert found["y"] == 2


def test_a_target_to_which_nothing_goes_is_unknown_not_zero():
    walk = shares([("a", "x", 1.0), ("b", "x", 1.0)])
    assert np.isnan(walk.sum(pd.Series([1.0, 1.0], index=["a", "b"]))["y"])


@given(gaps, gaps)
def test_a_target_has_a_value_where_nearly_all_its_exposure_is_known(events, exposure):
    carried = TO_WIJKEN.carry(measure(events, exposure))
    table = pd.DataFrame({"events": events, "exposure": exposure}, index=BUURTEN.ids)
    for wijk, part in table.groupby("WK" + BUURTEN.ids.str[2:8]):
        both = part.dropna()
        known, whole = both["exposure"].sum(), part["exposure"].sum()
        if part["exposure"].isna().any() or known < LEAST_KNOWN * whole:
            assert carried.reason[wijk] == Unknown.PARTLY
        elif known == 0:
            assert carried.reason[wijk] == Unknown.NO_EXPOSURE
        else:
            assert carried.known[wijk]
            assert carried.events[wijk] == pytest.approx(both["events"].sum())
            assert carried.exposure[wijk] == pytest.approx(known)


def test_a_level_becomes_the_mean_weighed_by_what_it_is_of():
    homes, percent = np.arange(1.0, COUNT + 1), np.linspace(0, 100, COUNT)
    carried = TO_WIJKEN.carry(measure(homes * percent, homes, shrunk=False))
    first = BUURTEN.ids.str.startswith("BU0363AA")
    assert not carried.shrunk
    assert (carried.events / carried.exposure)["WK0363AA"] == pytest.approx(
        np.average(percent[first], weights=homes[first])
    )


def test_an_unknown_sliver_is_partly_unknown_too():
    events, exposure = np.ones(COUNT), np.full(COUNT, 100.0)
    events[0], exposure[0] = np.nan, 1.0  # one in five hundred of its wijk
    assert TO_WIJKEN.carry(measure(events, exposure)).known.all()
    exposure[0] = np.nan
    assert TO_WIJKEN.carry(measure(events, exposure)).reason["WK0363AA"] == Unknown.PARTLY


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "x", 0.7), ("a", "y", 0.7)],
        [("a", "x", 1.01)],
        [("a", "x", 0.0)],
        [("a", "x", -0.5)],
        [("a", "x", float("nan"))],
    ],
)
def test_shares_that_are_none_are_refused(pairs):
    with pytest.raises(AlignmentError, match="shares must be above 0 and add up to 1 at most"):
        shares(pairs)


def test_counts_of_other_areas_are_refused():
    with pytest.raises(AlignmentError, match="crosswalk"):
        TO_WIJKEN.sum(pd.Series([1.0], index=["a"]))


def test_what_goes_to_a_wijk_that_is_not_there_is_lost_and_said_so():
    some = WIJKEN.where(WIJKEN.ids != "WK0363AA")
    walk = by_code(BUURTEN, some)
    assert set(walk.lost.index) == set(BUURTEN.ids[BUURTEN.ids.str.startswith("BU0363AA")])


def test_a_share_of_an_unknown_source_is_refused():
    with pytest.raises(AlignmentError):
        shares([("c", "x", 1.0)])
