"""A raster gives figures for all areas, or says which it cannot and why."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.shutil
from pydantic import ValidationError
from rasterio.transform import Affine, from_origin

from boundaries.hexagons import hexagons
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.unknown import Unknown
from layers.declarations.rasters import Raster, Taken
from layers.declarations.sources import Column, SourceDeclaration
from layers.method.columns import figures_of_columns
from services.engines.local import Local
from services.sources import rasters
from tests.country import squares

AREAS = squares(4, 6)  # 2 by 3 km from (120000, 480000)
ROWS, COLUMNS, CELL = 80, 80, 50.0
NORTH_WEST = (119_500.0, 483_500.0)


def hills():
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return (10 + np.sin(x / 9) + np.cos(y / 7)).astype(np.float32)


def put(folder, values=None, name="hills.tif", **kwargs):
    values = hills() if values is None else values
    bands = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff", "width": bands.shape[2], "height": bands.shape[1], "count": len(bands),
        "dtype": bands.dtype.name, "crs": "EPSG:28992", "transform": from_origin(*NORTH_WEST, CELL, CELL),
    } | kwargs  # fmt: skip
    with rasterio.open(folder / name, "w", **profile) as file:
        file.write(bands)
    return folder


def zonal(declaration, areas, root):
    return rasters.zonal(declaration, areas, root, Local())


def declared(**raster):
    columns = raster.pop("column", {"hoogte": Taken(take="mean")})
    return SourceDeclaration(
        id="hoogte", title="Hoogte", publisher="Proef", license="CC0", url="https://example.org", attribution="Proef",
        status="open", vintage=2024, periods=(2024,), raster=Raster(path="hills.tif", column=columns, **raster),
        columns={one: Column(formula=one, title=one) for one in columns},
    )  # fmt: skip


def expected(values=None, *, area=0):
    """The mean of a square of 500 m, which is ten by ten cells."""
    values = hills() if values is None else values
    west, _, _, north = AREAS.table.geometry.iloc[area].bounds
    row, column = round((NORTH_WEST[1] - north) / CELL), round((west - NORTH_WEST[0]) / CELL)
    return values[row : row + 10, column : column + 10]


def test_means_and_sums_per_buurt_are_those_of_its_cells(tmp_path):
    column = {"hoogte": Taken(take="mean"), "samen": Taken(take="sum")}
    got = zonal(declared(column=column), AREAS, put(tmp_path))
    assert got.table.index.equals(AREAS.ids)
    for area in range(len(AREAS)):
        assert got.table["hoogte"].iloc[area] == pytest.approx(expected(area=area).mean(), rel=1e-6)
        assert got.table["samen"].iloc[area] == pytest.approx(expected(area=area).sum(), rel=1e-6)
    assert got.rows == ROWS * COLUMNS
    assert got.where == "hills.tif"
    assert len(got.sha256) == 64
    assert got.notes == ()


def test_the_columns_can_be_evaluated_as_those_of_any_source(tmp_path):
    source = declared()
    figures = figures_of_columns(zonal(source, AREAS, put(tmp_path)).table, source, 2024, AREAS.ids, "raster")
    assert figures.values["hoogte.hoogte"].notna().all()


def test_per_hexagon_too(tmp_path):
    cells = hexagons(AREAS, AreaLevel.H3_9)
    got = zonal(declared(covers="part"), cells, put(tmp_path))
    assert got.table["hoogte"].notna().mean() > 0.8
    assert got.table["hoogte"].dropna().between(hills().min(), hills().max()).all()


def test_shares_of_classes_in_a_cloud_optimised_file_are_read_in_windows(tmp_path):
    classes = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(np.uint8) % 4 + 1
    put(tmp_path, classes, "plain.tif")
    rasterio.shutil.copy(tmp_path / "plain.tif", tmp_path / "hills.tif", driver="COG", blocksize=128)
    got = zonal(declared(column={"groen": Taken(take="share", classes=(1, 2))}), AREAS, tmp_path)
    wanted = [np.isin(expected(classes, area=area), (1, 2)).mean() for area in range(len(AREAS))]
    assert got.table["groen"].to_numpy() == pytest.approx(np.array(wanted))


@pytest.mark.parametrize(
    ("in_file", "in_declaration"), [(-9999.0, None), (None, -9999.0), (0.0, -9999.0)], ids=["file", "declared", "both"]
)
def test_cells_without_a_value_count_for_nothing(tmp_path, in_file, in_declaration):
    values = hills()
    values[::3] = -9999.0
    put(tmp_path, values, nodata=in_file)
    got = zonal(declared(nodata=in_declaration), AREAS, tmp_path)
    wanted = expected(values)
    assert got.table["hoogte"].iloc[0] == pytest.approx(wanted[wanted > 0].mean(), rel=1e-6)


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (0.1, 0.0), (0.1, 273.0)])
@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_a_declared_nodata_is_what_is_stored_not_what_it_becomes_when_scaled(tmp_path, kind, scale, offset):
    stored = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 200).astype(kind)
    stored[::3] = 255
    put(tmp_path, stored)
    with rasterio.open(tmp_path / "hills.tif", "r+") as file:
        file.scales, file.offsets = (scale,), (offset,)
    got = zonal(declared(nodata=255), AREAS, tmp_path)
    cells = expected(stored).astype(float)
    assert got.table["hoogte"].iloc[0] == pytest.approx((cells[cells != 255] * scale + offset).mean(), rel=1e-6)


def test_a_geotiff_that_tells_its_scale_where_it_begins_is_no_description_of_other_data(tmp_path):
    put(tmp_path, np.full((ROWS, COLUMNS), 20, dtype=np.uint8), "plain.tif")
    with rasterio.open(tmp_path / "plain.tif", "r+") as file:
        file.scales, file.offsets = (0.1,), (5.0,)
    rasterio.shutil.copy(tmp_path / "plain.tif", tmp_path / "hills.tif", driver="COG")
    assert b"<GDALMetadata" in (tmp_path / "hills.tif").read_bytes()[:4096]
    assert zonal(declared(), AREAS, tmp_path).table["hoogte"].iloc[0] == pytest.approx(7.0)


def test_complex_numbers_have_no_mean(tmp_path):
    put(tmp_path, hills().astype(np.complex64))
    with pytest.raises(SourceError, match="band 1 holds complex numbers, which have no mean; give a band of real ones"):
        zonal(declared(), AREAS, tmp_path)


@pytest.mark.parametrize("nodata", [-1.0, 300.0, 2.5])
def test_a_nodata_that_no_cell_can_hold_is_in_none(tmp_path, nodata):
    put(tmp_path, np.full((ROWS, COLUMNS), 44, dtype=np.uint8))
    assert zonal(declared(nodata=nodata), AREAS, tmp_path).table["hoogte"].iloc[0] == pytest.approx(44)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_class_is_found_however_many_decimals_a_cell_can_hold(tmp_path, kind):
    values = np.full((ROWS, COLUMNS), 3.1, dtype=kind)
    values[::2] = 3.2
    put(tmp_path, values)
    got = zonal(declared(column={"groen": Taken(take="share", classes=(3.1,))}), AREAS, tmp_path)
    assert got.table["groen"].to_numpy() == pytest.approx(0.5)


def test_a_class_of_a_scaled_raster_is_found(tmp_path):
    stored = np.full((ROWS, COLUMNS), 3, dtype=np.uint8)
    stored[::2] = 7
    put(tmp_path, stored)
    with rasterio.open(tmp_path / "hills.tif", "r+") as file:
        file.scales = (0.1,)
    got = zonal(declared(column={"groen": Taken(take="share", classes=(0.3,))}), AREAS, tmp_path)
    assert got.table["groen"].to_numpy() == pytest.approx(0.5)


def test_a_share_of_classes_that_no_cell_has_is_said(tmp_path):
    put(tmp_path, np.full((ROWS, COLUMNS), 3, dtype=np.uint8))
    columns = {"groen": Taken(take="share", classes=(31, 32)), "grijs": Taken(take="share", classes=(3,))}
    (note,) = (one for one in zonal(declared(column=columns), AREAS, tmp_path).notes if "31" in one)
    assert note.startswith("groen: ")
    assert "31, 32" in note


def test_classes_that_are_whole_numbers_are_never_taken_for_their_neighbours(tmp_path):
    put(tmp_path, np.full((ROWS, COLUMNS), 16_777_216, dtype=np.int32))
    got = zonal(declared(column={"groen": Taken(take="share", classes=(16_777_217,))}), AREAS, tmp_path)
    assert got.table["groen"].to_numpy() == pytest.approx(0.0)


def test_nan_is_no_value_whatever_the_file_says(tmp_path):
    values = hills()
    values[::3] = np.nan
    got = zonal(declared(), AREAS, put(tmp_path, values, nodata=-1))
    assert got.table["hoogte"].iloc[0] == pytest.approx(np.nanmean(expected(values)), rel=1e-6)


def test_an_area_without_one_cell_with_a_value_is_unknown_with_a_reason(tmp_path):
    values = hills()
    values[:30] = -1
    source = declared()
    got = zonal(source, AREAS, put(tmp_path, values, nodata=-1))
    without = AREAS.table.bounds["miny"] >= 482_000
    assert got.table["hoogte"].isna().equals(without.rename("hoogte"))
    assert got.notes == (f"zonder een cel met waarde, onbekend: {without.sum()} van 24",)
    figures = figures_of_columns(got.table, source, 2024, AREAS.ids, "raster")
    assert (figures.reasons["hoogte.hoogte"][without] == Unknown.ABSENT).all()


def test_areas_with_a_value_on_less_than_half_are_counted(tmp_path):
    values = hills()
    values[:, 10:18] = -1
    got = zonal(declared(), AREAS, put(tmp_path, values, nodata=-1))
    assert got.notes == ("met op minder dan de helft van de oppervlakte een waarde: 6 van 24",)


@pytest.mark.parametrize(("columns", "noted"), [(5, False), (6, True)])
def test_a_value_on_just_half_of_an_area_is_enough(tmp_path, columns, noted):
    values = hills()
    values[:, 10 : 10 + columns] = -1
    notes = zonal(declared(), AREAS, put(tmp_path, values, nodata=-1)).notes
    assert bool(notes) == noted


@pytest.mark.parametrize(("metres", "refused"), [(0.45, False), (0.55, True)])
def test_a_thousandth_of_an_area_may_lie_outside(tmp_path, metres, refused):
    """Of squares of 500 m: 0.45 m is 9 in 10,000, 0.55 m is 11."""
    put(tmp_path, transform=from_origin(120_000 + metres, 483_500.0, CELL, CELL))
    with pytest.raises(SourceError, match=r"lie outside for more than 0\.1%") if refused else nullcontext():
        zonal(declared(), AREAS, tmp_path)


def test_the_scale_of_a_file_is_applied(tmp_path):
    put(tmp_path, np.full((ROWS, COLUMNS), 7, np.int16))
    with rasterio.open(tmp_path / "hills.tif", "r+") as file:
        file.scales, file.offsets = (0.5,), (1.0,)
    assert zonal(declared(), AREAS, tmp_path).table["hoogte"].to_numpy() == pytest.approx(4.5)


def test_the_band_that_is_declared_is_read(tmp_path):
    put(tmp_path, np.stack([hills(), np.full((ROWS, COLUMNS), 3, np.float32)]))
    assert zonal(declared(band=2), AREAS, tmp_path).table["hoogte"].to_numpy() == pytest.approx(3)


@pytest.mark.parametrize("crs", [3857, 4326, 32631])
def test_areas_go_to_the_coordinates_of_the_raster(tmp_path, crs):
    """A raster that rises from west to east by what its own x says."""
    placed = AREAS.table.to_crs(crs)
    west, south, east, north = placed.total_bounds
    step = (east - west) / 100
    rows = int((north - south) / step) + 20
    values = np.tile(west - 10 * step + (np.arange(120) + 0.5) * step, (rows, 1))
    put(tmp_path, values, crs=crs, transform=from_origin(west - 10 * step, north + 10 * step, step, step))
    got = zonal(declared(), AREAS, tmp_path).table["hoogte"]
    assert got.to_numpy() == pytest.approx(
        placed.centroid.x.to_numpy() if crs != 4326 else middle(placed), abs=step / 20
    )


def middle(placed):
    return (placed.bounds["minx"] + placed.bounds["maxx"]).to_numpy() / 2


def test_a_raster_that_is_too_small_is_refused_and_counted(tmp_path):
    put(tmp_path, transform=from_origin(120_600.0, 483_500.0, CELL, CELL))
    with pytest.raises(
        SourceError, match=r"covers less than the areas: 12 of 24 lie outside .*: BU0363AA00.*covers = 'part'"
    ):
        zonal(declared(), AREAS, tmp_path)


def test_a_raster_of_a_part_leaves_the_rest_unknown(tmp_path):
    put(tmp_path, transform=from_origin(120_600.0, 483_500.0, CELL, CELL))
    got = zonal(declared(covers="part"), AREAS, tmp_path)
    west = AREAS.table.bounds["minx"] < 120_600
    assert got.table["hoogte"].isna().equals(west.rename("hoogte"))
    assert got.notes == ("buiten het raster, onbekend: 12 van 24",)


@pytest.mark.parametrize("covers", ["all", "part"])
@pytest.mark.parametrize("crs", [32631, 4326, 2193])
def test_a_raster_that_declares_another_crs_than_its_own_covers_nothing_and_is_refused(tmp_path, covers, crs):
    where = {"transform": from_origin(5.0, 52.0, 0.001, 0.001)} if crs == 4326 else {}
    put(tmp_path, crs=crs, **where)
    with pytest.raises(
        SourceError, match=rf"hills.tif: covers none of the 24 areas whole; it declares EPSG:{crs} .*gdal_edit.py"
    ):
        zonal(declared(covers=covers), AREAS, tmp_path)


@pytest.mark.parametrize("infinite", [np.inf, -np.inf, -3.4e38, 1.01e38])
@pytest.mark.parametrize("take", [{"take": "mean"}, {"take": "sum"}, {"take": "share", "classes": (7.0,)}])
def test_infinite_cells_are_without_a_value_and_counted(tmp_path, infinite, take):
    values = hills()
    values[25:27, 20:24] = infinite
    column = {"hoogte": Taken(**take)}
    got = zonal(declared(column=column), AREAS, put(tmp_path, values))
    assert got.notes[0] == "cellen met een waarde die oneindig of groter dan 1e38 is, gelezen als zonder waarde: 8"
    assert [one[:7] for one in got.notes[1:]] == (["hoogte:"] if "classes" in take else [])  # hills have no 7.0
    values[25:27, 20:24] = np.nan
    bare = zonal(declared(column=column), AREAS, put(tmp_path, values))
    pd.testing.assert_frame_equal(got.table, bare.table)
    assert np.isfinite(got.table["hoogte"]).all()


def test_a_raster_that_does_not_say_where_it_lies_is_refused(tmp_path):
    put(tmp_path, crs=None)
    with pytest.raises(SourceError, match=r"says in no CRS where it lies; add it: gdal_edit.py -a_srs EPSG:28992"):
        zonal(declared(), AREAS, tmp_path)


def test_a_picture_is_refused(tmp_path):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        put(tmp_path, crs=None, transform=Affine.identity())
    with pytest.raises(SourceError, match="says in no CRS"):
        zonal(declared(), AREAS, tmp_path)


@pytest.mark.parametrize(
    "turned", [Affine(CELL, 5, 119_500, 5, -CELL, 483_500), Affine(CELL, 0, 119_500, 0, CELL, 479_500)]
)
def test_a_turned_grid_is_refused(tmp_path, turned):
    put(tmp_path, transform=turned)
    with pytest.raises(SourceError, match="turned or upside down; straighten it: gdalwarp"):
        zonal(declared(), AREAS, tmp_path)


def test_a_band_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceError, match="has no band 3; it has 1"):
        zonal(declared(band=3), AREAS, put(tmp_path))


def test_a_file_that_is_no_raster_is_refused(tmp_path):
    (tmp_path / "hills.tif").write_text("no raster")
    with pytest.raises(SourceError, match=r"hills.tif: cannot be read as a raster"):
        zonal(declared(), AREAS, tmp_path)


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    path = put(tmp_path, compress="deflate") / "hills.tif"
    path.write_bytes(path.read_bytes()[:-8000])
    with pytest.raises(SourceError, match="cannot be read"):
        zonal(declared(), AREAS, tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"hills.tif: no such file; ZICHT_DATA"):
        zonal(declared(), AREAS, tmp_path)


@pytest.mark.parametrize("taken", [{"take": "share"}, {"take": "mean", "classes": (1,)}])
def test_classes_go_with_shares(taken):
    with pytest.raises(ValidationError, match="classes go with take = 'share'"):
        Taken(**taken)
