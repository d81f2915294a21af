"""What other programs get wrong and we must get right, their answer beside ours; and where all agree."""

import numpy as np
import pandas as pd
import pygeoda
import pytest
from pygeoda.libgeoda import gda_load_gal
from pygeoda.weights.weight import Weight
from scipy.stats import norm

from geo.statistics.bivariate import local_moran_among
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.joins import local_join_counts
from geo.statistics.local_moran import local_moran
from geo.unknown import Unknown
from tests.country import graph_of, grid, names
from tests.geo.statistics.peers import esda_of, off_by, spdep

BOARD, WIDE = grid(12, 12), grid(60, 60)
DRAWS = 9_999
LOCALS = {"Moran_Local": local_moran, "G_Local": getis_ord_i}


def series(figures):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)))


@pytest.fixture(scope="module")
def values():
    return series(np.random.default_rng(1).gamma(1.5, size=144))


@pytest.fixture(scope="module")
def counts():
    """Small counts with as many ties as cells of a fine grid have."""
    return series(np.random.default_rng(0).poisson(0.1, 3_600))


@pytest.fixture(scope="module")
def geoda_board(tmp_path_factory):
    """The neighbours of the board for GeoDa, which takes them from a file."""
    path = tmp_path_factory.mktemp("geoda") / "board.gal"
    rows = [f"{at + 1} {count}\n" for at, count in enumerate(BOARD.count)]
    around = [" ".join(map(str, BOARD.matrix[[at]].indices + 1)) + "\n" for at in range(144)]
    path.write_text("0 144 map id\n" + "".join(map("".join, zip(rows, around, strict=True))))
    return Weight(gda_load_gal(str(path), tuple(str(at + 1) for at in range(144))))


# Ties


def geoda(test, neighbors, *figures):
    result = getattr(pygeoda, test)(
        neighbors, *(one.reset_index(drop=True) for one in figures), permutations=DRAWS, seed=1, cpu_threads=1,
        permutation_method="complete",
    )  # fmt: skip
    return np.array(result.lisa_values()), np.array(result.lisa_pvalues())


def esda_star(values, alternative):
    options = {"transform": "B", "star": True, "permutations": 999, "seed": 1, "keep_simulations": False, "n_jobs": 1}
    return esda_of("G_Local", values, neighbors=WIDE, alternative=alternative, **options).p_sim


def test_of_small_counts_esda_calls_half_the_map_significant_and_geoda_too_and_we_a_handful(counts, geoda_board):
    """Both count the lower tail strictly: a sum that ties with every draw is then below none of them."""
    ours = getis_ord(counts, WIDE, alternative="two-sided").p
    assert np.mean(esda_star(counts, "directed") <= 0.001) > 0.4
    assert (ours <= 0.001).mean() < 0.001
    few = series(counts[:144].to_numpy())
    _, theirs = geoda("local_gstar", geoda_board, few)
    assert np.mean(theirs <= 0.001) > 0.3
    assert (getis_ord(few, BOARD, alternative="two-sided").p <= 0.001).mean() < 0.01


def test_of_small_counts_the_two_sided_test_of_esda_finds_nothing_and_ours_what_there_is(counts):
    exact = getis_ord(counts, WIDE, alternative="greater").p
    assert (exact <= 1e-4).any()
    assert esda_star(counts, "two-sided").min() > 0.1
    assert getis_ord(counts, WIDE, alternative="two-sided").p.min() == pytest.approx(2 * exact.min())


# Weights that add up to 1


@pytest.mark.parametrize(("star", "ours", "name"), [(False, getis_ord_i, "gi"), (True, getis_ord, "gi_star")])
def test_the_z_value_of_esda_is_wrong_for_its_own_default_weights_and_ours_is_that_of_spdep(star, ours, name):
    golden, neighbors = spdep("columbus")
    z = ours(series(golden["values"]), neighbors, alternative="greater").statistic
    by_default = esda_of("G_Local", golden["values"], neighbors=neighbors, star=star, permutations=0)
    assert by_default.w_transform == "R"
    assert np.abs(by_default.Zs - golden[name]).max() > 2
    assert np.abs(z - golden[name]).max() < 1e-10


# Islands


