"""What is counted in areas whose borders follow no others comes to those they cross, as a second implementation has it:
totals are kept, what is unknown stays so, and slivers neither make a figure nor unmake one.
"""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.crosswalk import Method, by_surface
from boundaries.interpolation import by_density, by_points_or_squares
from geo.errors import AlignmentError
from tests.boundaries.test_dasymetric import WEIGHTS
from tests.boundaries.tilings import LAND, areas_of, figures_of, tiling, tilings

WEST, SOUTH, EAST, NORTH = LAND.bounds
some_counts = st.integers(0, 10_000).map(
    lambda seed: pd.Series(np.random.default_rng(seed).integers(1, 900, 17), tiling(3, 17).ids, dtype=float)
)


def overlaid(source, target, counts, figures):
    """The same by an overlay of geopandas and sums of pandas, piece by piece."""
    left = source.table[["geometry"]].rename_axis("source").reset_index()
    right = target.table[["geometry"]].rename_axis("target").reset_index()
    pieces = geopandas.overlay(left, right, how="intersection", keep_geom_type=True)
    density = 1.0 if counts is None else pieces["target"].map(counts / target.table.geometry.area)
    pieces["weight"] = pieces.geometry.area * density
    pieces["share"] = pieces["weight"] / pieces.groupby("source")["weight"].transform("sum")
    pieces["part"] = pieces["share"] * pieces["source"].map(figures)
    return pieces.groupby("target")["part"].sum().reindex(target.ids)


@given(st.data(), tilings, st.none() | some_counts)
def test_counts_are_those_of_an_overlay_and_the_total_is_kept(data, source, counts):
    target, figures = tiling(3, 17), data.draw(figures_of(source))
    carried = by_density(source, target, counts).counts(figures)
    assert carried.notna().all()
    assert carried.to_numpy() == pytest.approx(overlaid(source, target, counts, figures).to_numpy(), rel=1e-6, abs=1e-3)
    assert carried.sum() == pytest.approx(figures.sum(), rel=1e-9)


@given(st.data(), tilings, some_counts)
def test_the_count_that_weighs_itself_comes_back_where_it_was(data, source, counts):
    target = tiling(3, 17)
    weighed = by_density(source, target, counts)
    assert weighed.counts(weighed.weight).to_numpy() == pytest.approx(counts.to_numpy(), rel=1e-6)
    assert data.draw(st.floats(0.1, 10)) * weighed.weight.sum() > 0


@given(tilings, some_counts)
def test_counts_brought_back_to_the_sources_keep_their_total_and_what_weighs_is_the_weight(source, counts):
    weighed = by_density(source, tiling(3, 17), counts)
    back = weighed.back(counts)
    assert back.sum() == pytest.approx(counts.sum(), rel=1e-6)
    assert back.fillna(0).to_numpy() == pytest.approx(weighed.weight.to_numpy(), rel=1e-6, abs=1e-9)


def test_a_source_has_of_each_target_what_lies_in_it_and_nothing_known_where_that_is_unknown():
    source = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    target = areas_of([shapely.box(0, 0, 50, 100), shapely.box(50, 0, 150, 100), shapely.box(150, 0, 200, 100)])
    weighed = by_density(source, target)
    assert weighed.back(pd.Series([30.0, 20.0, 7.0], target.ids)).tolist() == [40.0, 17.0]
    assert weighed.back(pd.Series([30.0, 20.0, np.nan], target.ids)).isna().tolist() == [False, True]


@given(st.data(), tilings, some_counts)
def test_a_mean_lies_between_those_that_it_is_made_of_and_one_that_is_the_same_everywhere_stays_so(
    data, source, counts
):
    interpolation = by_density(source, tiling(3, 17), counts)
    of = data.draw(figures_of(source)) + 1
    means = pd.Series(data.draw(st.lists(st.floats(0, 100), min_size=len(source), max_size=len(source))), source.ids)
    carried = interpolation.means(means, of)
    assert carried.between(means.min() - 1e-6, means.max() + 1e-6).all()
    assert interpolation.means(means * 0 + 7.5, of).to_numpy() == pytest.approx(7.5)


def test_a_mean_is_the_sum_of_parts_over_the_sum_of_what_they_are_of():
    source = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    target = areas_of([shapely.box(0, 0, 150, 100), shapely.box(150, 0, 200, 100)])
    woz, homes = pd.Series([200.0, 500.0], source.ids), pd.Series([30.0, 20.0], source.ids)
    # The first has all 30 homes of 200 and 10 of the 20 homes of 500.
    assert by_density(source, target).means(woz, homes).tolist() == [(30 * 200 + 10 * 500) / 40, 500]


