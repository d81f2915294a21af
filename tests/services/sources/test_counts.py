"""Counts per buurt from a file: as offices write them, or one message that says which cell or code is wrong."""

import pandas as pd
import pytest

from boundaries import cbs
from geo.errors import MeasureError, SourceError
from geo.unknown import Unknown
from services.sources.counts import CountColumn, pairs, read
from tests.country import squares

AREAS = squares(4, 3)
CODES = list(AREAS.ids)
FIGURES = {CODES[0]: 100.0, CODES[1]: 1200.5, CODES[2]: 7.0, CODES[3]: 0.0}


def counted(folder, text, column="inwoners", name="tellingen.csv", **options):
    (folder / name).write_text(text, encoding="utf-8")
    spare = options.pop("spare", frozenset())
    return read(folder / name, CountColumn(column, **options), AREAS, spare)


def rows(figures, delimiter=";", head="gwb_code;inwoners"):
    return "\n".join([head.replace(";", delimiter), *(delimiter.join(map(str, row)) for row in figures)]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        rows(zip(CODES, ["100", "1200,5", "7", "0"], strict=False)),
        rows(zip(CODES, ["100,0", "1.200,5", "7", "0"], strict=False)),
        rows(zip(CODES, ["100", "1200.5", "7.0", "0"], strict=False), ","),
        rows(zip(CODES, ["100", '"1,200.5"', "7", "0"], strict=False), ","),
        rows(zip([f"{code}   " for code in CODES], ["  100", " 1 200,5 ", " 7", "0 "], strict=False)),
        rows(zip(CODES, ["100", "1200,5", "7", "0"], strict=False), "\t"),
    ],
)
def test_a_decimal_comma_or_point_padding_and_any_delimiter_are_read(tmp_path, text):
    found = counted(tmp_path, text)
    assert found.counts.figures[list(FIGURES)].to_dict() == FIGURES
    assert found.counts.of == "inwoners"
    assert list(found.listed) == list(FIGURES)


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_a_workbook_and_parquet_are_read_too(tmp_path, ending):
    table = pd.DataFrame({"naam": "x", "buurt": list(FIGURES), "inwoners": list(FIGURES.values())})
    path = tmp_path / f"tellingen.{ending}"
    (table.to_excel if ending == "xlsx" else table.to_parquet)(path, index=False)
    assert read(path, CountColumn("inwoners"), AREAS).counts.figures[list(FIGURES)].to_dict() == FIGURES


def test_what_is_empty_secret_or_not_listed_is_unknown_and_never_0(tmp_path):
    found = counted(tmp_path, rows(zip(CODES, ["", ".", "-99997", "-99995", "0"], strict=False)))
    assert found.counts.figures.isna().sum() == len(CODES) - 1
    assert found.counts.figures[CODES[4]] == 0
    assert list(found.reason[CODES[:6]]) == [
        Unknown.ABSENT, Unknown.ABSENT, Unknown.SECRET, Unknown.LATER, None, Unknown.ABSENT,
    ]  # fmt: skip
    assert len(found.listed) == 5


def test_empty_is_0_where_the_user_says_so_and_secret_and_absent_are_not(tmp_path):
    found = counted(tmp_path, rows(zip(CODES, ["", "-99997", "4"], strict=False)), empty_is_zero=True)
    assert found.counts.figures[CODES[0]] == 0
    assert found.counts.figures[[CODES[1], CODES[5]]].isna().all()
    assert found.notes == ("lege cellen als 0 gelezen: 1",)


def test_rows_of_wijken_gemeenten_and_the_country_are_left_out_and_counted(tmp_path):
    larger = [("NL00", 17), ("GM0363", 9), ("WK0363AA", 8), (CODES[0], 4)]
    found = counted(tmp_path, rows(larger))
    assert found.counts.total == 4
    assert found.notes == ("rijen van wijken, gemeenten of het land, weggelaten: 3",)


def test_counts_per_gemeente_leave_out_the_country_and_what_is_finer(tmp_path):
    gemeenten = cbs.gemeenten(AREAS)
    code = gemeenten.ids[0]
    (tmp_path / "een.csv").write_text(rows([("NL00", 9), (code, 5), ("WK0363AA", 4), (CODES[0], 4)]))
    found = read(tmp_path / "een.csv", CountColumn("inwoners"), gemeenten)
    assert found.counts.total == 5
    assert found.notes == ("rijen van buurten, wijken of het land, weggelaten: 3",)


