"""Overlay: what hexagons and the areas that they overlap, or hexagons of another size, tell of one another.

The counts of both are sums of parts, each of what an area and a hexagon have in common (layers.method.overlay). Where
an area also lies in hexagons without a count, or a hexagon reaches where no area is, there is a part more. Hexagons of
one size are held against the areas, and against those of each other size: seven small ones only nearly make up a large
one, so they too are sums of what two have in common, and what that is follows from H3 itself. Three at once are not
held against one another, for what two sizes and an area have in common is not known. Nor are wijken where their
buurten were not published.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from boundaries.hexagons import outlines_of
from boundaries.overlaps import overlaps
from geo.disclosure.intervals import Positions
from geo.polygons import Polygons
from layers.publication.perturbed import AND, ELSEWHERE, REACHES

BEYOND = 1e-6
"""Share of the surface of a hexagon that must lie in those of another size but for which it also lies elsewhere."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Which cells, by position, are sums of which parts: a row a cell, a column a part. `names` are of parts; `whole`
    is whether these are sums in three ways, of which an attacker must look for whole numbers (geo.disclosure.overlays).
    """

    cells: Positions
    parts: csr_array
    names: tuple[str, ...]
    whole: bool = False


def overlay(cells: pd.DataFrame, level: str) -> Overlay | None:
    """The overlay of the hexagons of a level with areas, of rows with `level`, `area` and `overlaps`; None where there
    is nothing to hold them against.
    """
    told, (_, own) = _told(cells, level), _finest(cells)
    if not own.isin(told["area"]).any():
        return None
    parts = pd.concat([told, pd.DataFrame({"area": _elsewhere(told, own), "hexagon": -1})], ignore_index=True)
    return _overlay(cells, parts, ["hexagon"])


def overlay_of_sizes(cells: pd.DataFrame, coarser: str, finer: str) -> Overlay | None:
    """The overlay of hexagons of two sizes; None where none of them overlap."""
    pairs = _in_common(cells, coarser, finer)
    if (pairs[["larger", "hexagon"]] < 0).any(axis=1).all():
        return None
    return _overlay(cells, pairs, ["larger", "hexagon"])


def overlay_of_three(cells: pd.DataFrame, coarser: str, finer: str) -> Overlay | None:
    """The overlay of areas with hexagons of two sizes at once; None where one of these has nothing in common with the
    others.
    """
    pairs, (_, own) = _in_common(cells, coarser, finer), _finest(cells)
    of_finer, of_coarser = (_told(cells, level) for level in (finer, coarser))
    if pairs.empty or not (own.isin(of_finer["area"]).any() and own.isin(of_coarser["area"]).any()):
        return None
    parts = of_finer.merge(pairs[pairs["hexagon"] >= 0], on="hexagon")
    parts = parts[_reach(cells, parts)]
    # What is in no smaller hexagon with a count: what larger ones and areas have in common there, or have alone.
    outside = pd.Index([*_elsewhere(of_finer, own), ""])
    alone = pairs.loc[pairs["hexagon"] < 0, "larger"]
    rest = of_coarser.rename(columns={"hexagon": "larger"})
    rest = rest[rest["larger"].isin(alone) & rest["area"].isin(outside)].assign(hexagon=-1)
    lone = pd.DataFrame(
        {"area": outside.intersection(pd.Index(_elsewhere(of_coarser, own))), "hexagon": -1, "larger": -1}
    )
    return _overlay(cells, pd.concat([parts, rest, lone], ignore_index=True), ["hexagon", "larger"], whole=True)


def _told(cells: pd.DataFrame, level: str) -> pd.DataFrame:
    """What hexagons of a level are told to overlap, a row each: `area` ("" where none is), the position of the
    `hexagon`, whether the area lies `partly` in hexagons without a count, and what it `reaches` in this one.
    """
    of_level = (cells["level"] == level).to_numpy()
    texts = cells["overlaps"].astype(object).where(of_level & cells["overlaps"].notna().to_numpy()).dropna()
    lists = texts.replace("", ELSEWHERE).str.split().explode()
    told = [(named.rstrip(ELSEWHERE), named.endswith(ELSEWHERE), reaches)
            for named, _, reaches in (str(one).partition(REACHES) for one in lists)]  # fmt: skip
    table = pd.DataFrame(told, columns=["area", "partly", "reaches"])
    return table.assign(
        hexagon=lists.index.to_numpy(dtype=np.intp), partly=table["partly"].astype(bool) & (table["area"] != "")
    )


def _finest(cells: pd.DataFrame) -> tuple[str, pd.Index]:
    """The finest level of areas that is published, "" where none is, and these areas."""
    finest = next((str(one) for one in COARSENESS if (cells["level"] == str(one)).any()), "")
    return finest, pd.Index(cells.loc[cells["level"] == finest, "area"])


def _elsewhere(told: pd.DataFrame, own: pd.Index) -> NDArray[np.str_]:
    """The areas that also lie in hexagons without a count, or in none."""
    partly = told.loc[told["partly"], "area"].to_numpy(dtype=str)
    return np.union1d(partly, own[~own.isin(told["area"])].to_numpy(dtype=str))


def _in_common(cells: pd.DataFrame, coarser: str, finer: str) -> pd.DataFrame:
    """What hexagons of two sizes have in common, and what of them lies where there is no count of the other size: the
    positions of a `larger` one and a smaller `hexagon`, -1 for none.
    """
    rows = [np.flatnonzero(cells["level"] == level) for level in (coarser, finer)]
    shapes = [outlines_of(cells["area"].iloc[at].tolist()) for at in rows]
    both = overlaps(*shapes)
    beyond = [rows[side][_beyond(at, both.surface, shapes[side])] for side, at in enumerate((both.left, both.right))]
    none = [np.full(len(one), -1) for one in beyond]
    larger = np.concatenate([rows[0][both.left], beyond[0], none[1]])
    smaller = np.concatenate([rows[1][both.right], none[0], beyond[1]])
    return pd.DataFrame({"larger": larger, "hexagon": smaller})


def _beyond(at: Positions, surface: NDArray[np.float64], shapes: Polygons) -> Positions:
    """Which hexagons also lie where there is no count of the other size."""
    whole = shapely.area(shapes)
    return np.flatnonzero(np.bincount(at, surface, len(shapes)) < (1 - BEYOND) * whole)


def _reach(cells: pd.DataFrame, parts: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether an area reaches a larger hexagon within a smaller one: where it is told which, these; else every one that
    the smaller hexagon reaches. -1 is for those without a count.
    """
    codes = np.append(cells["area"].to_numpy(dtype=str), "")[parts["larger"]]
    counted = set(codes) - {""}
    size = {one[:2] for one in counted}
    told = [{one for one in text.split(AND) if one[:2] in size} for text in parts["reaches"]]
    return np.array(
        [not some or (code in some if code else bool(some - counted))
         for code, some in zip(codes, told, strict=True)], dtype=bool,
    )  # fmt: skip


