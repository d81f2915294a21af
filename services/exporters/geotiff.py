"""A grid as a cloud-optimised GeoTIFF in RD New: tiled, compressed, with overviews, readable over the network."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.transform import from_origin

from boundaries.rd import RD_NEW
from geo.errors import StoreError
from geo.rasters import Grid
from services.files import whole_file

NODATA = -1.0
"""What cells without a value hold; densities are 0 or more, and not every program knows NaN."""

TILE = 512


def export_grid(grid: Grid, path: Path, *, unit: str, tags: Mapping[str, str]) -> None:
    """Write a grid of figures of 0 or more, the whole file or nothing. `tags` say what it is and where it is from."""
    if path.suffix.lower() not in {".tif", ".tiff"}:
        raise StoreError("{path}: a GeoTIFF ends in .tif; give it such a name", path=path)
    if (grid.values < 0).any():
        raise ValueError("figures below 0 cannot be distinguished from cells without a value")
    rows, columns = grid.values.shape
    profile = {
        "driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": "float32", "nodata": NODATA,
        "crs": f"EPSG:{RD_NEW}", "transform": from_origin(grid.west, grid.north, grid.cell, grid.cell),
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as plain:
            plain.write(np.where(np.isnan(grid.values), NODATA, grid.values).astype(np.float32), 1)
            plain.set_band_unit(1, unit)
            plain.update_tags(**tags)
        with memory.open() as plain, whole_file(path) as unfinished:
            copy(
                plain, unfinished, driver="COG", BLOCKSIZE=TILE, COMPRESS="DEFLATE", PREDICTOR="YES",
                OVERVIEWS="IGNORE_EXISTING", OVERVIEW_RESAMPLING=Resampling.average.name.upper(),
            )  # fmt: skip
