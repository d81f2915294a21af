"""A cell keeps the type it is stored with, whatever stands beside it; and what it lacks a value for."""

import datetime as dt
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import openpyxl
import orjson
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.errors import SourceError
from layers.declarations.records import Format, PeriodColumn
from services.formats import cells, mixed, moments, numbers
from services.formats.reader import file, table

values = st.one_of(
    st.none(), st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6).map(lambda one: round(one, 3)),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1)).map(lambda one: one.replace(microsecond=0)),  # noqa: DTZ001
    st.sampled_from(["3,5", "1.234", "geheim", "NA", "007", " x ", "#N/A", "=1+1"]),
)  # fmt: skip


def saved(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book.active


def read(path, name="k", **format_):
    return pa.concat_arrays([batch.column(0) for batch in file(path, Format(**format_)).batches([name])])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("boeken")


@settings(max_examples=15)
@given(st.lists(values, min_size=1, max_size=12), st.sampled_from([None, ",", "."]))
def test_a_workbook_of_any_cells_has_the_values_that_openpyxl_reads(folder, column, decimal):
    saved(folder / "boek.xlsx", [["n", "k"], *([at, cell] for at, cell in enumerate(column))])
    sheet = openpyxl.load_workbook(folder / "boek.xlsx", data_only=True).active
    found = read(folder / "boek.xlsx")
    amounts, years, lacking = numbers.amounts(found, decimal), moments.years(found, None), cells.lacking(found)
    for at, (cell, stored) in enumerate(zip(column, (row[1].value for row in sheet.iter_rows(min_row=2)), strict=True)):
        if isinstance(stored, int | float):
            assert amounts[at] == stored
        if isinstance(stored, dt.datetime):
            assert years[at] == stored.year
        if cell in {"1.234", "3,5"}:
            assert np.isnan(amounts[at]) or amounts[at] in {1.234, 1234.0, 3.5}
    formulas, errors = column.count("=1+1"), column.count("#N/A")
    assert lacking == {
        why: count for why, count in ((mixed.UNCOMPUTED, formulas), (mixed.ERROR, errors)) if count
    }  # fmt: skip


@pytest.mark.parametrize("decimal", [None, ",", "."])
def test_a_number_beside_text_is_never_read_as_text(tmp_path, decimal):
    saved(tmp_path / "a.xlsx", [["k"], [12.345], [0.655], ["3,5"], [-1_234]])
    found = numbers.amounts(read(tmp_path / "a.xlsx"), decimal)
    np.testing.assert_equal(found, [12.345, 0.655, np.nan if decimal == "." else 3.5, -1234])
    assert numbers.coordinates(read(tmp_path / "a.xlsx"), decimal)[0] == 12.345
    assert cells.text(read(tmp_path / "a.xlsx")).to_pylist() == ["12.345", "0.655", "3,5", "-1234"]
    assert table(tmp_path / "a.xlsx", Format())["k"].tolist() == [12.345, 0.655, "3,5", -1234]


def test_a_number_beside_text_in_geojson_keeps_its_value(tmp_path):
    features = [
        {"type": "Feature", "properties": {"k": cell}, "geometry": {"type": "Point", "coordinates": [5, 52]}}
        for cell in (12.345, "3,5", None, {"a": 1})
    ]
    (tmp_path / "a.geojson").write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))
    found = read(tmp_path / "a.geojson")
    np.testing.assert_equal(numbers.amounts(found, ","), [12.345, 3.5, np.nan, np.nan])
    assert cells.text(found).to_pylist() == ["12.345", "3,5", None, '{"a":1}']


def test_a_list_in_json_is_read_and_other_json_is_refused_in_words(tmp_path):
    (tmp_path / "a.json").write_text('\ufeff[{"k": 1.5, "n": "a"}, {"n": "b"}, {"k": "3,5", "m": {"x": 1}}]')
    assert file(tmp_path / "a.json", Format()).headers == ("k", "n", "m")
    np.testing.assert_equal(numbers.amounts(read(tmp_path / "a.json"), ","), [1.5, np.nan, 3.5])
    assert read(tmp_path / "a.json", "m").to_pylist() == [None, None, '{"x":1}']
    (tmp_path / "b.json").write_text('{"value": [{"k": 1}]}')
    with pytest.raises(SourceError, match="neither GeoJSON nor a list of rows, but has value"):
        file(tmp_path / "b.json", Format())


