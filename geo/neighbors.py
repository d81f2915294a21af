"""Neighbors: who borders whom, all neighbours of equal weight, islands included.

A map whose shared borders coincide needs no gap. A generalised map of which every polygon was simplified by itself
leaves slits and overlaps; there areas are neighbours when they come within `gap` metres of one another.

A sparse matrix is all it holds: libpysal's Graph, which goes in and comes out, takes seconds to import.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import h3
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
        if (self.matrix != self.matrix.T).nnz:
            raise AreaError("neighbors: not mutual")

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

    def graph(self) -> "Graph":
        """The same as a binary libpysal Graph."""
        from libpysal.graph import Graph  # noqa: PLC0415  # seconds

        return Graph.from_sparse(self.matrix, ids=self.ids.to_numpy())

    @classmethod
    def from_graph(cls, graph: "Graph") -> Self:
        """From a libpysal Graph; its weights are taken as 1, its self-weights left out."""
        matrix = csr_array(graph.sparse)
        matrix.setdiag(0)
        matrix.eliminate_zeros()
        matrix.data[:] = 1
        return cls(pd.Index(graph.unique_ids), matrix)


def queen(areas: AreaFrame, gap: float = 0.0) -> Neighbors:
    """Areas that share a border or a corner, or come within `gap` metres of one another.

    Distance is measured between the polygons themselves, so that nothing is snapped or filled: a canal wider than
    `gap` still parts its banks.
    """
    polygons = areas.table.geometry.to_numpy()
    left, right = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=gap)
    return _mutual(areas, left, right)


def ring(areas: AreaFrame) -> Neighbors:
    """The six hexagons around each hexagon, as far as they are among the areas."""
    position = {cell: at for at, cell in enumerate(areas.ids)}
    pairs = [
        (at, position[other]) for cell, at in position.items() for other in h3.grid_disk(cell, 1) if other in position
    ]
    left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return _mutual(areas, left, right)


def _mutual(areas: AreaFrame, left: NDArray[np.intp], right: NDArray[np.intp]) -> Neighbors:
    """From pairs of positions, each given both ways, pairs of an area with itself among them."""
    others = left != right
    where = (left[others], right[others])
    matrix = csr_array((np.ones(len(where[0]), dtype=np.int8), where), shape=(len(areas), len(areas)))
    matrix.sort_indices()
    return Neighbors(areas.ids, matrix)
