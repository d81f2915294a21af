"""Neighbors: who borders whom, all neighbours of equal weight, islands included.

A map whose shared borders coincide needs no gap. A generalised map of which every polygon was simplified by itself
leaves slits and overlaps; there areas are neighbours when they come within `gap` metres of one another.

A sparse matrix is all it holds: libpysal's Graph, which goes in and comes out, takes seconds to import.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import h3ronpy
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geo.areas import AreaFrame
from geo.errors import AreaError

if TYPE_CHECKING:
    from libpysal.graph import Graph


@dataclass(frozen=True, slots=True)
class Neighbors:
    """`matrix` holds 1 where the area of the row has that of the column as neighbour, both in the order of `ids`."""

    ids: pd.Index
    matrix: csr_array

    def __post_init__(self) -> None:
        if self.matrix.shape != (len(self.ids), len(self.ids)):
            raise AreaError(f"neighbors: a matrix of {self.matrix.shape} for {len(self.ids)} areas")
        if self.matrix.diagonal().any():
            raise AreaError("neighbors: an area is its own neighbour")
        if not (self.matrix.data == 1).all():
            raise AreaError("neighbors: the matrix holds weights; leave out what is 0 and make the others 1")

    @property
    def count(self) -> NDArray[np.intp]:
        """The number of neighbours of each area."""
        return np.asarray(np.diff(self.matrix.indptr), dtype=np.intp)

    @property
    def islands(self) -> pd.Index:
        """The areas that have none."""
        alone: pd.Index = self.ids[self.count == 0]
        return alone

    def among(self, keep: NDArray[np.bool_]) -> Self:
        """The areas where `keep` is true, and who of them border one another."""
        return type(self)(self.ids[keep], csr_array(self.matrix[keep][:, keep]))

    def merged(self, into: pd.Index) -> Self:
        """Who borders whom after each area has become part of the one that `into` names, in the order of `ids`."""
        codes, ids = pd.factorize(into, sort=True)
        part_of = csr_array((np.ones(len(codes), dtype=np.int32), (np.arange(len(codes)), codes)))
        pairs = (part_of.T @ self.matrix.astype(np.int32) @ part_of).tocoo()
        return type(self)(pd.Index(ids, name=self.ids.name), _matrix(len(ids), pairs.row, pairs.col))

    def graph(self) -> "Graph":
        """The same as a binary libpysal Graph."""
        from libpysal.graph import Graph  # noqa: PLC0415  # seconds

        return Graph.from_sparse(self.matrix, ids=self.ids.to_numpy())

    @classmethod
    def from_graph(cls, graph: "Graph") -> Self:
        """From a libpysal Graph; its weights are taken as 1, its self-weights left out."""
        matrix = graph.sparse.copy()  # the graph keeps its own
        matrix.setdiag(0)
        matrix.eliminate_zeros()
        matrix.data[:] = 1
        return cls(pd.Index(graph.unique_ids), matrix)


def queen(areas: AreaFrame, tolerance: float = 0.0) -> Neighbors:
    """Areas that share a vertex; with a `gap`, areas that come within so many metres of one another.

    Without a gap, vertices are compared to the millimetre and nothing else is: right for a map whose shared borders
    have the same vertices on both sides, as CBS's have. With one, distance is measured between the polygons themselves,
    so that nothing is snapped or filled: a canal wider than `gap` still parts its banks.
    """
    if tolerance > 0:
        polygons = areas.table.geometry.to_numpy()
        left, right = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=tolerance)
        return _neighbors(areas, left, right)
    vertices, owners, _ = _vertices(areas)
    return _sharing(areas, owners, vertices)


def rook(areas: AreaFrame) -> Neighbors:
    """Areas that share an edge, from vertex to vertex, not a corner only."""
    vertices, owners, rings = _vertices(areas)
    follows = rings[1:] == rings[:-1]
    start, end = vertices[:-1][follows], vertices[1:][follows]
    some = start != end  # to the millimetre an edge may be a point, and a point is a corner
    edges = (np.minimum(start, end) << 32) | np.maximum(start, end)
    return _sharing(areas, owners[:-1][follows][some], edges[some])


def within(areas: AreaFrame, distance: float) -> Neighbors:
    """Areas whose centres of gravity lie within `distance` metres of one another."""
    pairs = cKDTree(_centres(areas)).query_pairs(distance, output_type="ndarray")
    return _neighbors(areas, np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]]))


def nearest(areas: AreaFrame, k: int) -> Neighbors:
    """For each area the `k` areas whose centres of gravity are nearest; not always mutual."""
    if not 0 < k < len(areas):
        raise AreaError(f"nearest: k must be 1 to {len(areas) - 1} for {len(areas)} areas, found {k}")
    _, found = cKDTree(_centres(areas)).query(_centres(areas), k=k + 1)
    others = found != np.arange(len(areas))[:, None]
    others[others.all(axis=1), -1] = False  # an area that shares its centre with k others is not among its own
    return _neighbors(areas, np.repeat(np.arange(len(areas)), k), found[others])


def ring(areas: AreaFrame, order: int = 1) -> Neighbors:
    """The hexagons up to `order` steps from each hexagon, as far as they are among the areas, all of equal weight."""
    cells = _numbers(areas.ids)
    disks = pa.array(h3ronpy.grid_disk(cells, order, flatten=False))
    around = np.asarray(disks.values)
    sorted_, order_ = np.sort(cells), np.argsort(cells)
    found = np.minimum(np.searchsorted(sorted_, around), len(cells) - 1)
    present = sorted_[found] == around
    left = np.repeat(np.arange(len(cells)), np.diff(np.asarray(disks.offsets)))
    return _neighbors(areas, left[present], order_[found[present]])


def rings(neighbors: Neighbors, most: int) -> list[Neighbors]:
    """The neighbours at one step, those at two and no fewer, and so on to `most`: what `getis_ord_rings` weighs."""
    first = neighbors.matrix.astype(np.int32)
    near, found = first, [neighbors]
    for _ in range(1, most):
        further = (first @ found[-1].matrix.astype(np.int32)).tocoo()
        reached = _matrix(len(neighbors.ids), further.row, further.col)
        beyond = csr_array(reached - reached.multiply(near > 0))
        beyond.eliminate_zeros()
        found.append(Neighbors(neighbors.ids, beyond))
        near = near + beyond
    return found


def _numbers(cells: pd.Index) -> NDArray[np.uint64]:
    """H3 indexes as the numbers their hexadecimal text stands for."""
    text = np.asarray(cells, dtype="S15")
    digits = text.view(np.uint8).reshape(len(text), 15).astype(np.uint64)
    digits -= np.where(digits > ord("9"), ord("a") - 10, ord("0")).astype(np.uint64)
    return (digits << np.arange(56, -4, -4, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


def _centres(areas: AreaFrame) -> NDArray[np.float64]:
    return shapely.get_coordinates(shapely.centroid(areas.table.geometry.to_numpy()))


def _vertices(areas: AreaFrame) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.intp]]:
    """Every vertex of every ring: a number that is the same for the same millimetre, its area and its ring."""
    parts, areas_of = shapely.get_parts(areas.table.geometry.to_numpy(), return_index=True)
    rings, parts_of = shapely.get_rings(parts, return_index=True)  # of polygons only: an area of two parts gives none
    owners = areas_of[parts_of]
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    millimetres = np.rint(points * 1000).astype(np.int64)
    _, vertices = np.unique((millimetres[:, 0] << 32) + millimetres[:, 1], return_inverse=True)
    return vertices.astype(np.int64), owners[ring_of], ring_of


def _sharing(areas: AreaFrame, owners: NDArray[np.intp], things: NDArray[np.int64]) -> Neighbors:
    """Areas that have one of `things` in common."""
    _, columns = np.unique(things, return_inverse=True)
    has = csr_array((np.ones(len(owners), dtype=np.int32), (owners, columns)), shape=(len(areas), columns.max() + 1))
    shared = (has @ has.T).tocoo()
    return _neighbors(areas, shared.row, shared.col)


def _neighbors(areas: AreaFrame, left: NDArray[np.intp], right: NDArray[np.intp]) -> Neighbors:
    return Neighbors(areas.ids, _matrix(len(areas), left, right))


def _matrix(n: int, left: NDArray[np.intp], right: NDArray[np.intp]) -> csr_array:
    """1 for each pair of positions, once; pairs of an area with itself are left out."""
    others = left != right
    where = (left[others], right[others])
    matrix = csr_array((np.ones(len(where[0]), dtype=np.int8), where), shape=(n, n))
    matrix.data[:] = 1
    matrix.sort_indices()
    return matrix
