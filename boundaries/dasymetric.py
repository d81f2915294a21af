"""Dasymetric interpolation: by where people or addresses are, instead of evenly over meadow and street.

Weights are points with a number each (addresses, inhabitants at a point) or squares with a number each (CBS's squares
of 100 m), which is taken as even within the square. The share of a source that goes to a target is the share of its
weight that lies in that target; weight in no target is lost. Where a source has no weight at all, nothing is known of
where its counts are, and its surface decides; the crosswalk says of which sources.

Sources: J.K. Wright (1936), A method of mapping densities of population, Geographical Review 26(1); C. Eicher and
C. Brewer (2001), Dasymetric mapping and areal interpolation, Cartography and GIS 28(2), doi:10.1559/152304001782173727.
"""

from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.crosswalk import Crosswalk, Method, by_surface, pairs
from boundaries.overlaps import PART, common, overlaps
from boundaries.rd import RD_NEW
from boundaries.shapes import is_flat
from geo.areas import AreaFrame, Areas
from geo.errors import AreaError, MeasureError, first_few
from geo.messages import message
from geo.packed import Slices
from geo.polygons import Floats, Polygons, Whole, cleaned


@dataclass(frozen=True, slots=True)
class Weights:
    """Points or polygons in RD New with a number each, 0 or more; NaN (secret, absent) counts for nothing, and
    `unknown` says how many there are. Raises AreaError or MeasureError for what cannot weigh.
    """

    of: str
    table: geopandas.GeoDataFrame
    column: str

    def __post_init__(self) -> None:
        if self.table.crs is None or self.table.crs.to_epsg() != RD_NEW:
            raise AreaError(
                "weights {of!r}: must be in RD New (EPSG:28992), found {crs}", of=self.of, crs=str(self.table.crs)
            )
        kinds = set(self.table.geom_type.dropna())
        if kinds - {"Point"} and kinds - {"Polygon", "MultiPolygon"}:
            raise AreaError(
                "weights {of!r}: must be points or polygons, found {kinds}",
                of=self.of, kinds=first_few(sorted(map(str, kinds))),
            )  # fmt: skip
        object.__setattr__(self, "table", _sound(self.of, self.table))
        figures = self.table[self.column]
        if (wrong := (figures < 0) | np.isinf(figures)).any():
            raise MeasureError(
                "weights {of!r}: must be 0 or more and finite, found {figures}",
                of=self.of, figures=first_few(figures[wrong]),
            )  # fmt: skip

    @property
    def unknown(self) -> int:
        """How many have no number."""
        return int(self.table[self.column].isna().sum())

    @property
    def points(self) -> bool:
        """Whether they are points."""
        return bool((self.table.geom_type == "Point").all())

    @property
    def numbers(self) -> Floats:
        """The numbers, with nothing for what is unknown."""
        numbers: Floats = self.table[self.column].fillna(0.0).to_numpy(dtype=float)
        return numbers


