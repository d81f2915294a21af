"""What could be found at most: `python -m tests.benchmarks.calibration.places.bound [--maps N] [--only N,N]`.

A scan that knows how many areas are planted together and how many times the rate they have, on the maps of the
calibration, under the same draws, the same step-down and the same rule that a flag means high. No search that must look
for size and risk can be expected to find more. Of the same is said what it finds where it knows the form as well: every
place of which it finds a third is flagged as it was planted.
"""

import argparse
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geo.rates import rates
from geo.residuals import fitted
from geo.statistics.places.board import Board, Flags, apart
from geo.statistics.places.draws import Windows, classes, drawn
from geo.statistics.places.scan import gamma_values
from tests.benchmarks.calibration.places.lands import Land, land
from tests.benchmarks.calibration.places.maps import PROVINCE, Drawn, Planted, planted
from tests.benchmarks.calibration.places.runs import SEED

THIRD = 1 / 3


@dataclass(frozen=True)
class Knowing(Board):
    """A board with windows of one size only, of which the risk is known."""

    size: int
    risk: float

    def windows(self, left: Flags) -> Windows:
        """The windows of that size, scored at that risk."""
        every = super().windows(left)
        members = np.ascontiguousarray(every.members[:, : self.size])
        return replace(every, members=members, sizes=np.array([self.size]), prior=np.zeros(1), bounds=(self.risk,) * 2)


def knowing(on: Land, one: Planted, map_: Drawn) -> tuple[Knowing, NDArray[np.intp]]:
    """The board of a map, and which area of the land each of its areas is."""
    found, known = fitted(map_.measure), np.flatnonzero(on.searched)
    expected, z = found.expected.to_numpy(), found.values.to_numpy()
    order = known[np.lexsort((z[known], expected[known], on.points[known, 1], on.points[known, 0]))]
    shape = 1 / (1 / found.shape + 1 / float(np.median(expected[order])))
    return Knowing(
        on.neighbors.ids[order], on.neighbors.matrix[order][:, order], on.points[order],
        gamma_values(z[order], shape), shape, classes(expected[order]), np.ones(len(order), dtype=bool),
        one.size, one.risk,
    ), order  # fmt: skip


def windows_found(board: Knowing, draws: int, max_q: float = 0.05) -> list[NDArray[np.int32]]:
    """The windows of which so few draws have one as strong, again without these until there are no more."""
    left, found, seed = board.every, [], 1
    while True:
        windows = board.windows(left)
        (null,) = drawn([windows], board.values, board.groups(left), (board.least, draws, seed))
        new = [place.window for place in apart(board, windows) if null.p(place.score) <= max_q]
        if not new:
            return found
        found, seed = found + new, seed + 1
        left[np.concatenate(new)] = False


def shares(on: Land, one: Planted, nth: int, draws: int) -> NDArray[np.float64]:
    """Of one map the share of planted areas that are high, found by size and risk, and by form as well."""
    random = np.random.default_rng([SEED, nth, crc32(f"zuid-holland {one.title}".encode())])
    map_ = planted(on, one, random)
    high = (rates(map_.measure) > map_.measure.national).to_numpy()
    board, order = knowing(on, one, map_)
    found = [order[window] for window in windows_found(board, draws)]
    planted_, flagged = np.concatenate(map_.clusters), np.concatenate([np.empty(0, dtype=int), *found])
    whole = [place for place in map_.clusters if any(np.isin(window, place).mean() >= THIRD for window in found)]
    formed = np.concatenate([np.empty(0, dtype=int), *whole])
    return np.array([(high[planted_] & np.isin(planted_, of)).mean() for of in (planted_, flagged, formed)])


def main():
    asked = argparse.ArgumentParser(description="How much of what is planted could be found at most.")
    asked.add_argument("--maps", type=int, default=36, help="maps of each setting (36)")
    asked.add_argument("--draws", type=int, default=199, help="of each search (199)")
    asked.add_argument("--only", type=str, help="numbers of settings, as 2,3; all, where it is not given")
    asked = asked.parse_args()
    on = land("zuid-holland")
    for one in PROVINCE if asked.only is None else [PROVINCE[int(nth)] for nth in asked.only.split(",")]:
        high, sized, formed = np.mean([shares(on, one, nth, asked.draws) for nth in range(asked.maps)], axis=0)
        print(f"{one.title}: high {high:.3f}, size and risk known {sized:.3f}, form known {formed:.3f}", flush=True)


if __name__ == "__main__":
    main()
