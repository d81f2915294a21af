"""Very many polygons in little memory: their corners in one array, and the objects of shapely a slice at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import shapely

from geo.polygons import Floats, Polygons, Whole


class Slices(Protocol):
    """Polygons of which a slice is at hand: an array of them, or `Packed`."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, part: slice, /) -> Polygons:
        """Those of the slice."""
        ...


@dataclass(frozen=True, slots=True)
class Packed:
    """Very many polygons of one ring as bare corners, a quarter of what the objects of shapely take; a slice of them
    gives these objects: `start` is where the corners of each begin, and the last of which end.

    >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    >>> Packed.of(squares)[1:][0].equals(squares[1])
    True
    """

    corners: Floats
    start: Whole

    @classmethod
    def of(cls, polygons: Polygons) -> Self:
        """The same polygons, of one ring each."""
        start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(polygons))])
        return cls(shapely.get_coordinates(polygons), start)

    @classmethod
    def joined(cls, parts: Iterable[Self], most: int) -> Self:
        """Those of all parts, of `most` corners at most. Parts may be made as they are asked for: none is kept, and
        room that is not used takes no memory.
        """
        corners, end, sizes = np.empty((most, 2)), 0, [np.zeros(1, np.int64)]
        for part in parts:
            start, end = end, end + len(part.corners)
            corners[start:end] = part.corners
            sizes.append(np.diff(part.start))
        return cls(corners[:end], np.cumsum(np.concatenate(sizes)))

    def chosen(self, at: Whole) -> Self:
        """Those at these positions, in the order of the positions, which rise.

        >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
        >>> Packed.of(squares).chosen(np.array([1]))[:][0].equals(squares[1])
        True
        """
        sizes = np.diff(self.start)
        kept = np.zeros(len(self), dtype=bool)
        kept[at] = True
        return type(self)(self.corners[np.repeat(kept, sizes)], np.concatenate([[0], np.cumsum(sizes[at])]))

    @property
    def centroids(self) -> tuple[Floats, Floats]:
        """The x and y of the centroid of each: of the triangles between its first corner and each of its sides, weighed
        by their surface. All have some.

        >>> Packed.of(np.array([shapely.box(4, 0, 6, 2)])).centroids
        (array([5.]), array([1.]))
        """
        first = self.start[:-1]
        corners = self.corners - np.repeat(self.corners[first], np.diff(self.start), axis=0)  # keeps their decimals
        (x, y), (ahead_x, ahead_y) = corners[:-1].T, corners[1:].T
        twice = x * ahead_y - ahead_x * y  # nothing from the end of a ring, which is 0, to the next one
        whole = 3 * np.add.reduceat(twice, first)
        around_x = np.add.reduceat(twice * (x + ahead_x), first) / whole
        around_y = np.add.reduceat(twice * (y + ahead_y), first) / whole
        return self.corners[first, 0] + around_x, self.corners[first, 1] + around_y

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, part: slice, /) -> Polygons:
        first, end, _ = part.indices(len(self))
        start = self.start[first : max(first, end) + 1]
        each = np.arange(len(start))
        corners = self.corners[start[0] : start[-1]]
        polygons: Polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, corners, (start - start[0], each))
        return polygons
