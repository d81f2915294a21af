"""Running the calibration of the place scan: map after map, a round of all settings at a time, so that any number of
rounds is a calibration; each map drawn from the seed, its setting and its number.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from scipy.stats import binomtest

from geo.rates import rates
from geo.residuals import fitted
from geo.statistics.places.scan import Places, place_scan
from services.engines.local import Local
from services.ports import Engine
from tests.benchmarks.calibration.places.lands import Land, land
from tests.benchmarks.calibration.places.maps import COUNTRY, GRID, NULLS, PROVINCE, Drawn, Planted, planted, without
from tests.benchmarks.calibration.places.outcomes import Kept, Outcome

SEED = 20261127
ONE_IN = 5
"""Of the country, which takes as much longer, one map is drawn for so many of the province."""
ZONES_FROM = 20
"""Areas from which a planted place is looked for among zones; smaller ones are among parts."""


def settings(which: str) -> Iterator[tuple[str, str, object]]:
    """Land, name and setting of all that is drawn; `which` is aims, grid, or testland."""
    if which == "testland":
        yield "testland", "gamma_3", NULLS["gamma_3"]
        yield "testland", PROVINCE[3].title, PROVINCE[3]
        return
    for name, null in NULLS.items():
        yield "zuid-holland", name, null
        yield "nl", name, null
    for one in PROVINCE if which == "aims" else GRID:
        yield "zuid-holland", one.title, one
    for one in COUNTRY if which == "aims" else ():
        yield "nl", one.title, one


def run(
    rounds: int,
    search: "SearchOfMap",
    kept: Kept,
    save: Callable[[list[dict[str, object]]], None],
    engine: Engine | None = None,
) -> None:
    """Draw so many maps of each setting, but for those that are kept, and save the figures after each round.

    An `engine` does maps side by side, to the same figures; else this process does them.
    """
    outcomes: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for nth in range(rounds):
        maps = [(where, name, nth) for where, name, _ in settings(search.which) if where != "nl" or nth % ONE_IN == 0]
        todo = [one for one in maps if kept.get(_key(one)) is None]
        for one, outcome in zip(todo, (engine or Local()).map(search, todo, search.seed), strict=True):
            kept.add(_key(one), outcome)
        for one in maps:
            outcomes[one[:2]].append(kept[_key(one)])
        save([summed(key, one) for key, one in outcomes.items()])


type Map = tuple[str, str, int]
"""Land, name of the setting and number of a map."""


def _key(one: Map) -> str:
    where, name, nth = one
    return f"{where}/{name}/{nth}"


@dataclass(frozen=True, slots=True)
class SearchOfMap:
    """Draws a map and searches it, in whatever process: of `which` settings, by the seed, the draws of each search, and
    how many places are planted, None for as many as the land has.
    """

    which: str
    seed: int
    draws: int
    places: int | None = None

    def __call__(self, one: Map, _: int) -> Outcome:
        """The outcome of a map. Its random numbers follow from its name and number, not from its place among those that
        are still to be done, which differs where a calibration goes on.
        """
        where, name, nth = one
        setting = next(one for *of, one in settings(self.which) if of == [where, name])
        on = land(where) if self.places is None else replace(land(where), clusters=self.places)
        random = np.random.default_rng([self.seed, nth, crc32(f"{where} {name}".encode())])
        has_places = isinstance(setting, Planted)
        drawn = planted(on, setting, random) if has_places else without(on, setting, random)
        zones = has_places and setting.size >= ZONES_FROM
        return searched(on, drawn, zones=zones, draws=self.draws)


def searched(on: Land, drawn: Drawn, *, zones: bool, draws: int) -> Outcome:
    """What the shipped search flags on a map, held against what was planted."""
    measure = drawn.measure
    high = rates(measure) > measure.national
    found = place_scan(fitted(measure), on.neighbors, on.points, may_join=high, places=Places(on.control, draws=draws))
    flagged = _among(on, [on.neighbors.ids.get_indexer(one.areas) for one in (found.zones if zones else found.parts)])
    inside = _among(on, drawn.clusters)
    near = inside | (on.neighbors.matrix @ inside.astype(int) > 0)
    return Outcome(
        *(int(one.sum()) for one in (inside, inside & high.to_numpy(), flagged, flagged & inside, flagged & ~near)),
        len(drawn.clusters), sum(bool(flagged[cluster].any()) for cluster in drawn.clusters),
        bool(found.zones or found.parts),
    )  # fmt: skip


def _among(on: Land, groups) -> np.ndarray:
    flags = np.zeros(len(on), dtype=bool)
    for group in groups:
        flags[group] = True
    return flags


def summed(key: tuple[str, str], outcomes: list[Outcome]) -> dict[str, object]:
    """The figures of one setting: shares over all of its maps, with the 95 % interval of Wilson.

    The areas of a place are found together, so that the interval of recall counts places.
    """
    total = {name: sum(getattr(one, name) for one in outcomes) for name in Outcome.__slots__}
    places = total["places"]
    recall = total["both"] / total["planted"] if places else None
    trials, share = (places, recall) if places else (len(outcomes), total["alarm"] / len(outcomes))
    interval = binomtest(round(share * trials), trials).proportion_ci(method="wilson")
    return {
        "land": key[0], "setting": key[1], "maps": len(outcomes), "alarm": total["alarm"] / len(outcomes),
        "recall": recall, "low": float(interval.low), "high": float(interval.high),
        "reachable": total["high"] / total["planted"] if places else None,
        "found": total["found"] / places if places else None,
        "precision": total["both"] / total["flagged"] if total["flagged"] and places else None,
        "far": total["far"] / max(total["flagged"], 1) if places else None,
    }  # fmt: skip
