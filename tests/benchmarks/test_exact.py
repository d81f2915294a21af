"""The exact local test with its correction, beside esda's permutations and GeoDa's."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pygeoda
import pytest
from esda.getisord import G_Local
from pygeoda.libgeoda import gda_load_gal
from pygeoda.weights.weight import Weight
from rich.console import Console
from scipy.sparse import csr_array

from boundaries.vintages import vintage
from geo.neighbors import Neighbors, queen
from geo.statistics.exact import upper_tail
from geo.statistics.significance import benjamini_hochberg
from services.testland.source import TestlandSource
from tests.benchmarks.side_by_side import race

DRAWS = 999
MOST = 100_000
"""Areas above which esda takes minutes and runs once."""


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
    return Neighbors(pd.RangeIndex(side * side), hexagons(side))


def geoda_weights(neighbors: Neighbors, folder: Path) -> object:
    """The same neighbours for GeoDa, which takes them from a file or makes them of polygons."""
    starts, ends = neighbors.matrix.indptr, neighbors.matrix.indices + 1
    rows = (
        f"{at + 1} {starts[at + 1] - starts[at]}\n{' '.join(map(str, ends[starts[at] : starts[at + 1]]))}\n"
        for at in range(len(neighbors.ids))
    )
    path = folder / "neighbors.gal"
    path.write_text(f"0 {len(neighbors.ids)} map id\n" + "".join(rows))
    ids = tuple(str(at + 1) for at in range(len(neighbors.ids)))
    return Weight(gda_load_gal(str(path), ids))  # read_gal leaves the file open


@pytest.mark.parametrize(
    ("name", "side"), [("14,400 areas, 6 neighbours (buurt)", 120), ("H3 resolution 9, 451,584 cells", 672)]
)
def test_beside_esda_and_geoda(name: str, side: int, tmp_path: Path):
    neighbors = field(side)
    values = np.random.default_rng(1).gamma(2, 1, side * side)
    graph, weights = neighbors.graph(), geoda_weights(neighbors, tmp_path)
    column = pd.Series(values)

    def esda() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return G_Local(
                values, graph, transform="B", star=True, permutations=DRAWS, keep_simulations=False, n_jobs=-1,
                seed=1, alternative="greater",
            )  # fmt: skip

    def geoda() -> object:
        found = pygeoda.local_gstar(weights, column, permutations=DRAWS, permutation_method="lookup-table", seed=1)
        return found.lisa_pvalues()

    large = side * side > MOST
    peers = {"GeoDa, lookup table": geoda} | ({} if large else {"esda, all cores": esda})
    once = {"esda, all cores": esda} if large else {}
    race(f"local test, {name}, P={DRAWS}", lambda: ours(values, neighbors), peers, once=once)


def test_three_million_cells_by_themselves():
    neighbors = field(1789)
    values = np.random.default_rng(1).gamma(2, 1, 1789**2)
    race("local test, H3 resolution 10, 3,200,521 cells", lambda: ours(values, neighbors), {})


def test_memory_of_three_million_cells():
    """In a process of its own: the most that was ever in memory, less what the neighbours and values take."""
    code = (
        "import numpy as np\n"
        "from tests.benchmarks.side_by_side import most\n"
        "from tests.benchmarks.test_exact import field, ours\n"
        "n = field(1789); v = np.random.default_rng(1).gamma(2, 1, 1789**2)\n"
        "before = most(); ours(v, n); print(before, most())"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    before, after = (float(part) for part in told.split())
    Console().print(f"H3 resolution 10: at most {after:.2f} GB, of which {before:.2f} GB to make the map")


def test_on_a_map_of_buurten():
    buurten = TestlandSource().areas(vintage(2024))
    values = np.random.default_rng(1).gamma(2, 1, len(buurten))
    neighbors = queen(buurten)
    race(f"local test, Testland, {len(buurten)} buurten", lambda: ours(values, neighbors), {})