def _sound(of: str, table: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The weights, each at a place or spread over a surface. Raises AreaError for one that is not."""
    shapes = table.geometry.to_numpy()
    nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    polygons = (table.geom_type != "Point").to_numpy()
    faults = (
        (message("are nowhere: empty or absent; leave them out"), nowhere),
        (message("cross themselves; repair them (in QGIS: Fix geometries)"), ~nowhere & ~shapely.is_valid(shapes)),
        (message("have no surface; leave them out or give points"), polygons & ~nowhere & is_flat(shapes)),
    )
    for fault, which in faults:
        if which.any():
            raise AreaError(
                "weights {of!r}: {count} of {whole} {fault}: {rows}",
                of=of, count=int(which.sum()), whole=len(table), fault=fault, rows=first_few(table.index[which]),
            )  # fmt: skip
    return table.set_geometry(cleaned(shapes), crs=table.crs) if polygons.any() else table


def by_weights(source: AreaFrame, target: Areas, weights: Weights) -> Crosswalk:
    """Interpolated by the share of the source's weight that lies in each target; by surface where it has no weight."""
    weigh = _of_points if weights.points else _of_polygons
    left, right, weight, whole = weigh(source.polygons, target.polygons, weights)
    heavy = whole > 0
    some = (weight > 0) & heavy[left]
    left, right, weight = left[some], right[some], weight[some]
    # Where targets overlap, no more than the whole of a source is given away.
    share = weight / np.maximum(np.bincount(left, weight, len(source)), whole)[left]
    table = pairs(left, right, share, Method.WEIGHTS)
    rest = source.where(pd.Series(~heavy, index=source.ids))
    notes = []
    if weights.unknown:
        notes.append(message(
            "without a figure, not counted as weight: {count} of {total}",
            count=weights.unknown, total=len(weights.table),
        ))  # fmt: skip
    if len(rest):
        by = by_surface(rest, target).table
        by = by.assign(source=np.flatnonzero(~heavy).astype(np.int32)[by["source"]])
        table = pd.concat([table, by], ignore_index=True)
        notes.append(message(
            "without {of}, apportioned by surface: {count}, among which {code}",
            of=weights.of, count=len(rest), code=rest.ids[0],
        ))  # fmt: skip
    return Crosswalk(source.ids, target.ids, table, tuple(notes))


def weight_of(areas: AreaFrame, weights: Weights) -> pd.Series:
    """The weight that lies in each area: counts per area, where weights are counts."""
    polygons = areas.table.geometry.to_numpy()
    if weights.points:
        area, point = _within(polygons, weights.table.geometry.to_numpy())
        return pd.Series(_split(area, point, weights.numbers, len(areas)), areas.ids)
    return pd.Series(_weight_within(polygons, weights), areas.ids)


def _of_points(sources: Polygons, targets: Slices, weights: Weights) -> tuple[Whole, Whole, Floats, Floats]:
    """A point on a border, or where targets overlap, belongs to each of them in equal parts; sources keep their own."""
    places = weights.table.geometry.to_numpy()
    source, point = _within(sources, places)
    whole = np.bincount(source, weights.numbers[point], len(sources))
    firsts = range(0, max(len(targets), 1), PART)
    found = [_within(targets[first : first + PART], places) for first in firsts]
    target = np.concatenate([first + at for first, (at, _) in zip(firsts, found, strict=True)])
    inside = np.concatenate([point for _, point in found])
    parts = (weights.numbers / np.bincount(inside, minlength=len(places)).clip(1))[inside]
    shared = pd.DataFrame({"target": target, "point": inside, "weight": parts})
    joined = pd.DataFrame({"source": source, "point": point}).merge(shared, on="point")
    summed = joined.groupby(["source", "target"])["weight"].sum().reset_index()
    return summed["source"].to_numpy(), summed["target"].to_numpy(), summed["weight"].to_numpy(), whole


def _of_polygons(sources: Polygons, targets: Slices, weights: Weights) -> tuple[Whole, Whole, Floats, Floats]:
    """Of so many targets at a time as `overlaps` lays out: what they have in common is polygons, which take memory."""
    parts = []
    for first in range(0, max(len(targets), 1), PART):
        left, right, pieces = common(sources, targets[first : first + PART])
        parts.append((left, first + right, _weight_within(pieces, weights)))
    left, right, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((right, left))
    return left[order], right[order], weight[order], _weight_within(sources, weights)


def _within(polygons: Polygons, places: NDArray[np.object_]) -> tuple[Whole, Whole]:
    """Pairs of a polygon and a point within it or on its border."""
    polygon, point = shapely.STRtree(places).query(polygons, predicate="intersects")
    return polygon, point


def _split(area: Whole, point: Whole, numbers: Floats, count: int) -> Floats:
    parts = (numbers / np.bincount(point, minlength=len(numbers)).clip(1))[point]
    return np.bincount(area, parts, count)


def _weight_within(polygons: Polygons, weights: Weights) -> Floats:
    """The weight within each polygon, taken as even within the squares it came in."""
    squares = weights.table.geometry.to_numpy()
    heavy = np.flatnonzero(weights.numbers > 0)
    both = overlaps(polygons, squares[heavy])
    density = weights.numbers[heavy] / shapely.area(squares[heavy])
    return np.bincount(both.left, both.surface * density[both.right], len(polygons))
