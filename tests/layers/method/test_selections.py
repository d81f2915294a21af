"""Which records a count has is told beside it where it is declared: of rows by codes, ranges and years, of a share."""

import json

from layers.declarations.catalog import load
from layers.declarations.records import Between, Count
from layers.method.selections import selected

CATALOG = load()
FOUND, BOUGHT = CATALOG.sources["vondsten"], CATALOG.sources["kadaster"]
SHARE = next(one for one in CATALOG.theme("vastgoed_eigendom").indicator if one.id == "afwijkende_aankopen")
CASES = CATALOG.theme("drugs_eigen").indicator[0]


def test_of_records_codes_and_years_are_told_of_each_column():
    told = json.loads(selected(FOUND, "hennepkwekerijen", 2024, CASES))
    assert told == {
        f"hennepkwekerijen_{year}": {"soort": ["hennep*"], "#year": [str(year)]} for year in FOUND.records.years
    }


def test_of_records_without_years_ranges_and_all_rows_are_told():
    counts = {"alle": Count(), "oud": Count(between={"bouwjaar": Between(below=1945)})}
    records = FOUND.records.model_copy(update={"years": (), "period": None, "count": counts})
    column = FOUND.columns["hennepkwekerijen"].model_copy(update={"formula": "alle - oud"})
    source = FOUND.model_copy(update={"records": records, "columns": {"nieuw": column}})
    assert json.loads(selected(source, "nieuw", 2024, CASES)) == {
        "alle": {},
        "oud": {"#range bouwjaar": {"below": 1945.0}},
    }


def test_of_what_is_delivered_per_area_a_part_is_told_where_it_is_declared():
    share = SHARE.model_copy(update={"share": True})
    other = SHARE.model_copy(update={"share": False})
    assert json.loads(selected(BOUGHT, "aankopen_afwijkend", 2024, share)) == {
        "aankopen_afwijkend": {"#part_of": "aankopen"}
    }
    assert selected(BOUGHT, "aankopen", 2024, share) is None
    assert selected(BOUGHT, "aankopen_afwijkend", 2024, other) is None
