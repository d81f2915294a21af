"""Codes of reasons stay what they are; what they are called may change, and is known in both languages."""

import pandas as pd
import pytest

from boundaries.route_kinds import RouteKind
from geo.unknown import Unknown
from layers.messages import LANGUAGES, say, speaking
from layers.publication import routes
from layers.publication.fields import COUNT_REASON, OUTCOME, REASON, ROLE, ROUTE, UNKNOWN
from layers.publication.outcomes import OUTCOMES, ROLES, Outcome
from layers.publication.reasons import CODES, LABELS, REASONS, coded, recoded

PUBLISHED = {
    "secret": "geheim",
    "withheld": "achtergehouden",
    "later": "volgt_later",
    "discontinued": "vervallen",
    "absent": "ontbreekt",
    "partly": "deels_bekend",
    "no_exposure": "geen_noemer",
    "small_exposure": "kleine_noemer",
    "small_count": "klein_aantal",
    "few_indicators": "weinig_indicatoren",
    "island": "geen_buurgebied",
    "no_known_neighbor": "geen_bekend_buurgebied",
    "interpolated": "geschat",
    "too_few_areas": "weinig_gebieden",
    "impossible": "onmogelijk",
    "outside": "buiten_lens",
}
"""To be added to, never changed: filters and scripts of others hold these codes."""


def test_the_codes_are_those_that_were_published():
    assert {str(reason): code for reason, code in CODES.items()} == PUBLISHED
    assert {str(kind): code for kind, code in routes.CODES.items()} == {
        "own": "eigen_indeling",
        "pairs": "codetabel",
        "yearly": "per_jaar",
        "overlap": "ligging",
        "straight": "rechtstreeks",
    }
    assert set(CODES) == set(Unknown)
    assert set(routes.CODES) == set(RouteKind)
    assert list(ROLES) == ["kern", "hoort_bij"]
    assert list(OUTCOMES) == [
        "in_zoekgebied", "in_zone", "geen_plaats", "niet_hoog", "te_klein", "onbekend", "niet_gezocht",
    ]  # fmt: skip
    assert {str(one) for one in Outcome} == set(OUTCOMES)


@pytest.mark.parametrize("field", [REASON, UNKNOWN, ROUTE, OUTCOME, ROLE, COUNT_REASON], ids=lambda one: one.name)
def test_every_code_is_plain_text_with_a_label_of_its_own_in_each_language(field):
    assert all(code.isascii() and code.replace("_", "").isalpha() and code == code.lower() for code in field.codes)
    for language in LANGUAGES:
        with speaking(language):
            labels = [field.said().label(code) for code in field.codes]
        assert len(set(labels)) == len(field.codes)
        assert not [label for label in labels if "_" in label]


def test_a_column_of_codes_says_them_in_the_language_that_is_spoken():
    assert REASON.said().codes["geheim"] == REASON.label("geheim") == "geheim bij de bron"
    with speaking("en"):
        assert REASON.said().codes["geheim"] == REASON.label("geheim") == "secret at the source"
    assert REASON.label("minder dan 50 inwoners") == "minder dan 50 inwoners"


def test_a_busy_area_with_one_small_number_is_not_said_to_be_quiet():
    with speaking("nl"):
        label = say(OUTCOMES["te_klein"])
    assert label == "niet te beoordelen: een van de aantallen is te klein om te tonen, of er wonen te weinig mensen"


def test_what_is_known_has_no_code():
    reasons = coded(pd.Series([Unknown.SECRET, None, Unknown.ISLAND], dtype=object))
    assert reasons.tolist() == ["geheim", None, "geen_buurgebied"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_an_earlier_release_become_codes_and_codes_stay(language):
    with speaking(language):
        words = [say(text) for text in REASONS.values()]
    texts = pd.Series([*words, None, "geheim", "te vreemd"], dtype=object)
    assert recoded(texts, LABELS).tolist() == [*CODES.values(), None, "geheim", "te vreemd"]
