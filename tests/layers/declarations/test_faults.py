"""Every fault that a declaration can have is a message of ours, which Dutch has too; bounds are what they say."""

from datetime import date

import pytest
from pydantic import ValidationError

from layers.declarations.baselines import Expected, Peers
from layers.declarations.boundaries import BoundaryFile
from layers.declarations.corrections import Correction
from layers.declarations.faults import PATTERN_RULES, fields_at, rule_of
from layers.declarations.indicators import Declared, Indicator
from layers.declarations.lenses import Change, Lens
from layers.declarations.persons import PersonalData, Persons
from layers.declarations.rasters import Raster, Taken
from layers.declarations.records import Format, Records
from layers.declarations.sources import Column, SourceDeclaration
from layers.declarations.squares import SquareGrid
from layers.declarations.statline import StatLine, Topic
from layers.declarations.themes import Privacy, Search, Theme
from tests.messages.extraction import found

SAID = {one.template for one in found()}
VALUES = ["", "x", "een lange tekst", 1, -1, 0, 1.5, float("inf"), float("nan"), True, [], ["x"], [1], {}, {"a": 1},
          {"A!": "x"}, date(2024, 1, 1), 10**400]  # fmt: skip


def models(base):
    return [model for one in base.__subclasses__() for model in (one, *models(one))]


def broken(model, content):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(content)
    return [str(rule_of(fault)) for fault in raised.value.errors()]


OF_PEOPLE = [one for one in models(Declared) if one.__module__.startswith("layers.") and one is not Persons]


@pytest.mark.parametrize("model", OF_PEOPLE, ids=lambda model: model.__name__)
def test_whatever_stands_in_a_field_its_fault_is_in_the_catalogue(model):
    for field in (*model.model_fields, "onbekend"):
        for value in VALUES:
            try:
                model.model_validate({field: value})
            except ValidationError as wrong:
                for fault in wrong.errors():
                    assert rule_of(fault).template in SAID, (field, value, fault)
                    assert "{" not in str(rule_of(fault)).replace(str(value), "")


def test_all_kinds_of_declarations_are_tried():
    kinds = {Theme, Indicator, Lens, Change, Records, Raster, SquareGrid, StatLine, Topic, PersonalData, Correction,
             BoundaryFile}  # fmt: skip
    assert kinds < set(OF_PEOPLE)


INDICATOR = {"id": "huur", "title": "Huur", "why": "Zo.", "source": "bron", "value": "huurders"}
SEARCH = {"statistic": "getis_ord", "max_q": 0.05}
PRIVACY = {"min_count": 5, "min_exposure": 50}
CHANGE = {"indicator": "huur", "weight": 1, "why": "Zo."}
RASTER = {"path": "a.tif", "column": {"licht": {"take": "mean"}}}


@pytest.mark.parametrize(
    ("model", "usual", "field", "taken", "refused", "rule"),
    [
        (Indicator, INDICATOR, "scale", 0.001, 0, "should be greater than 0"),
        (Indicator, INDICATOR, "weight", 0, -0.001, "should be greater than or equal to 0"),
        (Indicator, INDICATOR, "min_exposure", 0, -0.001, "should be greater than or equal to 0"),
        (Search, SEARCH, "max_q", 0.001, 0, "should be greater than 0"),
        (Search, SEARCH, "max_q", 0.999, 1, "should be less than 1"),
        (Privacy, PRIVACY, "min_count", 0, -0.001, "should be greater than or equal to 0"),
        (Privacy, PRIVACY, "min_exposure", 0, -0.001, "should be greater than or equal to 0"),
        (Change, CHANGE, "weight", 0, -0.001, "should be greater than or equal to 0"),
        (Raster, RASTER, "band", 1, 0, "should be greater than or equal to 1"),
        (Format, {}, "delimiter", ";", "", "should have at least 1 character"),
        (Format, {}, "delimiter", ";", ";;", "should have at most 1 character"),
    ],
)
def test_a_number_or_text_within_its_bounds_is_taken_and_one_beyond_is_refused(
    model, usual, field, taken, refused, rule
):  # fmt: skip
    assert getattr(model.model_validate(usual | {field: taken}), field) == taken
    assert broken(model, usual | {field: refused}) == [rule]


@pytest.mark.parametrize(
    ("name", "good"),
    [("ab", True), ("a" + "b" * 39, True), ("a_9", True), ("a", False), ("a" + "b" * 40, False), ("9a", False),
     ("_a", False), ("aB", False), ("a-b", False), ("é" * 3, False)],
)  # fmt: skip
def test_an_id_is_two_to_forty_small_letters_digits_or_underscores(name, good):
    if good:
        assert Indicator.model_validate(INDICATOR | {"id": name}).id == name
    else:
        said = broken(Indicator, INDICATOR | {"id": name})
        assert said == ["should be 2 to 40 small letters, digits or _, the first a letter"]


@pytest.mark.parametrize(
    ("model", "field", "empty"),
    [
        (Theme, "indicator", []), (Expected, "term", []), (Peers, "columns", []), (SourceDeclaration, "periods", []),
        (SourceDeclaration, "columns", {}), (StatLine, "tables", {}), (StatLine, "column", {}), (Raster, "column", {}),
        (SquareGrid, "column", {}), (SquareGrid, "covers", []), (Records, "covers", []), (Records, "count", {}),
    ],
)  # fmt: skip
def test_what_must_hold_something_is_not_empty(model, field, empty):
    assert "should have at least 1 item" in broken(model, {field: empty})


def test_a_formula_has_a_thousand_characters_at_most():
    longest = "+".join(["aa"] * 333) + "+a"
    assert len(longest) == 1000
    assert Column(title="Proef", formula=longest).formula == longest
    assert broken(Column, {"title": "Proef", "formula": f"{longest}b"}) == [
        "a formula of 1001 characters; 1000 at most"
    ]


def test_a_choice_lists_what_may_be_chosen():
    assert broken(Taken, {"take": "max"}) == ["should be 'mean', 'sum', 'share'"]


def test_every_pattern_is_explained_in_words():
    said = {str(PATTERN_RULES[fault["ctx"]["pattern"]]) for model, content in [
        (Indicator, INDICATOR | {"id": "9", "per": "a b"}), (Lens, {"gemeente": "x"}), (SquareGrid, {"covers": ["x"]}),
        (Records, {"postgis": "a b"}), (BoundaryFile, {"country": "x"}),
    ] for fault in _errors(model, content) if fault["type"] == "string_pattern_mismatch"}  # fmt: skip
    assert said == {str(words) for words in PATTERN_RULES.values()}


def _errors(model, content):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(content)
    return raised.value.errors()


@pytest.mark.parametrize(
    ("kind", "place", "fields"),
    [
        (Lens, ("where", 0), ["at_least", "at_most", "indicator", "why"]),
        (SourceDeclaration, ("table", "column", "xx"), ["header", "select"]),
        (SourceDeclaration, ("columns", "xx"), None),
        (Theme, ("indicator", 2, "handvat"), ["reference", "text"]),
    ],
)
def test_a_field_that_is_not_known_is_said_with_those_that_may_stand_there(kind, place, fields):
    known = fields_at(kind, place)
    assert fields is None or known == fields
    assert len(known) >= 2
