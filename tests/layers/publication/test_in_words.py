"""Figures in words: no ratio that contradicts the numbers beside it, and Dutch that is grammatical for any of them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.declarations.indicators import Indicator
from layers.messages import say, speaking
from layers.publication.in_words import _beside, beside, comparison, more, readable, rounded, times

RATE = Indicator(
    id="misdrijven", title="Misdrijven", why="Omdat.", source="bron", value="teller", per="inwoners",
    unit="per 1.000 inwoners", phrase="registreerde de politie {more} misdrijven per inwoner",
)  # fmt: skip
PLAIN = RATE.model_copy(update={"phrase": None})
QUOTIENT = RATE.model_copy(update={"quotient": True, "phrase": "zijn er {more} vestigingen in de horeca"})
SHARE = RATE.model_copy(update={"share": True, "unit": "% van de huishoudens", "phrase": "wonen {more} huurders"})
ESTIMATED = "misdrijven per inwoner als landelijk (voorzichtig geschat"
figures = st.floats(min_value=0.0, max_value=1e5)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1.234"), (111.4, "111"), (9.96, "10"), (8.94, "8,9"), (4.0, "4"), (0.0261, "0,026"), (0.0, "0"),
     (0.00001, "0")],
)  # fmt: skip
def test_a_number_is_said_in_few_figures(value, text):
    assert readable(value) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(3.47, "3,5 keer zo veel als landelijk"), (1.3, "1,3 keer zo veel als landelijk"),
     (1.2, "iets meer dan landelijk"), (1.0, "ongeveer even veel als landelijk"), (0.9, "iets minder dan landelijk"),
     (0.5, "minder dan landelijk"), (0.2, "veel minder dan landelijk"), (0.0, "veel minder dan landelijk"),
     (9.97, "10 keer zo veel als landelijk"), (25.4, "25 keer zo veel als landelijk")],
)  # fmt: skip
def test_how_many_times_that_is(ratio, text):
    assert beside(ratio, "") == text


@pytest.mark.parametrize("number", [float, np.float64])
def test_a_ratio_is_rounded_by_its_own_decimals_whoever_holds_it(number):
    _beside.cache_clear()
    assert beside(number(6.35), "") == "6,3 keer zo veel als landelijk"  # 6.35 is 6.3499999999999996


@pytest.mark.parametrize(
    ("indicator", "here", "usual", "text"),
    [
        (RATE, 111.4, 31.6,
         f"Hier registreerde de politie 3,5 keer zo veel {ESTIMATED} 111 tegen 32 per 1.000 inwoners)."),
        (RATE, 31.0, 31.6,
         f"Hier registreerde de politie ongeveer even veel {ESTIMATED} 31 tegen 32 per 1.000 inwoners)."),
        (SHARE, 50.4, 40.6, "Hier wonen iets meer huurders dan landelijk (50 tegen 41 % van de huishoudens)."),
        (QUOTIENT, 2.34, 1.0, "Hier zijn er 2,3 keer zo veel vestigingen in de horeca als landelijk."),
        (PLAIN, 90.0, 30.0, "Misdrijven: 90 per 1.000 inwoners, landelijk 30. Dat is 3 keer zo veel."),
        (RATE, 1500.0, 0.0, "Misdrijven: 1.500 per 1.000 inwoners, landelijk 0."),
        (RATE, 1500.0, float("nan"), "Misdrijven: 1.500 per 1.000 inwoners."),
        (PLAIN.model_copy(update={"since": "eerder", "per": None, "unit": "als een jaar eerder 100 is"}), 122.0, 102.9,
         "Misdrijven: 122 als een jaar eerder 100 is, landelijk 103."),
        (PLAIN.model_copy(update={"relative_to": "gemeente", "per": None, "unit": "als die 100 is"}), 109.0, 100.0,
         "Misdrijven: 109, als die 100 is."),
    ],
)  # fmt: skip
def test_a_figure_stands_beside_the_usual_one(indicator, here, usual, text):
    assert comparison(indicator, "", here, usual) == text


def test_a_phrase_is_dutch_and_in_english_the_title_stands_for_it():
    with speaking("en"):
        assert comparison(RATE, "", 111.4, 31.6) == (
            "Misdrijven: 111 per 1.000 inwoners, nationally it is 32; that is 3.5 times as many."
        )


@given(figures, figures)
def test_a_ratio_is_that_of_the_numbers_beside_it(here, usual):
    text = comparison(RATE, "", here, usual)
    assert "0,0" not in re.sub(r"0,0\d*[1-9]", "", text)
    said = re.search(r"([\d.,]+) keer", text)
    if said is None:
        return
    ratio = float(said[1].replace(".", "").replace(",", "."))
    assert ratio == pytest.approx(rounded(here) / rounded(usual), abs=0.5 if ratio >= 10 else 0.0501)
    assert ratio >= 1.3


@given(st.floats(min_value=0, max_value=1e6))
def test_more_and_fewer_follow_the_ratio(ratio):
    size, than = (say(one) for one in more(ratio))
    assert (than == "als") == ("keer zo veel" in size or "even veel" in size)
    assert ("minder" in size) == (ratio < 1 / 1.05)


@given(st.floats(min_value=1.3, max_value=1e6))
def test_a_ratio_is_never_called_less_than_it_counts_as(ratio):
    assert float(times(ratio).replace(".", "").replace(",", ".")) >= 1.3
