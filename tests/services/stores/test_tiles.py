"""Every area stands in the tiles of every zoom, as shapely would draw it, with what a map shows and no more."""

from dataclasses import replace

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from layers.publication.legend import DEVIATION_BREAKS
from services.stores import tiles
from services.stores.grids import MERCATOR, RD
from tests.ogc import places
from tests.services.made_release import made_areas, made_release
from tests.services.stores.vector_tiles import about, by_zoom, decoded

ZOOMS = [5, 6, 7, 8, 9, 10, 11]
WORLD = 40_075_016.685578488
RD_WEST, RD_NORTH, RD_SIDE = -285_401.92, 903_401.92, 880_803.84
"""Of the one tile of zoom 0 of NetherlandsRDNewQuad."""


def with_specks(areas):
    """Some areas no larger than a room, and one of specks that are each no more than that."""
    shapes, middles = areas.geometry.to_numpy().copy(), areas.geometry.representative_point()
    shapes[:5] = middles[:5].buffer(3)
    for at, (x, y) in enumerate(zip(middles.x[5:10], middles.y[5:10], strict=True), start=5):
        shapes[at] = shapely.union_all(shapely.buffer(shapely.points(x + 40 * np.arange(30), y), 2))
    return areas.set_geometry(geopandas.GeoSeries(shapes, crs=28992))


@pytest.fixture(scope="module")
def figures():
    return made_release(with_specks(made_areas(160)))[1]


@pytest.fixture(scope="module")
def path(figures, tmp_path_factory):
    path = tmp_path_factory.mktemp("tiles") / "figures.pmtiles"
    tiles.archive(figures, path)
    return path


@pytest.fixture(scope="module")
def in_rd(figures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles-in-rd")
    tiles.write_rd([figures], folder)
    return folder / f"{figures.id}.rd-tiles"


def test_in_rd_too_every_area_is_in_the_tiles_of_every_zoom(figures, in_rd):
    codes = set(figures.table["gebiedscode"])
    zooms = by_zoom(in_rd, "indicatoren-misdrijven-buurt")
    assert {zoom: {one["gebiedscode"] for one in found} for zoom, found in zooms.items()} == dict.fromkeys(
        range(7), codes
    )


def test_every_area_is_in_the_tiles_of_every_zoom_however_small(figures, path):
    codes = set(figures.table["gebiedscode"])
    zooms = by_zoom(path, "indicatoren-misdrijven-buurt")
    assert sorted(zooms) == ZOOMS
    assert {zoom: {one["gebiedscode"] for one in found} for zoom, found in zooms.items()} == dict.fromkeys(ZOOMS, codes)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([(MERCATOR, 5, -WORLD / 2, WORLD / 2, WORLD), (RD, 0, RD_WEST, RD_NORTH, RD_SIDE)]),
    st.integers(0, 6),
    st.lists(
        st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.01, 900), st.floats(0.01, 900)),
        min_size=1, max_size=20,
    ),
)  # fmt: skip
def test_a_shape_of_whatever_size_keeps_four_square_steps_of_the_grid(cut, closer, boxes):
    grid, furthest, west, north, side = cut
    step = side / 2 ** (furthest + closer) / 4096
    x0, y0 = (600_000, 6.8e6) if grid is MERCATOR else (140_000, 460_000)
    made = np.array([shapely.box(x0 + 9e4 * x, y0 + 9e4 * y, x0 + 9e4 * x + w, y0 + 9e4 * y + h)
                     for x, y, w, h in boxes])  # fmt: skip
    drawn = tiles.fitted(made, grid, furthest + closer, coverage=False)
    on_grid = shapely.transform(drawn, lambda at: np.round((at - (west, north)) / step))
    assert (shapely.area(on_grid) >= 4).all()


@pytest.mark.parametrize(
    ("epsg", "zoom", "tile"), [(3857, 11, (-WORLD / 2, WORLD / 2, WORLD)), (28992, 6, (RD_WEST, RD_NORTH, RD_SIDE))]
)
def test_shapes_are_where_the_areas_are(figures, path, in_rd, epsg, zoom, tile):
    west, north, side = tile
    extent, size = 4096, side / 2**zoom
    areas = figures.table.drop_duplicates("gebiedscode").set_index("gebiedscode").to_crs(epsg).geometry
    parts = {code: [] for code in areas.index}
    for (at, x, y), layers in decoded(path if epsg == 3857 else in_rd).items():
        if at != zoom:
            continue
        left, south = west + x * size, north - (y + 1) * size  # the library turns rows round: up is up
        tile = shapely.box(left, south, left + size, south + size)
        for one in layers["indicatoren-misdrijven-buurt"]:
            drawn = shapely.transform(shape(one["geometry"]), lambda c, w=left, s=south: c / extent * size + (w, s))
            parts[one["properties"]["gebiedscode"]].append(shapely.intersection(shapely.make_valid(drawn), tile))
    drawn = geopandas.GeoSeries({code: shapely.union_all(one) for code, one in parts.items()}, crs=epsg)
    large = areas.area > 4e5
    differs = drawn[large].symmetric_difference(areas[large]).area / areas[large].area
    assert large.sum() > 80
    assert differs.max() < 0.02


