"""Counts keep their total from one set of areas to another, and what cannot be known is not made up."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tobler.area_weighted import area_interpolate

from boundaries.cbs import gemeenten, wijken
from boundaries.counts import Counts
from boundaries.crosswalk import LEAST_KNOWN, Crosswalk, Method, by_code, by_parent, by_surface, one_method
from boundaries.hexagons import hexagons
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AlignmentError, MeasureError
from geo.measures import Measure
from geo.rates import rates, shrunk_where_counted
from geo.unknown import Unknown
from tests.boundaries.tilings import figures_of, tiling, tilings
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


def counted(figures, of="inwoners"):
    return Counts(of, figures if isinstance(figures, pd.Series) else series(figures))


def shares(pairs):
    table = pd.DataFrame(pairs, columns=["source", "target", "share"]).assign(method=Method.SURFACE)
    return Crosswalk.of_codes(pd.Index(["a", "b"]), pd.Index(["x", "y"]), table)


@given(counts)
def test_by_code_every_total_is_kept(events):
    apportioned = TO_WIJKEN.sum(counted(events)).figures
    assert apportioned.sum() == pytest.approx(sum(events), rel=1e-9)
    assert apportioned.to_numpy() == pytest.approx(
        series(events).groupby(BUURTEN.ids.str[2:8]).sum().to_numpy(), rel=1e-9
    )
    assert not len(TO_WIJKEN.lost)


@given(counts, counts)
def test_by_code_the_national_value_is_kept(events, exposure):
    exposure = np.array(exposure) + 1
    before = measure(events, exposure)
    apportioned = TO_WIJKEN.apportion(before)
    assert apportioned.national == pytest.approx(before.national, rel=1e-9)
    assert not apportioned.interpolated


@pytest.fixture(scope="module")
def cells():
    return hexagons(BUURTEN, AreaLevel.H3_9)


@pytest.fixture(scope="module")
def to_cells(cells):
    return by_surface(BUURTEN, cells)


def test_by_surface_nothing_inside_is_lost(to_cells):
    assert to_cells.given.to_numpy() == pytest.approx(np.ones(COUNT), abs=1e-9)
    events = np.random.default_rng(2).poisson(30, COUNT)
    assert to_cells.sum(counted(events)).total == pytest.approx(events.sum(), rel=1e-9)


def test_by_surface_the_result_says_that_it_was_interpolated(to_cells):
    apportioned = to_cells.apportion(measure(np.arange(COUNT), np.full(COUNT, 100)))
    assert apportioned.interpolated
    assert apportioned.national == pytest.approx(np.arange(COUNT).sum() / (100 * COUNT), rel=1e-9)


@given(st.lists(st.integers(0, 40), min_size=COUNT, max_size=COUNT).filter(any))
def test_by_surface_events_are_kept_and_so_are_those_of_shrunk_rates(to_cells, events):
    before = shrunk_where_counted(measure(events, np.full(COUNT, 100)), 50)
    apportioned = to_cells.apportion(before)
    assert apportioned.events.sum() == pytest.approx(sum(events), rel=1e-9)
    assert apportioned.shrunk_events.sum() == pytest.approx(before.shrunk_events.sum(), rel=1e-9)


def test_a_planted_rate_is_seen_where_counts_were_divided(to_cells):
    raised = (BUURTEN.table.centroid.x > 121_000).to_numpy()
    events = np.random.default_rng(3).poisson(np.where(raised, 6, 2))
    before = measure(events, np.full(COUNT, 100))
    inside = to_cells.matrix.T @ raised > 0.99 * to_cells.matrix.T.sum(axis=1)
    assert rates(to_cells.apportion(before))[inside].mean() < 0.05  # as if each cell had counted for itself
    assert rates(to_cells.apportion(shrunk_where_counted(before, 50)))[inside].mean() == pytest.approx(
        rates(before)[raised].mean(), rel=0.05
    )


def test_by_surface_each_target_gets_the_share_of_the_surface_it_covers():
    half = BUURTEN.table.geometry.translate(xoff=SIDE / 2)
    moved = AreaFrame(AreaLevel.BUURT, 2024, BUURTEN.table.assign(geometry=half))
    crosswalk = by_surface(BUURTEN, moved)
    assert crosswalk.table["share"].unique() == pytest.approx([0.5])
    edge = BUURTEN.table.geometry.bounds["minx"] == 120_000
    assert crosswalk.given.to_numpy() == pytest.approx(np.where(edge, 0.5, 1))
    assert crosswalk.lost.equals(crosswalk.given[edge].rsub(1))


def test_by_surface_what_lies_outside_all_targets_is_reported_as_lost(cells):
    east = AreaFrame(cells.level, 2024, cells.table[cells.table.centroid.x > 121_000])
    crosswalk = by_surface(BUURTEN, east)
    outside = BUURTEN.table.area - BUURTEN.table.intersection(shapely.union_all(east.table.geometry)).area
    expected = (outside / BUURTEN.table.area)[lambda share: share > 1e-6]
    assert crosswalk.lost.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-4)
    events = counted(np.arange(COUNT))
    assert crosswalk.sum(events).total + crosswalk.left(events).total == pytest.approx(events.total, rel=1e-9)
    assert crosswalk.left(events).figures.to_numpy() == pytest.approx(
        np.arange(COUNT) * (1 - crosswalk.given.to_numpy())
    )


def test_targets_that_overlap_do_not_make_more_of_it():
    wide = AreaFrame(AreaLevel.BUURT, 2024, BUURTEN.table.assign(geometry=BUURTEN.table.geometry.buffer(50)))
    assert by_surface(BUURTEN, wide).sum(counted(np.ones(COUNT))).total == pytest.approx(COUNT)


def test_a_count_unknown_in_one_part_is_unknown_in_the_sum():
    crosswalk = shares([("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5)])
    found = crosswalk.sum(counted(pd.Series([np.nan, 4.0], index=["a", "b"]))).figures
    assert np.isnan(found["x"])
    assert found["y"] == 2


@pytest.mark.parametrize("source", [["a"], [-1], [2], [0.0]])
def test_a_crosswalk_takes_positions_among_the_areas_and_nothing_else(source):
    table = pd.DataFrame({"source": source, "target": [1], "share": [1.0], "method": one_method(Method.WHOLE, 1)})
    with pytest.raises(TypeError, match="of_codes"):
        Crosswalk(pd.Index(["a", "b"]), pd.Index(["x", "y"]), table)


def test_no_object_is_made_of_any_code_of_a_crosswalk_to_very_many_areas(to_cells, cells):
    """Of those of the hexagons of the country that took 185 MB, and of the method of each share 65."""
    targets = pd.Index(cells.ids.tolist())
    crosswalk = Crosswalk(BUURTEN.ids, targets, to_cells.table)
    crosswalk.sum(counted(np.ones(COUNT)))
    assert "_engine" not in targets._cache
    assert crosswalk.table.memory_usage(index=False).sum() < 18 * len(crosswalk.table)


def test_a_target_to_which_nothing_goes_is_unknown_not_zero():
    crosswalk = shares([("a", "x", 1.0), ("b", "x", 1.0)])
    assert np.isnan(crosswalk.sum(counted(pd.Series([1.0, 1.0], index=["a", "b"]))).figures["y"])


@given(gaps, gaps)
def test_a_target_has_a_value_where_nearly_all_its_exposure_is_known(events, exposure):
    apportioned = TO_WIJKEN.apportion(measure(events, exposure))
    table = pd.DataFrame({"events": events, "exposure": exposure}, index=BUURTEN.ids)
    for wijk, part in table.groupby("WK" + BUURTEN.ids.str[2:8]):
        both = part.dropna()
        known, whole = both["exposure"].sum(), part["exposure"].sum()
        if part["exposure"].isna().any() or known < LEAST_KNOWN * whole:
            assert apportioned.reason[wijk] == Unknown.PARTLY
        elif known == 0:
            assert apportioned.reason[wijk] == Unknown.NO_EXPOSURE
        else:
            assert apportioned.known[wijk]
            assert apportioned.events[wijk] == pytest.approx(both["events"].sum())
            assert apportioned.exposure[wijk] == pytest.approx(known)


def test_a_level_becomes_the_mean_weighed_by_what_it_is_of():
    homes, percent = np.arange(1.0, COUNT + 1), np.linspace(0, 100, COUNT)
    apportioned = TO_WIJKEN.apportion(measure(homes * percent, homes, shrunk=False))
    first = BUURTEN.ids.str.startswith("BU0363AA")
    assert not apportioned.shrunk
    assert (apportioned.events / apportioned.exposure)["WK0363AA"] == pytest.approx(
        np.average(percent[first], weights=homes[first])
    )


def test_an_unknown_sliver_is_partly_unknown_too():
    events, exposure = np.ones(COUNT), np.full(COUNT, 100.0)
    events[0], exposure[0] = np.nan, 1.0  # one in five hundred of its wijk
    assert TO_WIJKEN.apportion(measure(events, exposure)).known.all()
    exposure[0] = np.nan
    assert TO_WIJKEN.apportion(measure(events, exposure)).reason["WK0363AA"] == Unknown.PARTLY


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
        TO_WIJKEN.sum(counted(pd.Series([1.0], index=["a"])))


def test_what_goes_to_a_wijk_that_is_not_there_is_lost_and_said_so():
    some = WIJKEN.where(WIJKEN.ids != "WK0363AA")
    crosswalk = by_code(BUURTEN, some)
    assert set(crosswalk.lost.index) == set(BUURTEN.ids[BUURTEN.ids.str.startswith("BU0363AA")])


def test_a_share_of_an_unknown_source_is_refused():
    with pytest.raises(AlignmentError):
        shares([("c", "x", 1.0)])


@given(st.data(), tilings, st.integers(0, 10_000))
def test_whatever_the_areas_and_counts_the_total_is_kept(data, source, seed):
    counts = Counts("inwoners", data.draw(figures_of(source)))
    target = tiling(seed, 17)
    crosswalk = by_surface(source, target)
    assert crosswalk.sum(counts).total == pytest.approx(counts.total, rel=1e-9)
    assert crosswalk.sum(counts).figures.notna().all()
    assert not len(crosswalk.lost)


@given(st.data(), tilings)
def test_whatever_is_unknown_stays_unknown_and_is_never_0(data, source):
    counts = Counts("inwoners", data.draw(figures_of(source, unknown=True)))
    crosswalk = by_surface(source, tiling(3, 17))
    found = crosswalk.sum(counts).figures
    for target, part in crosswalk.codes.groupby("target"):
        assert np.isnan(found[target]) == counts.figures[part["source"]].isna().any()


@given(st.data(), tilings, st.integers(0, 10_000))
def test_reversed_all_counts_go_back_to_where_they_were(data, source, seed):
    counts = Counts("inwoners", data.draw(figures_of(source)))
    crosswalk = by_surface(source, tiling(seed, 17))
    there = crosswalk.sum(counts)
    back = crosswalk.reversed(counts).sum(Counts("inwoners", there.figures))
    assert back.figures.fillna(0).to_numpy() == pytest.approx(counts.figures.to_numpy(), rel=1e-9, abs=1e-6)


def test_a_crosswalk_is_not_reversed_by_counts_that_are_not_known():
    unknown = counted([float("nan")] + [1.0] * (COUNT - 1))
    with pytest.raises(AlignmentError, match="not reversed by counts that are unknown: BU0363AA00"):
        TO_WIJKEN.reversed(unknown)


@given(st.data(), tilings)
def test_two_crosswalks_in_a_row_are_one(data, source):
    counts = Counts("inwoners", data.draw(figures_of(source)))
    first, second = by_surface(source, tiling(1, 9)), by_surface(tiling(1, 9), tiling(2, 23))
    both = first.then(second)
    assert both.sum(counts).figures.to_numpy() == pytest.approx(
        second.sum(first.sum(counts)).figures.to_numpy(), rel=1e-9, abs=1e-9
    )
    assert np.asarray(both.matrix.todense()) == pytest.approx(np.asarray((first.matrix @ second.matrix).todense()))
    assert set(both.table["method"]) == {Method.SURFACE}


def test_crosswalks_in_a_row_must_meet():
    with pytest.raises(AlignmentError, match="crosswalk"):
        TO_WIJKEN.then(TO_WIJKEN)


def test_buurten_to_gemeenten_is_the_same_by_way_of_wijken():
    there = gemeenten(BUURTEN)
    at_once, in_two = by_code(BUURTEN, there), TO_WIJKEN.then(by_code(WIJKEN, there))
    assert (at_once.matrix != in_two.matrix).nnz == 0
    assert at_once.exact
    assert in_two.exact


def test_the_surfaces_are_those_of_the_other_direction(to_cells, cells):
    back = by_surface(cells, BUURTEN).codes
    there = to_cells.codes
    surface = BUURTEN.table.area[there["source"]].to_numpy() * there["share"].to_numpy()
    backward = cells.table.area[back["source"]].to_numpy() * back["share"].to_numpy()
    one = pd.Series(surface, index=pd.MultiIndex.from_arrays([there["source"], there["target"]])).sort_index()
    other = pd.Series(backward, index=pd.MultiIndex.from_arrays([back["target"], back["source"]])).sort_index()
    assert one.index.equals(other.index)
    assert one.to_numpy() == pytest.approx(other.to_numpy(), abs=1e-3)


@pytest.mark.parametrize(
    "name",
    [
        "percentage_huurwoningen", "gemiddelde_woz_waarde", "misdrijven per 1000", "Pct_Rental", "bevolkingsdichtheid",
        "aandeel leegstand", "Avg_Household_Size", "% leeg", "ses score",
    ],
)  # fmt: skip
def test_rates_are_refused_by_their_name(name):
    with pytest.raises(
        MeasureError, match=r"cannot be added up; apportion the events and the exposure of a rate as a Measure"
    ):
        counted(np.ones(COUNT), of=name)


@pytest.mark.parametrize(
    "name", ["aantal_inwoners", "misdrijven_2024", "Population_Total", "percelen", "geraamde woningen"]
)
def test_counts_are_let_through(name):
    assert counted(np.ones(COUNT), of=name).total == COUNT


def test_numbers_that_do_not_say_what_they_are_are_refused():
    with pytest.raises(TypeError, match="sums Counts, and apportions a Measure, not a Series"):
        TO_WIJKEN.sum(series(np.ones(COUNT)))


@pytest.mark.parametrize("wrong", [-1.0, float("inf")])
def test_counts_below_0_or_without_end_are_refused(wrong):
    with pytest.raises(MeasureError, match="must be 0 or more and finite, found BU0363AA00"):
        counted([wrong] + [0.0] * (COUNT - 1))


@given(tilings, tilings, st.integers(0, 99))
def test_by_surface_gives_what_tobler_gives(source, target, seed):
    """To a millionth of the total: tobler adds the same surfaces up in another order."""
    counts = Counts("aantal", pd.Series(np.random.default_rng(seed).integers(0, 900, len(source)) * 1.0, source.ids))
    sources = source.table[["geometry"]].assign(aantal=counts.figures)
    theirs = area_interpolate(sources, target.table[["geometry"]], extensive_variables=["aantal"], allocate_total=False)
    ours = by_surface(source, target).sum(counts).figures.fillna(0.0)
    np.testing.assert_allclose(ours, theirs["aantal"], atol=1e-6 * counts.total)


@pytest.mark.parametrize(("unknown", "value"), [(9.0, True), (11.0, False)])
def test_a_target_of_which_nine_tenths_of_the_exposure_is_known_has_a_value(unknown, value):
    crosswalk = shares([("a", "x", 1.0), ("b", "x", 1.0)])
    index = crosswalk.sources
    events, exposure = pd.Series([5.0, np.nan], index=index), pd.Series([100.0 - unknown, unknown], index=index)
    known = Measure.of("x", events, exposure, pd.Series(None, index=index, dtype=object))
    assert crosswalk.apportion(known).known["x"] == value


def test_codes_without_polygons_go_to_their_wijk_too():
    codes = BUURTEN.ids.append(pd.Index(["BU07770001", "BU07770102"]))
    larger = WIJKEN.ids.append(pd.Index(["WK077700"]))
    crosswalk = by_parent(codes, larger, AreaLevel.WIJK)
    assert crosswalk.codes.iloc[:COUNT]["source"].tolist() == BUURTEN.ids.tolist()
    assert list(crosswalk.lost.index) == ["BU07770102"]


@pytest.mark.parametrize("seed", range(20))
def test_a_sum_is_the_product_of_the_matrix_to_the_bit_in_whatever_order_shares_stand(seed):
    rng = np.random.default_rng(seed)
    at = np.nonzero(rng.random((30, 40)) < 0.3)
    sources, targets = (pd.Index([f"{side}{one:02}" for one in range(count)]) for side, count in (("a", 30), ("b", 40)))
    shares = pd.DataFrame({"source": sources[at[0]], "target": targets[at[1]], "share": rng.random(len(at[0])) / 40})
    table = shares.assign(method=Method.SURFACE).iloc[rng.permutation(len(shares))].reset_index(drop=True)
    crosswalk = Crosswalk.of_codes(sources, targets, table)
    figures = pd.Series(np.where(rng.random(30) < 0.05, np.nan, 1e5 * rng.random(30)), sources)
    expected = crosswalk.matrix.T @ figures.fillna(0.0).to_numpy()
    expected[crosswalk.matrix.T @ figures.isna().to_numpy(dtype=float) > 0] = np.nan
    expected[crosswalk.matrix.sum(axis=0) == 0] = np.nan
    assert crosswalk.sum(Counts("inwoners", figures)).figures.to_numpy().tobytes() == expected.tobytes()
