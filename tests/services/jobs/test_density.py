"""From a file of points to a surface of them, or one message that says what is wrong with the file."""

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from geo.densities import Kernel
from geo.errors import SourceError, StatisticError
from services.jobs.density import surface

KERNEL = Kernel(500.0, 100.0)


def crowd(count=200, crs=28992):
    at = np.random.default_rng(1).normal((120_000, 480_000), 400, (count, 2))
    table = geopandas.GeoDataFrame({"homes": np.arange(count) % 7}, geometry=shapely.points(at), crs=28992)
    return table.to_crs(crs)


def made(folder, table, name="points.parquet", weight=None):
    path = folder / name
    (table.to_parquet if name.endswith("parquet") else table.to_file)(path)
    told = surface(path, folder / "dichtheid.tif", KERNEL, weight, lambda _doing: None)
    with rasterio.open(folder / "dichtheid.tif") as file:
        return [str(line) for line in told], file.read(1, masked=True), file.tags()


@pytest.mark.parametrize("name", ["points.parquet", "points.gpkg", "points.geojson"])
def test_every_kind_of_file_gives_the_same_surface(tmp_path, name):
    told, values, tags = made(tmp_path, crowd(crs=4326 if name.endswith("json") else 28992), name)
    assert values.sum() * 0.01 == pytest.approx(200 * (1 - float(tags["SUPPRESSED"])), rel=0.02)
    assert told[0].endswith("cells of 100 m, 200 points, per km2")
    assert tags["BANDWIDTH"] == "500 m"


def test_points_count_for_what_their_column_says(tmp_path):
    _, values, tags = made(tmp_path, crowd(), weight="homes")
    assert values.sum() * 0.01 == pytest.approx((np.arange(200) % 7).sum() * (1 - float(tags["SUPPRESSED"])), rel=0.02)


def test_what_is_not_shown_is_told(tmp_path):
    told, _, tags = made(tmp_path, crowd())
    assert told[1].startswith("not shown, since fewer than 5 places lie near: ")
    assert float(tags["SUPPRESSED"]) > 0


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
    with pytest.raises(SourceError, match=r"no column of numbers 'people'; it has 'homes'"):
        made(tmp_path, crowd(), weight="people")


@pytest.mark.parametrize("name", ["points.parquet", "points.gpkg"])
def test_a_file_that_is_none_is_named(tmp_path, name):
    (tmp_path / name).write_text("nothing")
    with pytest.raises(SourceError, match=rf"{name}: cannot be read as GeoParquet"):
        surface(tmp_path / name, tmp_path / "x.tif", KERNEL, None, lambda _doing: None)
    with pytest.raises(SourceError, match="no such file"):
        surface(tmp_path / "other.gpkg", tmp_path / "x.tif", KERNEL, None, lambda _doing: None)


def test_few_points_make_no_file(tmp_path):
    with pytest.raises(StatisticError, match="can point at an address"):
        made(tmp_path, crowd(20))
    assert not (tmp_path / "dichtheid.tif").exists()


def test_points_outside_the_country_are_left_out_and_counted(tmp_path):
    nowhere = geopandas.GeoDataFrame({"homes": [1, 1]}, geometry=shapely.points([(0, 0), (155_000, 5e6)]), crs=28992)
    told, values, tags = made(tmp_path, pd.concat([nowhere, crowd()], ignore_index=True))
    alone = made(tmp_path, crowd())
    assert told[2] == "left out, since they lie outside the Netherlands: 2 of 202 points"
    assert (told[:2], tags) == (alone[0], alone[2])
    assert np.array_equal(values.filled(), alone[1].filled())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (crowd(crs=4326).set_crs(28992, allow_override=True),
         r"declared 'Amersfoort / RD New', but then 200 of 200 points .* in longitude and latitude \(EPSG:4326"),
        (crowd().set_geometry(shapely.points(np.column_stack([crowd().geometry.y, crowd().geometry.x])), crs=28992),
         "as points do in RD New with y before x"),
        (crowd().set_crs(4326, allow_override=True), r"declared 'WGS 84', .*they lie as points do in RD New"),
        (crowd().translate(9e6).to_frame("geometry"), "for one; declare the right CRS"),
    ],
    ids=["degrees", "swapped", "metres", "nowhere"],
)  # fmt: skip
def test_points_of_which_most_lie_outside_the_country_are_refused_with_what_they_look_like(tmp_path, table, said):
    with pytest.raises(SourceError, match=said):
        made(tmp_path, table)


@pytest.mark.usefixtures("english")
def test_of_several_layers_one_must_be_named(tmp_path, zicht, recwarn):
    path = tmp_path / "points.gpkg"
    crowd(60).to_file(path, layer="oud")
    crowd(200).to_file(path, layer="nieuw")
    asked = ("density", path, "--to", tmp_path / "d.tif")
    which = zicht(*asked)
    assert (which.code, which.out) == (1, "")
    assert which.err.strip() == f"error: {path}: has 2 layers: oud, nieuw; name one with --layer"
    assert "no layer 'x' with a geometry; it has oud, nieuw" in zicht(*asked, "--layer", "x").err
    assert "200 points" in zicht(*asked, "--layer", "nieuw").out
    assert not recwarn


def test_tables_without_geometry_beside_the_points_are_no_layer_to_choose(tmp_path):
    crowd().to_file(tmp_path / "points.gpkg", layer="punten")
    pyogrio.write_dataframe(pd.DataFrame({"soort": ["a"]}), tmp_path / "points.gpkg", layer="soorten", append=True)
    assert surface(tmp_path / "points.gpkg", tmp_path / "d.tif", KERNEL, None, lambda _doing: None)


def test_geoparquet_has_no_layer_to_name(tmp_path):
    crowd().to_parquet(tmp_path / "points.parquet")
    with pytest.raises(SourceError, match="GeoParquet has no layers; leave out --layer"):
        surface(tmp_path / "points.parquet", tmp_path / "d.tif", KERNEL, None, lambda _doing: None, "punten")


def test_a_file_that_describes_points_elsewhere_is_refused_unopened(tmp_path):
    made(tmp_path, crowd(), "elsewhere.geojson")
    layer = f"<OGRVRTLayer name='p'><SrcDataSource>{tmp_path}/elsewhere.geojson</SrcDataSource></OGRVRTLayer>"
    (tmp_path / "points.gpkg").write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    with pytest.raises(SourceError, match="describes where data is, and holds none itself"):
        surface(tmp_path / "points.gpkg", tmp_path / "d.tif", KERNEL, None, lambda _doing: None)
