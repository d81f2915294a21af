"""Why a zoekgebied is on the map: sentences in Dutch to the letter, and no more than the numbers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import AreaLevel
from layers.declarations.indicators import Handvat
from layers.messages import speaking
from layers.publication.reasoning import (
    Certainty,
    Compared,
    Counts,
    Limits,
    how_certain,
    limits,
    stands_out,
    suggestion,
    why,
)
from tests.layers.publication.test_in_words import ESTIMATED, RATE, SHARE
from tests.readability import flesch_douma

HANDVAT = Handvat(text="Ga kijken met de politie.", reference="artikel 1")
RENT = SHARE.model_copy(update={"id": "huur", "title": "Huurders", "handvat": HANDVAT})
HIGH, LOW = Compared(RATE, "", 90.0, 30.0, 1.5), Compared(RENT, "", 40.0, 41.0, -0.1)
CLOSING = "Dat hoeft geen probleem te zijn. Het zegt niets over een persoon, adres of bedrijf."


def test_what_stands_out_is_said_in_the_language_that_is_spoken_now():
    before = stands_out([HIGH, LOW])
    with speaking("en"):
        assert stands_out([HIGH, LOW])[-1] == "Not striking here: Huurders."
    assert stands_out([HIGH, LOW]) == before
    assert before[-1] == "Valt hier niet op: Huurders."


@pytest.mark.parametrize(
    ("count", "gemeenten", "text"),
    [
        (1, ["Letterstad"], "Eén gebied in Letterstad, met buurgebieden die ook hoog scoren."),
        (3, ["Letterstad"], "3 buurten in Letterstad die bij elkaar liggen."),
        (3, ["A", "B"], "3 buurten in A en B die bij elkaar liggen."),
        (9, ["A", "B", "C"], "9 buurten in A, B en C die bij elkaar liggen."),
    ],
)
def test_an_explanation_says_where_and_what_it_does_not_mean(count, gemeenten, text):
    assert why(AreaLevel.BUURT, count, gemeenten, [], None) == f"{text} {CLOSING}"


def test_gemeenten_are_not_said_to_lie_in_themselves():
    text = why(AreaLevel.GEMEENTE, 2, ["A", "B"], [], None)
    assert text.startswith("2 gemeenten die bij elkaar liggen: A en B.")
    assert why(AreaLevel.GEMEENTE, 1, ["A"], [], None).startswith("Eén gemeente, met buurgemeenten die ook hoog")


def test_what_adds_most_comes_first_and_what_does_not_add_is_named_apart():
    assert stands_out([HIGH, LOW]) == [
        f"Hier registreerde de politie 3 keer zo veel {ESTIMATED} 90 tegen 30 per 1.000 inwoners).",
        "Valt hier niet op: Huurders.",
    ]
    assert stands_out([HIGH, Compared(RENT, "", 60.0, 41.0, 0.5)])[-1] == "Wat het zwaarst telt, staat voorop."


@pytest.mark.parametrize(
    ("direction", "value", "usual"), [("high", 98.0, 99.0), ("high", 41.2, 40.8), ("low", 99.0, 98.0)]
)
def test_what_adds_and_lies_no_further_than_the_usual_figure_does_not_stand_out(direction, value, usual):
    """98 against 99 is not more; both as they are said."""
    indicator = RENT.model_copy(update={"direction": direction})
    assert stands_out([HIGH, Compared(indicator, "", value, usual, 0.4)])[1:] == ["Valt hier niet op: Huurders."]
    assert suggestion([Compared(indicator, "", value, usual, 0.4)]) is None


def test_what_adds_beside_an_unknown_figure_stands_out():
    assert stands_out([Compared(RENT, "", 98.0, float("nan"), 0.4)])[0].startswith("Huurders: 98")


def test_what_was_counted_stands_beside_what_was_to_be_expected():
    counted = why(AreaLevel.BUURT, 2, ["A"], [HIGH], Counts("Misdrijven", 1610.0, 290.4))
    assert "inwoners). Geteld zijn er ongeveer 1.610. " in counted
    assert counted.count("keer") == 1
    alone = why(AreaLevel.BUURT, 2, ["A"], [], Counts("Misdrijven", 1610.0, 290.4))
    assert "Misdrijven: geteld zijn er ongeveer 1.610, in een gewoon gebied van deze omvang ongeveer 290." in alone
    against = why(AreaLevel.BUURT, 2, ["A"], [], Counts("Misdrijven", 15.0, 0.4, ordinary=False))
    assert "Misdrijven: geteld zijn er ongeveer 15, te verwachten waren er minder dan 1." in against


@pytest.mark.parametrize(
    ("q", "text"),
    [(0.0001, "Van 1.000 plekken"), (0.001, "Van 1.000 plekken"), (0.0011, "Van 100 plekken"), (0.05, "Van 20 plekken"),
     (0.1, "Van 10 plekken"), (0.2, "Toeval is niet uit te sluiten.")],
)  # fmt: skip
def test_a_chance_is_said_as_one_in_so_many(q, text):
    assert how_certain(AreaLevel.BUURT, 1, Certainty(q)).startswith(text)


@given(st.floats(min_value=1.1, max_value=100))
def test_a_strength_is_a_lower_bound_and_never_rounded_up(strength):
    text = how_certain(AreaLevel.BUURT, 1, Certainty(0.01, strength, 1))
    said = text.split("minstens ")[1].split(". Gewoon")[0]
    assert strength - 0.1 - 1e-6 <= float(said.replace(",", ".")) <= strength + 1e-6


@pytest.mark.parametrize(
    ("core", "text"),
    [(3, "Alle 3 buurten horen er zeker bij."), (2, "2 van de 3 buurten horen er zeker bij, de andere waarschijnlijk"),
     (1, "Eén van de 3 buurten hoort er zeker bij, de andere 2 waarschijnlijk ook."),
     (0, "De 3 buurten horen er waarschijnlijk bij.")],
)  # fmt: skip
def test_how_many_areas_belong_to_it_is_grammatical_for_any_number(core, text):
    assert text in how_certain(AreaLevel.BUURT, 3, Certainty(0.01, 2.0, core))


def test_a_larger_pattern_is_named_only_where_it_is_larger():
    assert "groter patroon van 21 buurten." in how_certain(AreaLevel.BUURT, 3, Certainty(0.01, 2.0, 3, around=21))
    assert "groter" not in how_certain(AreaLevel.BUURT, 3, Certainty(0.01, 2.0, 3, around=3))


def test_which_figures_would_have_found_it_by_themselves():
    def said(alone):
        return how_certain(AreaLevel.BUURT, 3, Certainty(0.01, 2.0, 3, alone=alone))

    assert said(("Huur",)).endswith("Met dit cijfer alleen was het ook gevonden: Huur.")
    assert said(("Huur", "WOZ")).endswith("Met elk van deze cijfers alleen was het ook gevonden: Huur; WOZ.")
    assert said(()).endswith("Geen enkel cijfer had dit gebied alleen gevonden. Samen vinden ze het wel.")
    assert "alleen" not in said(None)


@pytest.mark.parametrize(
    ("count", "found", "text"),
    [(9, 5, "De tweede zoekwijze vindt 5 van de 9 buurten ook."),
     (9, 1, "De tweede zoekwijze vindt één van de 9 buurten ook."),
     (9, 9, "De tweede zoekwijze vindt alle 9 buurten ook."),
     (1, 1, "De tweede zoekwijze vindt dit gebied ook."),
     (9, 0, "De tweede zoekwijze vindt hier niets: over deze plek zijn de twee zoekwijzen het niet eens.")],
)  # fmt: skip
def test_how_much_of_it_a_second_search_finds(count, found, text):
    assert how_certain(AreaLevel.BUURT, count, Certainty(0.01, 2.0, 1, second=found)).endswith(text)
    assert "tweede" not in how_certain(AreaLevel.BUURT, count, Certainty(0.01, 2.0, 1))
    assert flesch_douma(text) >= 55


def test_limits_are_said_for_one_and_for_several_and_nothing_where_there_are_none():
    assert limits(AreaLevel.BUURT, 3, Limits()) is None
    assert limits(AreaLevel.BUURT, 3, Limits(hidden=1)).startswith("Eén gebied ertussen mag niet worden getoond.")
    assert limits(AreaLevel.BUURT, 3, Limits(hidden=2)).startswith("2 gebieden ertussen mogen niet worden getoond.")
    assert limits(AreaLevel.BUURT, 3, Limits(unknown={"Huur": 1})) == "In één van de 3 buurten niet bekend: Huur."
    assert limits(AreaLevel.BUURT, 3, Limits(unknown={"Huur": 2})) == "In 2 van de 3 buurten niet bekend: Huur."
    assert limits(AreaLevel.BUURT, 3, Limits(unknown={"Huur": 3})) == "Hier niet bekend: Huur."
    assert "Met opzet een beetje veranderd" in limits(AreaLevel.BUURT, 3, Limits(perturbed=("Vondsten",)))
    assert "veel bezoekers" in limits(AreaLevel.BUURT, 3, Limits(visited=True))


def test_a_suggestion_is_of_what_carries_it_and_says_on_what_it_rests():
    carrying = Compared(RENT, "", 60.0, 41.0, 0.5)
    assert suggestion([HIGH, carrying]) == "Ga kijken met de politie. Dit steunt op: artikel 1."
    assert suggestion([HIGH, LOW]) is None


@given(
    st.floats(0, 5_000), st.floats(0.01, 500), st.integers(0, 9), st.floats(1, 30), st.floats(1e-4, 0.05),
    st.integers(0, 5_000),
)  # fmt: skip
def test_explanations_read_at_b1_and_show_no_statistic(value, usual, core, strength, q, observed):
    compared = [Compared(RATE, "", value, usual, 1.0), Compared(RENT, "", 50.0, 41.0, 0.5)]
    texts = [
        why(AreaLevel.BUURT, 9, ["Havermonde"], compared, Counts("Misdrijven", observed, usual)),
        how_certain(AreaLevel.BUURT, 9, Certainty(q, strength, core, 21, ("Misdrijven",))),
    ]
    for text in texts:
        assert flesch_douma(text) >= 55
        assert not {"q", "standaardafwijking", "nan", "None"} & set(text.replace(".", "").split())
