"""Zonal means and sums of the whole country, beside exactextract as it comes, by each of its strategies."""

import geopandas
import numpy as np
import pytest
import rasterio
from exactextract import exact_extract
from rasterio.transform import from_origin

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from layers.declarations.rasters import Raster, Taken
from layers.declarations.sources import Column, SourceDeclaration
from services.engines.local import Local
from services.sources.rasters import zonal
from tests.benchmarks.side_by_side import race
from tests.real.conftest import real  # noqa: F401  # the folder of real data

COLUMNS = {"gemiddeld": Taken(take="mean"), "samen": Taken(take="sum")}
SOURCE = SourceDeclaration(
    id="raster", title="Raster", publisher="Proef", license="CC0", url="https://example.org", attribution="Proef",
    vintage=2024, periods=(2024,), raster=Raster(path="country.tif", column=COLUMNS),
    columns={one: Column(formula=one, title=one) for one in COLUMNS},
)  # fmt: skip


@pytest.fixture(scope="module")
def buurten(real):  # noqa: F811
    table = geopandas.read_parquet(real / "boundaries/nl_buurt_2024_georef.parquet").set_index("statcode").sort_index()
    ids = table.index.rename("area_id")
    named = {"name": ids, "gemeente": "GM0001", "gemeente_name": "Nederland", "geometry": table.geometry.to_numpy()}
    return AreaFrame(AreaLevel.BUURT, 2024, geopandas.GeoDataFrame(named, index=ids, crs=RD_NEW))


@pytest.mark.parametrize("cell", [100, 25])
def test_zonal(buurten, tmp_path, cell):
    rows, columns = 330_000 // cell, 290_000 // cell
    path = tmp_path / "country.tif"
    profile = {
        "driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32", "crs": "EPSG:28992",
        "nodata": -1, "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate",
        "transform": from_origin(0, 630_000, cell, cell),
    }  # fmt: skip
    rng = np.random.default_rng(1)
    with rasterio.open(path, "w", **profile) as file:
        values = rng.gamma(2.0, 3.0, (rows, columns)).astype(np.float32)
        file.write(np.where(rng.random((rows, columns), dtype=np.float32) < 0.05, np.float32(-1), values), 1)

    def peer(strategy):
        return exact_extract(str(path), buurten.table, ["mean", "sum", "count"], strategy=strategy, output="pandas")

    ours = zonal(SOURCE, buurten, tmp_path, Local()).table
    theirs = peer("feature-sequential")
    assert ours["gemiddeld"].to_numpy() == pytest.approx(theirs["mean"].to_numpy(), rel=1e-9, nan_ok=True)
    assert ours["samen"].to_numpy() == pytest.approx(theirs["sum"].to_numpy(), rel=1e-9, nan_ok=True)
    peers = {one: lambda one=one: peer(one) for one in ("feature-sequential", "raster-sequential")}
    race(
        f"zonal, cells of {cell} m, {len(buurten)} buurten",
        lambda: zonal(SOURCE, buurten, tmp_path, Local()),
        peers,
        runs=3,
    )
