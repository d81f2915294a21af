"""Counts go to where the weight is; totals are kept, and what has no weight or no target is said."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries import dasymetric
from boundaries.counts import Counts
from boundaries.crosswalk import Method, by_surface
from boundaries.dasymetric import Weights, by_weights, weight_of
from boundaries.hexagons import hexagons
from geo.areas import AreaLevel
from geo.errors import AreaError, MeasureError
from tests.boundaries.tilings import LAND, areas_of, figures_of, tiling, tilings

RNG = np.random.default_rng(11)
WEST, SOUTH, EAST, NORTH = LAND.bounds


def addresses(count=400, *, at=None, numbers=None):
    places = RNG.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2)) if at is None else np.array(at)
    homes = RNG.integers(1, 9, len(places)).astype(float) if numbers is None else numbers
    return Weights("adressen", geopandas.GeoDataFrame({"n": homes}, geometry=shapely.points(places), crs=28992), "n")


def grid(numbers=None, side=100):
    x, y = (one.ravel() for one in np.meshgrid(np.arange(WEST, EAST, side), np.arange(SOUTH, NORTH, side)))
    homes = RNG.poisson(2, len(x)).astype(float) if numbers is None else numbers
    return Weights(
        "inwoners", geopandas.GeoDataFrame({"n": homes}, geometry=shapely.box(x, y, x + side, y + side), crs=28992), "n"
    )


WEIGHTS = {"points": addresses(), "squares": grid()}
both = pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)


@both
@given(st.data(), tilings, st.integers(0, 10_000))
def test_whatever_the_areas_and_counts_the_total_is_kept(weights, data, source, seed):
    counts = Counts("inwoners", data.draw(figures_of(source)))
    crosswalk = by_weights(source, tiling(seed, 17), weights)
    assert crosswalk.sum(counts).total == pytest.approx(counts.total, rel=1e-9)
    assert not len(crosswalk.lost)


@both
@given(st.data(), tilings)
def test_whatever_is_unknown_stays_unknown_and_is_never_0(weights, data, source):
    counts = Counts("inwoners", data.draw(figures_of(source, unknown=True)))
    crosswalk = by_weights(source, tiling(3, 17), weights)
    found = crosswalk.sum(counts).figures
    assert set(found.index[found == 0]) <= set(
        crosswalk.codes.groupby("target")["source"].agg(lambda part: (counts.figures[part] == 0).all())
        [lambda only: only].index
    )  # fmt: skip
    assert found.isna().sum() >= crosswalk.matrix[counts.figures.isna().to_numpy()].sum(axis=0).astype(bool).sum()


@both
def test_both_directions_between_buurten_and_hexagons_keep_the_total(weights):
    buurten = tiling(1, 12)
    cells = hexagons(buurten, AreaLevel.H3_9)
    homes = weight_of(buurten, weights)
    there = by_weights(buurten, cells, weights).sum(Counts("adressen", homes))
    assert there.total == pytest.approx(homes.sum(), rel=1e-9)
    back = by_weights(cells, buurten, weights).sum(Counts("adressen", there.figures.fillna(0)))
    assert back.figures.to_numpy() == pytest.approx(homes.to_numpy(), rel=1e-9)


@both
def test_the_weight_itself_goes_to_where_it_is(weights):
    source, target = tiling(1, 12), tiling(2, 9)
    apportioned = by_weights(source, target, weights).sum(Counts("adressen", weight_of(source, weights)))
    assert apportioned.figures.to_numpy() == pytest.approx(weight_of(target, weights).to_numpy(), rel=1e-9)


def test_counts_go_to_the_homes_and_not_to_the_meadow():
    source = areas_of([shapely.box(0, 0, 1000, 1000)])
    target = areas_of([shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)])
    crosswalk = by_weights(source, target, addresses(at=[(100, 100), (200, 700), (900, 500)], numbers=[6.0, 3.0, 1.0]))
    assert crosswalk.table["share"].tolist() == [0.9, 0.1]
    assert set(crosswalk.table["method"]) == {Method.WEIGHTS}
    assert not crosswalk.exact


def test_a_square_on_a_border_counts_for_the_part_on_either_side():
    source = areas_of([shapely.box(0, 0, 1000, 1000)])
    target = areas_of([shapely.box(0, 0, 430, 1000), shapely.box(430, 0, 1000, 1000)])
    square = geopandas.GeoDataFrame({"n": [80.0]}, geometry=[shapely.box(400, 400, 500, 500)], crs=28992)
    assert by_weights(source, target, Weights("inwoners", square, "n")).table["share"].tolist() == pytest.approx(
        [0.3, 0.7]
    )


def test_a_home_on_the_border_belongs_to_both_sides_for_half():
    source = areas_of([shapely.box(0, 0, 1000, 1000)])
    target = areas_of([shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)])
    assert by_weights(source, target, addresses(at=[(500, 500)])).table["share"].tolist() == [0.5, 0.5]


@both
def test_weight_outside_all_targets_is_lost_and_counted(weights):
    source = tiling(1, 12)
    half = areas_of([shapely.box(WEST, SOUTH, (WEST + EAST) / 2, NORTH)])
    crosswalk = by_weights(source, half, weights)
    homes = Counts("adressen", weight_of(source, weights))
    outside = homes.total - weight_of(half, weights).sum()
    assert crosswalk.left(homes).total == pytest.approx(outside, rel=1e-9)
    assert crosswalk.sum(homes).total + crosswalk.left(homes).total == pytest.approx(homes.total, rel=1e-9)
    assert (crosswalk.lost > 0.999).any()


def test_areas_without_any_weight_are_interpolated_by_surface_and_named():
    source, target = tiling(1, 12), tiling(2, 9)
    far = addresses(at=[(WEST + 10, SOUTH + 10)])
    crosswalk = by_weights(source, target, far)
    home = source.ids[source.table.contains(far.table.geometry.iloc[0])]
    assert set(crosswalk.evenly) == set(source.ids) - set(home)
    assert [str(one) for one in crosswalk.notes] == [
        f"without adressen, apportioned by surface: 11, among which {crosswalk.evenly[0]}"
    ]
    even = by_surface(source, target).table.set_index(["source", "target"])["share"]
    rest = crosswalk.table[crosswalk.table["method"] == Method.SURFACE].set_index(["source", "target"])["share"]
    assert rest.to_numpy() == pytest.approx(even[list(rest.index)].to_numpy())


def test_weights_without_a_number_count_for_nothing_and_are_counted():
    numbers = np.where(np.arange(400) % 4 == 0, np.nan, 2.0)
    crosswalk = by_weights(tiling(1, 5), tiling(2, 4), addresses(numbers=numbers))
    assert [str(one) for one in crosswalk.notes] == ["without a figure, not counted as weight: 100 of 400"]


def test_targets_that_overlap_do_not_make_more_of_it():
    source = tiling(1, 6)
    wide = areas_of(tiling(2, 5).table.geometry.buffer(60).to_numpy())
    for weights in WEIGHTS.values():
        counts = Counts("inwoners", pd.Series(10.0, index=source.ids))
        assert by_weights(source, wide, weights).sum(counts).total == pytest.approx(60)


def test_weights_elsewhere_than_in_rd_are_refused():
    table = geopandas.GeoDataFrame({"n": [1.0]}, geometry=[shapely.Point(5, 52)], crs=4326)
    with pytest.raises(AreaError, match="weights 'adressen': must be in RD New"):
        Weights("adressen", table, "n")


def test_lines_are_no_weights():
    table = geopandas.GeoDataFrame({"n": [1.0]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=28992)
    with pytest.raises(AreaError, match="must be points or polygons, found LineString"):
        Weights("wegen", table, "n")


def test_weights_below_0_are_refused():
    with pytest.raises(MeasureError, match="must be 0 or more and finite, found -1"):
        addresses(at=[(0, 0)], numbers=[-1.0])


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("part", [1, 3])
def test_part_by_part_the_shares_by_weight_are_the_same_to_the_bit(weights, part, monkeypatch):
    source, target = tiling(3, 7), hexagons(tiling(3, 7), AreaLevel.H3_8)
    whole = by_weights(source, target, weights).table
    monkeypatch.setattr(dasymetric, "PART", part)
    assert by_weights(source, target, weights).table.equals(whole)