def test_open_water_without_people_need_not_be_on_the_map(tmp_path):
    found = counted(tmp_path, rows([(CODES[0], 4), ("BU03639997", "-99997")]))
    assert found.notes == ("open water zonder inwoners, weggelaten: 1",)
    with pytest.raises(SourceError, match="1 of 2 codes are not in the boundaries of 2024: BU03639997"):
        counted(tmp_path, rows([(CODES[0], 4), ("BU03639997", "3")]))


def test_people_of_codes_that_the_shipped_map_lacks_are_left_out_and_told(tmp_path):
    found = counted(tmp_path, rows([(CODES[0], 4), ("BU99990000", 30)]), spare=frozenset({"BU99990000"}))
    assert found.notes == ("zonder vlak op de kaart van 2024, weggelaten: 1, samen 30",)
    assert found.counts.total == 4


ONE = rows([(CODES[0], 4)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            rows([("BU99990000", 1), (CODES[0], 2)]),
            "1 of 2 codes are not in the boundaries of 2024: BU99990000; they are",
        ),
        (rows([(CODES[0], 1), (CODES[0], 2)]), f"1 codes occur more than once in column 'gwb_code': {CODES[0]}; keep"),
        (rows([("", 1), (CODES[0], 2)]), "1 rows with figures have no code in column 'gwb_code': row 1"),
        (rows([(CODES[0], "geheim"), (CODES[1], 2)]), f"1 cells are not numbers: {CODES[0]} 'geheim'; write numbers"),
        (rows([(CODES[0], "1.2,3,4"), (CODES[1], 2)]), "1 cells are not numbers"),
        (rows([(CODES[0], -4)]), f"1 counts are negative: {CODES[0]} -4; counts are 0 or more"),
        (rows([(CODES[0], "1.234"), (CODES[1], 2)]), r"'1.234' \(BU0363\w+\) can be read as 1234 and as 1.234"),
        (rows([("0363AA", 4)]), "no column holds codes of buurten .*; it has gwb_code, inwoners; name the one"),
        (ONE.replace("inwoners", "mensen"), "no column 'inwoners'; it has gwb_code, mensen"),
        ("gwb_code;inwoners\n", "no rows"),
        ("a;b;inwoners\n" + ";".join([CODES[0], CODES[1], "4"]) + "\n", "2 columns hold codes of buurten: a, b; name"),
    ],
)
def test_a_file_that_cannot_be_what_it_says_is_refused(tmp_path, text, said):
    with pytest.raises(SourceError, match=said):
        counted(tmp_path, text)


@pytest.mark.parametrize("name", ["gem_inkomen", "percentage_huur", "bevolkingsdichtheid"])
def test_rates_are_refused_by_name(tmp_path, name):
    with pytest.raises(MeasureError, match="tells a rate, a class or a code, which cannot be added up"):
        counted(tmp_path, rows([(CODES[0], 4)], head=f"gwb_code;{name}"), name)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match="no such file; give a table with a row a buurt"):
        read(tmp_path / "niets.csv", CountColumn("inwoners"), AREAS)


def test_the_column_with_codes_can_be_named(tmp_path):
    text = "oud;nieuw;inwoners\n" + ";".join([CODES[0], CODES[1], "4"]) + "\n"
    assert counted(tmp_path, text, key="nieuw").counts.figures[CODES[1]] == 4


def test_how_decimals_are_written_can_be_told_where_no_cell_does(tmp_path):
    text = rows([(CODES[0], "1.234"), (CODES[1], "7")])
    assert counted(tmp_path, text, decimal=",").counts.figures[CODES[0]] == 1234
    assert counted(tmp_path, text, decimal=".").counts.figures[CODES[0]] == 1.234


def test_pairs_are_the_first_two_columns(tmp_path):
    (tmp_path / "pairs.csv").write_text("oud;nieuw;naam\nBU03630000 ;BU0363AA00;x\nBU03630001;;y\n")
    assert pairs(tmp_path / "pairs.csv").to_dict() == {"BU03630000": "BU0363AA00"}
    (tmp_path / "one.csv").write_text("oud\nBU03630000\n")
    with pytest.raises(SourceError, match="one column; a table of codes has the old code in its first"):
        pairs(tmp_path / "one.csv")
