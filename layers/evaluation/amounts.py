"""Amounts: whether what all releases show of an amount together tells more of what is withheld than the last by itself.

A release is made so that nobody computes from it by itself what is sensitive (geo.disclosure.suppression). If another
withheld other sums of the same figures, then who has both takes one from the other. So the bounds that follow from all
are held against those that follow from the last one: where they are narrower, a sum is exposed; and always where it
follows exactly.

Where a release before shows another figure of an area, its gemeente was counted anew, and tells nothing of these.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from boundaries.cbs import COARSENESS
from boundaries.codes import PREFIXES, parents
from geo.disclosure.attackers import attackers_bounds
from geo.disclosure.intervals import Bounds, Positions
from geo.errors import MeasureError

LEVELS = {PREFIXES[level]: level for level in COARSENESS}
GEMEENTE = slice(2, 6)
"""What buurten, wijken and their gemeente have in common in their codes."""
EQUAL = 1e-6
"""Part of the largest figure by which two that are the same may differ."""


def exposed_amounts(rows: pd.DataFrame) -> Iterator[tuple[str, str, float, float]]:
    """Of each sum of which too much is known: its level and area, the least and the most that it can be.

    Args:
        rows: of one amount (layers.publication.perturbed), in the order of their releases.
    """
    for _, of_gemeente in rows.groupby(rows["area"].str[GEMEENTE], sort=True):
        yield from _exposed(of_gemeente)


def _exposed(rows: pd.DataFrame) -> Iterator[tuple[str, str, float, float]]:
    releases = [_shown(of) for _, of in rows.groupby("release", sort=False)] if "release" in rows else [_shown(rows)]
    last, parent = releases[-1], _parent(releases[-1].index)
    if last.notna().all():
        return
    together = last
    for earlier in releases[:-1]:
        together = _joined(together, earlier, parent)
    alone, found = (_bounds(one, parent) for one in (last, together))
    least = EQUAL * float(together.max())
    narrow = (found.lowest > alone.lowest + least) | (found.highest < alone.highest - least)
    for at in np.flatnonzero(last.isna() & (narrow | (found.width <= least))):
        area = str(last.index[int(at)])
        yield str(LEVELS[area[:2]]), area, float(found.lowest[at]), float(found.highest[at])


def _shown(rows: pd.DataFrame) -> pd.Series:
    """What one release shows, by area; NaN where it is withheld."""
    return rows.drop_duplicates("area").set_index("area")["published"].astype(float).sort_index()


def _joined(last: pd.Series, earlier: pd.Series, parent: Positions) -> pd.Series:
    """What both show of a gemeente; what the last does, where they contradict one another."""
    before = earlier.reindex(last.index)
    if ((last - before).abs() > EQUAL * last.max()).any():
        return last
    together = last.fillna(before)
    try:
        _bounds(together, parent)
    except MeasureError:
        return last
    return together


def _parent(codes: pd.Index) -> Positions:
    """Where what each lies in stands, -1 for a gemeente."""
    parent = np.full(len(codes), -1, dtype=np.intp)
    for finer, coarser in pairwise(COARSENESS):
        of_level = np.flatnonzero(codes.str.startswith(PREFIXES[finer]))
        parent[of_level] = codes.get_indexer(parents(codes[of_level], coarser))
    return parent


def _bounds(shown: pd.Series, parent: Positions) -> Bounds:
    known = shown.notna().to_numpy()
    return attackers_bounds(shown.fillna(0.0).to_numpy(), known, parent)