def test_surface_decides_as_in_a_crosswalk_by_surface():
    source, target = tiling(1, 12), tiling(2, 9)
    found, surface = by_density(source, target).crosswalk, by_surface(source, target)
    assert found.matrix.toarray() == pytest.approx(surface.matrix.toarray(), rel=1e-9, abs=1e-12)
    whole = found.table["share"] == 1
    assert (found.table["method"] == Method.WHOLE).equals(whole)
    assert set(found.table["method"][~whole]) == {Method.SURFACE}


def test_counts_go_to_where_people_live_and_not_to_the_polder():
    source = areas_of([shapely.box(0, 0, 1000, 100)])
    target = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 1000, 100)])
    people = pd.Series([900.0, 100.0], target.ids, name="inwoners")
    assert by_density(source, target, people).counts(pd.Series([50.0], source.ids)).tolist() == [45, 5]
    assert by_density(source, target).counts(pd.Series([50.0], source.ids)).tolist() == [5, 45]


def test_a_source_without_people_is_divided_by_surface_and_named_and_nothing_is_known_where_people_are_unknown():
    source = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    target = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 150, 100), shapely.box(150, 0, 200, 100)])
    people = pd.Series([10.0, 0.0, np.nan], target.ids, name="inwoners")
    interpolation = by_density(source, target, people)
    assert interpolation.counts(pd.Series([4.0, 8.0], source.ids)).fillna(-1).tolist() == [4, 4, -1]
    assert interpolation.counts(pd.Series([4.0, np.nan], source.ids)).fillna(-1).tolist() == [4, -1, -1]
    assert [str(note) for note in interpolation.notes] == [
        "without inwoners, apportioned by surface: 1, among which BU03630001"
    ]
    assert interpolation.crosswalk.evenly.tolist() == ["BU03630001"]


def test_where_nobody_lives_there_is_nothing_of_what_is_divided_by_people():
    source = areas_of([shapely.box(0, 0, 200, 100)])
    target = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    people = pd.Series([10.0, 0.0], target.ids, name="inwoners")
    assert by_density(source, target, people).counts(pd.Series([8.0], source.ids)).tolist() == [8, 0]


@pytest.mark.parametrize(("sliver", "known"), [(0.05, True), (0.1, True), (0.15, False), (0.97, False)])
def test_a_sliver_of_what_is_unknown_spoils_nothing_and_a_sliver_of_what_is_known_makes_no_figure(sliver, known):
    source = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    edge = 100 - 100 * (1 - sliver)
    target = areas_of([shapely.box(edge, 0, 100 + edge, 100)])
    carried = by_density(source, target).counts(pd.Series([1000.0, np.nan], source.ids))
    assert carried.notna().tolist() == [known]


def test_what_no_source_reaches_is_unknown_and_not_0():
    source = areas_of([shapely.box(0, 0, 100, 100)])
    target = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    carried = by_density(source, target).counts(pd.Series([9.0], source.ids))
    assert carried.fillna(-1).tolist() == [9, -1]


def test_of_a_part_of_the_country_what_lies_across_the_edge_is_not_poured_into_it():
    source = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    target = areas_of([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 120, 100)])
    people = pd.Series([10.0, 10.0], target.ids, name="inwoners")
    figures = pd.Series([10.0, 50.0], source.ids)
    for counts in (None, people):
        part = by_density(source, target, counts, national=False)
        assert part.counts(figures).tolist() == [10, 10]
        assert part.crosswalk.lost.tolist() == pytest.approx([0.8])
        assert by_density(source, target, counts).counts(figures).tolist() == [10, 50]


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_points_and_squares_weigh_too(weights):
    source, target = tiling(1, 12), tiling(2, 9)
    figures = pd.Series(np.arange(12.0), source.ids)
    carried = by_points_or_squares(source, target, weights)
    assert carried.counts(figures).sum() == pytest.approx(figures.sum())
    assert carried.counts(carried.weight).to_numpy() == pytest.approx(carried.whole.to_numpy())


def test_counts_of_other_areas_are_refused():
    with pytest.raises(AlignmentError, match="not about the same areas"):
        by_density(tiling(1, 5), tiling(2, 4)).counts(pd.Series([1.0], ["BU03639999"]))
