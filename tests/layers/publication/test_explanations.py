"""What a map reader sees is Dutch, with numbers as the Dutch write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import AreaLevel
from geo.measures import Unknown
from geo.statistics.trends import Trend
from layers.declarations.indicators import Indicator
from layers.publication.comparison import against
from layers.publication.explanations import CAVEAT, MADE_UP, REASONS, TRENDS, explanation, number, plural, title

RATE = Indicator(
    id="misdrijven", title="Misdrijven", why="Omdat.", source="bron", value="teller", unit="per 1.000 inwoners"
)
SHARE = Indicator(id="huur", title="Huurders", why="Omdat.", source="bron", value="huur", unit="%")
NATIONALLY = against([RATE, SHARE], {})


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [(0, 1, "0,0"), (1234.56, 1, "1.234,6"), (1234567, 0, "1.234.567"), (-12.5, 2, "-12,50"), (0.05, 2, "0,05")],
)
def test_numbers_have_a_decimal_comma_and_points_between_thousands(value, digits, told):
    assert number(value, digits) == told


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_can_be_read_back(value, digits):
    back = float(number(value, digits).replace(".", "").replace(",", "."))
    assert back == pytest.approx(value, abs=0.51 * 10**-digits)


def test_nothing_is_not_negative():
    assert number(-0.04) == "0,0"


@pytest.mark.parametrize("reason", Unknown)
def test_every_reason_has_dutch_words_of_its_own(reason):
    assert REASONS[reason]
    assert list(REASONS.values()).count(REASONS[reason]) == 1


@pytest.mark.parametrize(
    ("level", "told"), [("buurt", "buurten"), ("wijk", "wijken"), ("gemeente", "gemeenten"), ("h3-8", "zeshoeken")]
)
def test_several_areas_have_a_dutch_name(level, told):
    assert plural(AreaLevel(level)) == told


@pytest.mark.parametrize(
    ("names", "told"),
    [(["Kade"], "Kade"), (["Kade", "Werf"], "Kade en Werf"), (["Kade", "Werf", "Hof"], "Kade en 2 andere buurten")],
)
def test_a_zoekgebied_is_called_after_its_strongest_area(names, told):
    assert title(names, AreaLevel.BUURT) == told


@pytest.mark.parametrize(
    ("count", "gemeenten", "told"),
    [
        (1, ["Letterstad"], "Eén gebied in Letterstad, met buurgebieden die ook hoog scoren."),
        (3, ["Letterstad"], "3 buurten in Letterstad die aan elkaar grenzen."),
        (3, ["A", "B"], "3 buurten in A en B die aan elkaar grenzen."),
        (9, ["A", "B", "C"], "9 buurten in A, B en C die aan elkaar grenzen."),
    ],
)
def test_an_explanation_says_where(count, gemeenten, told):
    assert explanation(AreaLevel.BUURT, count, gemeenten, {}, NATIONALLY) == told


@pytest.mark.parametrize(
    ("here", "national", "told"),
    [
        (90, 30, "90,0 per 1.000 inwoners, landelijk 30,0 (3,0 keer zo veel)"),
        (31, 30, "31,0 per 1.000 inwoners, landelijk 30,0 (ongeveer gelijk)"),
        (15, 30, "15,0 per 1.000 inwoners, landelijk 30,0 (0,5 keer zo veel)"),
        (1500, 0, "1.500,0 per 1.000 inwoners, landelijk 0,0."),
    ],
)
def test_an_explanation_compares_with_the_country(here, national, told):
    assert f"Misdrijven: {told}" in explanation(AreaLevel.BUURT, 2, ["A"], {"misdrijven": (here, national)}, NATIONALLY)


def test_an_explanation_names_indicators_in_the_order_given():
    told = explanation(AreaLevel.BUURT, 2, ["A"], {"huur": (60, 40), "misdrijven": (90, 30)}, NATIONALLY)
    assert told.index("Huurders: 60,0 %") < told.index("Misdrijven: 90,0")


def test_the_caveat_says_that_the_map_is_not_about_persons_or_addresses():
    assert "nooit iets over een persoon, adres of bedrijf" in CAVEAT
    assert "verzonnen" in MADE_UP


def test_every_trend_has_a_name_of_its_own():
    assert set(TRENDS) == set(Trend)
    assert len(set(TRENDS.values())) == len(TRENDS)
