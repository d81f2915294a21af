"""A density keeps the weight of its points, is what a direct sum gives, and shows no house."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

from geo.densities import KM2, Density, Kernel, density
from geo.errors import StatisticError

TOWN = (120_000.0, 480_000.0)


def crowd(seed, count=300, *, deviation=600.0):
    """Points around the middle of a town, and a weight each."""
    rng = np.random.default_rng(seed)
    return np.array(TOWN) + rng.normal(0, deviation, (count, 2)), rng.gamma(2.0, 1.0, count)


def on_centres(points, cell):
    return (np.floor(points / cell) + 0.5) * cell


def centres(grid):
    rows, columns = grid.values.shape
    x = grid.west + (np.arange(columns) + 0.5) * grid.cell
    y = grid.north - (np.arange(rows) + 0.5) * grid.cell
    return np.stack(np.meshgrid(x, y), axis=-1)


def shown(surface):
    return np.isfinite(surface.grid.values)


kernels = st.builds(
    lambda bandwidth, cells, shape: Kernel(bandwidth, bandwidth / cells, shape),
    st.floats(250, 900), st.floats(2, 9.9), st.sampled_from(["quartic", "gaussian"]),
)  # fmt: skip


@given(st.integers(0, 1000), kernels)
def test_nothing_is_lost_where_the_grid_reaches_as_far_as_the_points(seed, kernel):
    surface = density(*crowd(seed), kernel)
    mass = np.nansum(surface.grid.values) * kernel.cell**2 / KM2
    assert surface.lost == pytest.approx(0, abs=1e-9)
    assert mass == pytest.approx(surface.total * (1 - surface.suppressed), rel=1e-9)


@given(st.integers(0, 1000), kernels)
def test_what_falls_over_the_edge_is_counted_as_lost(seed, kernel):
    points, weights = crowd(seed)
    extent = (TOWN[0] - 500, TOWN[1] - 400, TOWN[0] + 300, TOWN[1] + 900)
    surface = density(points, weights, kernel, extent)
    mass = np.nansum(surface.grid.values) * kernel.cell**2 / KM2
    assert surface.lost > 0.1
    assert mass == pytest.approx(surface.total * (1 - surface.lost - surface.suppressed), rel=1e-9)


@pytest.mark.parametrize("shape", ["quartic", "gaussian"])
def test_it_is_the_direct_sum_of_all_kernels(shape):
    """Of points in the middle of cells; a direct sum has the kernel of the plane, ours is made whole on cells."""
    kernel = Kernel(300.0, 30.0, shape)
    points, weights = crowd(1)
    points = on_centres(points, kernel.cell)
    surface = density(points, weights, kernel)
    at = centres(surface.grid)
    distance = np.hypot(*np.moveaxis(at[:, :, None] - points, -1, 0)) / kernel.bandwidth
    if shape == "gaussian":
        height = np.exp(-0.5 * distance**2) / (2 * np.pi * kernel.bandwidth**2)
    else:
        height = 3 / (np.pi * kernel.bandwidth**2) * np.where(distance < 1, (1 - distance**2) ** 2, 0)
    direct = (height * weights).sum(axis=2) * KM2
    tolerance = 1e-6 if shape == "gaussian" else 2e-4
    assert np.abs(surface.grid.values - direct)[shown(surface)].max() < tolerance * direct.max()


def test_a_gaussian_density_is_that_of_scipy():
    """Of points in the middle of cells, which therefore do not move."""
    kernel = Kernel(400.0, 40.0, "gaussian")
    points, weights = crowd(2)
    points = on_centres(points, kernel.cell)
    surface = density(points, weights, kernel)
    factor = kernel.bandwidth / np.sqrt(np.cov(points.T, aweights=weights)[0, 0])
    peer = gaussian_kde(points.T, weights=weights)
    peer.covariance = np.eye(2) * kernel.bandwidth**2
    peer.set_bandwidth(factor)
    peer._data_covariance = np.eye(2)
    peer._data_cho_cov = np.eye(2)
    peer.factor, peer.covariance, peer.cho_cov = (
        kernel.bandwidth,
        np.eye(2) * kernel.bandwidth**2,
        np.eye(2) * kernel.bandwidth,
    )
    expected = peer(centres(surface.grid).reshape(-1, 2).T).reshape(surface.grid.values.shape) * weights.sum() * KM2
    assert np.abs(surface.grid.values - expected)[shown(surface)].max() < 5e-3 * expected.max()


@given(st.integers(0, 1000), kernels, st.integers(1, 500), st.booleans())
def test_however_many_points_lie_at_one_place_a_cell_is_only_shown_where_enough_places_lie_near(
    seed, kernel, many, ghosts
):
    """Counted by hand, for points in the middle of cells; those that weigh nothing make no place."""
    places, weights = crowd(seed, 120, deviation=3000)
    points = on_centres(np.repeat(places, np.where(np.arange(120) % 7, 1, many), axis=0), kernel.cell)
    weights = np.repeat(weights, np.where(np.arange(120) % 7, 1, many))
    if ghosts:
        around = on_centres(points[:1] + np.random.default_rng(seed).uniform(-200, 200, (50, 2)), kernel.cell)
        points, weights = np.vstack([points, around]), np.append(weights, np.zeros(50))
    surface = density(points, weights, kernel)
    first = np.unique(np.floor(points[weights > 0] / 25), axis=0, return_index=True)[1]
    distance = np.hypot(*np.moveaxis(centres(surface.grid)[:, :, None] - points[weights > 0][first], -1, 0))
    near = (distance <= kernel.bandwidth * (1 + 1e-12)).sum(axis=2)
    assert not shown(surface)[near < 5].any()
    assert (shown(surface) == (near >= 5)).mean() > 0.99


def test_sixty_reports_of_one_house_are_no_hill_whatever_the_town_has():
    town, weights = crowd(3, 2000)
    house = np.tile([[TOWN[0] + 20_000, TOWN[1]]], (60, 1)) + np.random.default_rng(1).uniform(0, 20, (60, 2))
    surface = density(np.vstack([town, house]), np.append(weights, np.ones(60)), Kernel(500.0, 50.0))
    assert np.isnan(surface.grid.values[centres(surface.grid)[:, :, 0] > TOWN[0] + 15_000]).all()


def test_a_lone_farm_is_not_shown_however_many_houses_the_town_has():
    points, weights = crowd(3, 2000)
    farm = np.array([[TOWN[0] + 20_000, TOWN[1]]])
    surface = density(np.vstack([points, farm]), np.append(weights, 5.0), Kernel(500.0, 100.0))
    east = centres(surface.grid)[:, :, 0] > TOWN[0] + 15_000
    assert np.isnan(surface.grid.values[east]).all()
    assert surface.suppressed >= 5 / surface.total


@pytest.mark.parametrize(("places", "visible"), [(4, False), (5, True)])
def test_a_hamlet_is_shown_from_five_places_on(places, visible):
    town, weights = crowd(3, 200)
    hamlet = np.array([[TOWN[0] + 20_050 + 100 * at, TOWN[1] + 50] for at in range(places)])
    surface = density(np.vstack([town, hamlet]), np.append(weights, np.ones(places)), Kernel(500.0, 100.0))
    assert isinstance(surface, Density)
    assert shown(surface)[centres(surface.grid)[:, :, 0] > TOWN[0] + 15_000].any() == visible


def test_a_kernel_is_one_in_all_and_its_disk_holds_the_cells_within_the_bandwidth():
    for kernel in (Kernel(500.0, 100.0), Kernel(500.0, 100.0, "gaussian")):
        cells = kernel.on_cells()
        assert cells.sum() == pytest.approx(1)
        assert cells.max() == cells[len(cells) // 2, len(cells) // 2]
        assert kernel.disk().sum() == 81  # of 11 by 11
    assert Kernel(500.0, 100.0, "gaussian").on_cells().shape == (61, 61)  # six bandwidths on either side


def test_surfaces_of_different_years_lie_on_one_another():
    one, other = (density(*crowd(seed), Kernel(300.0, 100.0)).grid for seed in (1, 2))
    assert (one.west - other.west) % 100 == 0
    assert (one.north - other.north) % 100 == 0


@pytest.mark.parametrize("bandwidth", [0.0, 100.0, 249.9, float("nan")])
def test_a_bandwidth_that_shows_houses_is_refused(bandwidth):
    with pytest.raises(StatisticError, match="shows single houses; give 250 m or more"):
        Kernel(bandwidth, 50.0)


@pytest.mark.parametrize(
    ("cell", "fault"), [(260.0, "too coarse"), (49.0, "so fine that they show single houses"), (0.0, "so fine"),
                       (-5.0, "so fine"), (float("nan"), "too coarse")],
)  # fmt: skip
def test_cells_that_do_not_fit_the_bandwidth_are_refused(cell, fault):
    with pytest.raises(StatisticError, match=rf"{fault}.* for a bandwidth of 500 m; give 50 to 250 m"):
        Kernel(500.0, cell)


def test_few_places_make_no_surface_however_many_points_they_have():
    places = np.array(TOWN) + 100.0 * np.column_stack([np.arange(49), np.zeros(49)]) + 50
    points = np.tile(places, (20, 1))
    with pytest.raises(
        StatisticError, match=r"980 points in 49 places \(squares of 25 m\) can point at an address; give 50 places"
    ):
        density(points, np.ones(len(points)), Kernel(500.0, 100.0))
    one_more = np.vstack([places, [[TOWN[0], TOWN[1] + 250]]])
    assert shown(density(one_more, np.ones(len(one_more)), Kernel(500.0, 100.0))).any()


def test_no_points_make_no_surface():
    with pytest.raises(StatisticError, match="there are no points"):
        density(np.empty((0, 2)), np.empty(0), Kernel(500.0, 100.0))


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_weights_that_are_none_are_refused(wrong):
    points, weights = crowd(1)
    with pytest.raises(StatisticError, match="weight"):
        density(points, np.append(weights[:-1], wrong), Kernel(500.0, 100.0))


def test_a_grid_of_too_many_cells_is_refused():
    points, weights = crowd(1)
    with pytest.raises(StatisticError, match="give larger cells"):
        density(points, weights, Kernel(500.0, 50.0), (0, 0, 1_000_000, 1_000_000))
