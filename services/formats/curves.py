"""Shapes of well-known text or bytes, those with curves made straight as GDAL does: a corner every four degrees.

Drawings and surveys hold arcs (CIRCULARSTRING, CURVEPOLYGON, MULTISURFACE), which shapely cannot hold.
"""

import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]


def from_wkb(cells: Sequence[bytes | str | None] | Shapes) -> tuple[Shapes, int]:
    """A shape for each cell (bytes, or their hexadecimal text), None where it holds none, and how many had curves."""
    return _read(cells, shapely.from_wkb)


def from_wkt(cells: Sequence[str | None] | Shapes) -> tuple[Shapes, int]:
    """The same for text."""
    return _read(cells, shapely.from_wkt)


def _read(cells: Sequence[bytes | str | None] | Shapes, read: Callable[..., Shapes]) -> tuple[Shapes, int]:
    among = np.empty(len(cells), dtype=object)
    among[:] = cells
    try:
        return read(among, on_invalid="ignore"), 0
    except NotImplementedError:
        curved = np.array([_has_curves(cell, read) for cell in among])
    shapes = np.full(len(among), None, dtype=object)
    shapes[~curved] = read(among[~curved], on_invalid="ignore")
    shapes[curved] = _straightened(among[curved])
    return shapes, int(curved.sum())


def _has_curves(cell: bytes | str | None, read: Callable[..., Shapes]) -> bool:
    try:
        read(cell, on_invalid="ignore")
    except NotImplementedError:
        return True
    return False


def _straightened(cells: Shapes) -> Shapes:
    """GDAL reads shapes in a CSV, text or hexadecimal, with its curves made straight."""
    texts = [cell.hex() if isinstance(cell, bytes) else str(cell) for cell in cells]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of what it cannot read it gives nothing
        file = Path(folder) / "curves.csv"
        file.write_text("\n".join(["shape", *(f'"{text}"' for text in texts)]), encoding="utf-8")
        table = pyogrio.read_dataframe(file, GEOM_POSSIBLE_NAMES="shape", KEEP_GEOM_COLUMNS="NO")
    shapes: Shapes = table.geometry.to_numpy()
    return shapes
