"""Zoekgebied: a place where looking first is worthwhile, ranked and explained.

Of a place scan (`of_places`) every part is one. It has an own q, and each area in it a weight. Only areas that are high
by themselves are in it: a flag means high. Rank 1 is the one of which it is surest that its areas, on average, have
many times what was to be expected: strong and certain, however large. Ties go by id.

Of a test per area (`find`) hot areas that touch are joined. The rules, in order:

1. An area is hot when its q is at most `max_q` **and** its own score is above the national mean: Gi* tests the
   neighbours, so that a quiet area among hot ones would otherwise be flagged for what happens elsewhere.
2. Hot areas that are neighbours are one zoekgebied, whatever gemeente they lie in. What they enclose is not added.
3. One of more than `LARGEST` areas is half a city and helps nobody to choose: it is divided along its valleys. Every
   area goes with its neighbour of highest Gi*, and so on up to a peak; what reaches the same peak stays together. One
   hill without a valley stays whole, however large.
4. A hot area without hot neighbours is a zoekgebied by itself: its neighbours are high, though not each significant.
5. Score and contributions are the means over its areas, so that contributions still add up to the score.
6. Rank 1 has the highest sum of scores: strong and large before strong and small. Ties go by id.

Its q is then the largest of its areas: every area in it is at least that certain. Where p is known within a bracket, q
comes from its upper end and so is certified: no rounding makes a zoekgebied.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.alignment import check_aligned
from geo.errors import AreaError, first_few
from geo.neighbors import AnyNeighbors, Neighbors
from geo.scores import Score
from geo.statistics.places.result import Place
from geo.statistics.result import LocalResult

TOLERANCE = 1e-9
LARGEST = 25
"""Areas above which a zoekgebied is divided along its valleys."""


@dataclass(frozen=True, slots=True)
class Zoekgebied:
    """One place where looking first is worthwhile.

    Args:
        id: made from what was searched and the areas.
        areas: the codes, sorted.
        score: the mean over its areas.
        reasons: indicator to contribution; they sum to `score`.
        q: how certain it is.
        rank: from 1.
        weights: of a place scan, how surely each area belongs to it (geo.statistics.places.result.Place).
        strength: of a place scan, how many times what was to be expected its areas have, at least.
        hidden: of a place scan, how many areas amid it have a score that may not be shown. They are no part of it and
            of nothing that is said of it; whether they are high is not told.
    """

    id: str
    areas: tuple[str, ...]
    score: float
    reasons: dict[str, float]
    q: float
    rank: int
    weights: Mapping[str, float] = field(default_factory=dict)
    strength: float | None = None
    hidden: int = 0

    def __post_init__(self) -> None:
        if not self.areas or list(self.areas) != sorted(set(self.areas)):
            raise AreaError(
                "zoekgebied {id}: areas must be sorted and occur once, found {areas}",
                id=self.id,
                areas=first_few(self.areas),
            )
        if abs(sum(self.reasons.values()) - self.score) > TOLERANCE * max(1.0, abs(self.score)):
            raise AreaError(
                "zoekgebied {id}: reasons add up to {total:.12g}, not {score:.12g}",
                id=self.id,
                total=sum(self.reasons.values()),
                score=self.score,
            )
        if self.weights and set(self.weights) != set(self.areas):
            raise AreaError("zoekgebied {id}: all of its areas have a weight, or none", id=self.id)


def of_places(score: Score, places: Sequence[Place], *, kind: str) -> list[Zoekgebied]:
    """The zoekgebieden of places, by rank; of each the members that have a score above 0. `kind` as in `find`."""
    described = []
    for place in places:
        values = score.value.loc[list(place.areas)]
        areas = values.index[values > 0]
        if len(areas):
            weights = {area: place.weights[area] for area in areas}
            hidden = int(score.value.loc[list(place.window)].isna().sum())
            how = {"weights": weights, "strength": place.strength(list(areas)), "hidden": hidden}
            described.append(_describe(kind, areas, score, place.q, **how))
    ranked = sorted(described, key=lambda one: (-round(one.strength or 0.0, 9), one.id))
    return [replace(one, rank=rank) for rank, one in enumerate(ranked, start=1)]


def find(score: Score, result: LocalResult, neighbors: AnyNeighbors, *, max_q: float, kind: str) -> list[Zoekgebied]:
    """The zoekgebieden, by rank. `kind` says what was searched (theme, lens, period, vintage) and goes into their ids,
    so that the same search gives the same id in every run.
    """
    borders = Neighbors.of(neighbors)
    check_aligned("zoekgebieden", score.value.index, result.q.index, borders.ids)
    hot = ((result.q <= max_q) & (score.value > 0)).to_numpy()
    if not hot.any():
        return []
    among = borders.among(hot).matrix
    _, part = connected_components(among, directed=False)
    part = _divided(part, among, result.statistic[hot].to_numpy())
    members = pd.Series(part, index=score.value.index[hot])
    strength = score.value[hot].groupby(part).sum()
    zoekgebieden = {
        at: _describe(kind, areas.index, score, float(result.q.loc[areas.index].max()))
        for at, areas in members.groupby(members)
    }
    ranked = sorted(zoekgebieden, key=lambda at: (-round(float(strength[at]), 9), zoekgebieden[at].id))
    return [replace(zoekgebieden[at], rank=rank) for rank, at in enumerate(ranked, start=1)]


def _divided(part: np.ndarray, among: csr_array, height: np.ndarray) -> np.ndarray:
    """The parts, those of more than `LARGEST` areas divided by the peak that each of their areas climbs to."""
    peaks = _peaks(among, height)
    sizes = np.bincount(part)
    return np.where(sizes[part] > LARGEST, len(sizes) + peaks, part)


def _peaks(among: csr_array, height: np.ndarray) -> np.ndarray:
    """For each area the position of the peak it reaches by going to its highest neighbour, as long as that is higher.

    Of equal heights the one that comes first is higher, so that every climb ends and ends in the same place.
    """
    order = np.lexsort((np.arange(len(height)), -height))
    place = np.empty(len(height), dtype=np.intp)
    place[order] = np.arange(len(height))
    upward = np.arange(len(height))
    for at in range(len(height)):
        around = among.indices[among.indptr[at] : among.indptr[at + 1]]
        candidates = np.append(around, at)
        upward[at] = candidates[np.argmin(place[candidates])]
    while not np.array_equal(upward, upward[upward]):
        upward = upward[upward]
    return upward


def _describe(kind: str, areas: pd.Index, score: Score, q: float, **how: Any) -> Zoekgebied:
    """The zoekgebied of these areas, its rank still 0."""
    means = score.contributions.loc[areas].fillna(0.0).mean()
    codes = tuple(sorted(areas))
    return Zoekgebied(
        f"{kind}-{hashlib.sha256('/'.join(codes).encode()).hexdigest()[:10]}",
        codes,
        float(np.sum(means)),
        {str(name): float(mean) for name, mean in means.items()},
        q,
        0,
        **how,
    )
