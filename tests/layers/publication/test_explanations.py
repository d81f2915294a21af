"""What a map reader sees of reasons, trends and names, in Dutch to the letter."""

import pytest

from geo.areas import AreaLevel
from geo.statistics.trend import Trend
from geo.unknown import Unknown
from layers.messages import say
from layers.publication.explanations import MADE_UP, TRENDS, caveat, plural_of, title
from layers.publication.reasons import REASONS


@pytest.mark.parametrize("reason", Unknown)
def test_every_reason_has_dutch_words_of_its_own(reason):
    texts = [say(text) for text in REASONS.values()]
    assert texts.count(say(REASONS[reason])) == 1


@pytest.mark.parametrize(
    ("level", "text"), [("buurt", "buurten"), ("wijk", "wijken"), ("gemeente", "gemeenten"), ("h3-8", "zeshoeken")]
)
def test_several_areas_have_a_dutch_name(level, text):
    assert plural_of(AreaLevel(level)) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [(["Kade"], "Kade"), (["Kade", "Werf"], "Kade en Werf"), (["Kade", "Werf", "Hof"], "Kade en 2 andere buurten")],
)
def test_a_zoekgebied_is_called_after_its_strongest_area(names, text):
    assert title(names, AreaLevel.BUURT) == text


def test_the_caveat_says_that_the_map_is_not_about_persons_or_addresses():
    assert "nooit iets over een persoon, adres of bedrijf" in caveat()
    assert "verzonnen" in say(MADE_UP)


def test_every_trend_has_a_name_of_its_own():
    assert set(TRENDS) == set(Trend)
    assert len({say(text) for text in TRENDS.values()}) == len(TRENDS)
