"""From a file of points to a surface of them, or one message that says what is wrong with the file."""

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from geo.densities import Smear
from geo.errors import SourceError, StatisticError
from services.surfaces import surface

SMEAR = Smear(500.0, 100.0)


def crowd(count=200, crs=28992):
    at = np.random.default_rng(1).normal((120_000, 480_000), 400, (count, 2))
    table = geopandas.GeoDataFrame({"homes": np.arange(count) % 7}, geometry=shapely.points(at), crs=28992)
    return table.to_crs(crs)


def made(folder, table, name="points.parquet", weight=None):
    path = folder / name
    (table.to_parquet if name.endswith("parquet") else table.to_file)(path)
    told = surface(path, folder / "dichtheid.tif", SMEAR, weight, lambda _doing: None)
    with rasterio.open(folder / "dichtheid.tif") as file:
        return told, file.read(1, masked=True), file.tags()


@pytest.mark.parametrize("name", ["points.parquet", "points.gpkg", "points.geojson"])
def test_every_kind_of_file_gives_the_same_surface(tmp_path, name):
    told, values, tags = made(tmp_path, crowd(crs=4326 if name.endswith("json") else 28992), name)
    assert values.sum() * 0.01 == pytest.approx(200 * (1 - float(tags["WITHHELD"])), rel=1e-3)
    assert told[0].endswith("cells of 100 m, 200 points, per km2")
    assert tags["BANDWIDTH"] == "500 m"


def test_points_count_for_what_their_column_says(tmp_path):
    _, values, tags = made(tmp_path, crowd(), weight="homes")
    assert values.sum() * 0.01 == pytest.approx((np.arange(200) % 7).sum() * (1 - float(tags["WITHHELD"])), rel=1e-3)


def test_what_is_not_shown_is_told(tmp_path):
    told, _, tags = made(tmp_path, crowd())
    assert told[1].startswith("not shown, since fewer than 5 points lie near: ")
    assert float(tags["WITHHELD"]) > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.set_crs(None, allow_override=True), "says in no CRS where its points lie"),
        (lambda table: table.assign(geometry=table.buffer(10)), "holds Polygon besides points"),
        (lambda table: table.assign(geometry=table.geometry.where(table.index > 2)), "3 of 200 rows have no point"),
    ],
)
def test_a_file_that_holds_no_points_is_refused(tmp_path, change, said):
    with pytest.raises(SourceError, match=said):
        made(tmp_path, change(crowd()))


def test_a_column_without_numbers_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"no column of numbers 'people'; it has \['homes'\]"):
        made(tmp_path, crowd(), weight="people")


@pytest.mark.parametrize("name", ["points.parquet", "points.gpkg"])
def test_a_file_that_is_none_is_named(tmp_path, name):
    (tmp_path / name).write_text("nothing")
    with pytest.raises(SourceError, match=rf"{name}: cannot be read as GeoParquet"):
        surface(tmp_path / name, tmp_path / "x.tif", SMEAR, None, lambda _doing: None)
    with pytest.raises(SourceError, match="no such file"):
        surface(tmp_path / "other.gpkg", tmp_path / "x.tif", SMEAR, None, lambda _doing: None)


def test_few_points_make_no_file(tmp_path):
    with pytest.raises(StatisticError, match="can point at an address"):
        made(tmp_path, crowd(20))
    assert not (tmp_path / "dichtheid.tif").exists()
