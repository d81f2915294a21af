"""Maps of which the truth is known: without a pattern, or with clusters planted in them.

Everything is drawn from the random generator given. Without a pattern means that the rate is the same everywhere, or
differs at random. Where exposure is clumped, similar among neighbours as inhabitants are, one thing has a
pattern nonetheless: how far a rate strays from the mean by chance. Then not every order of the values is as likely.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from geo import deviations
from geo.areas import AreaFrame
from geo.measures import Measure
from geo.neighbors import Neighbors
from geo.rates import rates
from geo.residuals import residuals
from geo.statistics.standardised import standardised

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]
Random = np.random.Generator

LOG_EXPOSURE_SD = 1.0
"""Standard deviation of the logarithm of exposure: one area in six has more than 2.7 times the median, one in six less
than 0.37 times."""

GAMMA_SHAPE = 40.0
"""Shape of the gamma by which rates differ where they differ at random: a standard deviation of one in six, as between
the buurten of Testland."""

CLUSTERS, MIN_STEPS_APART = 3, 4
"""Clusters on a planted map, and the least steps from the heart of one to an area of another."""

STATIONS, STATION_EXPOSURE, STATION_EVENTS = 1 / 200, 0.2, (20.0, 60.0)
"""The share of areas that are extreme; their exposure, as a part of the median; their events, as times its expected."""


class Ground(StrEnum):
    """What clusters are planted in."""

    EVEN = "even"
    """Exposure differs at random."""
    UNEVEN = "uneven"
    """Rates differ at random too."""
    CLUMPED = "clumped"
    """Exposure is similar among neighbours."""
    BOTH = "both"
    """Exposure is similar among neighbours, and rates differ at random."""
    STATIONS = "stations"
    """A few areas by themselves have hardly any exposure and very many events, as stations in the real country."""


@dataclass(frozen=True, slots=True)
class Board:
    """Areas to draw maps on.

    Attributes:
        name: what it is called in tables.
        areas: the areas.
        neighbors: who borders whom.
        points: their centres of gravity, in metres.
        mean_events: expected events of an average area.
    """

    name: str
    areas: AreaFrame
    neighbors: Neighbors
    points: Floats
    mean_events: float

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def tested(self) -> Flags:
        """The areas with neighbours: an area without any has no local test."""
        tested: Flags = self.neighbors.count > 0
        return tested


def random_exposure(board: Board, random: Random) -> Floats:
    """Lognormal exposure, without a pattern."""
    return np.asarray(np.exp(LOG_EXPOSURE_SD * random.normal(size=len(board))))


def clumped_exposure(board: Board, random: Random) -> Floats:
    """As unequal, but similar among neighbours: noise that was averaged with its neighbours four times over."""
    noise = random.normal(size=len(board))
    for _ in range(4):
        noise = (noise + board.neighbors.matrix @ noise) / (1 + board.neighbors.count)
    return np.asarray(np.exp(LOG_EXPOSURE_SD * (noise - noise.mean()) / noise.std()))


def poisson_measure(board: Board, exposure: Floats, factor: Floats | float, random: Random) -> Measure:
    """Poisson events around exposure times a factor for each area, `board.mean_events` on average."""
    expected = exposure * board.mean_events / exposure.mean() * factor
    ids = board.areas.ids
    events, exposed = (pd.Series(part, index=ids, dtype=float) for part in (random.poisson(expected), exposure))
    return Measure.of("events", events, exposed, pd.Series(None, index=ids, dtype=object))


def _without_pattern(
    values: Callable[[Measure], pd.Series], exposure: Callable[[Board, Random], Floats]
) -> Callable[[Board, Random], Floats]:
    def draw(board: Board, random: Random) -> Floats:
        measure = poisson_measure(board, exposure(board, random), 1.0, random)
        return np.asarray(values(measure).to_numpy(), dtype=float)

    return draw


def _zero_inflated(board: Board, random: Random) -> Floats:
    return np.where(random.random(len(board)) < 0.15, random.poisson(3, len(board)), 0).astype(float)


NULL_MAPS: Mapping[str, Callable[[Board, Random], Floats]] = MappingProxyType(
    {
        "poisson_01": lambda board, random: random.poisson(0.1, len(board)).astype(float),
        "poisson_2": lambda board, random: random.poisson(2, len(board)).astype(float),
        "zero_inflated": _zero_inflated,
        "eb": _without_pattern(rates, random_exposure),
        "eb_clumped": _without_pattern(rates, clumped_exposure),
        "ar_clumped": _without_pattern(standardised, clumped_exposure),
        "residual": _without_pattern(residuals, random_exposure),
        "residual_clumped": _without_pattern(residuals, clumped_exposure),
    }
)
"""Values of all areas without a pattern, by kind: counts, shrunk rates (empirical Bayes), standardised rates (Assunção
and Reis) and quantile residuals."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A map with clusters.

    An area that is not `near` has no planted neighbour: flagging it is a false alarm for any search, Gi* included.

    Attributes:
        board: the areas.
        measure: events and exposure.
        clusters: the positions of the areas of each.
        near: the areas in or next to a cluster.
    """

    board: Board
    measure: Measure
    clusters: tuple[Positions, ...]
    near: Flags

    @property
    def inside(self) -> Flags:
        """The areas in a cluster."""
        return _among(len(self.board), self.clusters)

    @property
    def deviations(self) -> pd.Series:
        """What the map shows: standardised deviations of shrunk rates."""
        return deviations.standardise(deviations.relative(rates(self.measure), self.measure.national))


def plant(board: Board, size: int, strength: float, ground: Ground, random: Random) -> Planted:
    """A map of rates of which `CLUSTERS` groups of `size` areas have `strength` times the rate of the others.

    Strength 1 plants nothing.
    """
    clusters = _clusters(board, size, random) if strength > 1 else ()
    differs = ground in {Ground.UNEVEN, Ground.BOTH}
    factor = random.gamma(GAMMA_SHAPE, 1 / GAMMA_SHAPE, len(board)) if differs else np.ones(len(board))
    exposure = clumped_exposure if ground in {Ground.CLUMPED, Ground.BOTH} else random_exposure
    for cluster in clusters:
        factor[cluster] *= strength
    inside = _among(len(board), clusters)
    near = inside | (board.neighbors.matrix @ inside.astype(int) > 0)
    measure = poisson_measure(board, exposure(board, random), factor, random)
    if ground is Ground.STATIONS:
        measure = _with_stations(measure, near, random)
    return Planted(board, measure, clusters, near)


def _among(count: int, clusters: tuple[Positions, ...]) -> Flags:
    inside = np.zeros(count, dtype=bool)
    for cluster in clusters:
        inside[cluster] = True
    return inside


def _with_stations(measure: Measure, near: Flags, random: Random) -> Measure:
    """The measure with a few extreme areas, none in or next to a cluster."""
    events, exposure = measure.events.copy(), measure.exposure.copy()
    at = random.choice(np.flatnonzero(~near), max(2, round(STATIONS * len(near))), replace=False)
    median = exposure.median()
    exposure.iloc[at] = STATION_EXPOSURE * median
    events.iloc[at] = np.rint(measure.national * median * random.uniform(*STATION_EVENTS, len(at)))
    return Measure.of(measure.id, events, exposure, measure.reason)


def _clusters(board: Board, size: int, random: Random) -> tuple[Positions, ...]:
    """Groups of `size` areas around random hearts: the nearest by steps, then by metres; so each is in one piece."""
    free = board.tested.copy()
    clusters: list[Positions] = []
    while len(clusters) < CLUSTERS:
        heart = random.choice(np.flatnonzero(free))
        steps = dijkstra(board.neighbors.matrix, indices=heart, unweighted=True)
        metres = np.linalg.norm(board.points - board.points[heart], axis=1)
        chosen = np.lexsort((metres, steps))[:size]
        if free[chosen].all():
            clusters.append(chosen)
            free &= steps > steps[chosen].max() + MIN_STEPS_APART
    return tuple(clusters)