def _overlay(cells: pd.DataFrame, parts: pd.DataFrame, sides: list[str], *, whole: bool = False) -> Overlay:
    """The overlay of parts, of which `sides` name the columns with the positions of hexagons; with areas, in all levels
    that are published, where they have an `area`.
    """
    at = np.arange(len(parts))
    pairs = [(parts[side].to_numpy()[parts[side] >= 0], at[parts[side] >= 0]) for side in sides]
    if "area" in parts:
        pairs += _of_areas(cells, pd.Index(parts["area"]))
    row, column = (np.concatenate(each) for each in zip(*pairs, strict=True))
    used, row = np.unique(row, return_inverse=True)
    codes = np.append(cells["area"].to_numpy(dtype=object), ELSEWHERE)  # the last for none: -1
    names = [codes[parts[side]] for side in sides]
    if "area" in parts:
        names.insert(0, parts["area"].replace("", ELSEWHERE).to_numpy())
    joined = tuple(" / ".join(each) for each in zip(*names, strict=True))
    return Overlay(used, csr_array((np.ones(len(row)), (row, column)), shape=(len(used), len(parts))), joined, whole)


def _of_areas(cells: pd.DataFrame, area_of: pd.Index) -> list[tuple[Positions, Positions]]:
    """Which areas of each level that is published have which parts, by the finest area that each part lies in."""
    (finest, own), pairs = _finest(cells), []
    known = area_of.isin(own)
    for one in COARSENESS:
        rows = np.flatnonzero(cells["level"] == str(one))
        if len(rows):
            codes = area_of if str(one) == finest else parents(area_of, one)
            position = pd.Index(cells["area"].iloc[rows]).get_indexer(codes)
            mine = np.flatnonzero(known & (position >= 0))
            pairs.append((rows[position[mine]], mine))
    return pairs
