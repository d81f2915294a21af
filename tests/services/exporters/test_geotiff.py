"""A grid becomes a cloud-optimised GeoTIFF that any program reads, or no file at all."""

import numpy as np
import pytest
import rasterio

from geo.errors import StoreError
from geo.rasters import Grid
from services.exporters.geotiff import NODATA, export_grid

GRID = Grid(np.random.default_rng(1).gamma(2.0, 3.0, (1300, 1100)), 120_000.0, 482_000.0, 100.0)
TAGS = {"TITLE": "Dichtheid", "BANDWIDTH": "500 m"}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("grid") / "dichtheid.tif"
    values = GRID.values.copy()
    values[:10] = np.nan
    export_grid(Grid(values, GRID.west, GRID.north, GRID.cell), path, unit="per km2", tags=TAGS)
    with rasterio.open(path) as file:
        yield file


def test_it_is_cloud_optimised_with_overviews(written):
    assert written.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert written.overviews(1) == [2, 4]
    assert written.block_shapes == [(512, 512)]


def test_it_lies_in_rd_where_the_grid_lies(written):
    assert written.crs.to_epsg() == 28992
    assert tuple(written.bounds) == GRID.bounds
    assert written.res == (100, 100)


def test_it_says_what_it_is_and_in_what_unit(written):
    assert written.tags().items() >= TAGS.items()
    assert written.units == ("per km2",)


def test_values_are_those_of_the_grid_and_the_rest_is_nodata(written):
    assert written.nodata == NODATA
    values = written.read(1, masked=True)
    assert values.mask[:10].all()
    assert not values.mask[10:].any()
    assert values[10:].data == pytest.approx(GRID.values[10:], rel=1e-6)


def test_overviews_are_means_and_leave_out_what_has_no_value(written):
    smaller = written.read(1, out_shape=(650, 550), masked=True)
    assert smaller.mean() == pytest.approx(GRID.values[10:].mean(), rel=0.01)
    assert smaller.min() > 0


def test_a_file_that_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "dichtheid.tif"
    path.write_bytes(b"before")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.exporters.geotiff.copy", full)
    with pytest.raises(StoreError, match="the disk is full"):
        export_grid(GRID, path, unit="", tags={})
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"a GeoTIFF ends in .tif"):
        export_grid(GRID, tmp_path / "dichtheid.png", unit="", tags={})


def test_figures_below_0_are_refused(tmp_path):
    with pytest.raises(ValueError, match="below 0"):
        export_grid(Grid(np.array([[-2.0]]), 0, 0, 1), tmp_path / "x.tif", unit="", tags={})
