"""Places: from the boundaries of a year to the areas of a level, who borders whom, and the ways between levels."""

from dataclasses import dataclass

import pandas as pd

from boundaries import cbs
from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk, by_parent, by_surface
from boundaries.dasymetric import Weights, by_weights
from boundaries.hexagons import hexagons
from geo import neighbors
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.neighbors import Neighbors
from layers.method.ports import Read


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries of a year.

    Attributes:
        areas: the finest areas there are: buurten, or wijken where there are only these.
        national: whether they are all of the country, and not those of a gemeente or region.
        tolerance: metres that the borders of neighbours may lie apart.
    """

    areas: AreaFrame
    national: bool
    tolerance: float


@dataclass(frozen=True, slots=True)
class StudyArea:
    """The areas that a layer is of: all of the country, or those of a gemeente or region.

    Attributes:
        areas: the areas.
        neighbors: who borders whom.
        gemeenten: None for all of the country; of a part, how many gemeenten with figures make a mean a national one.
    """

    areas: AreaFrame
    neighbors: Neighbors
    gemeenten: int | None = None


def finest(boundaries: Boundaries) -> AreaFrame:
    """The finest areas there are."""
    return boundaries.areas


def buurten(boundaries: Boundaries) -> AreaFrame:
    """All buurten. Raises SourceError where there are only wijken or gemeenten."""
    _check_finer(boundaries.areas, AreaLevel.BUURT)
    return boundaries.areas


def areas_of(boundaries: Boundaries, *, level: AreaLevel) -> AreaFrame:
    """The wijken, gemeenten or hexagons. Raises SourceError for wijken where there are only gemeenten."""
    if level is boundaries.areas.level:
        return boundaries.areas
    _check_finer(boundaries.areas, level)
    merged = {AreaLevel.WIJK: cbs.wijken, AreaLevel.GEMEENTE: cbs.gemeenten}
    return merged[level](boundaries.areas) if level in merged else hexagons(boundaries.areas, level)


def _check_finer(areas: AreaFrame, level: AreaLevel) -> None:
    """Raise SourceError unless areas of the level can be made of these."""
    if level in cbs.COARSENESS and cbs.COARSENESS.index(level) < cbs.COARSENESS.index(areas.level):
        raise SourceError(
            "{year}: there are areas of level {finest} only; give a boundary file of buurten and figures of these, or "
            "ask for --level {finest}",
            year=areas.vintage, finest=areas.level.value,
        )  # fmt: skip


def borders(boundaries: Boundaries) -> Neighbors:
    """Which of the finest areas border one another."""
    return neighbors.queen(boundaries.areas, boundaries.tolerance)


def merged_borders(of_finest: Neighbors, boundaries: Boundaries, *, level: AreaLevel) -> Neighbors:
    """Wijken and gemeenten border one another where their buurten do."""
    if level is boundaries.areas.level:
        return of_finest
    return of_finest.merged(parents(boundaries.areas.ids, level))


def tolerance_of(level: AreaLevel, boundaries: Boundaries) -> float:
    """Metres that borders of neighbours may lie apart at a level."""
    return 0.0 if level.resolution is not None else boundaries.tolerance


def study_area(boundaries: Boundaries, areas: AreaFrame, neighbors: Neighbors, *, gemeenten: int) -> StudyArea:
    """The areas of a level and who borders whom; `gemeenten` make figures those of the country."""
    return StudyArea(areas, neighbors, None if boundaries.national else gemeenten)


def upward(codes: pd.Index, areas: AreaFrame) -> Crosswalk:
    """From the finest areas, and others by their codes, to the larger ones that they lie in."""
    larger, ours = parents(codes, areas.level), areas.ids
    elsewhere = larger[~larger.isin(ours)].unique().sort_values()
    return by_parent(codes, ours.append(elsewhere) if len(elsewhere) else ours, areas.level)


def to_hexagons(boundaries: Boundaries, cells: AreaFrame) -> Crosswalk:
    """From the finest areas to hexagons, by surface."""
    return by_surface(boundaries.areas, cells)


def to_hexagons_by(boundaries: Boundaries, cells: AreaFrame, weights: Read[Weights]) -> Crosswalk:
    """From the finest areas to hexagons, by what lies in the squares of each."""
    return by_weights(boundaries.areas, cells, weights.value)
