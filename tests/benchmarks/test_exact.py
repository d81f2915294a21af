"""The exact local test with its correction, beside esda's permutations and GeoDa's."""

import warnings

import numpy as np
import pytest
from esda.getisord import G_Local
from scipy.sparse import csr_array

from boundaries.vintages import vintage
from geo.neighbors import Neighbors, queen
from geo.statistics.exact import upper_tail
from geo.statistics.significance import benjamini_hochberg
from services.sources.made_up import MadeUp
from tests.benchmarks.side_by_side import race

DRAWS = 999


def hexagons(side: int) -> csr_array:
    """Who borders whom on a field of hexagons."""
    row, column = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1)):
        there = row + down, column + right
        inside = (there[0] >= 0) & (there[0] < side) & (there[1] >= 0) & (there[1] < side)
        pairs.append(((row * side + column)[inside], (there[0] * side + there[1])[inside]))
    left, right = (np.concatenate(part) for part in zip(*pairs, strict=True))
    matrix = csr_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(side * side, side * side))
    matrix.sort_indices()
    return matrix


def ours(values: np.ndarray, neighbors: Neighbors) -> np.ndarray:
    return benjamini_hochberg(upper_tail(values, neighbors).upper)


def field(side: int) -> Neighbors:
    import pandas as pd  # noqa: PLC0415

    return Neighbors(pd.RangeIndex(side * side), hexagons(side))


@pytest.mark.parametrize(("name", "side"), [("14,400 areas, 6 neighbours (buurt)", 120)])
def test_beside_esda_and_geoda(name: str, side: int):
    neighbors = field(side)
    values = np.random.default_rng(1).gamma(2, 1, side * side)
    graph = neighbors.graph()

    def esda() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return G_Local(
                values, graph, transform="B", star=True, permutations=DRAWS, keep_simulations=False, n_jobs=1,
                seed=1, alternative="greater",
            )  # fmt: skip

    race(f"local test, {name}, P={DRAWS}", lambda: ours(values, neighbors), {"esda": esda})


@pytest.mark.parametrize(
    ("name", "side"), [("H3 resolution 9, 451,584 cells", 672), ("H3 resolution 10, 3,200,521 cells", 1789)]
)
def test_by_itself(name: str, side: int):
    neighbors = field(side)
    values = np.random.default_rng(1).gamma(2, 1, side * side)
    race(f"local test, {name}", lambda: ours(values, neighbors), {})


def test_on_a_map_of_buurten():
    buurten = MadeUp().buurten(vintage(2024))
    values = np.random.default_rng(1).gamma(2, 1, len(buurten))
    neighbors = queen(buurten)
    race(f"local test, Testland, {len(buurten)} buurten", lambda: ours(values, neighbors), {})
