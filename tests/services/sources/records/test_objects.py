"""Rows as objects: their characteristics, which are cases, and nothing else; unknown stays unknown."""

import pandas as pd
import pytest

from geo.errors import SourceError
from layers.declarations.profiles import ProfileDeclaration
from services.sources.records.objects import objects
from tests.services.sources.records.declared import source

PROFILE = {
    "cases": {"kwekerij": ["ja"]}, "characteristics": ["soort", "bouwjaar"], "breaks": {"bouwjaar": [1945.0, 1975.0]},
}  # fmt: skip


def read(folder, profile=PROFILE, **columns):
    table = {
        "x": [1.0] * 5, "y": [2.0] * 5, "kwekerij": ["ja", "JA", "nee", None, "ja"],
        "soort": ["Flat", "flat", "rij", None, "rij"], "bouwjaar": ["1944", "1945", "1974", "1975", "onbekend"],
    }  # fmt: skip
    pd.DataFrame(table | columns).to_csv(folder / "rijen.csv", index=False)
    declared = source(path="rijen.csv", count={"rijen": {}}, years=None, period=None)
    return objects(declared.model_copy(update={"profile": ProfileDeclaration.model_validate(profile)}), folder)


def test_characteristics_are_text_without_capitals_classes_of_numbers_and_unknown_where_there_is_none(tmp_path):
    made = read(tmp_path)
    assert made.characteristics["soort"].fillna("?").tolist() == ["flat", "flat", "rij", "?", "rij"]
    classes = ["..1945", "1945..1975", "1945..1975", "1975..", "?"]
    assert made.characteristics["bouwjaar"].fillna("?").tolist() == classes
    assert made.cases.tolist() == [True, True, False, False, True]
    assert list(made.characteristics) == ["soort", "bouwjaar"]


def test_a_file_with_persons_is_refused_also_in_columns_that_no_profile_reads(tmp_path):
    with pytest.raises(SourceError, match="eigenaar_naam"):
        read(tmp_path, eigenaar_naam=["A. de Vries", "B. Jansen", "C. Bakker", "D. Visser", "E. Smit"])


def test_a_characteristic_that_is_declared_harmless_is_still_searched_for_persons(tmp_path):
    bsn = ["111222333", "123456782", "100000009", "100000010", "100000022"]
    with pytest.raises(SourceError, match="soort"):
        read(tmp_path, soort=bsn)


def test_a_column_with_more_than_fifty_values_is_no_characteristic(tmp_path):
    many = {"x": [1.0] * 51, "y": [2.0] * 51, "kwekerij": ["nee"] * 51, "bouwjaar": ["1950"] * 51}
    with pytest.raises(SourceError, match="'soort' has 51 values, more than 50: no characteristic"):
        read(tmp_path, **many, soort=[f"soort {at}" for at in range(51)])


@pytest.mark.parametrize("missing", ["cases", "characteristics"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path, missing):
    wrong = {"cases": {"kweek": ["ja"]}, "characteristics": ["soort", "bouwjaar", "hoogte"]}
    with pytest.raises(SourceError, match="are not there, or are dropped; it has x, y, kwekerij"):
        read(tmp_path, PROFILE | {missing: wrong[missing]})


def test_a_source_without_a_profile_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"declares no \[profile\]"):
        objects(source(path="rijen.csv", count={"rijen": {}}, years=None, period=None), tmp_path)
