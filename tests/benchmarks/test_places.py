"""The place scan of a whole country and of its hexagons, beside the same in numpy, for want of a package with one."""

from time import perf_counter, process_time

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, eye_array, kron

from geo.neighbors import Neighbors
from geo.residuals import Residuals
from geo.statistics.getis_ord import getis_ord
from geo.statistics.places import kernel
from geo.statistics.places.scan import Places, place_scan
from geo.statistics.places.windows import nearest, sizes
from tests.benchmarks.side_by_side import most

COUNTRY, HEXAGONS = (121, 120), (624, 624)
DRAWS, FEW = 999, 3
"""Draws, and those that numpy is timed on; its time per draw does not depend on their number."""


def lattice(columns, rows):
    """Six neighbours each, as hexagons have, and their points."""
    east, north = (diags_array([1.0], offsets=[1], shape=(size, size)) for size in (columns, rows))
    onward = kron(eye_array(rows), east) + kron(north, eye_array(columns)) + kron(north, east.T)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    areas = pd.RangeIndex(columns * rows).map("{:07d}".format)
    points = np.stack([350.0 * (x + y / 2), 303.0 * y], axis=-1).reshape(-1, 2)
    return Neighbors(areas, csr_array((onward + onward.T).astype(np.int8))), points


def figures(neighbors, points, places):
    """Residuals with so many places of nine areas."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=len(points))
    for heart in rng.integers(len(points), size=places):
        z[np.argsort(np.linalg.norm(points - points[heart], axis=1))[:9]] += 2.2
    expected = rng.gamma(2, 3, len(points))
    return Residuals(pd.Series(z, neighbors.ids), pd.Series(expected, neighbors.ids), 3.0)


def in_numpy(neighbors, points, values):
    """Seconds per draw, with the windows given: permute, look up, add up, take logarithms."""
    borders, sized, every = neighbors.matrix, sizes(len(points)), np.ones(len(points), dtype=bool)
    members = nearest(borders.indptr, borders.indices, points, every, int(sized[-1]))
    rng, begun = np.random.default_rng(1), perf_counter()
    for _ in range(FEW):
        mean = rng.permutation(values)[members].cumsum(axis=1)[:, sized - 1] / sized
        risk = mean.clip(1.8, 3.1)
        (sized * 1.5 * (mean * (1 - 1 / risk) - np.log(risk))).max()
    return (perf_counter() - begun) / FEW


def timed(work):
    begun, worked = perf_counter(), process_time()
    answer = work()
    return answer, perf_counter() - begun, process_time() - worked


def test_a_country_and_its_hexagons_are_scanned_in_seconds():
    for title, (columns, rows), places in (("buurten", COUNTRY, 20), ("hexagons", HEXAGONS, 100)):
        neighbors, points = lattice(columns, rows)
        one = figures(neighbors, points, places)
        place_scan(one, neighbors, points, places=Places("rate", draws=kernel.LANES))
        getis_ord(one.values, neighbors, alternative="greater")
        found, seconds, worked = timed(lambda: place_scan(one, neighbors, points, places=Places("rate", draws=DRAWS)))  # noqa: B023
        assert found.parts[0].p == 1 / (1 + DRAWS)
        theirs = in_numpy(neighbors, points, np.exp(one.values.to_numpy())) * DRAWS
        gi, *gi_seconds = timed(lambda: getis_ord(one.values, neighbors, alternative="greater"))  # noqa: B023
        assert (gi.q <= 0.05).any()
        print(f"\nplace scan, {len(points):,} {title}, {DRAWS} draws: zicht {seconds:.1f} s ({worked:.1f} s of work), "
              f"numpy {theirs:.0f} s (from {FEW} draws), ratio {theirs / seconds:.0f}; at most {most():.1f} GB\n"
              f"  Gi*: {gi_seconds[0]:.1f} s ({gi_seconds[1]:.1f} s of work)")  # fmt: skip
