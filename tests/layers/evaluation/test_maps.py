"""What is planted is there, and nothing else is."""

import numpy as np
import pytest
import shapely
from scipy.sparse.csgraph import connected_components

from geo.neighbors import queen
from layers.evaluation.maps import NULL_MAPS, Board, Ground, plant
from layers.evaluation.scores import SearchScore, mean_and_error
from tests.country import squares

AREAS = squares(24, 24)
BOARD = Board(
    "proef", AREAS, queen(AREAS), shapely.get_coordinates(shapely.centroid(AREAS.table.geometry.to_numpy())), 12.0
)


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("seed", range(3))
def test_three_clusters_lie_in_one_piece_each_and_apart(ground, seed):
    made = plant(BOARD, 9, 3.0, ground, np.random.default_rng(seed))
    assert [len(cluster) for cluster in made.clusters] == [9, 9, 9]
    assert made.inside.sum() == 27
    for cluster in made.clusters:
        among = BOARD.neighbors.matrix[cluster][:, cluster]
        assert connected_components(among, directed=False)[0] == 1
    touching = BOARD.neighbors.matrix @ made.inside.astype(int) > 0
    assert (made.near == (made.inside | touching)).all()


def test_strength_one_plants_nothing():
    made = plant(BOARD, 9, 1.0, Ground.EVEN, np.random.default_rng(1))
    assert made.clusters == ()
    assert not made.near.any()


def test_a_cluster_of_three_times_the_rate_has_three_times_the_events():
    made = [plant(BOARD, 25, 3.0, Ground.EVEN, np.random.default_rng(seed)) for seed in range(20)]
    inside, outside = ([], [])
    for one in made:
        rate = one.measure.events / one.measure.exposure
        inside.append(np.average(rate[one.inside], weights=one.measure.exposure[one.inside]))
        outside.append(np.average(rate[~one.inside], weights=one.measure.exposure[~one.inside]))
    assert np.mean(inside) / np.mean(outside) == pytest.approx(3.0, rel=0.05)


def test_stations_stand_by_themselves_and_have_twenty_to_sixty_times_their_expected_events():
    even = plant(BOARD, 9, 3.0, Ground.EVEN, np.random.default_rng(5)).measure
    made = plant(BOARD, 9, 3.0, Ground.STATIONS, np.random.default_rng(5))
    extreme = (made.measure.events != even.events).to_numpy()
    assert 1 <= extreme.sum() <= 3
    assert not (extreme & made.near).any()
    times = made.measure.events[extreme] / (even.national * even.exposure.median())
    assert times.between(19.9, 60.1).all()


@pytest.mark.parametrize("kind", NULL_MAPS)
def test_a_map_without_a_pattern_has_a_value_everywhere_and_is_drawn_from_its_seed(kind):
    one, same, other = (NULL_MAPS[kind](BOARD, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.isfinite(one).all()
    assert (one == same).all()
    assert (one != other).any()


def test_scores_by_hand():
    made = plant(BOARD, 4, 3.0, Ground.EVEN, np.random.default_rng(2))
    flagged = np.zeros(len(BOARD), dtype=bool)
    flagged[made.clusters[0][:2]] = True  # two of the twelve planted, of one cluster of three
    flagged[np.flatnonzero(~made.near)[:2]] = True  # two far away
    score = SearchScore.of(made, flagged)
    assert (score.power, score.found, score.precision, score.false, score.alarm) == (2 / 12, 1 / 3, 0.5, 0.5, 1.0)
    nothing = SearchScore.of(made, np.zeros(len(BOARD), dtype=bool))
    assert np.isnan(nothing.precision)
    assert (nothing.power, nothing.false, nothing.alarm) == (0, 0, 0)


def test_means_leave_out_what_is_not_known():
    means, errors = mean_and_error([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    np.testing.assert_array_equal(means, [2.0, 5.0, np.nan])
    np.testing.assert_allclose(errors, [1.0, np.nan, np.nan])
