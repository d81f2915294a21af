"""Tables as offices make them: headers with spaces, and a row for each kind."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.declarations.records import Format
from layers.declarations.sources import SourceDeclaration
from layers.method import numbers
from services.formats import reader
from services.formats.numbers import amounts
from services.sources.tables import columns_of_text, declared_columns

LONG = pd.DataFrame(
    {
        "RegioS": ["GM0001 ", "GM0001 ", "GM0002 ", "GM0002 ", "GM0003 "],
        "Soort": ["1.1 ", "2.1 ", "2.1 ", "1.1 ", "2.1 "],
        "Aantal meldingen": ["  5", "  7", "  .", "  0", "  9"],
    }
)


def source(key: str = "RegioS", **columns: object) -> SourceDeclaration:
    return SourceDeclaration.model_validate(
        {
            "id": "proef", "title": "Proef", "publisher": "Proef", "license": "CC0", "url": "https://example.org",
            "attribution": "Proef", "key": key, "vintage": 2024, "periods": [2024],
            "table": {"path": "proef.csv", "column": columns},
            "columns": {"alles": {"formula": "inbraken", "title": "Alles"}},
        }
    )  # fmt: skip


def kind(code: str) -> dict[str, object]:
    return {"header": "Aantal meldingen", "select": {"Soort": code}}


def test_a_header_with_spaces_gets_a_name_for_formulas():
    wide = LONG[LONG["Soort"] == "2.1 "]
    named = declared_columns(wide, source(inbraken="Aantal meldingen"))
    assert named["inbraken"].tolist() == ["  7", "  .", "  9"]
    assert list(named["RegioS"]) == list(wide["RegioS"])


def test_of_a_table_with_a_row_for_each_kind_every_column_selects_its_own():
    named = declared_columns(LONG, source(inbraken=kind("1.1"), diefstal=kind("2.1"))).set_index("RegioS")
    assert named.index.tolist() == ["GM0001", "GM0002", "GM0003"]
    assert named["diefstal"].tolist() == ["  7", "  .", "  9"]
    assert named["inbraken"].iloc[:2].tolist() == ["  5", "  0"]
    assert named["inbraken"].isna().tolist() == [False, False, True]  # no row: nothing, not zero


def test_a_table_without_names_stays_as_it_is():
    assert declared_columns(LONG, source()) is LONG


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"inbraken": "Aantal"}, "headers that are not there: Aantal; the table has RegioS, Soort, Aantal meldingen"),
        ({"inbraken": kind("3.1")}, "column 'inbraken': no row has '3.1' in 'Soort'; it has 1.1, 2.1"),
        ({"inbraken": {"header": "Soort", "select": {"Land": "NL"}}}, "headers that are not there: Land"),
        ({"key": "regio", "inbraken": kind("1.1")}, "key column 'regio' is missing"),
        ({"Soort": "Aantal meldingen"}, "should be 2 to 40 small letters"),
        ({"inbraken": kind("1.1"), "diefstal": "Soort"}, "column diefstal selects no rows, where others do"),
    ],
)
def test_what_is_not_in_the_table_is_named_with_what_is(columns, said):
    with pytest.raises((SourceError, ValueError)) as refused:
        declared_columns(LONG, source(**columns))
    assert said in str(refused.value) or "string_pattern_mismatch" in str(refused.value)


def test_of_a_table_with_a_row_for_each_period_every_column_gets_it_as_a_suffix():
    years = pd.concat([LONG.assign(Perioden="2023JJ00"), LONG.head(2).assign(Perioden="2024MM03 ")])
    declared = source(inbraken=kind("1.1"), diefstal=kind("2.1"))
    timed = declared.model_copy(update={"table": declared.table.model_copy(update={"time": "Perioden"})})
    named = declared_columns(years, timed).set_index("RegioS")
    assert list(named) == ["inbraken_2023", "inbraken_2024_03", "diefstal_2023", "diefstal_2024_03"]
    assert named.loc["GM0001"].tolist() == ["  5", "  5", "  7", "  7"]
    with pytest.raises(SourceError, match="'Perioden' holds what is no period: 2023W101"):
        declared_columns(LONG.assign(Perioden="2023W101"), timed)


def test_a_name_that_another_header_has_is_refused():
    with pytest.raises(SourceError, match="gives names that other headers have: aantal; choose other names"):
        declared_columns(LONG.assign(aantal=1), source(aantal="Aantal meldingen"))


def test_rows_of_one_area_that_are_not_told_apart_are_refused():
    twice = pd.concat([LONG, LONG.head(1)])
    with pytest.raises(SourceError, match="1 areas have more than one of the selected rows: GM0001"):
        declared_columns(twice, source(inbraken=kind("1.1")))


CELLS = st.one_of(
    st.text(st.sampled_from("0123456789.,- '"), max_size=9),
    st.sampled_from(["1.234", "1.234,5", "1,234.5", "NA", "nan", "inf", "#N/A", "€ 12,-", "1e3", ".", "True", "½"]),
)


@given(st.lists(CELLS, min_size=1, max_size=5), st.sampled_from([None, ",", "."]))
def test_a_table_reads_a_cell_as_records_do_or_refuses_it(tmp_path_factory, cells, decimal):
    path = tmp_path_factory.mktemp("same") / "a.csv"
    pd.DataFrame({"code": [f"BU{at:08}" for at in range(len(cells))], "k": cells}).to_csv(path, index=False, sep=";")
    format_ = Format(decimal=decimal)
    rows = reader.file(path, format_)
    of_records = np.concatenate([amounts(batch.column(0), decimal) for batch in rows.batches(["k"])])
    try:
        of_table = numbers.column(columns_of_text(path, ["k"], format_)["k"], decimal, "tabel").to_numpy()
    except SourceError:
        assert np.isnan(of_records).any() or decimal is None
    else:
        known = ~np.isnan(of_records)
        assert (of_table[known] == of_records[known]).all()
        if decimal is not None:
            assert (np.isnan(of_table) == ~known).all()
