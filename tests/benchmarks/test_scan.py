"""The scan of a whole country, beside the same written straightforwardly in numpy, for want of a package with one."""

from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd

from geo.statistics.scan import scan
from geo.statistics.scan_windows import Windows

AREAS, WIDEST, DRAWS, RUNS = 14_500, 725, 999, 5
FEW = 3
"""Draws that numpy is timed on; its time per draw does not depend on their number."""


def country(rng):
    """Events at one rate but for one place, exposure and points: as many areas as the country has buurten."""
    points = rng.uniform(0, 300_000, (AREAS, 2))
    exposure = rng.lognormal(7, 1, AREAS).round()
    rate = np.where(np.hypot(*(points - 150_000).T) < 8_000, 2.5, 1.0) * 20_000 / exposure.sum()
    areas = pd.Index([f"BU{at:08d}" for at in range(AREAS)])
    return pd.Series(rng.poisson(exposure * rate), areas), pd.Series(exposure, areas), points


def in_numpy(events, exposure, points, draws):
    """Seconds per draw, with the windows given: draw, look up, add up, take logarithms."""
    _, member = Windows(largest=0.99, most=WIDEST).grow(points, exposure.to_numpy())
    windows, total = member.reshape(AREAS, WIDEST), events.sum()
    expected = (exposure * (total / exposure.sum())).to_numpy()[windows].cumsum(axis=1)
    rng, begun = np.random.default_rng(1), perf_counter()
    for _ in range(draws):
        inside = rng.multinomial(total, exposure / exposure.sum())[windows].cumsum(axis=1)
        outside = total - inside
        with np.errstate(divide="ignore", invalid="ignore"):
            llr = inside * np.log(inside / expected) + outside * np.log(outside / (total - expected))
        np.where(inside > expected, llr, 0.0).max()
    return (perf_counter() - begun) / draws


def test_a_country_is_scanned_in_seconds():
    figures = country(np.random.default_rng(0))
    begun = perf_counter()
    scan(*figures, windows=Windows(largest=0.99, most=WIDEST), draws=1, seed=1)
    print(f"\nscan, {AREAS:,} areas, windows of up to {WIDEST} areas, {DRAWS} draws")  # its output
    print(f"  windows, events and one draw, compiled if need be: {perf_counter() - begun:.1f} s")
    ours, theirs = [], []
    for run in range(RUNS):
        begun = perf_counter()
        found = scan(*figures, windows=Windows(largest=0.99, most=WIDEST), draws=DRAWS, seed=run)
        ours.append(perf_counter() - begun)
        theirs.append(in_numpy(*figures, FEW) * DRAWS)
    assert found.clusters[0].p == 1 / (1 + DRAWS)
    print(f"  zicht {median(ours):.1f} s, numpy {median(theirs):.0f} s (from {FEW} draws), ratio "
          f"{median(theirs) / median(ours):.0f}; medians of {RUNS} interleaved runs")  # fmt: skip
