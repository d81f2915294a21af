"""Running the calibration: tasks of a few maps each, over processes, with a seed per map, and the sums over maps.

A map is drawn from the seed, its kind and its number, and so does not depend on who draws it or when.
"""

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import batched, product
from zlib import crc32

import numba
import numpy as np

from layers.evaluation.maps import NULL_MAPS, Ground, plant
from layers.evaluation.scores import SearchScore, mean_and_error
from tests.benchmarks.calibration.maps import GROUNDS, NULLS, board
from tests.benchmarks.calibration.searches import (
    P_VALUES,
    SEARCHES,
    p_esda,
    p_geoda,
    p_zicht,
    searched,
    without_compiling,
)

SEED = 20250301
ALPHAS = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
CLUMPED = 9
"""The size of clusters that are also planted where exposure is clumped, and among stations."""
SCORES = ("power", "found", "precision", "false", "alarm")
"""Of a planted map: the share of planted areas flagged, the share of clusters of which any area is, the shares of what
is flagged that is planted and that is not even next to a cluster, and whether anything of the last kind is flagged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many maps of what, per board where that differs."""

    nulls: int
    peers: dict[str, int]
    planted: dict[str, int]
    quiet: dict[str, int]
    sizes: tuple[int, ...] = (4, 9, 25)
    strengths: tuple[float, ...] = (1.5, 2.0, 3.0, 5.0)
    batch: int = 5
    compiled: bool = True

    def tasks(self):
        """Kind of task, its arguments and the numbers of its maps; the slowest first."""
        for name in ("h3", "buurt"):
            for ground in map(str, GROUNDS):
                yield from self._parts(searches_on, (name, 0, 1.0, ground), self.quiet[name])
            for size, strength in product(self.sizes, self.strengths):
                yield from self._parts(searches_on, (name, size, strength, "even"), self.planted[name])
            for strength in self.strengths:
                for ground in ("clumped", "stations"):
                    yield from self._parts(searches_on, (name, CLUMPED, strength, ground), self.planted[name])
            for kind in NULLS:
                yield from self._parts(peers_on, (name, kind), self.peers[name])
                yield from self._parts(zicht_on, (name, kind), self.nulls)

    def _parts(self, run, what, count) -> Iterator:
        return ((run, what, part) for part in batched(range(count), self.batch))


FULL = Plan(200, {"buurt": 200, "h3": 50}, {"buurt": 80, "h3": 40}, {"buurt": 200, "h3": 60})
QUICK = Plan(4, {"buurt": 2, "h3": 1}, {"buurt": 2, "h3": 1}, {"buurt": 2, "h3": 1}, (9,), (2.0, 5.0), compiled=False)


def generator(*what):
    """The random numbers of one map."""
    return np.random.default_rng([SEED, crc32(repr(what).encode())])


def zicht_on(name, kind, numbers):
    """Shares of areas with p at most each alpha, for each map."""
    on = board(name)
    return {"zicht": [_shares(p_zicht(_null(on, kind, nth), on), on) for nth in numbers]}


def peers_on(name, kind, numbers):
    """The same for esda and GeoDa."""
    on, found = board(name), defaultdict(list)
    for nth in numbers:
        values = _null(on, kind, nth)
        p = {"esda_greater": p_esda(values, on, nth, "greater"), "esda": p_esda(values, on, nth, "directed")}
        p["geoda"], p["geoda_hot"] = p_geoda(values, on, nth)
        for method, values_of in p.items():
            found[method].append(_shares(values_of, on))
    return dict(found)


def _null(on, kind, nth):
    return NULL_MAPS[kind](on, generator(on.name, kind, nth))


def _shares(p, on):
    """Of the areas that were tested; p of some peers is 1/1000 but for rounding."""
    return [float((p[on.tested] <= alpha * (1 + 1e-6)).mean()) for alpha in ALPHAS]


def searches_on(name, size, strength, ground, numbers):
    """For each search the `SCORES` of each map; NaN where there is nothing to take a share of."""
    found = defaultdict(list)
    for nth in numbers:
        rng = generator(name, size, strength, ground, nth)
        one = plant(board(name), size, strength, Ground(ground), rng)
        for search, flagged in searched(one, nth).items():
            found[search].append(list(SearchScore.of(one, flagged).figures().values()))
    return dict(found)


def begin(compiled):
    """A worker has one thread: the processes share the cores."""
    numba.set_num_threads(1)
    if not compiled:
        without_compiling()


def run(plan, advance):
    """All shares and scores of a plan. Calls `advance` with the number of tasks at first, then after each task."""
    tasks = list(plan.tasks())
    advance(len(tasks))
    nulls, planted_ = defaultdict(list), defaultdict(list)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn, initializer=begin, initargs=(plan.compiled,)) as pool:
        running = {pool.submit(task, *what, numbers): (task, what, numbers) for task, what, numbers in tasks}
        for done in as_completed(running):
            task, what, numbers = running[done]
            into = planted_ if task is searches_on else nulls
            for method, per_map in done.result().items():
                into[(*what, method)] += zip(numbers, per_map, strict=True)
            advance(None)
    return summed_nulls(nulls), summed_planted(planted_)


def summed_nulls(nulls):
    """Per board, kind and method: the mean shares over maps and their standard errors."""
    rows = []
    for name, kind, method in product(("buurt", "h3"), NULLS, P_VALUES):
        shares, errors = _mean(nulls[name, kind, method])
        rows.append(
            {
                "board": name, "kind": kind, "method": method, "maps": len(nulls[name, kind, method]),
                "tails": P_VALUES[method][1], "alpha": list(ALPHAS), "share": shares, "error": errors,
            }
        )  # fmt: skip
    return rows


def summed_planted(planted_):
    """Per board, size, strength and search: the mean scores over maps and their standard errors."""
    rows = []
    for (name, size, strength, ground, search), per_map in sorted(planted_.items(), key=_in_order):
        means, errors = _mean(per_map)
        row = {"board": name, "size": size, "strength": strength, "ground": ground, "search": search}
        row |= {"maps": len(per_map)} | dict(zip(SCORES, means, strict=True))
        rows.append(row | {f"{score}_error": error for score, error in zip(SCORES, errors, strict=True)})
    return rows


def _in_order(item):
    name, size, strength, ground, search = item[0]
    return name, list(GROUNDS).index(ground), size, strength, list(SEARCHES).index(search)


def _mean(per_map):
    """Mean and standard error over maps, in the order of their numbers so that sums do not depend on who was first.

    None where no map has a figure, or one map has no error.
    """
    means, errors = mean_and_error([shares for _, shares in sorted(per_map)])
    return [_known(one) for one in means], [_known(one) for one in errors]


def _known(figure):
    return float(figure) if np.isfinite(figure) else None
