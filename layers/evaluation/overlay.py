"""Overlay: what hexagons and the areas that they overlap, or hexagons of another size, tell of one another.

The counts of both are sums of parts, each of what an area and a hexagon have in common (layers.method.overlay). Where
an area also lies in hexagons without a count, or a hexagon reaches where no area is, there is a part more. Hexagons of
one size are held against the areas, and against those of each other size: seven small ones only nearly make up a large
one, so they too are sums of what two have in common, and what that is follows from H3 itself. Three at once are not
held against one another, for what two sizes and an area have in common is not known. Nor are wijken where their
buurten were not published.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from boundaries.hexagons import outlines_of
from boundaries.overlaps import overlaps
from geo.disclosure.intervals import Positions
from geo.polygons import Polygons
from layers.publication.perturbed import ELSEWHERE

BEYOND = 1e-6
"""Share of the surface of a hexagon that must lie in those of another size but for which it also lies elsewhere."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Which cells, by position, are sums of which parts: a row a cell, a column a part. `names` are of parts."""

    cells: Positions
    parts: csr_array
    names: tuple[str, ...]


def overlay(cells: pd.DataFrame, level: str) -> Overlay | None:
    """The overlay of the hexagons of a level with areas, of rows with `level`, `area` and `overlaps`; None where there
    is nothing to hold them against.
    """
    of_level = (cells["level"] == level).to_numpy()
    lists = cells["overlaps"].where(of_level & cells["overlaps"].notna().to_numpy()).dropna().str.split().explode()
    finest = next((str(one) for one in COARSENESS if (cells["level"] == str(one)).any()), None)
    tokens, at = lists.to_numpy(dtype=str), lists.index.to_numpy(dtype=np.intp)
    areas = np.char.rstrip(tokens, ELSEWHERE)
    own = pd.Index(cells.loc[cells["level"] == finest, "area"])
    if not own.isin(areas).any():
        return None
    partly = np.unique(areas[np.char.endswith(tokens, ELSEWHERE) & (areas != "")])
    alone = np.union1d(partly, own[~own.isin(areas)].to_numpy(dtype=str))
    # One part each: the areas of the lists ("" where none is), then what lies in areas and in no hexagon with a count.
    area_of = pd.Index(np.concatenate([areas, alone]))
    pairs = [(at, np.arange(len(at)))]
    known = area_of.isin(own)
    for one in COARSENESS:
        rows = np.flatnonzero(cells["level"] == str(one))
        if len(rows):
            codes = area_of if str(one) == finest else parents(area_of, one)
            position = pd.Index(cells["area"].iloc[rows]).get_indexer(codes)
            mine = np.flatnonzero(known & (position >= 0))
            pairs.append((rows[position[mine]], mine))
    row, column = (np.concatenate(each) for each in zip(*pairs, strict=True))
    used, row = np.unique(row, return_inverse=True)
    cell_of = [*cells["area"].iloc[at], *(ELSEWHERE for _ in alone)]
    names = tuple(f"{area or ELSEWHERE} / {cell}" for area, cell in zip(area_of, cell_of, strict=True))
    return Overlay(used, csr_array((np.ones(len(row)), (row, column)), shape=(len(used), len(area_of))), names)


def overlay_of_sizes(cells: pd.DataFrame, coarser: str, finer: str) -> Overlay | None:
    """The overlay of hexagons of two sizes; None where none of them overlap."""
    rows = [np.flatnonzero(cells["level"] == level) for level in (coarser, finer)]
    codes = [cells["area"].iloc[at].tolist() for at in rows]
    shapes = [outlines_of(each) for each in codes]
    both = overlaps(*shapes)
    if not len(both.surface):
        return None
    sides = (both.left, both.right)
    beyond = [_beyond(at, both.surface, of) for at, of in zip(sides, shapes, strict=True)]
    count = len(both.surface) + sum(map(len, beyond))
    alone = np.split(np.arange(len(both.surface), count), [len(beyond[0])])
    row = np.concatenate([rows[0][both.left], rows[1][both.right], rows[0][beyond[0]], rows[1][beyond[1]]])
    column = np.concatenate([np.arange(len(both.surface)), np.arange(len(both.surface)), *alone])
    used, row = np.unique(row, return_inverse=True)
    names = [f"{codes[0][one]} / {codes[1][other]}" for one, other in zip(*sides, strict=True)]
    names += [f"{codes[0][one]} / {ELSEWHERE}" for one in beyond[0]]
    names += [f"{ELSEWHERE} / {codes[1][one]}" for one in beyond[1]]
    return Overlay(used, csr_array((np.ones(len(row)), (row, column)), shape=(len(used), count)), tuple(names))


def _beyond(at: Positions, surface: NDArray[np.float64], shapes: Polygons) -> Positions:
    """Which hexagons also lie where there is no count of the other size."""
    whole = shapely.area(shapes)
    return np.flatnonzero(np.bincount(at, surface, len(shapes)) < (1 - BEYOND) * whole)
