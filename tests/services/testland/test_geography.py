import geopandas
import numpy as np
import pytest
import shapely
from libpysal.graph import Graph

from services.testland.country import SEED
from services.testland.geography import ISLAND_NAME, make_geography


@pytest.fixture(scope="module", params=[SEED, 2, 3])
def boundaries(request: pytest.FixtureRequest) -> geopandas.GeoDataFrame:
    return make_geography(np.random.default_rng(request.param)).boundaries


@pytest.fixture(scope="module")
def land(boundaries) -> geopandas.GeoSeries:
    return boundaries.query("water == 'NEE'").set_index("buurtcode").geometry.sort_index()


def test_a_country_has_gemeenten_wijken_and_buurten_enough(boundaries):
    assert boundaries["gemeentecode"].nunique() >= 7
    assert 60 <= boundaries["wijkcode"].nunique() <= 90
    assert 620 <= boundaries["buurtcode"].nunique() <= 750


def test_codes_have_the_shapes_of_cbs_and_carry_their_parents(boundaries):
    codes = boundaries
    assert codes["gemeentecode"].str.fullmatch(r"GM9\d{3}").all()
    assert codes["wijkcode"].str.fullmatch(r"WK9\d{3}[0-9A-Z]{2}").all()
    assert codes["buurtcode"].str.fullmatch(r"BU9\d{3}[0-9A-Z]{4}").all()
    assert (codes["buurtcode"].str[2:8] == codes["wijkcode"].str[2:]).all()
    assert (codes["wijkcode"].str[2:6] == codes["gemeentecode"].str[2:]).all()


def test_one_gemeente_has_letters_in_its_codes(boundaries):
    lettered = boundaries[boundaries["buurtcode"].str.contains(r"[A-Z]{2}\d\d$")]
    assert lettered["gemeentecode"].unique().tolist() == ["GM9363"]


def test_a_code_has_one_name_and_a_name_has_one_code(boundaries):
    for level in ("buurt", "wijk", "gemeente"):
        pairs = boundaries[[f"{level}code", f"{level}naam"]].drop_duplicates()
        assert pairs[f"{level}code"].is_unique
        assert pairs[f"{level}naam"].is_unique


def test_no_name_of_a_place_is_empty_or_holds_a_digit(boundaries):
    for column in ("buurtnaam", "wijknaam", "gemeentenaam"):
        assert not boundaries[column].str.contains(r"^\s*$|\d").any()


def test_land_and_water_tile_the_country_without_gap_or_overlap(boundaries):
    parts = boundaries.geometry
    whole = parts.union_all()
    assert parts.is_valid.all()
    assert shapely.coverage_is_valid(parts.to_numpy())
    assert parts.area.sum() == pytest.approx(whole.area, rel=1e-9)
    assert shapely.get_num_geometries(whole) == 2, "a mainland and an island"
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0


def test_every_part_lies_in_rd_new(boundaries):
    assert boundaries.crs.to_epsg() == 28992
    west, south, east, north = boundaries.total_bounds
    assert 145_000 < west < east < 195_000
    assert 395_000 < south < north < 445_000


def test_the_land_of_every_buurt_is_one_polygon(land):
    assert land.index.is_unique
    assert (land.geom_type == "Polygon").all()


def test_a_river_gives_buurten_in_several_gemeenten_a_second_row_with_the_same_code(boundaries):
    rows = boundaries.groupby("buurtcode")["water"].agg(set)
    both = rows[rows.map(len) == 2].index
    assert len(both) >= 30
    assert len(set(both.str[2:6])) >= 3
    assert boundaries.groupby(["buurtcode", "water"]).size().eq(1).all()


def test_one_buurt_is_only_water(boundaries):
    rows = boundaries.groupby("buurtcode")["water"].agg(set)
    assert (rows == {"JA"}).sum() == 1


def test_only_the_island_has_no_neighbours_and_it_lies_more_than_a_kilometre_from_land(boundaries, land):
    borders = Graph.build_contiguity(land, rook=True)
    island = boundaries.set_index("buurtnaam")["buurtcode"][ISLAND_NAME]
    assert borders.isolates.tolist() == [island]
    assert land[island].distance(land.drop(island).union_all()) > 1_000
    assert boundaries["gemeentecode"].eq("GM" + island[2:6]).sum() > 1


@pytest.mark.parametrize("level", ["wijkcode", "gemeentecode"])
def test_wijken_and_gemeenten_are_in_one_piece_but_for_the_island(boundaries, level):
    mainland = boundaries[boundaries["buurtnaam"] != ISLAND_NAME]
    assert set(mainland.dissolve(level).geom_type) == {"Polygon"}


def test_towns_have_small_buurten_and_the_countryside_large_ones(land):
    assert land.area.quantile(0.9) > 5 * land.area.quantile(0.1)
