"""P-values on maps without a pattern and false alarms on maps with clusters: `make calibrate`, on a handful of maps."""

import numpy as np
import pytest

from layers.evaluation.maps import NULL_MAPS, Ground, plant
from layers.evaluation.scores import SearchScore
from services.engines.local import Local
from tests.benchmarks.calibration import searches
from tests.benchmarks.calibration.conclusions import EXCHANGEABLE
from tests.benchmarks.calibration.maps import board
from tests.benchmarks.calibration.places import runs as places
from tests.benchmarks.calibration.places.outcomes import Kept
from tests.benchmarks.calibration.runs import generator

ALPHAS = np.array([0.001, 0.01, 0.05, 0.2])


def shares(kind, count, p_of=searches.p_zicht):
    """The shares of areas with p at most each alpha, over so many maps of buurten."""
    on = board("buurt")
    maps = [NULL_MAPS[kind](on, generator("test", kind, nth)) for nth in range(count)]
    p = np.concatenate([p_of(values, on)[on.tested] for values in maps])
    return (p[:, None] <= ALPHAS * (1 + 1e-6)).mean(axis=0)  # p of some peers is 1/1000 but for rounding


def beyond(share, count):
    """How many binomial errors above alpha; areas that share neighbours count as one."""
    on = board("buurt")
    independent = count * on.tested.sum() / (1 + on.neighbors.count.mean())
    return (share - ALPHAS) / np.sqrt(ALPHAS * (1 - ALPHAS) / independent)


@pytest.mark.parametrize("kind", [*EXCHANGEABLE, "ar_clumped"])
def test_without_a_pattern_p_is_at_most_alpha_no_more_often_than_alpha(kind):
    assert (beyond(shares(kind, 8), 8) < 3).all()


def test_without_ties_p_is_alpha_as_often_as_alpha():
    assert np.abs(beyond(shares("eb", 8), 8)).max() < 3


def test_shrunk_rates_are_not_exchangeable_where_exposure_is_clumped():
    assert beyond(shares("eb_clumped", 40), 40)[0] > 3


@pytest.fixture(scope="module")
def _plain_esda():
    searches.without_compiling()


@pytest.mark.usefixtures("_plain_esda")
@pytest.mark.parametrize(
    "peer",
    [
        lambda values, on: searches.p_esda(values, on, 1, "directed"),
        lambda values, on: searches.p_geoda(values, on, 1)[0],
    ],
    ids=["esda", "geoda"],
)
def test_counts_of_mostly_nothing_are_significant_everywhere_for_peers_and_not_for_us(peer):
    assert shares("poisson_01", 2, peer)[0] > 0.3
    assert shares("poisson_01", 2)[0] < 0.005


def _figures(planted, flagged):
    return list(SearchScore.of(planted, flagged).figures().values())


@pytest.fixture(scope="module")
def outcomes():
    """The scores of every search, on maps of three clusters of nine buurten at three times the rate."""
    maps = [plant(board("buurt"), 9, 3.0, Ground.EVEN, generator("test", nth)) for nth in range(10)]
    flagged = [searches.searched(one, nth) for nth, one in enumerate(maps)]
    return {
        name: np.array(
            [
                list(SearchScore.of(one, those[name]).figures().values())
                for one, those in zip(maps, flagged, strict=True)
            ]
        )
        for name in searches.SEARCHES
    }


@pytest.mark.parametrize("name", searches.SEARCHES)
def test_clusters_are_found_and_few_of_what_is_flagged_is_far_from_one(outcomes, name):
    power, clusters, _, false, _ = outcomes[name].mean(axis=0)
    error = outcomes[name].std(axis=0, ddof=1) / np.sqrt(len(outcomes[name]))
    assert clusters > 0.8
    assert power > 0.3
    assert false <= searches.MAX_Q + 2 * error[3]


@pytest.mark.parametrize("size", [4, 9, 25])
def test_planted_clusters_are_as_large_as_asked_and_apart(size):
    one = plant(board("buurt"), size, 3.0, Ground.BOTH, generator("test", size))
    assert [len(set(cluster)) for cluster in one.clusters] == [size] * 3
    assert one.inside.sum() == 3 * size
    for cluster in one.clusters:
        others = one.inside.copy()
        others[cluster] = False
        assert not (one.board.neighbors.matrix[cluster] @ others.astype(int)).any()


def calibrated(folder, *rounds, engine=None):
    """The figures of the last of these rounds, each by a run of its own that goes on from the one before; and what is
    kept.
    """
    for count in rounds:
        saved = []
        search = places.SearchOfMap("testland", 7, 19)
        places.run(count, search, Kept(folder / "places.jsonl", "state"), saved.append, engine)
    return saved[-1], (folder / "places.jsonl").read_bytes()


def test_a_calibration_of_places_is_the_same_whoever_searches_the_maps_and_wherever_it_goes_on(tmp_path):
    for name in ("here", "two"):
        (tmp_path / name).mkdir()
    rows, kept = calibrated(tmp_path / "here", 2)
    assert [row["maps"] for row in rows] == [2, 2]
    assert calibrated(tmp_path / "two", 1, 2, engine=Local(2)) == (rows, kept)
