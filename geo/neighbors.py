"""Neighbors: who borders whom, all neighbours of equal weight, islands included.

Boundaries that coincide where areas border need no contiguity tolerance, and what they share is found by their corners
(geo.corners). In generalised boundaries, of which every
polygon was simplified by itself, there are slits and overlaps; there areas are neighbours when they come within
`tolerance` metres of one another.

A sparse matrix is all it holds: libpysal's Graph takes seconds to import. Every function of geo that takes neighbours
takes a Graph as well (`Neighbors.of`), and `Neighbors.graph` gives one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import geopandas
import h3
import h3ronpy
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.areas import AreaFrame, check_areas
from geo.corners import TOUCH, beside, corners
from geo.errors import AreaError, first_few

if TYPE_CHECKING:
    from libpysal.graph import Graph

type AreaTable = AreaFrame | geopandas.GeoDataFrame
"""Areas by code: an AreaFrame, or any table of valid polygons in RD New with unique codes for index, in any order."""
type AnyNeighbors = Neighbors | Graph
"""What every local statistic takes; see `Neighbors.of`."""


LEAST_EDGE = 0.02
"""Metres that areas must touch along for it to be more than a corner, where their edges are not the same."""


@dataclass(frozen=True, slots=True)
class Neighbors:
    """`matrix` holds 1 where the area of the row has that of the column as neighbour, both in the order of `ids`.

    >>> chain = Neighbors(pd.Index(["a", "b", "c"]), csr_array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))
    >>> chain.count, list(chain.islands)
    (array([1, 1, 0]), ['c'])
    """

    ids: pd.Index
    matrix: csr_array

    def __post_init__(self) -> None:
        if self.matrix.shape != (len(self.ids), len(self.ids)):
            rows, columns = self.matrix.shape
            raise AreaError(
                "neighbors: a matrix of ({rows}, {columns}) for {count} areas",
                rows=rows,
                columns=columns,
                count=len(self.ids),
            )
        if self.matrix.diagonal().any():
            raise AreaError("neighbors: an area is its own neighbour")
        if not (self.matrix.data == 1).all():
            raise AreaError("neighbors: the matrix holds weights; leave out what is 0 and make the others 1")

    def __repr__(self) -> str:
        return f"<Neighbors: {len(self.ids)} areas, {self.matrix.nnz // 2} borders, {len(self.islands)} islands>"

    @property
    def count(self) -> NDArray[np.intp]:
        """The number of neighbours of each area."""
        return np.asarray(np.diff(self.matrix.indptr), dtype=np.intp)

    @property
    def islands(self) -> pd.Index:
        """The areas that have none."""
        islands: pd.Index = self.ids[self.count == 0]
        return islands

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
    def of(cls, neighbors: AnyNeighbors) -> "Neighbors":
        """Neighbors as they are, or those of a libpysal Graph, in the order of its `unique_ids`.

        Weights that are equal within each row (binary, row-standardised) are taken as 1, self-weights are left out.
        Raises AreaError where an area weighs its neighbours differently: that would be lost without a word.

        >>> from libpysal.graph import Graph
        >>> Neighbors.of(Graph.from_arrays(["a", "b", "b", "c"], ["b", "a", "c", "b"], [1, 1, 1, 1])).count
        array([1, 2, 1])
        """
        if isinstance(neighbors, Neighbors):
            return neighbors
        weights = weights_of(neighbors)
        differs = _differing_rows(weights)
        if differs.any():
            raise AreaError(
                "neighbors: weights differ among the neighbours of {areas}; make them binary (graph.transform('B')) or "
                "take getis_ord_weighted",
                areas=first_few(neighbors.unique_ids[differs]),
            )
        weights.data[:] = 1
        return cls(pd.Index(neighbors.unique_ids), weights.astype(np.int8))


def queen(areas: AreaTable, tolerance: float = 0.0) -> Neighbors:
    """Areas that touch, to the millimetre; with a `tolerance`, areas that come within so many metres of one another.

    Nothing is snapped or filled: a canal wider than `tolerance` still parts its banks. A border may have a corner on
    one side only. Raises AreaError for a table that is not what `AreaTable` says.

    >>> squares = shapely.box([0, 100, 200], [0, 0, 100], [100, 200, 300], [100, 100, 200])
    >>> table = geopandas.GeoDataFrame(index=["a", "b", "c"], geometry=squares, crs=28992)
    >>> queen(table).count, rook(table).count
    (array([1, 2, 1]), array([1, 1, 0]))
    """
    polygons = _polygons("queen", areas)
    if tolerance > 0:
        shapes = polygons.to_numpy()
        left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance)
        return _neighbors(polygons, left, right)
    shapes = polygons.to_numpy()
    of = corners(shapes)
    shared = _sharing(polygons, of.owners, of.vertices)
    return _with(shared, *beside(shapes, of, shared.matrix))


def rook(areas: AreaTable) -> Neighbors:
    """Areas that touch along a line, not in a corner only. For what it raises see `queen`."""
    polygons = _polygons("rook", areas)
    shapes = polygons.to_numpy()
    of = corners(shapes)
    start, end = of.vertices[of.sides], of.vertices[of.sides + 1]
    _, edges = np.unique((np.minimum(start, end) << 32) | np.maximum(start, end), return_inverse=True)
    shared = _sharing(polygons, of.owners[of.sides], edges)
    left, right = np.unique(np.stack(beside(shapes, of, shared.matrix)), axis=1)
    ground = shapely.buffer(shapes[right], TOUCH)
    along = shapely.length(shapely.intersection(shapely.boundary(shapes[left]), ground)) > LEAST_EDGE
    return _with(shared, left[along], right[along])


def within(areas: AreaTable, distance: float) -> Neighbors:
    """Areas whose centres of gravity lie within `distance` metres of one another. For what it raises see `queen`."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  # a third of a second

    polygons = _polygons("within", areas)
    pairs = cKDTree(_centres(polygons)).query_pairs(distance, output_type="ndarray")
    return _neighbors(polygons, np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]]))


