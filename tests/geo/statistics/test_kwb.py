"""The local statistics on the real buurten of 2024, held against esda and independent draws."""

import numpy as np
import pytest

from geo.areas import AreaLevel
from geo.neighbors import queen
from geo.rates import rates
from geo.residuals import residuals
from geo.statistics.getis_ord import getis_ord
from geo.statistics.local_moran import local_moran
from layers.declarations.catalog import load
from tests.geo.statistics.peers import esda_of
from tests.geo.statistics.permutations import drawn
from tests.real import conftest as of_real

pytestmark = pytest.mark.real
real, netherlands = of_real.real, of_real.netherlands

DRAWS = 400_000


@pytest.fixture(scope="module")
def neighbors(netherlands):
    return queen(netherlands.buurten, netherlands.source.tolerance(netherlands.vintage))


@pytest.fixture(scope="module")
def figures(netherlands):
    """Registered crimes of 2024: counted, per inhabitant and as residuals."""
    measure = netherlands.measures(load().theme("misdrijven"), AreaLevel.BUURT, 2024)["misdrijven"]
    return {"events": measure.events, "rates": rates(measure), "residuals": residuals(measure)}


@pytest.mark.parametrize(("kind", "how"), [("events", "exact"), ("rates", "certified"), ("residuals", "certified")])
def test_p_is_what_very_many_draws_give_in_every_reach_of_the_tail(figures, neighbors, kind, how):
    values = figures[kind]
    result, rng = getis_ord(values, neighbors, alternative="greater"), np.random.default_rng(3)
    assert result.how.kind == how
    known = values.notna().to_numpy()
    among, rest = neighbors.among(known), result.p[known].to_numpy()
    lower = result.lower[known].to_numpy()
    for least, most in ((1e-4, 1e-3), (1e-3, 1e-2), (1e-2, 0.5)):
        there = np.flatnonzero((rest > least) & (rest <= most) & (among.count < 15))
        for at in rng.choice(there, 4, replace=False):
            share, draws = drawn(values[known].to_numpy(), among, at, DRAWS, rng)
            error = np.sqrt(rest[at] / draws)
            assert lower[at] - 4.5 * error <= share <= rest[at] + 4.5 * error


def test_brackets_are_narrow_where_it_matters(figures, neighbors):
    for kind in ("rates", "residuals"):
        result = getis_ord(figures[kind], neighbors, alternative="greater")
        matters = (result.p < 0.01) & (result.p > 1e-9) & result.p.notna()
        assert (result.p / result.lower)[matters].median() < 1.05


def test_statistics_are_those_of_esda(figures, neighbors):
    values = figures["residuals"].dropna()
    among = neighbors.among(figures["residuals"].notna().to_numpy())
    tested = among.count > 0
    for ours, theirs in (
        (getis_ord, esda_of("G_Local", values, neighbors=among, transform="B", star=True, permutations=0).Zs),
        (local_moran, esda_of("Moran_Local", values, neighbors=among, permutations=0).Is),
    ):
        result = ours(values, among, alternative="greater").statistic.to_numpy()
        assert result[tested] == pytest.approx(theirs[tested], abs=1e-10)


def test_what_is_unknown_comes_back_with_its_reason(figures, neighbors):
    result = getis_ord(figures["rates"], neighbors, alternative="greater")
    assert result.p.isna().equals(result.reason.notna())
    assert result.p[figures["rates"].isna()].isna().all()
