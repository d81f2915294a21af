"""Maps of the lands: without places, of many kinds, and with places planted in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from geo.expected import Term, expected
from geo.measures import Measure
from tests.benchmarks.calibration.places.lands import MIN_INHABITANTS, Floats, Land

RATE = 0.045
"""Registered crimes per inhabitant, in a year."""
STEPS_APART = 4
"""Least steps from the heart of one planted place to an area of another, beyond its own reach."""
STATIONS, STATION_EXPOSURE, STATION_EVENTS = 0.007, 0.2, (20.0, 60.0)
"""The share of areas that are extreme; their exposure, as a part of the median; their events, as times its expected."""

Random = np.random.Generator
Factor = Callable[[Land, Random], Floats]


@dataclass(frozen=True, slots=True)
class Null:
    """A kind of map without places. Where rates are alike among neighbours an alarm is no error: it is reported. A map
    that is `given` is held against what fits inhabitants and address density, as with the lens `wat_er_is`.
    """

    title: str
    factor: Factor
    rate: float = RATE
    stations: bool = False
    reported: bool = False
    given: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """Places of `size` areas with `risk` times the rate, where rates are gamma of a shape; `aims` of recall, precision
    and flags that are far, where there are any.
    """

    size: int
    shape: float
    risk: float
    grown: bool = False
    aims: tuple[float, float, float] | None = None

    @property
    def title(self) -> str:
        """What it is called in tables."""
        form = ", grillig" if self.grown else ""
        return f"{self.size} gebieden{form}, vorm {self.shape:g}, {self.risk:g} keer"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map, and which areas are planted, by place."""

    measure: Measure
    clusters: tuple[np.ndarray, ...]


def even(land: Land, _: Random) -> Floats:
    """One rate everywhere."""
    return np.ones(len(land))


def gamma(shape: float) -> Factor:
    """Rates that differ at random."""
    return lambda land, random: random.gamma(shape, 1 / shape, len(land))


def lognormal(land: Land, random: Random) -> Floats:
    """The same with a longer tail."""
    return np.asarray(random.lognormal(0.0, 0.7, len(land)))


def by_size(land: Land, random: Random) -> Floats:
    """Rates that differ more where fewer live: of shape 3 at the median, from 0.5 to 50."""
    shape = (3 * np.sqrt(land.inhabitants / np.median(land.inhabitants))).clip(0.5, 50)
    return np.asarray(random.gamma(shape, 1 / shape))


def correlated(sd: float) -> Factor:
    """Gamma rates of shape 3, times a field that is similar among neighbours; `sd` of its logarithm."""

    def factor(land: Land, random: Random) -> Floats:
        noise = random.normal(size=len(land))
        for _ in range(4):
            noise = (noise + land.neighbors.matrix @ noise) / (1 + land.neighbors.count)
        return np.asarray(gamma(3)(land, random) * np.exp(sd * (noise - noise.mean()) / noise.std()))

    return factor


def urban(land: Land, random: Random) -> Floats:
    """Gamma rates of shape 3, with a logarithm that rises by 0.2 for each standard deviation of log address density."""
    density = np.log1p(land.density)
    return np.asarray(gamma(3)(land, random) * np.exp(0.2 * (density - density.mean()) / density.std()))


NULLS: Mapping[str, Null] = {
    "poisson_rare": Null("Poisson, 0,5 per 1.000 inwoners", even, rate=0.0005),
    "poisson_some": Null("Poisson, 5 per 1.000", even, rate=0.005),
    "poisson": Null("Poisson, 45 per 1.000", even),
    "gamma_40": Null("Negatief binomiaal, vorm 40", gamma(40)),
    "gamma_3": Null("Negatief binomiaal, vorm 3", gamma(3)),
    "gamma_15": Null("Negatief binomiaal, vorm 1,5", gamma(1.5)),
    "lognormal": Null("Lognormale verhoudingen", lognormal),
    "by_size": Null("Kleine gebieden verschillen meer", by_size),
    "stations": Null("Stations, vorm 3", gamma(3), stations=True),
    "correlated_1": Null("Licht verband, 0,1, vorm 3", correlated(0.1), reported=True),
    "correlated_3": Null("Verband, 0,3, vorm 3", correlated(0.3), reported=True),
    "urban": Null("Verloop met stedelijkheid, 0,2, vorm 3", urban, reported=True),
    "urban_given": Null("Hetzelfde verloop, gegeven de adressen eromheen", urban, given=True),
}

LARGE, SMALL = (0.88, 0.04), (0.75, 0.06)
"""Aims of precision and far flags, for places of 9 and more and for those of 4."""