def nearest(areas: AreaTable, k: int) -> Neighbors:
    """For each area the `k` areas whose centres of gravity are nearest; not always mutual.

    Raises AreaError unless `k` is at least 1 and less than the number of areas; else see `queen`.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  # a third of a second

    polygons = _polygons("nearest", areas)
    n = len(polygons)
    if not 0 < k < n:
        raise AreaError("nearest: k must be 1 to {most} for {count} areas, found {k}", most=n - 1, count=n, k=k)
    _, closest = cKDTree(_centres(polygons)).query(_centres(polygons), k=k + 1)
    others = closest != np.arange(n)[:, None]
    others[others.all(axis=1), -1] = False  # an area that shares its centre with k others is not among its own
    return _neighbors(polygons, np.repeat(np.arange(n), k), closest[others])


def ring(areas: AreaTable, order: int = 1) -> Neighbors:
    """The hexagons up to `order` steps from each hexagon, as far as they are among the areas, all of equal weight.

    The codes of the areas are H3 indexes of 15 hexadecimal digits, all of one resolution. Raises AreaError for codes
    that are no H3 cells; else see `queen`.
    """
    polygons = _polygons("ring", areas)
    if strange := [code for code in polygons.index if not h3.is_valid_cell(code)]:
        raise AreaError(
            "ring: {count} codes are no H3 cells: {codes}; take queen for other areas",
            count=len(strange), codes=first_few(strange),
        )  # fmt: skip
    cells = _numbers(polygons.index)
    disks = pa.array(h3ronpy.grid_disk(cells, order, flatten=False))
    around = np.asarray(disks.values)
    ascending, positions = np.sort(cells), np.argsort(cells)
    at = np.minimum(np.searchsorted(ascending, around), len(cells) - 1)
    present = ascending[at] == around
    left = np.repeat(np.arange(len(cells)), np.diff(np.asarray(disks.offsets)))
    return _neighbors(polygons, left[present], positions[at[present]])


def rings(neighbors: AnyNeighbors, most: int) -> list[Neighbors]:
    """The neighbours at one step, those at two and no fewer, and so on to `most`: what `getis_ord_rings` weighs.

    >>> chain = Neighbors(pd.Index(["a", "b", "c"]), csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
    >>> rings(chain, 2)[1].matrix.toarray().tolist()
    [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    """
    direct = Neighbors.of(neighbors)
    first = direct.matrix.astype(np.int32)
    near, by_steps = first, [direct]
    for _ in range(1, most):
        further = (first @ by_steps[-1].matrix.astype(np.int32)).tocoo()
        reached = _matrix(len(direct.ids), further.row, further.col)
        beyond = csr_array(reached - reached.multiply(near > 0))
        beyond.eliminate_zeros()
        by_steps.append(Neighbors(direct.ids, beyond))
        near = near + beyond
    return by_steps


def weights_of(graph: "Graph") -> csr_array:
    """The weights of a libpysal Graph without self-weights, in the order of its `unique_ids`; it is not changed."""
    weights = graph.sparse.copy()
    weights.setdiag(0)
    weights.eliminate_zeros()
    return weights


def _differing_rows(weights: csr_array) -> NDArray[np.bool_]:
    """Which rows hold weights that are not all equal, but for rounding."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    first = weights.data[weights.indptr[rows]]
    differing = ~np.isclose(weights.data, first, rtol=1e-9, atol=0.0)
    return np.asarray(np.bincount(rows[differing], minlength=weights.shape[0]) > 0)


def _polygons(where: str, areas: AreaTable) -> geopandas.GeoSeries:
    """The polygons by code; those of an AreaFrame were checked when it was made."""
    if isinstance(areas, AreaFrame):
        return areas.table.geometry
    check_areas(where, areas)
    return areas.geometry


def _numbers(cells: pd.Index) -> NDArray[np.uint64]:
    """H3 indexes as the numbers their hexadecimal text stands for."""
    text = np.asarray(cells, dtype="S15")
    digits = text.view(np.uint8).reshape(len(text), 15).astype(np.uint64)
    digits -= np.where(digits > ord("9"), ord("a") - 10, ord("0")).astype(np.uint64)
    return (digits << np.arange(56, -4, -4, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


def _centres(polygons: geopandas.GeoSeries) -> NDArray[np.float64]:
    """X and y of the centre of gravity of each polygon, in metres."""
    return shapely.get_coordinates(shapely.centroid(polygons.to_numpy()))


def _with(known: Neighbors, left: NDArray[np.intp], right: NDArray[np.intp]) -> Neighbors:
    """The neighbours and these pairs, both ways."""
    if not len(left):
        return known
    pairs = known.matrix.tocoo()
    both = np.concatenate([pairs.row, left, right]), np.concatenate([pairs.col, right, left])
    return Neighbors(known.ids, _matrix(len(known.ids), *both))


def _sharing(polygons: geopandas.GeoSeries, owners: NDArray[np.intp], marks: NDArray[np.int64]) -> Neighbors:
    """Areas that have a vertex or an edge in common: each of `marks` numbers one of the area in `owners`."""
    shape = (len(polygons), marks.max(initial=-1) + 1)
    has = csr_array((np.ones(len(owners), dtype=np.int32), (owners, marks)), shape=shape)
    shared = (has @ has.T).tocoo()
    return _neighbors(polygons, shared.row, shared.col)


def _neighbors(polygons: geopandas.GeoSeries, left: NDArray[np.intp], right: NDArray[np.intp]) -> Neighbors:
    return Neighbors(polygons.index, _matrix(len(polygons), left, right))


def _matrix(n: int, left: NDArray[np.intp], right: NDArray[np.intp]) -> csr_array:
    """1 for each pair of positions, once; pairs of an area with itself are left out."""
    others = left != right
    where = (left[others], right[others])
    matrix = csr_array((np.ones(len(where[0]), dtype=np.int8), where), shape=(n, n))
    matrix.data[:] = 1
    matrix.sort_indices()
    return matrix
