"""Records are declared in just one way, and only what is named is read."""

import pytest
from pydantic import ValidationError

from layers.declarations.persons import origin_in
from layers.declarations.records import Place, Records

USUAL = {
    "path": "a.csv",
    "legal_ground": "wet",
    "covers": ["GM0599"],
    "place": {"x": "x", "y": "y"},
    "count": {"rijen": {}},
}


def test_only_columns_that_are_named_are_read_each_once():
    records = Records.model_validate(
        USUAL
        | {"years": [2024], "period": {"column": "datum"}}
        | {"count": {"rijen": {}, "hennep": {"where": {"soort": ["h*"], "x": ["1"]}}, "som": {"sum": "bedrag"}}}
    )
    assert records.columns == ("x", "y", "datum", "soort", "bedrag")


@pytest.mark.parametrize(
    ("place", "columns"),
    [
        ({"lon": "a", "lat": "b"}, ("a", "b")),
        ({"wkt": "a", "crs": 4326}, ("a",)),
        ({"postcode": "p", "huisnummer": "h", "toevoeging": "t"}, ("p", "h", "t")),
        ({"object": "vbo"}, ("vbo",)),
    ],
)
def test_a_place_knows_its_columns(place, columns):
    assert Place.model_validate(place).columns == columns


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": None}, "either path, a file, or postgis"),
        ({"postgis": "meldingen"}, "either path, a file, or postgis"),
        ({"path": None, "postgis": "a; DROP TABLE b"}, "match pattern"),
        ({"legal_ground": " "}, "at least 1 character"),
        ({"legal_ground": None}, "valid string"),
        ({"covers": ["Rotterdam"]}, "match pattern"),
        ({"covers": []}, "at least 1 item"),
        ({"years": [2024]}, "a period needs years"),
        ({"period": {"column": "datum"}}, "a period needs years"),
        ({"place": {"x": "x"}}, "just one way"),
        ({"place": {"x": "x", "y": "y", "wkt": "w"}}, "just one way"),
        ({"place": {}}, "just one way"),
        ({"count": {}}, "at least 1 item"),
        ({"years": [2024, 2024], "period": {"column": "datum"}}, "name each once"),
        ({"years": [2024], "period": {"column": "datum", "format": "%d-%m"}}, "tells no year"),
        ({"count": {"rijen": {"where": {"soort": ["a*b"]}}}}, "at its end only"),
        ({"count": {"rijen": {"where": {"soort": []}}}}, "at least 1 item"),
        ({"count": {"rijen": {"where": {"groep": ["overig", "Turkse"]}}}}, "'Turkse' selects people by their origin"),
        ({"count": {"rijen": {"between": {"bouwjaar": {}}}}}, "holds every number"),
        ({"count": {"rijen": {"between": {"bouwjaar": {"least": 1945.0, "below": 1945.0}}}}}, "not below 1945"),
        ({"drop": ["jaar"], "count": {"rijen": {"between": {"jaar": {"below": 1945.0}}}}}, "drop names columns"),
        ({"drop": ["y", "opmerking"]}, r"drop names columns that the declaration uses: y;"),
        ({"drop": ["bron"], "exempt": {"bron": "een balie"}}, r"drop names columns .*bron"),
        ({"exempt": {"bron": " "}}, "at least 1 character"),
        ({"kolommen": ["naam"]}, "not permitted"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_fault(change, said):
    with pytest.raises(ValidationError, match=said):
        Records.model_validate(USUAL | change)


@pytest.mark.parametrize("code", ["tur*", "mar*", "t*", "*", "tur"])
def test_fewer_than_four_letters_of_a_word_say_not_which_word_is_meant(code):
    assert origin_in([code]) is None


@pytest.mark.parametrize("code", ["turk*", "Maro*", "turks", "Turkse"])
def test_four_letters_do(code):
    assert origin_in(["hennep", code]) == code
