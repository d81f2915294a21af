"""A density keeps the weight of its points, is what a direct sum gives, and shows no house."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

from geo.densities import KM2, LEAST_NEAR, LEAST_PLACES, PLACE, Kernel, density
from geo.errors import StatisticError

TOWN = (120_000.0, 480_000.0)


def crowd(seed, count=300, *, spread=600.0):
    """Points around the middle of a town, and a weight each."""
    rng = np.random.default_rng(seed)
    return np.array(TOWN) + rng.normal(0, spread, (count, 2)), rng.gamma(2.0, 1.0, count)


def on_centres(points, cell):
    return (np.floor(points / cell) + 0.5) * cell


def centres(grid):
    rows, columns = grid.values.shape
    x = grid.west + (np.arange(columns) + 0.5) * grid.cell
    y = grid.north - (np.arange(rows) + 0.5) * grid.cell
    return np.stack(np.meshgrid(x, y), axis=-1)


def shown(found):
    return np.isfinite(found.grid.values)


smears = st.builds(
    lambda bandwidth, cells, kernel: Kernel(bandwidth, bandwidth / cells, kernel),
    st.floats(250, 900), st.floats(2, 9.9), st.sampled_from(["quartic", "gaussian"]),
)  # fmt: skip


@given(st.integers(0, 1000), smears)
def test_nothing_is_lost_where_the_grid_reaches_as_far_as_the_points(seed, smear):
    found = density(*crowd(seed), smear)
    mass = np.nansum(found.grid.values) * smear.cell**2 / KM2
    assert found.lost == pytest.approx(0, abs=1e-9)
    assert mass == pytest.approx(found.total * (1 - found.suppressed), rel=1e-9)


@given(st.integers(0, 1000), smears)
def test_what_goes_over_the_edge_is_told(seed, smear):
    points, weights = crowd(seed)
    extent = (TOWN[0] - 500, TOWN[1] - 400, TOWN[0] + 300, TOWN[1] + 900)
    found = density(points, weights, smear, extent)
    mass = np.nansum(found.grid.values) * smear.cell**2 / KM2
    assert found.lost > 0.1
    assert mass == pytest.approx(found.total * (1 - found.lost - found.suppressed), rel=1e-9)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_it_is_the_direct_sum_of_all_kernels(kernel):
    """Of points in the middle of cells; a direct sum has the kernel of the plane, ours is made whole on cells."""
    smear = Kernel(300.0, 30.0, kernel)
    points, weights = crowd(1)
    points = on_centres(points, smear.cell)
    found = density(points, weights, smear)
    at = centres(found.grid)
    distance = np.hypot(*np.moveaxis(at[:, :, None] - points, -1, 0)) / smear.bandwidth
    if kernel == "gaussian":
        height = np.exp(-0.5 * distance**2) / (2 * np.pi * smear.bandwidth**2)
    else:
        height = 3 / (np.pi * smear.bandwidth**2) * np.where(distance < 1, (1 - distance**2) ** 2, 0)
    direct = (height * weights).sum(axis=2) * KM2
    tolerance = 1e-6 if kernel == "gaussian" else 2e-4
    assert np.abs(found.grid.values - direct)[shown(found)].max() < tolerance * direct.max()


def test_a_gaussian_density_is_that_of_scipy():
    """Of points in the middle of cells, which therefore do not move."""
    smear = Kernel(400.0, 40.0, "gaussian")
    points, weights = crowd(2)
    points = on_centres(points, smear.cell)
    found = density(points, weights, smear)
    factor = smear.bandwidth / np.sqrt(np.cov(points.T, aweights=weights)[0, 0])
    peer = gaussian_kde(points.T, weights=weights)
    peer.covariance = np.eye(2) * smear.bandwidth**2
    peer.set_bandwidth(factor)
    peer._data_covariance = np.eye(2)
    peer._data_cho_cov = np.eye(2)
    peer.factor, peer.covariance, peer.cho_cov = (
        smear.bandwidth,
        np.eye(2) * smear.bandwidth**2,
        np.eye(2) * smear.bandwidth,
    )
    expected = peer(centres(found.grid).reshape(-1, 2).T).reshape(found.grid.values.shape) * weights.sum() * KM2
    assert np.abs(found.grid.values - expected)[shown(found)].max() < 5e-3 * expected.max()


@given(st.integers(0, 1000), smears, st.integers(1, 500), st.booleans())
def test_however_many_points_lie_at_one_place_a_cell_is_only_shown_where_enough_places_lie_near(
    seed, smear, many, ghosts
):
    """Counted by hand, for points in the middle of cells; those that weigh nothing make no place."""
    places, weights = crowd(seed, 120, spread=3000)
    points = on_centres(np.repeat(places, np.where(np.arange(120) % 7, 1, many), axis=0), smear.cell)
    weights = np.repeat(weights, np.where(np.arange(120) % 7, 1, many))
    if ghosts:
        around = on_centres(points[:1] + np.random.default_rng(seed).uniform(-200, 200, (50, 2)), smear.cell)
        points, weights = np.vstack([points, around]), np.append(weights, np.zeros(50))
    found = density(points, weights, smear)
    first = np.unique(np.floor(points[weights > 0] / PLACE), axis=0, return_index=True)[1]
    distance = np.hypot(*np.moveaxis(centres(found.grid)[:, :, None] - points[weights > 0][first], -1, 0))
    near = (distance <= smear.bandwidth * (1 + 1e-12)).sum(axis=2)
    assert not shown(found)[near < LEAST_NEAR].any()
    assert (shown(found) == (near >= LEAST_NEAR)).mean() > 0.99


def test_sixty_reports_of_one_house_are_no_hill_whatever_the_town_has():
    town, weights = crowd(3, 2000)
    house = np.tile([[TOWN[0] + 20_000, TOWN[1]]], (60, 1)) + np.random.default_rng(1).uniform(0, 20, (60, 2))
    found = density(np.vstack([town, house]), np.append(weights, np.ones(60)), Kernel(500.0, 50.0))
    assert np.isnan(found.grid.values[centres(found.grid)[:, :, 0] > TOWN[0] + 15_000]).all()


def test_a_lone_farm_is_not_shown_however_many_houses_the_town_has():
    points, weights = crowd(3, 2000)
    farm = np.array([[TOWN[0] + 20_000, TOWN[1]]])
    found = density(np.vstack([points, farm]), np.append(weights, 5.0), Kernel(500.0, 100.0))
    east = centres(found.grid)[:, :, 0] > TOWN[0] + 15_000
    assert np.isnan(found.grid.values[east]).all()
    assert found.suppressed >= 5 / found.total


def test_surfaces_of_different_years_lie_on_one_another():
    one, other = (density(*crowd(seed), Kernel(300.0, 100.0)).grid for seed in (1, 2))
    assert (one.west - other.west) % 100 == 0
    assert (one.north - other.north) % 100 == 0


@pytest.mark.parametrize("bandwidth", [0.0, 100.0, 249.9, float("nan")])
def test_a_bandwidth_that_shows_houses_is_refused(bandwidth):
    with pytest.raises(StatisticError, match="shows single houses; give 250 m or more"):
        Kernel(bandwidth, 50.0)


@pytest.mark.parametrize(
    ("cell", "said"), [(260.0, "too coarse"), (49.0, "so fine that they show single houses"), (0.0, "so fine"),
                       (-5.0, "so fine"), (float("nan"), "too coarse")],
)  # fmt: skip
def test_cells_that_do_not_fit_the_bandwidth_are_refused(cell, said):
    with pytest.raises(StatisticError, match=rf"{said}.* for a bandwidth of 500 m; give 50 to 250 m"):
        Kernel(500.0, cell)


def test_few_places_make_no_surface_however_many_points_they_have():
    places = np.array(TOWN) + 100.0 * np.column_stack([np.arange(LEAST_PLACES - 1), np.zeros(LEAST_PLACES - 1)]) + 50
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


def test_a_grid_too_large_to_reckon_is_refused():
    points, weights = crowd(1)
    with pytest.raises(StatisticError, match="give larger cells"):
        density(points, weights, Kernel(500.0, 50.0), (0, 0, 1_000_000, 1_000_000))
