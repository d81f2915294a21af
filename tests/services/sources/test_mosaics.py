"""A folder of tiles gives what the raster gives that they are of, to the bit, whoever reads them; or says which do not
fit.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.merge
import rasterio.shutil
import rasterstats
from exactextract import exact_extract
from pydantic import ValidationError
from rasterio.transform import Affine
from rasterio.windows import Window

from geo.errors import SourceError
from layers.declarations.rasters import Raster, Taken
from services.engines.local import Local
from services.engines.spark import Spark
from services.jobs.own_sources import below
from services.sources import rasters
from tests.services.engines.cluster import cluster
from tests.services.formats.storage import server, storage
from tests.services.sources.records.test_parts import AnyOrder
from tests.services.sources.test_rasters import AREAS, COLUMNS, ROWS, declared, hills, put

__all__ = ["cluster", "server", "storage"]

COLUMN = {"hoogte": Taken(take="mean"), "samen": Taken(take="sum"), "vlak": Taken(take="share", classes=(10.0,))}

WEST_3035, NORTH_3035 = 3971399.3, 3259591.3
"""The corner from which cells of 47.3 m in EPSG:3035 cover all areas."""


def uneven():
    """Values, classes among them, and cells with none or an infinite one."""
    values, rng = hills(), np.random.default_rng(1)
    values[rng.random(values.shape) < 0.2] = 10.0
    values[rng.random(values.shape) < 0.1] = np.nan
    values[rng.random(values.shape) < 0.01] = np.inf
    return values


def cut(folder: Path, across=(0, 13, 50, COLUMNS), down=(0, 31, ROWS)) -> Path:
    """The tiles that a raster is cut into, in folders by row; its file goes."""
    with rasterio.open(folder / "hills.tif") as whole:
        for row, (top, bottom) in enumerate(pairwise(down)):
            (folder / "tegels" / f"rij{row}").mkdir(parents=True)
            for column, (left, right) in enumerate(pairwise(across)):
                window = Window(left, top, right - left, bottom - top)
                size = {"width": right - left, "height": bottom - top, "tiled": False}
                about = whole.profile | size | {"transform": whole.window_transform(window)}
                about = {name: one for name, one in about.items() if not name.startswith("block")}
                with rasterio.open(folder / "tegels" / f"rij{row}" / f"{column}.tif", "w", **about) as tile:
                    tile.write(whole.read(window=window))
    return folder


def delivered(path: str, root: Path, engine, **raster):
    source = declared(column=dict(COLUMN), **raster)
    source = source.model_copy(update={"raster": source.raster.model_copy(update={"path": path})})
    return rasters.zonal(source, AREAS, root, engine)


def bits(delivered_) -> bytes:
    return delivered_.table.to_numpy().tobytes() + repr(delivered_.notes).encode()


@pytest.mark.parametrize("driver", ["GTiff", "COG"])
@pytest.mark.parametrize("crs", [28992, 3035])
@pytest.mark.parametrize("engine", [Local(), AnyOrder(1), AnyOrder(2)], ids=["here", "carried", "otherwise"])
def test_tiles_give_the_bits_of_the_raster_that_they_are_of(tmp_path, engine, crs, driver):
    at = {} if crs == 28992 else {"transform": Affine(47.3, 0, WEST_3035, 0, -47.3, NORTH_3035)}
    put(tmp_path, uneven(), crs=crs, **at)
    if driver == "COG":
        cut(tmp_path)
        for one in sorted((tmp_path / "tegels").rglob("*.tif")):
            rasterio.shutil.copy(one, one.with_suffix(".tmp"), driver="COG", blocksize=128)
            one.with_suffix(".tmp").replace(one)
    else:
        cut(tmp_path)
    whole = delivered("hills.tif", tmp_path, Local(), covers="part")
    tiles = delivered("tegels", tmp_path, engine, covers="part")
    assert bits(tiles) == bits(whole)
    assert whole.table["hoogte"].notna().sum() >= 6
    assert tiles.rows == whole.rows == ROWS * COLUMNS
    assert tiles.sha256 != whole.sha256


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # of affine, by rasterstats and rasterio
def test_tiles_give_what_exactextract_and_rasterstats_give_of_the_mosaic(tmp_path):
    values = uneven()
    values[np.isinf(values)] = np.nan
    cut(put(tmp_path, values))
    tiles = delivered("tegels", tmp_path, Local())
    merged, transform = rasterio.merge.merge(sorted((tmp_path / "tegels").rglob("*.tif")))
    assert np.array_equal(merged[0], values, equal_nan=True)
    put(tmp_path, merged, "samen.tif", transform=transform, nodata=np.nan)
    peer = exact_extract(str(tmp_path / "samen.tif"), AREAS.table, ["mean", "sum"], output="pandas")
    assert tiles.table["hoogte"].to_numpy() == pytest.approx(peer["mean"].to_numpy(), rel=1e-12)
    assert tiles.table["samen"].to_numpy() == pytest.approx(peer["sum"].to_numpy(), rel=1e-12)
    by_centre = rasterstats.zonal_stats(  # cells of 50 m fill areas of 500 m
        AREAS.table.geometry.to_list(), np.nan_to_num(merged[0], nan=-1), affine=transform, nodata=-1, stats=["mean"]
    )
    assert tiles.table["hoogte"].to_numpy() == pytest.approx([one["mean"] for one in by_centre], rel=1e-6)


def test_processes_and_spark_give_the_bits_that_this_process_gives(cluster, tmp_path):
    cut(put(tmp_path, uneven()), across=(0, 7, 13, 50, COLUMNS))
    here = bits(delivered("tegels", tmp_path, Local()))
    for engine in (Local(2), Local(7), Spark("local[2]"), Spark(cluster.master)):
        assert bits(delivered("tegels", tmp_path, engine)) == here


def test_a_tile_that_a_worker_of_a_cluster_cannot_read_is_named_with_it(cluster, tmp_path):
    cut(put(tmp_path))
    (tmp_path / "tegels" / "rij0" / "1.tif").write_text("geen raster")
    with pytest.raises(SourceError, match=r"^worker \S+ of Spark: .*rij0/1\.tif: cannot be read as a raster"):
        delivered("tegels", tmp_path, Spark(cluster.master))


def test_tiles_in_object_storage_give_what_they_give_here(storage, tmp_path):
    cut(put(tmp_path, uneven()))
    storage.put(tmp_path / "tegels", "emmer", "tegels")
    stored = delivered("s3://emmer/tegels", tmp_path, Local())
    assert bits(stored) == bits(delivered("tegels", tmp_path, Local()))
    assert stored.where == "s3://emmer/tegels"
    source = declared(column=dict(COLUMN))
    there = source.model_copy(update={"raster": Raster(path="s3://emmer/tegels", column=COLUMN)})
    assert below(tmp_path).identity(there).content is None
    with pytest.raises(SourceError, match=r"s3://emmer/weg: there is no such file or folder in the object storage"):
        delivered("s3://emmer/weg", tmp_path, Local())


@pytest.mark.parametrize("path", ["s3://", "https://x/y.tif", "../y.tif", "s3://key:secret@bucket/x"])
def test_a_path_is_below_the_folder_or_in_object_storage(path):
    with pytest.raises(ValidationError):
        Raster(path=path, column=COLUMN)


def test_a_tile_that_cannot_be_read_stops_it_or_is_left_out_and_what_lies_there_is_unknown(tmp_path):
    cut(put(tmp_path))
    whole = delivered("tegels", tmp_path, Local())
    broken = tmp_path / "tegels" / "rij1" / "1.tif"
    broken.write_bytes(broken.read_bytes()[: broken.stat().st_size // 2])
    with pytest.raises(SourceError, match=r"rij1/1\.tif: cannot be read"):
        delivered("tegels", tmp_path, Local())
    for engine in (Local(), AnyOrder(3)):
        left = delivered("tegels", tmp_path, engine, unreadable="leave out", covers="part")
        assert left.notes[0].startswith("WAARSCHUWING: een bestand is weggelaten")
        assert ": tegels/rij1/1.tif: " in left.notes[0]
        assert str(tmp_path) not in left.notes[0]
        known = left.table["hoogte"].notna()
        assert 0 < known.sum() < len(AREAS)
        pd.testing.assert_frame_equal(left.table[known], whole.table[known])
    with pytest.raises(SourceError, match="covers less than the areas"):
        delivered("tegels", tmp_path, Local(), unreadable="leave out")
    for one in (tmp_path / "tegels").rglob("*.tif"):
        one.write_text("geen raster")
    with pytest.raises(SourceError, match="none of its 6 files can be read"):
        delivered("tegels", tmp_path, Local(), unreadable="leave out", covers="part")


def test_a_tile_that_does_not_say_what_cells_without_a_value_hold_where_others_do_is_warned_of(tmp_path):
    cut(put(tmp_path, nodata=-9999))
    assert not any("rij" in note for note in delivered("tegels", tmp_path, Local()).notes)
    with rasterio.open(tmp_path / "tegels" / "rij1" / "0.tif", "r+") as tile:
        tile.nodata = None
    said = [note for note in delivered("tegels", tmp_path, Local()).notes if "rij" in note]
    assert [note[:60] for note in said] == ["LET OP: 1 van 6 bestanden zeggen niet wat in cellen zonder w"]
    assert "rij1/0.tif" in said[0]
    assert not any("rij" in note for note in delivered("tegels", tmp_path, Local(), nodata=-9999).notes)


def test_a_cell_that_is_in_two_tiles_is_refused_with_both(tmp_path):
    cut(put(tmp_path))
    cut_again = tmp_path / "tegels" / "rij1" / "nog.tif"
    with rasterio.open(tmp_path / "hills.tif") as whole:
        window = Window(12, 0, 3, 5)
        about = whole.profile | {"width": 3, "height": 5, "transform": whole.window_transform(window)}
        with rasterio.open(cut_again, "w", **about) as tile:
            tile.write(whole.read(window=window))
    with pytest.raises(SourceError, match=r"nog\.tif: 5 of its cells are in .*rij0/0\.tif too, and would count twice"):
        delivered("tegels", tmp_path, Local())


@pytest.mark.parametrize(
    "other",
    [
        {"crs": "EPSG:3035"}, {"transform": Affine(25, 0, 119_500, 0, -25, 483_500)},
        {"transform": Affine(50, 0, 119_510, 0, -50, 483_500)},
    ],
)  # fmt: skip
def test_a_tile_on_other_cells_is_refused_with_one_that_it_differs_from(tmp_path, other):
    cut(put(tmp_path))
    put(tmp_path, np.ones((3, 3), np.float32), "tegels/rij1/zz.tif", **other)
    with pytest.raises(SourceError, match=r"zz\.tif: its cells are not on the grid of tegels/rij0/0\.tif: .*gdalwarp"):
        delivered("tegels", tmp_path, Local())


def test_a_folder_without_tiles_is_refused(tmp_path):
    (tmp_path / "leeg").mkdir()
    (tmp_path / "leeg" / "lees.txt").write_text("niets")
    with pytest.raises(SourceError, match=r"a folder without files to count; put some there, of \.tif, \.tiff"):
        delivered("leeg", tmp_path, Local())
