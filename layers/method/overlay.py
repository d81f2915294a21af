"""Overlay: which of the finest areas each hexagon overlaps, beside the perturbed counts of both that leave.

A record lies in one buurt and in one hexagon, so the counts of both are sums of what they have in common; an audit
computes with that (layers.evaluation.overlay).
"""

import numpy as np
import pandas as pd

from boundaries.overlaps import Overlaps, overlaps
from geo.areas import AreaFrame
from geo.measures import Measure
from layers.method.protection import Leaving, leaving
from layers.publication.perturbed import ELSEWHERE

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
    of_cells = table["level"] == str(cells.level)
    for _, rows in table[of_cells].groupby(["count", "vintage"]):
        lie = overlapped(both, areas, cells, pd.Index(rows["area"]))
        table.loc[rows.index, "overlaps"] = lie.to_numpy()
    return table


def overlapped(both: Overlaps, areas: AreaFrame, cells: AreaFrame, counted: pd.Index) -> pd.Series:
    """The text of each cell that is counted: see layers.publication.perturbed."""
    known = cells.ids.isin(counted)
    partly = np.zeros(len(areas), dtype=bool)
    partly[both.left[~known[both.right]]] = True
    codes = np.where(partly, areas.ids + ELSEWHERE, areas.ids)[both.left]
    lists = pd.Series(codes).groupby(cells.ids[both.right]).agg(" ".join).reindex(counted, fill_value="")
    surface = cells.table.geometry.area.to_numpy()
    covered = np.bincount(both.right, both.surface, len(cells))
    beyond = pd.Series(np.abs(covered - surface) > BEYOND * surface, cells.ids).loc[counted]
    return lists.where(~beyond, lists + f" {ELSEWHERE}").str.strip()
