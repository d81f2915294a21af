"""The land of Testland: coast, island, lake, river and towns, cut in small cells in RD New.

Everything is built of some thirteen thousand Voronoi cells, smaller in towns. Their sites lie in mirrored pairs along
shores and river banks, so that the borders of cells follow the water and a polygon that joins cells needs no cutting.

Rejected: cutting areas with a river polygon (an overlay rounds the new vertices differently on either side of a
border, which leaves slivers) and a raster (staircases).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi
from shapely.geometry.base import BaseGeometry

type Floats = NDArray[np.float64]
"""Points are rows of x and y in RD New, in metres."""
type Ints = NDArray[np.int64]

CELLS = 11_000
CENTRE = np.array([169_500.0, 420_500.0])
LAKE_AT = np.array([178_500.0, 422_500.0])
RIVER_ENDS_X = 146_000
CLEAR_OF_RIVER, CLEAR_OF_SHORE, SHORE_STEP = 260, 150, 150
"""Metres: no other site is this near the middle of the river, or to a shore; from one pair on a shore to the next."""

TOWNS = pd.DataFrame(
    [
        ("GM9363", "Havermonde", 163_500, 420_500, 1.0, 1_900),
        ("GM9101", "Zilverlo", 175_500, 428_500, 0.9, 1_300),
        ("GM9102", "Oosterlake", 168_400, 412_200, 0.8, 1_000),
        ("GM9103", "Brinkhaven", 172_400, 411_400, 0.8, 900),
        ("GM9104", "Kraanmade", 167_500, 431_500, 0.6, 800),
        ("GM9105", "Wijdelo", 182_000, 417_500, 0.6, 900),
        ("GM9106", "Duinwaarde", 158_500, 412_500, 0.5, 800),
        ("GM9107", "Elsterhout", 157_500, 425_500, 0.5, 700),
    ],
    columns=["gemeentecode", "gemeentenaam", "x", "y", "peak", "reach"],
)
"""The town of each gemeente: where it lies, how dense its heart is, and over how many metres that fades to a third."""


class CellKind(IntEnum):
    """What a cell is."""

    SEA = 0
    LAND = 1
    RIVER = 2
    LAKE = 3
    ISLAND = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells: `sites` and `kinds` per cell, `regions` its corners; per shared edge its two cells and two corners."""

    sites: Floats
    kinds: Ints
    corners: Floats
    regions: list[list[int]]
    pairs: Ints
    edges: Ints

    def polygons(self, cells: Ints) -> NDArray[np.object_]:
        """The polygons of `cells`; none of them may lie on the edge of the world."""
        regions = [self.regions[cell] for cell in cells]
        ring = np.repeat(np.arange(len(cells)), [len(region) for region in regions])
        return np.asarray(shapely.polygons(shapely.linearrings(self.corners[np.concatenate(regions)], indices=ring)))

    def triangles(self) -> tuple[Floats, Ints]:
        """All cells as triangles (n x 3 x 2) from site to edge, and the cell of each."""
        cells = self.pairs.T.reshape(-1)
        edges = np.concatenate([self.edges, self.edges])
        return np.stack([self.sites[cells], *self.corners[edges].transpose(1, 0, 2)], axis=1), cells


def urbanity(points: Floats) -> Floats:
    """How urban each point is: about 1 in the heart of the largest town, falling to 0 in the countryside."""
    away = np.linalg.norm(points[:, None] - TOWNS[["x", "y"]].to_numpy(), axis=2)
    faded: Floats = (TOWNS["peak"].to_numpy() * np.exp(-away / TOWNS["reach"].to_numpy())).sum(axis=1)
    return faded


