"""Overlay: what hexagons and the areas that they overlap tell of one another.

The counts of both are sums of parts, each of what an area and a hexagon have in common (layers.method.overlay). Where
an area also lies in hexagons without a count, or a hexagon reaches where no area is, there is a part more. Hexagons of
one size are held against the areas; those of two sizes not against each other, for what they have in common with an
area is not known. Nor are wijken where their buurten were not published.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from geo.disclosure.intervals import Positions
from layers.publication.perturbed import ELSEWHERE


@dataclass(frozen=True, slots=True)
class Overlay:
    """Which cells, by position, are sums of which parts: a row a cell, a column a part. `names` are of parts."""

    cells: Positions
    parts: csr_array
    names: tuple[str, ...]


def overlay(cells: pd.DataFrame, level: str) -> Overlay | None:
    """The overlay of the hexagons of a level with areas, of rows with `level`, `area` and `overlaps`; None where there
    is nothing to hold them against.
    """
    of_level = (cells["level"] == level).to_numpy()
    lists = cells["overlaps"].where(of_level & cells["overlaps"].notna().to_numpy()).dropna().str.split().explode()
    finest = next((str(one) for one in COARSENESS if (cells["level"] == str(one)).any()), None)
    tokens, at = lists.to_numpy(dtype=str), lists.index.to_numpy(dtype=np.intp)
    areas = np.char.rstrip(tokens, ELSEWHERE)
    own = pd.Index(cells.loc[cells["level"] == finest, "area"])
    if not own.isin(areas).any():
        return None
    partly = np.unique(areas[np.char.endswith(tokens, ELSEWHERE) & (areas != "")])
    alone = np.union1d(partly, own[~own.isin(areas)].to_numpy(dtype=str))
    # One part each: the areas of the lists ("" where none is), then what lies in areas and in no hexagon with a count.
    area_of = pd.Index(np.concatenate([areas, alone]))
    pairs = [(at, np.arange(len(at)))]
    known = area_of.isin(own)
    for one in COARSENESS:
        rows = np.flatnonzero(cells["level"] == str(one))
        if len(rows):
            codes = area_of if str(one) == finest else parents(area_of, one)
            position = pd.Index(cells["area"].iloc[rows]).get_indexer(codes)
            mine = np.flatnonzero(known & (position >= 0))
            pairs.append((rows[position[mine]], mine))
    row, column = (np.concatenate(each) for each in zip(*pairs, strict=True))
    used, row = np.unique(row, return_inverse=True)
    cell_of = [*cells["area"].iloc[at], *(ELSEWHERE for _ in alone)]
    names = tuple(f"{area or ELSEWHERE} / {cell}" for area, cell in zip(area_of, cell_of, strict=True))
    return Overlay(used, csr_array((np.ones(len(row)), (row, column)), shape=(len(used), len(area_of))), names)