def test_areas_that_touch_have_no_slit_between_them_at_any_zoom():
    shapes = made_areas(80).to_crs(3857).geometry.to_numpy()
    for zoom in ZOOMS:
        drawn = tiles.fitted(shapes, MERCATOR, zoom, coverage=True)
        assert shapely.area(drawn).sum() == pytest.approx(shapely.area(shapely.union_all(drawn)))
        assert len(shapely.get_parts(shapely.union_all(drawn))) == 1
        assert shapely.get_num_interior_rings(shapely.union_all(drawn)) == 0


def test_a_feature_has_the_score_and_flag_of_each_lens_and_period_the_newest_without_a_lens_first(figures, path):
    table = figures.table.set_index(["lens", "periode", "gebiedscode"])
    for one in by_zoom(path, "indicatoren-misdrijven-buurt")[9]:
        for lens, period in (("basis", 2024), ("basis", 2023), ("haven", 2024), ("haven", 2023)):
            row = table.loc[(lens, period, one["gebiedscode"])]
            suffix = "" if (lens, period) == ("basis", 2024) else f"_{lens}_{period}"
            assert one[f"kansrijk{suffix}"] == row["kansrijk"]
            assert one.get(f"score{suffix}") == (
                pytest.approx(row["score"], abs=0.01) if pd.notna(row["score"]) else None
            )


def test_an_area_that_a_lens_has_no_figures_of_has_no_flag_and_no_score_of_it(figures, tmp_path):
    lacks = (figures.table["lens"] == "haven") & (figures.table["gebiedscode"] == "BU03440030")
    less = replace(figures, table=figures.table[~lacks])
    tiles.archive(less, tmp_path / "less.pmtiles")
    found = {one["gebiedscode"]: one for one in by_zoom(tmp_path / "less.pmtiles", "indicatoren-misdrijven-buurt")[7]}
    assert {name for name in found["BU03440030"] if "haven" in name} == set()
    assert found["BU03440031"]["kansrijk_haven_2024"] in (True, False)
    assert isinstance(found["BU03440030"]["kansrijk"], bool)


def test_no_score_is_in_another_class_than_it_is_on_the_map(figures):
    near = np.concatenate([[at - 1e-9, at, at + 1e-9, at - 0.004] for at in DEVIATION_BREAKS])
    table = figures.table.copy()
    table.loc[: len(near) - 1, "score"] = near
    rows, _ = tiles.shown(replace(figures, table=table))
    scores = table[(table["lens"] == "basis") & (table["periode"] == 2023)].set_index("gebiedscode")["score"]
    shown = rows.set_index("gebiedscode")["score_basis_2023"].reindex(scores.index)
    known = scores.notna()
    assert known.sum() > len(near)
    for exact, cut in zip(scores[known], shown[known], strict=True):
        assert np.searchsorted(DEVIATION_BREAKS, exact, side="right") == np.searchsorted(
            DEVIATION_BREAKS, cut, side="right"
        )


def test_an_archive_says_what_it_is_whose_and_what_it_does_not_show(figures, path):
    said, header = about(path)
    assert said["name"] == figures.title
    assert figures.caveat in said["description"]
    assert said["attribution"] == f"{figures.attribution} ({figures.license})"
    (layer,) = said["vector_layers"]
    assert (layer["id"], layer["minzoom"], layer["maxzoom"]) == ("indicatoren-misdrijven-buurt", 5, 11)
    assert layer["fields"]["gebiedscode"] == "String"
    assert layer["fields"]["score"] == "Number"
    assert layer["fields"]["kansrijk"] == "Boolean"
    assert (header["min_zoom"], header["max_zoom"]) == (5, 11)
    west, south, east, north = figures.table.to_crs(4326).total_bounds
    found = [header[f"{name}_e7"] / 1e7 for name in ("min_lon", "min_lat", "max_lon", "max_lat")]
    assert found == pytest.approx([west, south, east, north], abs=1e-5)


def test_zoekgebieden_have_their_title_rank_and_choice(tmp_path):
    zones = made_release()[0]
    tiles.archive(zones, tmp_path / "zones.pmtiles")
    found = {one["id"]: one for one in by_zoom(tmp_path / "zones.pmtiles", "zoekgebieden-misdrijven")[5]}
    assert set(found) == set(zones.table["id"])
    for row in zones.table.itertuples():
        assert (found[row.id]["titel"], found[row.id]["rang"], found[row.id]["lens"], found[row.id]["periode"]) == (
            row.titel, row.rang, row.lens, row.periode,
        )  # fmt: skip


def test_areas_of_several_vintages_are_drawn_once_as_in_the_latest():
    areas = places.collections()[0]
    moved = areas.table.assign(indeling=areas.table["indeling"] - 1, id=areas.table["id"] + "-eerder",
                               geometry=areas.table.geometry.translate(50_000))  # fmt: skip
    both = replace(areas, table=pd.concat([moved, areas.table], ignore_index=True))
    rows, key = tiles.shown(both)
    assert key == "gebiedscode"
    latest = areas.table.set_index("gebiedscode").geometry.sort_index()
    assert rows.set_index("gebiedscode").geometry.geom_equals(latest).all()


def test_a_row_that_gdal_leaves_out_is_said(figures, tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "fitted", lambda shapes, *_, coverage: shapes)  # noqa: ARG005  # as it was
    with pytest.raises(tiles.StoreError, match=r"tiles of .*: 10 of 160 rows are in no tile of zoom 5: "):
        tiles.archive(figures, tmp_path / "figures.pmtiles")
    assert list(tmp_path.iterdir()) == []