def test_cells_that_are_empty_for_a_reason_say_which(tmp_path):
    sheet = saved(tmp_path / "a.xlsx", [["k"], ["hennep"], [None], [None], ["=1+1"], ["#REF!"]])
    sheet.merge_cells("A2:A4")
    sheet.parent.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    assert cells.lacking(found) == {mixed.MERGED: 2, mixed.UNCOMPUTED: 1, mixed.ERROR: 1}
    assert cells.text(found).to_pylist() == ["hennep", None, None, None, None]
    shown = table(tmp_path / "a.xlsx", Format())["k"].tolist()
    assert [one.startswith("(") for one in shown] == [False, True, True, True, True]


@pytest.mark.parametrize("error", ["#N/A", "#N/B", "#DEEL/0!", " #VERW! ", "#NAAM?", "#VALUE!"])
def test_errors_that_an_export_wrote_as_text_are_errors(error):
    assert cells.lacking(pa.array(["1", error, "N/A", "#12"])) == {mixed.ERROR: 1}


def test_columns_with_values_below_no_name_are_told_and_blank_ones_are_not(tmp_path):
    saved(tmp_path / "a.xlsx", [["k", None, None, "m"], [1, 5, None, 2], [3, None, " ", 4]])
    rows = file(tmp_path / "a.xlsx", Format())
    assert rows.headers == ("k", "m")
    (note,) = rows.notes
    assert str(note).startswith("1 column has values and no name in row 1, and was not read")


def test_hidden_rows_are_read_and_told(tmp_path):
    sheet = saved(tmp_path / "a.xlsx", [["k"], [1], [2], [3]])
    sheet.row_dimensions[3].hidden = True
    sheet.parent.save(tmp_path / "a.xlsx")
    assert [str(one) for one in file(tmp_path / "a.xlsx", Format()).notes] == [
        "1 row is hidden in the sheet, by a filter or by hand, and was read all the same"
    ]
    assert numbers.amounts(read(tmp_path / "a.xlsx"), None).tolist() == [1, 2, 3]


def test_a_title_above_the_table_is_named_and_a_declared_row_is_the_header(tmp_path):
    saved(tmp_path / "a.xlsx", [["Meldingen 2024"], [], ["n", "k", "l"], [1, "a", 2]])
    with pytest.raises(SourceError, match=r"row 1 has one cell .* format.header_row = 3"):
        file(tmp_path / "a.xlsx", Format())
    assert read(tmp_path / "a.xlsx", header_row=3).to_pylist() == ["a"]
    (tmp_path / "a.csv").write_text("Meldingen 2024\n\nn;k\n1;a\n")
    assert read(tmp_path / "a.csv", header_row=3).to_pylist() == ["a"]


# Moments


stamps = st.datetimes(dt.datetime(2023, 12, 31, 20), dt.datetime(2024, 1, 1, 4)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0, second=0)
)


@settings(max_examples=8)
@given(st.lists(stamps, min_size=1, max_size=4), st.sampled_from([None, "UTC", "America/New_York"]))
def test_the_same_moments_are_of_the_same_year_from_every_kind_of_file(folder, moments_, zone):
    """Without a zone of their own, by the one that is declared, else by the clock here."""
    here = ZoneInfo("Europe/Amsterdam")
    true = [
        (one.replace(tzinfo=ZoneInfo(zone)).astimezone(here) if zone else one).year for one in moments_
    ]  # fmt: skip
    frame = geopandas.GeoDataFrame(
        {"k": moments_}, geometry=[shapely.Point(155_000, 463_000)] * len(moments_), crs=28992
    )
    frame["k"] = frame["k"].astype("datetime64[ms]")
    writers = {
        "a.gpkg": frame.to_file, "a.fgb": frame.to_file, "a.geojson": lambda to: frame.to_crs(4326).to_file(to),
        "a.parquet": frame.to_parquet, "a.csv": lambda to: frame.drop(columns="geometry").to_csv(to, index=False),
        "a.xlsx": lambda to: frame.drop(columns="geometry").to_excel(to, index=False),
    }  # fmt: skip
    for name, write in writers.items():
        (folder / name).unlink(missing_ok=True)
        write(folder / name)
        assert moments.years(read(folder / name), None, zone).tolist() == true, name


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.geojson", "a.parquet"])
def test_a_moment_in_utc_is_of_the_year_that_it_was_here(tmp_path, name):
    frame = geopandas.GeoDataFrame({"k": ["2023-12-31T23:30:00Z"]}, geometry=[shapely.Point(5, 52)], crs=4326)
    frame["k"] = frame["k"].astype("datetime64[ms, UTC]")
    (frame.to_parquet if name.endswith("parquet") else frame.to_file)(tmp_path / name)
    assert moments.years(read(tmp_path / name), None, "America/New_York").tolist() == [2024]


