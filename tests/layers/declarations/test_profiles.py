"""A profile is of objects: what tells of people is no characteristic."""

import pytest
from pydantic import ValidationError

from layers.declarations.profiles import ProfileDeclaration
from layers.declarations.records import Between
from layers.declarations.sources import SourceDeclaration
from tests.layers.declarations.test_records import USUAL as RECORDS

USUAL = {
    "cases": {"kwekerij": ["ja"]},
    "characteristics": ["soort", "bouwjaar"],
    "breaks": {"bouwjaar": [1945.0, 1975.0]},
}
SOURCE = {
    "id": "woningen", "title": "t", "publisher": "p", "license": "l", "url": "u", "attribution": "a", "vintage": 2024,
    "periods": [2024], "columns": {"rijen": {"title": "t", "formula": "rijen"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"characteristics": ["soort", "bouwjaar", "inkomen"]}, "'inkomen' tells of people .income, wealth"),
        ({"characteristics": ["soort", "bouwjaar", "Nationaliteit_eigenaar"]}, "tells of people .origin"),
        ({"characteristics": ["soort", "bouwjaar", "leeftijd_bewoner"]}, "tells of people .age or sex"),
        ({"characteristics": ["soort", "bouwjaar", "bijstand"]}, "tells of people .benefits"),
        ({"characteristics": ["soort", "bouwjaar", "naam_eigenaar"]}, "tells of people .names"),
        ({"characteristics": ["soort", "bouwjaar", "huishoudgrootte"]}, "tells of people .households"),
        ({"characteristics": []}, "at least 1 item"),
        ({"characteristics": ["kwekerij", "bouwjaar"]}, "say which rows are cases"),
        ({"cases": {}}, "at least 1 item"),
        ({"cases": {"kwekerij": ["Turkse"]}}, "selects people by their origin"),
        ({"breaks": {"hoogte": [3.0]}}, "breaks of hoogte, which are no characteristics"),
        ({"breaks": {"bouwjaar": [1975.0, 1945.0]}}, "the smallest first"),
        ({"breaks": {"bouwjaar": [1945.0, 1945.0]}}, "each once"),
        ({"largest": 4}, "less than or equal to 3"),
        ({"kenmerken": []}, "not permitted"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(change, said):
    with pytest.raises(ValidationError, match=said):
        ProfileDeclaration.model_validate(USUAL | change)


def test_breaks_part_all_numbers_into_classes():
    declared = ProfileDeclaration.model_validate(USUAL)
    assert declared.classes("bouwjaar") == (Between(below=1945), Between(least=1945, below=1975), Between(least=1975))
    assert declared.columns == ("kwekerij", "soort", "bouwjaar")


def test_a_profile_is_of_rows():
    SourceDeclaration.model_validate(SOURCE | {"records": RECORDS, "profile": USUAL})
    with pytest.raises(ValidationError, match=r"no section \[records\]"):
        SourceDeclaration.model_validate(SOURCE | {"table": {"path": "a.csv"}, "profile": USUAL})
