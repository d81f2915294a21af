"""What a lens changes of the zoekgebieden of a theme."""

import pytest

from geo.areas import AreaLevel
from geo.errors import ZichtError
from geo.moves import Move
from services.jobs.build import LayerRequest, open_country
from services.jobs.declarations import catalogue
from services.jobs.lens_diff import lens_diff
from services.settings import TESTLAND


@pytest.fixture(scope="module")
def country():
    return open_country(TESTLAND, catalogue())


@pytest.fixture(scope="module")
def made(country):
    return lens_diff(country, LayerRequest("misdrijven", AreaLevel.BUURT, "buitengebied"), lambda _: None)


def test_every_planted_place_stays_and_moves_by_one_rank_at_most(made):
    assert len(made.rows) == 3
    assert {one.move for one in made.rows} <= {Move.SAME, Move.ROSE, Move.FELL}
    assert sorted(one.lens for one in made.rows) == sorted(one.own for one in made.rows) == [1, 2, 3]
    assert sum(made.counts.values()) == 3


def test_the_map_without_a_lens_is_not_held_against_itself(country):
    with pytest.raises(ZichtError, match="without a lens"):
        lens_diff(country, LayerRequest("misdrijven", AreaLevel.BUURT, "basis"), lambda _: None)