@pytest.mark.parametrize(
    ("cell", "format_", "year"),
    [
        ("12-mrt-2024", "%d-%b-%Y", 2024), ("5 mei 2023", None, 2023), ("3 okt. 2024 12:00", None, 2024),
        ("vrijdag 1 maart 2024", None, 2024), ("1 March 2024", None, 2024), ("20122011", None, -1),
        ("20111220", None, 2011), ("20122011", "%d%m%Y", 2011), ("45291.98", None, 2023), ("12 stuks 2024", None, -1),
        ("01-01-2024 00:30", "%d-%m-%Y %H:%M", 2024), ("4 augustus 2024", "%d %B %Y", 2024),
    ],
)  # fmt: skip
def test_a_date_is_read_where_it_can_be_read_in_one_way_only(cell, format_, year):
    assert moments.years(pa.array([cell]), format_).tolist() == [year]


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("2023-12-31 23:30:00 UTC", 2024), ("2023-12-31 23:30:00.123 UTC", 2024), ("20231231T233000Z", 2024),
        ("20231231T2330+0000", 2024), ("2023-12-31 23:30 GMT", 2024), ("2023-12-31T23:30Z[UTC]", 2024),
        ("2024-01-01T00:30+02:00[Europe/Helsinki]", 2023), ("Sun, 31 Dec 2023 23:30:00 GMT", 2024),
        ("Sun, 31 Dec 2023 23:30:00 +0000", 2024), ("1 januari 2024 00:30 +02:00", 2023),
        ("1 jan 2024 00:30 CET", 2024), ("2024-01-01 00:30 CEST", 2023), ("2023-12-31 23:30:00,5Z", 2024),
        ("2023-12-31 23:30 EST", -1), ("2024-01-01 00:30 UTC+02:00", 2023), ("2023-12-31 23:30 UTC-3", 2024),
        ("2023-12-31T23:30:00 GMT+0000 (Coordinated Universal Time)", 2024),
        ("2023-12-31T23:59:60Z", -1), ("31 dec 2023 23:30", 2023),
        ("2023-12-31 23:30 uur", 2023), ("20231231T2330", 2023),
    ],
)  # fmt: skip
def test_a_moment_that_names_its_zone_however_it_is_written_is_of_the_year_here_or_of_none(cell, year):
    assert moments.years(pa.array([cell]), None).tolist() == [year]


def test_moments_that_name_their_month_and_no_zone_are_in_the_declared_one():
    cells = pa.array(["31 december 2023 23:30", "20231231T233000", "31 dec 2023"])
    assert moments.years(cells, None, "UTC").tolist() == [2024, 2024, 2023]


def test_offsets_are_read_in_a_declared_format_and_letters_for_zones_are_refused_there():
    assert moments.years(pa.array(["31-12-2023 23:30 +0000"]), "%d-%m-%Y %H:%M %z").tolist() == [2024]
    assert moments.years(pa.array(["31-12-2023 23:30 UTC"]), "%d-%m-%Y %H:%M UTC", "UTC").tolist() == [2024]
    with pytest.raises(ValidationError, match="reads letters and no zone"):
        PeriodColumn(column="datum", format="%d-%m-%Y %H:%M %Z")


def test_a_moment_to_the_nanosecond_is_of_its_year():
    last = pa.array([1_704_063_599_999_999_999], pa.timestamp("ns", "UTC"))  # before midnight here
    assert moments.years(last, None).tolist() == [2023]


def test_a_declared_zone_counts_for_a_declared_format_too():
    assert moments.years(pa.array(["31-12-2023 23:30"]), "%d-%m-%Y %H:%M", "UTC").tolist() == [2024]
    assert moments.years(pa.array(["31-12-2023 23:30"]), "%d-%m-%Y %H:%M").tolist() == [2023]
    assert moments.years(pa.array([dt.date(2023, 12, 31)]), None, "UTC").tolist() == [2023]