def make_cells(rng: np.random.Generator) -> Cells:
    """Draw shores and river, and cut what they enclose in cells."""
    coast, lake = _shore(CENTRE, 14_500, rng), _shore(LAKE_AT, 1_300, rng)
    island = _shore(np.array([coast[:, 0].min() - 3_000, CENTRE[1] - 5_000]), 900, rng)
    river, width = _river()
    channel = shapely.LineString(river)
    stream = [_beside(river, width * side) for side in (-0.25, 0.25, -0.75, 0.75)]
    shores = np.concatenate([_beside(ring, side) for ring in (coast, lake, island) for side in (-60.0, 60.0)])
    shores = shores[shapely.distance(shapely.points(shores), channel) > CLEAR_OF_RIVER]
    mainland, pond, islet = (shapely.Polygon(ring) for ring in (coast, lake, island))
    banks = [channel.buffer(CLEAR_OF_RIVER), *(shapely.LinearRing(one).buffer(CLEAR_OF_SHORE) for one in (coast, lake))]
    sites = np.concatenate([*stream, shores, _sprinkle(shapely.difference(mainland, shapely.union_all(banks)), rng)])
    in_stream = np.arange(len(sites)) < 2 * len(river)
    on_island, in_lake, inland = (shapely.contains_xy(shape, sites) for shape in (islet, pond, mainland))
    kinds = np.select(
        [on_island, in_lake, inland & in_stream, inland],
        [CellKind.ISLAND, CellKind.LAKE, CellKind.RIVER, CellKind.LAND],
        CellKind.SEA,
    )
    return _cut(sites, kinds.astype(np.int64))


def _shore(centre: Floats, radius: float, rng: np.random.Generator) -> Floats:
    """A closed, irregular line around `centre`."""
    angles = np.linspace(0, 2 * np.pi, int(2 * np.pi * radius / SHORE_STEP), endpoint=False)
    waves = np.arange(2, 2 + len(angles) // 9)
    ripple = np.cos(angles[:, None] * waves + rng.uniform(0, 2 * np.pi, len(waves))) / waves
    reach = radius * (1 + 0.12 * ripple.sum(axis=1))
    ring: Floats = centre + np.column_stack([1.15 * reach * np.cos(angles), reach * np.sin(angles)])
    return ring


def _river() -> tuple[Floats, Floats]:
    """The middle of the river from the lake to beyond the west coast, and its width there, in metres."""
    x = np.linspace(LAKE_AT[0], RIVER_ENDS_X, 280)
    winding = 800 * np.sin(x / 1_250) + 600 * np.sin(x / 2_900)
    settled = 1 - np.exp((x - LAKE_AT[0]) / 2_500)  # it leaves the lake straight, so that no spit of land is cut off
    y = np.linspace(LAKE_AT[1], CENTRE[1], 280) + settled * winding
    return np.column_stack([x, y]), 200 + 45 * np.sin(x / 1_900)


def _beside(line: Floats, distance: Floats | float) -> Floats:
    """The points at `distance` metres to the left of `line`, to the right where negative."""
    along = np.gradient(line, axis=0)
    left = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    beside: Floats = line + left * np.reshape(distance, (-1, 1))
    return beside


def _sprinkle(land: BaseGeometry, rng: np.random.Generator) -> Floats:
    """The sites of cells inland, many in towns and few in the countryside."""
    low, high = np.reshape(land.bounds, (2, 2))
    tried = rng.uniform(low, high, (12 * CELLS, 2))
    shapely.prepare(land)
    tried = tried[shapely.contains_xy(land, tried)]
    wanted = 1 + 100 * urbanity(tried)
    return tried[rng.choice(len(tried), CELLS, replace=False, p=wanted / wanted.sum())]


def _cut(sites: Floats, kinds: Ints) -> Cells:
    made = Voronoi(sites)
    pairs, edges = made.ridge_points.astype(np.int64), np.array(made.ridge_vertices)
    whole = (edges >= 0).all(axis=1)
    regions = [made.regions[region] for region in made.point_region]
    return Cells(sites, kinds, made.vertices, regions, pairs[whole], edges[whole])
