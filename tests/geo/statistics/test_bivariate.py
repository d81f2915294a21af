"""One thing among another, held against every way to fill the neighbourhood, esda and spdep."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import AlignmentError, StatisticError
from geo.statistics.bivariate import local_moran_among, quadrants_among
from geo.statistics.local_moran import local_moran, quadrants
from geo.unknown import Unknown
from tests.country import graph_of, grid, names
from tests.geo.statistics.peers import esda_of, off_by, spdep

SIZE = 7
edges = st.sets(st.sampled_from(list(combinations(range(SIZE), 2))), min_size=2, max_size=12)
maps = edges.map(lambda some: graph_of(some, SIZE))
whole = st.lists(st.integers(-3, 3), min_size=SIZE, max_size=SIZE).filter(lambda some: len(set(some)) > 1)
BOARD = grid(12, 12)


def series(figures):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)))


def two(seed=1):
    """Two things that go together, one in whole numbers."""
    random = np.random.default_rng(seed)
    first = random.poisson(2, 144)
    return series(first), series(first + random.gamma(2, size=144))


def distances(values):
    return (values - values.mean()) / values.std()


@settings(max_examples=8)
@given(whole, whole, maps, st.sampled_from(["greater", "less", "two-sided"]))
def test_p_is_the_share_of_all_ways_to_fill_the_neighbourhood(first, second, neighbors, alternative):
    result = local_moran_among(series(first), series(second), neighbors, alternative=alternative)
    here, there = distances(np.array(first)), distances(np.array(second))
    for at in np.flatnonzero(neighbors.count):
        around = neighbors.matrix[[at]].nonzero()[1]
        others = np.delete(there, at)  # its own second leaves as well
        every = here[at] * np.array([np.mean(some) for some in combinations(others, len(around))])
        product = here[at] * there[around].mean()
        above, below = np.mean(every >= product - 1e-9), np.mean(every <= product + 1e-9)
        expected = {"greater": above, "less": below, "two-sided": min(1, 2 * min(above, below))}[alternative]
        assert result.p.iloc[at] == pytest.approx(expected, abs=1e-9)
        assert result.statistic.iloc[at] == pytest.approx(product * (SIZE - 1) / SIZE, abs=1e-9)


def test_the_statistic_is_that_of_spdep():
    golden, neighbors = spdep("columbus")
    result = local_moran_among(series(golden["values"]), series(golden["other"]), neighbors, alternative="less")
    assert result.statistic.to_numpy() == pytest.approx(np.array(golden["local_moran_among"]), abs=1e-10)


def test_the_statistic_is_that_of_esda_and_p_but_for_the_chance_in_its_draws():
    draws, (first, second) = 9_999, two()
    result = local_moran_among(first, second, BOARD, alternative="greater")
    options = {"permutations": draws, "seed": 5, "alternative": "greater"}
    theirs = esda_of("Moran_Local_BV", first, second, neighbors=BOARD, **options)
    assert result.statistic.to_numpy() == pytest.approx(theirs.Is, abs=1e-10)
    assert np.abs(off_by(theirs.p_sim, result.p.to_numpy(), draws)).max() < 4.5


def test_a_thing_among_itself_is_local_moran():
    first, _ = two()
    one, other = (
        local_moran_among(first, first, BOARD, alternative="greater"),
        local_moran(first, BOARD, alternative="greater"),
    )
    assert one.p.equals(other.p)
    assert one.statistic.to_numpy() == pytest.approx(other.statistic.to_numpy())
    assert quadrants_among(first, first, BOARD).equals(quadrants(first, BOARD))


def test_what_the_other_is_in_the_area_itself_does_not_matter():
    first, second = series([5, 0, 1, 2]), series([1, 7, 3, 3])
    star = graph_of([(0, 1), (1, 2), (2, 3)], 4)
    before = local_moran_among(first, second, star, alternative="greater").p["a0000"]
    second["a0000"] = 6
    assert local_moran_among(first, second, star, alternative="greater").p["a0000"] == before


def test_an_area_where_either_is_unknown_drops_out():
    first, second = series([1, 2, np.nan, 4, 8]), series([3, 1, 1, np.nan, 2])
    line = graph_of([(0, 1), (1, 2), (2, 3), (3, 4)], 5)
    result = local_moran_among(first, second, line, alternative="greater")
    assert result.reason.tolist() == [None, None, Unknown.ABSENT, Unknown.ABSENT, Unknown.ISLAND]
    assert quadrants_among(first, second, line).isna().tolist() == [False, False, True, True, True]


def test_two_things_that_cannot_be_set_side_by_side_are_refused():
    one, same = series([1, 2, 3, 4]), series([1, 1, 1, 1])
    with pytest.raises(StatisticError, match="the second does not differ over 4"):
        local_moran_among(one, same, grid(2, 2), alternative="greater")
    with pytest.raises(StatisticError, match="the first does not differ over 0"):
        local_moran_among(series([np.nan] * 4), one, grid(2, 2), alternative="greater")
    with pytest.raises(AlignmentError):
        local_moran_among(one, series([1, 2]), grid(2, 2), alternative="greater")