PROVINCE: tuple[Planted, ...] = (
    Planted(4, 3, 3, aims=(0.42, *SMALL)), Planted(4, 3, 4, aims=(0.79, *SMALL)),
    Planted(9, 3, 2, aims=(0.33, *LARGE)), Planted(9, 3, 3, aims=(0.85, *LARGE)), Planted(9, 3, 4, aims=(0.95, *LARGE)),
    Planted(9, 1.5, 3, aims=(0.58, *LARGE)), Planted(9, 1.5, 4, aims=(0.80, *LARGE)),
    Planted(9, 3, 3, grown=True, aims=(0.65, *LARGE)),
    Planted(20, 3, 2, aims=(0.72, *LARGE)), Planted(20, 3, 3, aims=(0.92, *LARGE)),
    Planted(20, 1.5, 3, aims=(0.78, *LARGE)),
    Planted(40, 3, 1.5, aims=(0.35, *LARGE)), Planted(60, 3, 1.5, aims=(0.42, *LARGE)),
)  # fmt: skip
COUNTRY: tuple[Planted, ...] = (
    Planted(9, 3, 2, aims=(0.36, *LARGE)), Planted(9, 3, 3, aims=(0.85, *LARGE)),
    Planted(4, 3, 3, aims=(0.46, *SMALL)), Planted(20, 3, 2, aims=(0.68, *LARGE)),
)  # fmt: skip
GRID: tuple[Planted, ...] = tuple(
    Planted(size, shape, risk) for size in (4, 9, 20) for shape in (40, 3, 1.5) for risk in (1.5, 2, 3, 4)
)
"""Every combination, without aims."""


def without(land: Land, null: Null, random: Random) -> Drawn:
    """A map without places."""
    drawn = _drawn(land, null.factor(land, random) * null.rate, random)
    if null.stations:
        drawn = _with_stations(land, drawn, null.rate, random)
    return Drawn(_given_density(land, drawn) if null.given else drawn, ())


def planted(land: Land, one: Planted, random: Random) -> Drawn:
    """A map with places."""
    clusters = _clusters(land, one, random)
    factor = gamma(one.shape)(land, random)
    for cluster in clusters:
        factor[cluster] *= one.risk
    return Drawn(_drawn(land, factor * RATE, random), clusters)


def _drawn(land: Land, rate: Floats, random: Random) -> Measure:
    return _measure(land, random.poisson(land.inhabitants * rate).astype(float), land.inhabitants)


def _measure(land: Land, events: Floats, exposure: Floats) -> Measure:
    ids = land.neighbors.ids
    nothing = pd.Series(None, index=ids, dtype=object)
    return Measure.of("m", pd.Series(events, ids), pd.Series(exposure, ids), nothing).with_floor(MIN_INHABITANTS)


def _given_density(land: Land, measure: Measure) -> Measure:
    """The events against those that are expected of inhabitants and address density."""
    ids = land.neighbors.ids
    terms = [Term("inhabitants", pd.Series(land.inhabitants, ids)), Term("density", pd.Series(land.density, ids))]
    fit = expected(measure, terms, pd.Series("", ids))
    if fit.events is None:
        raise ValueError("nothing fits")
    return Measure.of("m", measure.events, fit.events.where(measure.known), measure.reason)


def _with_stations(land: Land, measure: Measure, rate: float, random: Random) -> Measure:
    """The measure with a few areas where hardly anyone lives and very much is registered."""
    searched = np.flatnonzero(land.searched)
    at = random.choice(searched, round(STATIONS * len(searched)), replace=False)
    median = np.median(land.inhabitants[searched])
    events, exposure = measure.events.to_numpy().copy(), land.inhabitants.copy()
    exposure[at] = STATION_EXPOSURE * median
    events[at] = np.rint(rate * median * random.uniform(*STATION_EVENTS, len(at)))
    return _measure(land, events, exposure)


def _clusters(land: Land, one: Planted, random: Random) -> tuple[np.ndarray, ...]:
    """Groups of areas that lie together, each at some steps from the others."""
    free, clusters = land.searched.copy(), []
    borders = land.neighbors.among(land.searched).matrix
    among = np.flatnonzero(land.searched)
    while len(clusters) < land.clusters:
        heart = int(random.choice(np.flatnonzero(free[among])))
        steps = dijkstra(borders, indices=heart, unweighted=True)
        chosen = _grown(borders, heart, one.size, random) if one.grown else _round(land, among, heart, steps, one.size)
        if len(chosen) == one.size and np.isfinite(steps[chosen]).all() and free[among[chosen]].all():
            clusters.append(among[chosen])
            free[among[steps <= steps[chosen].max() + STEPS_APART]] = False
    return tuple(clusters)


def _round(land: Land, among: np.ndarray, heart: int, steps: Floats, size: int) -> np.ndarray:
    """The nearest by steps, then by metres."""
    metres = np.linalg.norm(land.points[among] - land.points[among[heart]], axis=1)
    return np.lexsort((metres, steps))[:size]


def _grown(borders, heart: int, size: int, random: Random) -> np.ndarray:
    """One neighbour after another, at random of all that border what there is."""
    chosen, edge = [heart], set(borders.indices[borders.indptr[heart] : borders.indptr[heart + 1]].tolist())
    while edge and len(chosen) < size:
        area = int(random.choice(sorted(edge)))
        chosen.append(area)
        edge |= set(borders.indices[borders.indptr[area] : borders.indptr[area + 1]].tolist())
        edge -= set(chosen)
    return np.array(chosen)