@pytest.mark.parametrize("test", LOCALS)
def test_islands_get_the_least_p_from_esda_and_none_from_us(test):
    neighbors = graph_of([(0, 1), (1, 2), (2, 3), (3, 4)], 12)
    some = series(np.random.default_rng(1).gamma(1.5, size=12))
    theirs = esda_of(test, some, neighbors=neighbors, permutations=999, seed=1, n_jobs=1)
    assert theirs.p_sim[5:] == pytest.approx([0.001] * 7)
    two_sided = esda_of(test, some, neighbors=neighbors, permutations=99, seed=1, alternative="two-sided", n_jobs=1)
    assert two_sided.p_sim[5:].min() > 1  # a probability of nearly two
    result = LOCALS[test](some, neighbors, alternative="two-sided")
    assert result.p[5:].isna().all()
    assert result.reason[5:].tolist() == [Unknown.ISLAND] * 7
    assert result.tested == 5


# The normal approximation


def test_in_the_tail_the_normal_approximation_is_off_by_orders_of_magnitude(counts):
    result = getis_ord(counts, WIDE, alternative="greater")
    by_esda = esda_of("G_Local", counts, neighbors=WIDE, transform="B", star=True, permutations=0).p_norm
    hot = (result.p <= 1e-3).to_numpy()
    assert hot.sum() == 5
    assert by_esda[hot] == pytest.approx(norm.sf(result.statistic[hot]))
    assert (result.p[hot] > 100 * by_esda[hot]).all()
    assert (result.p[hot] > 10_000 * by_esda[hot]).any()


# Where there are no ties and no islands


def test_local_moran_is_that_of_geoda_and_p_but_for_the_chance_in_its_draws(values, geoda_board):
    statistic, p = geoda("local_moran", geoda_board, values)
    result = local_moran(values, BOARD, alternative="two-sided")
    assert result.statistic.to_numpy() == pytest.approx(statistic, abs=1e-10)
    assert np.abs(off_by(p, _smaller(local_moran, BOARD, values), DRAWS)).max() < 4.5


def test_bivariate_local_moran_is_that_of_geoda_and_p_but_for_the_chance_in_its_draws(values, geoda_board):
    other = values + np.random.default_rng(2).gamma(2, size=144)
    statistic, p = geoda("local_bimoran", geoda_board, values, other)
    result = local_moran_among(values, other, BOARD, alternative="two-sided")
    assert result.statistic.to_numpy() == pytest.approx(statistic, abs=1e-10)
    assert np.abs(off_by(p, _smaller(local_moran_among, BOARD, values, other), DRAWS)).max() < 4.5


@pytest.mark.parametrize(("test", "ours"), [("local_g", getis_ord_i), ("local_gstar", getis_ord)])
def test_gi_is_that_of_geoda_and_p_but_for_the_chance_in_its_draws(values, geoda_board, test, ours):
    """GeoDa's Gi is a share of all values: ours is that share's distance from its mean in standard deviations."""
    x, own = values.to_numpy(), test == "local_gstar"
    size, count = BOARD.count + own, 144 if own else 143
    total = x.sum() - (0 if own else x)
    mean = total / count
    variance = ((x**2).sum() - (0 if own else x**2)) / count - mean**2
    share, p = geoda(test, geoda_board, values)
    z = (share * total - mean) / np.sqrt(variance / size * (count - size) / (count - 1))
    assert ours(values, BOARD, alternative="greater").statistic.to_numpy() == pytest.approx(z, abs=1e-10)
    assert np.abs(off_by(p, _smaller(ours, BOARD, values), DRAWS)).max() < 4.5


def test_local_join_counts_are_those_of_geoda(geoda_board):
    """Its p is again the smaller of two tails, of which the lower is strict."""
    flags = series(np.random.default_rng(3).random(144) < 0.3)
    counted, _ = geoda("local_joincount", geoda_board, flags)
    result = local_join_counts(flags, BOARD, alternative="greater").statistic
    assert result.notna().sum() > 30
    assert result.fillna(0).tolist() == counted.tolist()


def _smaller(test, neighbors, *figures):
    """P of the smaller tail, which is what GeoDa draws."""
    return np.minimum(*(test(*figures, neighbors, alternative=side).p.to_numpy() for side in ("greater", "less")))
