"""The maps that searches are calibrated on: two boards, maps without a pattern, and maps with planted clusters.

Everything is drawn from the random numbers given. Without a pattern means that the rate is the same everywhere, or
differs at random. Where exposure is clumped, alike among neighbours as inhabitants are in real life, one thing has a
pattern nonetheless: how far a rate strays from the mean by chance. Then not every order of the values is as likely.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from boundaries import cbs
from boundaries.hexagons import hexagons
from boundaries.vintages import vintage
from geo import deviations
from geo.areas import AreaFrame, AreaLevel
from geo.measures import Measure
from geo.neighbors import Neighbors, queen, ring
from geo.rates import rates
from geo.residuals import residuals
from geo.statistics.standardised import standardised
from services.testland.country import UNEVEN, make_testland

CELLS = 3000
"""Hexagons of the H3 board: those nearest to the middle of Testland."""

EVENTS = {"buurt": 12.0, "h3": 3.0}
"""Expected events of an average area: registered crimes of a year in a buurt of four hundred inhabitants; fewer in a
hexagon."""

SPREAD = 1.0
"""Standard deviation of the logarithm of exposure: one area in six has more than 2.7 times the median, one in six less
than 0.37 times."""

CLUSTERS, APART = 3, 4
"""Clusters on a planted map, and the least steps from the heart of one to an area of another."""


@dataclass(frozen=True, slots=True)
class Board:
    """Areas, who borders whom and where they lie (centres of gravity in metres); nothing on it yet."""

    name: str
    areas: AreaFrame
    neighbors: Neighbors
    points: np.ndarray

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def tested(self):
        """The areas with neighbours: peers give the others the least p there is."""
        return self.neighbors.count > 0


@cache
def board(name):
    """The buurten of Testland, or the hexagons in its middle."""
    areas = cbs.buurten(make_testland().boundaries, vintage(2024), "Testland")
    if name == "h3":
        areas = _middle(hexagons(areas, AreaLevel.H3_9), CELLS)
    return Board(name, areas, queen(areas) if name == "buurt" else ring(areas), _centres(areas))


def _middle(areas, count):
    away = np.linalg.norm(_centres(areas) - _centres(areas).mean(axis=0), axis=1)
    return areas.where(pd.Series(away <= np.sort(away)[count - 1], index=areas.ids))


def _centres(areas):
    return shapely.get_coordinates(shapely.centroid(areas.table.geometry.to_numpy()))


def exposure_at_random(on, rng):
    return np.exp(SPREAD * rng.normal(size=len(on)))


def exposure_in_clumps(on, rng):
    """As unequal, but alike among neighbours: noise that was averaged with its neighbours four times over."""
    noise = rng.normal(size=len(on))
    for _ in range(4):
        noise = (noise + on.neighbors.matrix @ noise) / (1 + on.neighbors.count)
    return np.exp(SPREAD * (noise - noise.mean()) / noise.std())


def measure_of(on, exposure, factor, rng):
    """Poisson events around exposure times a factor for each area, `EVENTS` on average."""
    expected = exposure * EVENTS[on.name] / exposure.mean() * factor
    events, exposed = (pd.Series(part, index=on.areas.ids, dtype=float) for part in (rng.poisson(expected), exposure))
    return Measure.of("events", events, exposed, pd.Series(None, index=on.areas.ids, dtype=object))


def _rates(values_of, exposure_of):
    return lambda on, rng: values_of(measure_of(on, exposure_of(on, rng), 1.0, rng)).to_numpy()


def _zero_inflated(on, rng):
    return np.where(rng.random(len(on)) < 0.15, rng.poisson(3, len(on)), 0)


NULLS: dict[str, tuple[str, Callable[[Board, np.random.Generator], np.ndarray]]] = {
    "poisson_01": ("Tellingen, gemiddeld 0,1", lambda on, rng: rng.poisson(0.1, len(on))),
    "poisson_2": ("Tellingen, gemiddeld 2", lambda on, rng: rng.poisson(2, len(on))),
    "zero_inflated": ("Tellingen, 85 % zeker nul", _zero_inflated),
    "eb": ("Gekrompen verhoudingen", _rates(rates, exposure_at_random)),
    "eb_clumped": ("Gekrompen, noemers geklonterd", _rates(rates, exposure_in_clumps)),
    "ar_clumped": ("Gestandaardiseerd, noemers geklonterd", _rates(standardised, exposure_in_clumps)),
    "residual": ("Residuen", _rates(residuals, exposure_at_random)),
    "residual_clumped": ("Residuen, noemers geklonterd", _rates(residuals, exposure_in_clumps)),
}
"""Maps without a pattern: title and values. Rates are shrunk (empirical Bayes), standardised (Assunção and Reis) or
residuals (geo.residuals)."""

GROUNDS = {
    "even": "noemers willekeurig verdeeld",
    "uneven": "verhoudingen verschillen willekeurig",
    "clumped": "noemers geklonterd",
    "both": "noemers geklonterd, verhoudingen verschillen willekeurig",
    "stations": "als een kaart met stations: hier en daar nauwelijks een noemer en zeer veel gebeurtenissen",
}
"""What clusters are planted in: whether exposure is clumped, whether areas differ at random as Testland's do, and
whether a few areas by themselves are extreme, as stations and shopping streets are in the real country."""

STATIONS, THERE, TIMES = 1 / 200, 0.2, (20.0, 60.0)
"""The share of areas that are extreme; their exposure, as a part of the median; their events, as times its expected."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A map with clusters: positions of the areas of each, and `near`, the areas in or next to one.

    An area that is not `near` has no planted neighbour: it is a false alarm for any search, Gi* included.
    """

    on: Board
    measure: Measure
    clusters: tuple[np.ndarray, ...]
    near: np.ndarray

    @property
    def inside(self):
        inside = np.zeros(len(self.on), dtype=bool)
        inside[[at for cluster in self.clusters for at in cluster]] = True
        return inside

    @property
    def values(self):
        """What zicht shows: standardised deviations of shrunk rates."""
        return deviations.standardise(deviations.relative(rates(self.measure), self.measure.national))


def planted(on, size, strength, ground, rng):
    """A map of rates of which `CLUSTERS` groups of `size` areas have `strength` times the rate of the others.

    Strength 1 plants nothing. `ground` is one of `GROUNDS`.
    """
    clusters = _plant(on, size, rng) if strength > 1 else ()
    factor = rng.gamma(UNEVEN, 1 / UNEVEN, len(on)) if ground in {"uneven", "both"} else np.ones(len(on))
    exposure_of = exposure_in_clumps if ground in {"clumped", "both"} else exposure_at_random
    for cluster in clusters:
        factor[cluster] *= strength
    near = np.zeros(len(on), dtype=bool)
    for cluster in clusters:
        near[cluster] = True
    near |= on.neighbors.matrix @ near.astype(int) > 0
    measure = measure_of(on, exposure_of(on, rng), factor, rng)
    return Planted(on, _with_stations(measure, near, rng) if ground == "stations" else measure, clusters, near)


def _with_stations(measure, near, rng):
    """The measure with a few extreme areas, none in or next to a cluster."""
    events, exposure = measure.events.copy(), measure.exposure.copy()
    at = rng.choice(np.flatnonzero(~near), max(2, round(STATIONS * len(near))), replace=False)
    usual = exposure.median()
    exposure.iloc[at] = THERE * usual
    events.iloc[at] = np.rint(measure.national * usual * rng.uniform(*TIMES, len(at)))
    return Measure.of(measure.id, events, exposure, measure.reason)


def _plant(on, size, rng):
    """Groups of `size` areas around random hearts: the nearest by steps, then by metres; so each is in one piece."""
    free, clusters = on.tested.copy(), []
    while len(clusters) < CLUSTERS:
        heart = rng.choice(np.flatnonzero(free))
        steps = dijkstra(on.neighbors.matrix, indices=heart, unweighted=True)
        metres = np.linalg.norm(on.points - on.points[heart], axis=1)
        chosen = np.lexsort((metres, steps))[:size]
        if free[chosen].all():
            clusters.append(chosen)
            free &= steps > steps[chosen].max() + APART
    return tuple(clusters)
