"""Overlay: which of the finest areas each hexagon overlaps, beside the perturbed counts of both that leave.

A record lies in one buurt and in one hexagon, so the counts of both are sums of what they have in common; an audit
computes with that (layers.evaluation.overlay). It lies in one hexagon of every size too. What hexagons of two sizes
have in common follows from H3; with a buurt as well only where it is said which larger ones it reaches in a hexagon.
"""

from itertools import groupby

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.hexagons import larger_around, outlines_of
from boundaries.overlaps import Overlaps, overlaps
from geo.areas import AreaFrame, AreaLevel
from geo.disclosure.intervals import Positions
from geo.measures import Measure
from geo.polygons import polygonal
from layers.method.protection import Leaving, leaving
from layers.publication.perturbed import AND, ELSEWHERE, REACHES

BEYOND = 1e-6
"""Share of the surface of a hexagon that must lie in areas but for which it reaches where none is."""


def leaving_of_cells(
    areas: AreaFrame, cells: AreaFrame, *measures: Measure, about: tuple[Leaving, ...]
) -> pd.DataFrame | None:
    """The perturbed counts of measures (see `leaving`), those of `cells` with which of the areas they overlap."""
    table = leaving(*measures, about=about)
    if table is None:
        return None
    both = overlaps(areas.table.geometry.to_numpy(), cells.table.geometry.to_numpy())
    reaches = reached(both, areas, cells)
    of_cells = table["level"] == str(cells.level)
    for _, rows in table[of_cells].groupby(["count", "vintage"]):
        lie = overlapped(both, areas, cells, pd.Index(rows["area"]), reaches)
        table.loc[rows.index, "overlaps"] = lie.to_numpy()
    return table


def overlapped(
    both: Overlaps, areas: AreaFrame, cells: AreaFrame, counted: pd.Index, reaches: NDArray[np.str_]
) -> pd.Series:
    """The text of each cell that is counted: see layers.publication.perturbed. `reaches` is what `reached` says."""
    known = cells.ids.isin(counted)
    partly = np.zeros(len(areas), dtype=bool)
    partly[both.left[~known[both.right]]] = True
    codes = np.where(partly, areas.ids + ELSEWHERE, areas.ids)[both.left] + reaches.astype(object)
    lists = pd.Series(codes).groupby(cells.ids[both.right]).agg(" ".join).reindex(counted, fill_value="")
    beyond = pd.Series(_beyond(both, cells), cells.ids).loc[counted]
    return lists.where(~beyond, lists + f" {ELSEWHERE}").str.strip()


def _beyond(both: Overlaps, cells: AreaFrame) -> NDArray[np.bool_]:
    """Which cells reach where no area is."""
    surface = cells.table.geometry.area.to_numpy()
    covered = np.bincount(both.right, both.surface, len(cells))
    return np.asarray(np.abs(covered - surface) > BEYOND * surface)


def reached(both: Overlaps, areas: AreaFrame, cells: AreaFrame) -> NDArray[np.str_]:
    """Of each pair of an area and a cell which larger hexagons they reach together, as it is told; "" where these are
    all that the cell reaches, as of every cell that lies in one area, or in one larger hexagon.
    """
    told = np.full(len(both.left), "", dtype=object)
    shared = (np.bincount(both.right, minlength=len(cells)) > 1) | _beyond(both, cells)
    for size in (one for one in AreaLevel if (one.resolution or 99) < (cells.level.resolution or 0)):
        names, pairs, at = _reached(both, areas, cells, (size, shared))
        for pair, found in groupby(zip(pairs.tolist(), at.tolist(), strict=True), key=lambda one: one[0]):
            told[pair] += (AND if told[pair] else REACHES) + AND.join(names[one] for _, one in found)
    return told.astype(str)


def _reached(
    both: Overlaps, areas: AreaFrame, cells: AreaFrame, asked: tuple[AreaLevel, NDArray[np.bool_]]
) -> tuple[list[str], Positions, Positions]:
    """The names of larger hexagons; and which pairs, that reach fewer of them than their cell does, reach which."""
    size, shared = asked
    some = np.flatnonzero(shared)
    names = larger_around(cells.ids[some].tolist(), size)
    larger, outlines = outlines_of(names), cells.table.geometry.to_numpy()
    of_cells = np.bincount(some[overlaps(outlines[some], larger).left], minlength=len(cells))
    pairs = np.flatnonzero((of_cells > 1)[both.right])
    left, right = areas.table.geometry.to_numpy()[both.left[pairs]], outlines[both.right[pairs]]
    within = overlaps(polygonal(shapely.intersection(left, right)), larger)
    several = np.bincount(within.left, minlength=len(pairs))
    fewer = (several > 0) & (several < of_cells[both.right[pairs]])
    told = fewer[within.left]
    return names, pairs[within.left[told]], within.right[told]
