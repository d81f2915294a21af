"""Neighbors: who borders whom, as binary libpysal Graphs over all areas, islands included.

A map whose shared borders coincide needs no gap. A generalised map of which every polygon was simplified by itself
leaves slits and overlaps; there areas are neighbours when they come within `gap` metres of one another.
"""

import h3
import numpy as np
import shapely
from libpysal.graph import Graph

from geo.areas import AreaFrame


def queen(areas: AreaFrame, gap: float = 0.0) -> Graph:
    """Areas that share a border or a corner, or come within `gap` metres of one another.

    Distance is measured between the polygons themselves, so that nothing is snapped or filled: a canal wider than
    `gap` still parts its banks.
    """
    polygons = areas.table.geometry.to_numpy()
    left, right = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=gap)
    return _graph(areas, left, right)


def ring(areas: AreaFrame) -> Graph:
    """The six hexagons around each hexagon, as far as they are among the areas."""
    position = {cell: at for at, cell in enumerate(areas.ids)}
    pairs = [
        (at, position[other]) for cell, at in position.items() for other in h3.grid_disk(cell, 1) if other in position
    ]
    left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return _graph(areas, left, right)


def _graph(areas: AreaFrame, left: np.ndarray, right: np.ndarray) -> Graph:
    """Binary weights from pairs of positions given both ways; an area is never its own neighbour."""
    others = left != right
    left, right = left[others], right[others]
    alone = np.setdiff1d(np.arange(len(areas)), left)
    order = np.argsort(np.concatenate([left, alone]), kind="stable")
    ids = areas.ids.to_numpy()
    return Graph.from_arrays(
        ids[np.concatenate([left, alone])[order]],
        ids[np.concatenate([right, alone])[order]],
        np.concatenate([np.ones(len(left)), np.zeros(len(alone))])[order],
    )


def islands(neighbors: Graph) -> list[str]:
    """The areas that have no neighbours."""
    return list(neighbors.isolates)
