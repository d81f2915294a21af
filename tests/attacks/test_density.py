"""Counts behind a density surface: it is linear in the counts of its cells, and has a value for each of these."""

import numpy as np
import pytest
from scipy.optimize import nnls

from geo.densities import KM2, Kernel, density, rounded

KERNEL = Kernel(500.0, 125.0)


def town():
    """Four hundred reports around the middle of a town."""
    return np.array((120_000.0, 480_000.0)) + np.random.default_rng(1).normal(0, 400, (400, 2))


def counted(points, grid):
    rows, columns = np.floor((grid.north - points[:, 1]) / grid.cell), np.floor((points[:, 0] - grid.west) / grid.cell)
    counts = np.zeros(grid.values.shape)
    np.add.at(counts, (rows.astype(int), columns.astype(int)), 1)
    return counts


def best_fit(grid):
    """The counts, not negative, that come nearest to the values of a surface as it is stored."""
    shares = KERNEL.on_cells()
    half, values = len(shares) // 2, grid.values.astype(np.float32).astype(float)
    shown = np.argwhere(np.isfinite(values))
    apart = shown[:, None, :] + half - np.argwhere(np.ones_like(values))[None, :, :]
    near = ((apart >= 0) & (apart < len(shares))).all(axis=2)
    matrix = np.where(near, shares[tuple(np.where(near[:, :, None], apart, 0).transpose(2, 0, 1))], 0.0)
    seen = matrix.any(axis=0)
    counts = np.zeros(values.size)
    counts[seen] = nnls(matrix[:, seen], values[tuple(shown.T)] * KERNEL.cell**2 / KM2, maxiter=20_000)[0]
    return np.rint(counts).reshape(values.shape)


@pytest.mark.parametrize("published", [True, False])
def test_the_best_fit_to_an_exact_surface_gives_every_count_and_to_what_is_published_no_more_than_a_guess(published):
    points = town()
    exact = density(points, np.ones(len(points)), KERNEL)
    true, shown = counted(points, exact.grid), np.isfinite(exact.grid.values)
    right = best_fit(rounded(exact).grid if published else exact.grid) == true
    occupied = shown & (true > 0)
    if published:
        assert right[shown].mean() <= (true[shown] == 0).mean()  # as taking every cell for empty
        assert right[occupied].mean() < 0.25
    else:
        assert right[shown].all()
        assert occupied.sum() > 100


def test_what_is_published_of_a_surface_is_within_six_percent_of_it():
    exact = density(town(), np.ones(400), KERNEL)
    some = exact.grid.values > 0
    times = rounded(exact).grid.values[some] / exact.grid.values[some]
    assert (np.abs(np.log10(times)) <= 1 / 40 + 1e-12).all()
    assert len(np.unique(rounded(exact).grid.values[some])) < 60
