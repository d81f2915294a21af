"""What a map reader sees of a zoekgebied, in Dutch to the letter."""

import pytest

from geo.areas import AreaLevel
from geo.measures import Unknown
from geo.statistics.trends import Trend
from layers.declarations.indicators import Indicator
from layers.messages import say
from layers.publication.comparison import references
from layers.publication.explanations import MADE_UP, REASONS, TRENDS, Found, caveat, explanation, plural_of, title

RATE = Indicator(
    id="misdrijven", title="Misdrijven", why="Omdat.", source="bron", value="teller", unit="per 1.000 inwoners"
)
SHARE = Indicator(id="huur", title="Huurders", why="Omdat.", source="bron", value="huur", unit="%")
QUOTIENT = RATE.model_copy(
    update={"id": "horeca", "title": "Horeca", "unit": "maal het landelijk aandeel", "per": "alle", "quotient": True}
)
NATIONALLY = references([RATE, SHARE, QUOTIENT], {})


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


@pytest.mark.parametrize(
    ("count", "gemeenten", "text"),
    [
        (1, ["Letterstad"], "Eén gebied in Letterstad, met buurgebieden die ook hoog scoren."),
        (3, ["Letterstad"], "3 buurten in Letterstad die bij elkaar liggen."),
        (3, ["A", "B"], "3 buurten in A en B die bij elkaar liggen."),
        (9, ["A", "B", "C"], "9 buurten in A, B en C die bij elkaar liggen."),
    ],
)
def test_an_explanation_says_where(count, gemeenten, text):
    assert explanation(AreaLevel.BUURT, count, gemeenten, {}, NATIONALLY) == text


@pytest.mark.parametrize(
    ("here", "national", "text"),
    [
        (90, 30, "90,0 per 1.000 inwoners, landelijk 30,0 (3,0 keer zo veel)"),
        (31, 30, "31,0 per 1.000 inwoners, landelijk 30,0 (ongeveer gelijk)"),
        (15, 30, "15,0 per 1.000 inwoners, landelijk 30,0 (0,5 keer zo veel)"),
        (1500, 0, "1.500,0 per 1.000 inwoners, landelijk 0,0."),
    ],
)
def test_an_explanation_compares_with_the_country(here, national, text):
    assert f"Misdrijven: {text}" in explanation(AreaLevel.BUURT, 2, ["A"], {"misdrijven": (here, national)}, NATIONALLY)


def test_an_explanation_names_indicators_in_the_order_given():
    text = explanation(AreaLevel.BUURT, 2, ["A"], {"huur": (60, 40), "misdrijven": (90, 30)}, NATIONALLY)
    assert text.index("Huurders: 60,0 %") < text.index("Misdrijven: 90,0")


def test_a_location_quotient_says_itself_how_many_times():
    text = explanation(AreaLevel.GEMEENTE, 2, ["A"], {"horeca": (2.3, 1.0)}, NATIONALLY)
    assert text.endswith("Horeca: 2,3 maal het landelijk aandeel, landelijk 1,0.")


def test_growth_says_itself_how_many_times():
    woz = SHARE.model_copy(update={"title": "WOZ", "unit": "als een jaar eerder 100 is", "since": "eerder"})
    text = explanation(AreaLevel.BUURT, 2, ["A"], {"huur": (122.0, 102.9)}, references([woz], {}))
    assert text.endswith("WOZ: 122,0 als een jaar eerder 100 is, landelijk 102,9.")


def found(**other):
    values = {"strength": 2.14, "core": 2, "around": 0, "surplus": None} | other
    return explanation(AreaLevel.BUURT, 3, ["A"], {}, NATIONALLY, Found(**values))


def test_an_explanation_says_how_strong_a_place_is_and_how_much_of_it_is_core():
    assert "Het patroon is hier minstens 2,1 keer zo sterk als te verwachten was." in found()
    assert "Kern zijn 2 van de 3 buurten; de andere horen er waarschijnlijk bij." in found()
    assert "Alle 3 buurten zijn kern: ze horen er zeker bij." in found(core=3)


def test_an_explanation_says_how_many_areas_amid_it_are_not_shown():
    assert "2 gebieden ertussen mogen niet worden getoond" in found(hidden=2)
    assert "Eén gebied ertussen mag niet worden getoond" in found(hidden=1)
    assert "getoond" not in found()


def test_an_explanation_says_which_indicators_would_have_found_it_by_themselves():
    assert "Ook alleen hiermee was het gevonden: Misdrijven." in found(alone=("Misdrijven",))
    assert "Ook met elk hiervan alleen was het gevonden: Misdrijven; Huurders." in found(
        alone=("Misdrijven", "Huurders")
    )
    assert "Geen enkele indicator had dit alleen gevonden; samen wel." in found(alone=())
    assert "alleen" not in found()


def test_a_larger_pattern_is_named_only_where_it_is_larger():
    assert "Dit ligt in een groter patroon van 21 buurten." in found(around=21)
    assert "groter patroon" not in found(around=3)


def test_an_explanation_has_what_was_counted_beside_what_was_expected():
    text = "Misdrijven: ongeveer 1.610, waar 290 te verwachten waren: 1.320 meer."
    assert text in found(surplus=("Misdrijven", 1610.0, 290.0))
    assert "waar 20 te verwachten waren: 5 minder." in found(surplus=("Misdrijven", 15.0, 20.0))
    assert "te verwachten waren" not in found()


def test_the_caveat_says_that_the_map_is_not_about_persons_or_addresses():
    assert "nooit iets over een persoon, adres of bedrijf" in caveat()
    assert "verzonnen" in say(MADE_UP)


def test_every_trend_has_a_name_of_its_own():
    assert set(TRENDS) == set(Trend)
    assert len({say(text) for text in TRENDS.values()}) == len(TRENDS)
