"""Own records come out as the counts that pandas makes of them, whatever they were written in; nothing is dropped."""

import csv
from contextlib import nullcontext

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.hexagons import cells_at, hexagons
from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.records import Format, Place
from services.formats.csv import CsvFile
from services.sources.records.places import Placer
from services.sources.records.tally import RecordsInput, tally
from tests.services.sources.records.declared import AREAS, GEMEENTEN, expected, rows, source


def counted(folder, table, write=None, **records):
    records.setdefault("max_lost", 1.0)
    (write or (lambda path: table.to_csv(path, index=False)))(folder / records.setdefault("path", "rijen.csv"))
    return tally(source(**records), AREAS, RecordsInput(folder, rejects=folder / "uit.csv"))


def listed(folder):
    with (folder / "uit.csv").open(encoding="utf-8") as content:
        return [(int(one["rij (zonder kop en lege regels)"]), one["reden"]) for one in csv.DictReader(content)]


def points(table, **kept):
    at = geopandas.points_from_xy(table["x"], table["y"])
    return geopandas.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=at, crs=28992, **kept)


DUTCH = {"sep": ";", "decimal": ",", "index": False}
GEOMETRY = {"place": {"geometry": "geometry"}}
WRITTEN = {
    "comma": ("rijen.csv", lambda table, path: table.to_csv(path, index=False), {}),
    "semicolon and decimal comma": ("rijen.csv", lambda table, path: table.to_csv(path, **DUTCH), {}),
    "tab, Windows": ("a.txt", lambda table, path: table.to_csv(path, sep="\t", index=False, encoding="cp1252"), {}),
    "UTF-16": ("rijen.csv", lambda table, path: table.to_csv(path, **DUTCH, encoding="utf-16"), {}),
    "UTF-8 with a mark": ("rijen.csv", lambda table, path: table.to_csv(path, **DUTCH, encoding="utf-8-sig"), {}),
    "compressed": ("rijen.csv.gz", lambda table, path: table.to_csv(path, index=False), {}),
    "xlsx": ("rijen.xlsx", lambda table, path: table.to_excel(path, index=False), {}),
    "parquet": ("rijen.parquet", lambda table, path: table.to_parquet(path), {}),
    "GeoParquet": ("rijen.parquet", lambda table, path: points(table).to_parquet(path), GEOMETRY),
    "GeoPackage": ("rijen.gpkg", lambda table, path: points(table).to_file(path), {"place": {"geometry": "geom"}}),
    "GeoJSON, degrees": ("rijen.geojson", lambda table, path: points(table).to_crs(4326).to_file(path), GEOMETRY),
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
def test_however_rows_are_written_the_counts_are_those_of_pandas(tmp_path, how):
    path, write, records = WRITTEN[how]
    table = rows()
    found = counted(tmp_path, table, lambda to: write(table, to), path=path, **records)
    pd.testing.assert_frame_equal(found.table, expected(table), check_names=False)
    assert found.rows == len(table)
    assert found.notes[0] == "400 rijen geteld"
    assert listed(tmp_path) == []


def test_quoted_lines_thousands_and_a_euro_sign_are_read(tmp_path):
    table = rows(3)
    text = table.assign(zaak='a "b"\nc', bedrag=["€ 1.234,50", "1.000.000", "12,25"]).astype(str)
    found = counted(tmp_path, text, lambda path: text.to_csv(path, sep=";", index=False))
    assert found.table.filter(like="som").to_numpy().sum() == 1_234.5 + 1_000_000 + 12.25
    assert found.rows == 3


@pytest.mark.parametrize(
    ("place", "columns"),
    [
        ({"lon": "lon", "lat": "lat"}, lambda at: {"lon": at.to_crs(4326).x, "lat": at.to_crs(4326).y}),
        ({"wkt": "plek"}, lambda at: {"plek": at.to_wkt()}),
        ({"wkt": "plek", "crs": 4326}, lambda at: {"plek": at.buffer(1e-3).to_crs(4326).to_wkt()}),
    ],
)
def test_places_may_be_degrees_or_text(tmp_path, place, columns):
    table = rows()
    at = points(table).geometry
    other = table.drop(columns=["x", "y"]).assign(**columns(at))
    assert counted(tmp_path, other, place=place).table.equals(expected(table))


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "parquet"])
def test_coordinates_in_columns_count_where_the_file_has_geometries_too(tmp_path, ending):
    table = points(rows()).assign(x=rows()["x"], y=rows()["y"])
    path = tmp_path / f"rijen.{ending}"
    table.to_parquet(path) if ending == "parquet" else table.to_file(path)
    delivered = tally(source(path=path.name), AREAS, RecordsInput(tmp_path))
    pd.testing.assert_frame_equal(delivered.table, expected(rows()), check_names=False, check_dtype=False)


def test_columns_of_bytes_are_refused_in_words(tmp_path):
    with pytest.raises(SourceError, match=r"'foto' \(bytes, which cannot be searched for persons"):
        counted(tmp_path, rows(), rows().assign(foto=b"\xc8\xff").to_parquet, path="rijen.parquet")


@pytest.mark.parametrize(
    ("format_", "written"),
    [("%d-%m-%Y", "{2}-{1}-{0}"), (None, "{0}"), (None, "{0}{1}{2}"), (None, "{0}-{1}-{2}T12:00")],
)
def test_a_period_is_a_year_or_a_date_in_any_order(tmp_path, format_, written):
    table = rows()
    other = table.assign(datum=[written.format(*one.split("-")) for one in table["datum"]])
    period = {"column": "datum"} | ({"format": format_} if format_ else {})
    assert counted(tmp_path, other, period=period).table.equals(expected(table))


def test_every_row_that_is_not_counted_is_listed_with_its_reason_and_not_its_contents(tmp_path):
    table = rows(10).astype(object)
    table.loc[1, "x"] = ""
    table.loc[2, ["x", "y"]] = (0, 0)
    table.loc[3, ["x", "y"]] = (999_999, 463_000)
    table.loc[4, ["x", "y"]] = (20_000, 400_000)
    table.loc[5, "datum"] = "onbekend"
    table.loc[6, "datum"] = "2011-01-01"
    found = counted(tmp_path, table)
    assert listed(tmp_path) == [
        (2, "geen plaats"), (3, "geen plaats"), (4, "plaats buiten Nederland"), (5, "ligt in geen gebied"),
        (6, "geen jaar"), (7, "een jaar dat de bron niet noemt"),
    ]  # fmt: skip
    assert found.table.filter(like="meldingen").to_numpy().sum() == 4
    assert "2 niet geteld: geen plaats" in found.notes


def test_outside_what_the_source_covers_nothing_is_known_and_inside_nothing_is_zero(tmp_path):
    table = rows()
    found = counted(tmp_path, table, covers=[GEMEENTEN[0]]).table
    mine = AREAS.table["gemeente"] == GEMEENTEN[0]
    assert found[~mine].isna().all(axis=None)
    assert found[mine].equals(expected(table)[mine])
    assert {reason for _, reason in listed(tmp_path)} == {"ligt in een gemeente die de bron niet dekt"}


def test_a_gemeente_that_is_not_there_cannot_be_covered(tmp_path):
    with pytest.raises(SourceError, match="covers GM9999: no such gemeente in the vintage of 2024"):
        counted(tmp_path, rows(), covers=[GEMEENTEN[0], "GM9999"])


def test_numbers_in_a_range_are_counted_from_its_least_and_below_its_end_and_rows_without_one_are_said(tmp_path):
    years = ["1900", "1944", "1945", "1974", "1975", "", "onbekend"]
    at = AREAS.table.geometry.iloc[0].centroid
    table = pd.DataFrame({"x": [at.x] * 7, "y": [at.y] * 7, "bouwjaar": years})
    ranges = {"oud": {"below": 1945.0}, "midden": {"least": 1945.0, "below": 1975.0}, "nieuw": {"least": 1975.0}}
    count = {name: {"between": {"bouwjaar": one}} for name, one in ranges.items()}
    made = counted(tmp_path, table, years=None, period=None, count=count)
    assert made.table.sum().to_dict() == {"oud": 2, "midden": 2, "nieuw": 1}
    assert "LET OP: 2 rijen hebben geen getal in kolom 'bouwjaar' en tellen niet mee in oud" in " ".join(made.notes)


def test_an_amount_that_cannot_be_read_makes_its_sum_unknown(tmp_path):
    table = rows().astype({"bedrag": object})
    table.loc[0, "bedrag"] = "n.v.t."
    found = counted(tmp_path, table)
    assert found.table.filter(like="som").isna().sum().sum() == 1
    assert found.table.filter(like="meldingen").notna().all(axis=None)
    assert any(one.startswith("LET OP: 1 van 400 bedragen van som onleesbaar") for one in found.notes)


@pytest.mark.parametrize(
    ("decimal", "cells", "total"), [(",", ["1.234", "12,5"], 1_246.5), (".", ["1.234", "1,250.5"], 1_251.734)]
)
def test_what_a_point_means_is_declared_or_unknown(tmp_path, decimal, cells, total):
    table = rows(2).assign(bedrag=cells, datum="2024-01-01")
    write = lambda path: table.to_csv(path, sep=";", decimal=decimal, index=False)  # noqa: E731
    told = counted(tmp_path, table, write, format={"decimal": decimal}).table
    assert told["som_2024"].sum() == pytest.approx(total)
    unknown = counted(tmp_path, table, write)
    assert any("bedragen van som onleesbaar, of voor twee uitleggen vatbaar" in one for one in unknown.notes)


@pytest.mark.parametrize("quotes", [{19: '"niet gesloten'}, {19: '"niet gesloten', 39: 'weer dicht"'}])
def test_a_quote_that_is_not_closed_swallows_no_rows_in_silence(tmp_path, quotes):
    lines = rows(60)[["x", "y", "datum", "soort", "bedrag"]].to_csv(index=False, sep=";").splitlines()
    lines = [lines[0] + ";opm", *(f"{line};{quotes.get(at, 'x')}" for at, line in enumerate(lines[1:]))]
    with pytest.raises(SourceError, match="row 20, column 'opm': a quote that is not closed"):
        counted(tmp_path, None, lambda path: path.write_text("\n".join(lines), encoding="utf-8"))


def test_a_remark_of_many_lines_and_commas_is_no_row(tmp_path):
    remark = "gezien, om twaalf uur, given een ander, bij de brug\nen later, om een uur, weer, nu bij de sluis, alleen"
    table = rows(60).assign(opm=remark, ook="a,b\n1,2,3\n")
    assert counted(tmp_path, table).table.equals(expected(rows(60)))


@pytest.mark.parametrize("rest", [["x;x;x"], ["x;x;x", "x;x;x"]])
def test_without_figures_lines_that_look_like_rows_are_a_quote_left_open(tmp_path, rest):
    lines = ["a;b;c", 'x;x;"x', *rest, 'x;x;x"']
    (tmp_path / "rijen.csv").write_text("\n".join(lines), encoding="utf-8")
    text = CsvFile.of(tmp_path / "rijen.csv", Format())
    with pytest.raises(SourceError, match="row 1, column 'c': a quote that is not closed"):
        list(text.batches(text.headers))


def test_csv_as_excel_exports_it_is_read(tmp_path):
    text = "sep=;\n" + rows().to_csv(index=False, sep=";", decimal=",").replace("x;y;datum", " X ;Y;Datum ")
    lines = [f"{line};;" for line in text.splitlines()]
    lines[0] = "sep=;"
    found = counted(tmp_path, None, lambda path: path.write_text("\r\n".join(lines), encoding="cp1252"))
    assert found.table.equals(expected(rows()))


def test_parquet_with_text_in_views_is_read(tmp_path):
    table = pa.Table.from_pandas(rows(60))
    viewed = table.set_column(table.schema.get_field_index("soort"), "soort", table["soort"].cast(pa.string_view()))
    pq.write_table(viewed, tmp_path / "rijen.parquet")
    assert tally(source(path="rijen.parquet"), AREAS, RecordsInput(tmp_path)).table.equals(expected(rows(60)))


def test_columns_in_other_capitals_keep_their_meaning(tmp_path):
    """A period is nobody's birthday, however its column is written."""
    days = pd.Series(pd.date_range("1940-01-01", "2024-12-31", 60)).dt.strftime("%Y-%m-%d")
    table = rows(60).rename(columns=str.upper).assign(DATUM=days)
    found = counted(tmp_path, table)
    assert found.rows == 60


def test_a_workbook_keeps_numbers_and_dates_what_they_are(tmp_path):
    table = rows(60).assign(datum=lambda one: pd.to_datetime(one["datum"]))
    told = {"period": {"column": "datum", "format": "%d-%m-%Y"}, "format": {"decimal": ","}}
    found = counted(tmp_path, None, lambda path: table.to_excel(path, index=False), path="rijen.xlsx", **told)
    assert found.table.equals(expected(rows(60)))


def test_of_several_sheets_one_must_be_named(tmp_path):
    def write(path):
        with pd.ExcelWriter(path) as book:
            rows(30).to_excel(book, sheet_name="2023", index=False)
            rows(30).to_excel(book, sheet_name="2024", index=False)
            pd.DataFrame().to_excel(book, sheet_name="leeg", index=False)

    with pytest.raises(SourceError, match=r"sheets '2023', '2024' that are not empty; name one"):
        counted(tmp_path, None, write, path="rijen.xlsx")
    assert counted(tmp_path, None, write, path="rijen.xlsx", format={"sheet": "2024"}).rows == 30
    with pytest.raises(SourceError, match="has no sheet 'x'"):
        counted(tmp_path, None, write, path="rijen.xlsx", format={"sheet": "x"})


@pytest.mark.parametrize("how", ["srid", "hex"])
def test_places_may_be_written_as_postgis_writes_them(tmp_path, how):
    table = rows()
    at = points(table).geometry
    written = "SRID=28992;" + at.to_wkt() if how == "srid" else at.to_wkb(hex=True)
    other = table.drop(columns=["x", "y"]).assign(plek=written)
    assert counted(tmp_path, other, place={"wkt": "plek"}).table.equals(expected(table))


def test_rows_at_several_points_count_at_one_and_it_is_said(tmp_path):
    table = rows(40)
    at = points(table).geometry
    there = [shapely.MultiPoint([one, one if at % 4 else shapely.Point(120_050, 480_050)]) for at, one in enumerate(at)]
    other = table.drop(columns=["x", "y"]).assign(plek=shapely.to_wkt(there, rounding_precision=3))
    found = counted(tmp_path, other, place={"wkt": "plek"})
    assert "rijen die op meer punten tegelijk liggen en meetellen waar een daarvan ligt: 10" in found.notes
    assert found.table[["meldingen_2023", "meldingen_2024"]].to_numpy().sum() == 40


@pytest.mark.parametrize("crs", [28992, 4326])
def test_lines_and_surfaces_in_several_areas_count_at_one_and_it_is_said(tmp_path, crs):
    west, south, _, _ = AREAS.table.geometry.iloc[0].bounds
    there = [
        shapely.LineString([(west + 10, south + 10), (west + 900, south + 10)]),
        shapely.box(west - 50, south + 100, west + 100, south + 900),
        shapely.box(west, south, west + 500, south + 500),  # one area
        shapely.LineString([(west + 10, south + 10), (west + 200, south + 10)]),
        shapely.Point(west + 10, south + 10), shapely.Polygon(),
    ]  # fmt: skip
    at = geopandas.GeoSeries(there, crs=28992).to_crs(crs)
    table = rows(6).drop(columns=["x", "y"]).assign(plek=shapely.to_wkt(at.to_numpy(), rounding_precision=9))
    found = counted(tmp_path, table, place={"wkt": "plek", "crs": crs})
    said = "rijen met lijnen of vlakken die in meer gebieden liggen, en tellen waar een punt erop ligt: 2"
    assert said in found.notes
    assert found.table[["meldingen_2023", "meldingen_2024"]].to_numpy().sum() == 5


@pytest.mark.parametrize("how", ["text", "hex"])
def test_places_in_another_srid_than_declared_are_refused(tmp_path, how):
    table = rows(5)
    at = points(table).to_crs(4326).geometry
    hexed = shapely.to_wkb(shapely.set_srid(at.to_numpy(), 4326), hex=True, include_srid=True)
    other = table.drop(columns=["x", "y"]).assign(plek="SRID=4326;" + at.to_wkt() if how == "text" else hexed)
    with pytest.raises(SourceError, match="places in SRID 4326 where crs = 28992 is declared"):
        counted(tmp_path, other, place={"wkt": "plek"})


def test_a_code_that_no_row_has_is_told(tmp_path):
    found = counted(tmp_path, rows(), count={"hennep": {"where": {"soort": ["hennip", "drugs*"]}}})
    assert "hennep: geen rij heeft 'hennip' in kolom 'soort'" in found.notes
    assert not any("drugs" in one for one in found.notes)


def test_why_none_could_be_counted_is_told_of_few_rows_too(tmp_path):
    table = rows(5)
    with pytest.raises(SourceError, match=r"none of 5 rows .*: they lie as places do in RD New with y before x"):
        counted(tmp_path, table.assign(x=table["y"], y=table["x"]))
    with pytest.raises(SourceError, match="see column 'datum': dates are read as year-month-day"):
        counted(tmp_path, table.assign(datum="eerste kwartaal van 2024"))


@pytest.mark.parametrize(("outside", "whole", "refused"), [(99, 99, False), (100, 111, True), (100, 112, False)])
def test_a_hundred_places_outside_that_are_nine_tenths_are_in_another_system(outside, whole, refused):
    x = pa.array([4.9 if at < outside else 120_500.0 for at in range(whole)])
    y = pa.array([52.4 if at < outside else 480_500.0 for at in range(whole)])
    placer = Placer("rijen.csv", Place(x="x", y="y"), None, None, None)
    placer.of(pa.record_batch({"x": x, "y": y}))
    with pytest.raises(SourceError, match=f"{outside} of {whole} places lie outside") if refused else nullcontext():
        placer.seen.check("rijen.csv", placer.place)


def test_degrees_of_three_decimals_are_degrees(tmp_path):
    at = points(rows(1)).to_crs(4326).geometry
    table = rows(1).drop(columns=["x", "y"]).assign(lon=f"{at.x[0]:.3f}", lat=f"{at.y[0]:.3f}")
    assert counted(tmp_path, table, place={"lon": "lon", "lat": "lat"}).rows == 1


def test_hexagons_are_counted_as_h3_does(tmp_path):
    table = rows()
    table.to_csv(tmp_path / "rijen.csv", index=False)
    cells = hexagons(AREAS, AreaLevel.H3_9)
    found = tally(source(), cells, RecordsInput(tmp_path)).table
    theirs = pd.Series(cells_at(points(table).geometry, AreaLevel.H3_9)).value_counts().reindex(cells.ids, fill_value=0)
    np.testing.assert_array_equal(found.filter(like="meldingen").sum(axis=1), theirs)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 99))
def test_rows_in_two_files_or_another_order_count_the_same(tmp_path_factory, count, cut, seed):
    table = rows(count, seed)
    folder = tmp_path_factory.mktemp("records")
    whole = counted(folder, table).table
    assert counted(folder, table.sample(frac=1, random_state=seed)).table.equals(whole)
    parts = [part for part in (table.iloc[:cut], table.iloc[cut:]) if len(part)]
    np.testing.assert_allclose(sum(counted(folder, part).table for part in parts), whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.assign(x=table["y"], y=table["x"]), "RD New with y before x"),
        (lambda table: table.assign(x=4.5, y=52.0), "longitude and latitude"),
        (lambda table: table.assign(x=52.0, y=4.5), "latitude before longitude"),
        (lambda table: table.drop(columns="soort"), r"declared columns 'soort' are not there"),
        (lambda table: table.assign(datum="2011-01-01"), "none of 400 rows could be counted: 400 a year that"),
    ],
)
def test_rows_that_cannot_be_right_are_refused_with_what_is_wrong(tmp_path, change, said):
    with pytest.raises(SourceError, match=said):
        counted(tmp_path, change(rows()))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "rijen.csv",
            b"x;y;datum;soort;bedrag\n1;2;;;\n1;2\n",
            "2 where the header has 5, parted by ';', first in line 3",
        ),
        ("rijen.csv", b"", "rijen.csv: is empty"),
        ("rijen.csv", b"x;y;datum;soort;bedrag", "rijen.csv: has no rows below its first line"),
        ("rijen.csv", b"PK\x03\x04\x14", r"is no text, but what is called \.xlsx"),
        ("rijen.csv", b"PAR1\x15", r"is no text, but what is called \.parquet"),
        ("rijen.txt", b'[\n {"x": 1}]', r"is no text, but what is called \.json"),
        ("rijen.csv", b"\n<!DOCTYPE html>\n<p>a, b</p>", "holds a web page or XML and no rows of text"),
        ("rijen.csv", b"x;y;datum;soort;bedrag\n", "none of 0 rows could be counted: there are none"),
        ("rijen.gpkg", b"geen kaart", "cannot be read"),
        ("rijen.parquet", b"PAR1", "cannot be read"),
        ("rijen.xlsx", b"PK", "cannot be read"),
        ("rijen.doc", b"x", "not a kind of file"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused_in_words(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=said):
        tally(source(path=name), AREAS, RecordsInput(tmp_path))


def test_a_crash_in_the_middle_leaves_no_list(tmp_path):
    table = rows(3)
    table.to_csv(tmp_path / "rijen.csv", index=False)
    (tmp_path / "uit.csv").write_text("van de vorige keer")

    def stop(_rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tally(source(), AREAS, RecordsInput(tmp_path, rejects=tmp_path / "uit.csv", on_rows=stop))
    assert (tmp_path / "uit.csv").read_text() == "van de vorige keer"
    assert len(list(tmp_path.iterdir())) == 2


# Nothing is lost in silence


@pytest.mark.parametrize(("lost", "refused"), [(20, False), (21, True)])
def test_more_than_one_row_in_twenty_lost_is_no_success_and_less_is_a_warning(tmp_path, lost, refused):
    table = rows().astype({"datum": object})
    table.loc[: lost - 1, "datum"] = "onbekend"
    if refused:
        with pytest.raises(
            SourceError, match=r"21 of 400 rows \(5\.2%\) could not be counted, more than the 5\.0%.*21 no year"
        ):
            counted(tmp_path, table, max_lost=0.05)
        assert len(listed(tmp_path)) == 21
        assert counted(tmp_path, table, max_lost=0.06).table.notna().all(axis=None)
    else:
        assert counted(tmp_path, table, max_lost=0.05).notes[0].startswith("LET OP: 20 van 400 rijen (5,0%)")


@pytest.mark.parametrize(("lost", "refused"), [(20, False), (21, True)])
def test_more_than_one_amount_in_twenty_that_cannot_be_read_is_no_success_and_less_is_a_warning(
    tmp_path, lost, refused
):
    table = rows().astype({"bedrag": int}).astype({"bedrag": object})
    table.loc[: lost - 1, "bedrag"] = "1.234"
    if refused:
        with pytest.raises(
            SourceError, match=r"21 of 400 amounts of som \(5\.2%\) cannot be read, more than the 5\.0%.*decimal"
        ):
            counted(tmp_path, table, max_lost=0.05)
        with pytest.raises(SourceError, match=r"no place; see columns 'x', 'y': decimals stand after ',', as is"):
            counted(tmp_path, table, max_lost=0.05, format={"decimal": ","})
        whole = table.round({"x": 0, "y": 0})
        assert counted(tmp_path, whole.astype({"x": int, "y": int}), max_lost=0.05, format={"decimal": ","}).rows
    else:
        notes = counted(tmp_path, table, max_lost=0.05).notes
        assert any(note.startswith("LET OP: 20 van 400 bedragen van som") for note in notes)


def test_rows_of_other_years_and_of_gemeenten_that_are_not_covered_are_not_lost(tmp_path):
    table = rows()
    found = counted(tmp_path, table, max_lost=0.0, covers=[GEMEENTEN[0]], years=[2024])
    assert not any(note.startswith("LET OP") for note in found.notes)


def test_letters_that_cannot_be_read_are_listed_where_they_stand_in_a_column_that_counts(tmp_path):
    lines = rows(40)[["x", "y", "datum", "soort", "bedrag"]].to_csv(index=False, sep=";").encode().splitlines()
    lines[1:] = [line.replace(b"lawaai", "caf\u00e9".encode()) for line in lines[1:]]
    last = lines[-1].split(b";")
    lines[-1] = b";".join([*last[:3], "caf\u00e9".encode("cp1252"), last[4]])
    found = counted(tmp_path, None, lambda path: path.write_bytes(b"\n".join(lines)))
    assert listed(tmp_path) == [(40, "letters die niet in de codering van het bestand staan")]
    assert found.rows == 40


def test_cells_that_are_empty_for_a_reason_are_counted_and_named(tmp_path):
    table = rows(8).astype({"soort": object})

    def write(path):
        import openpyxl  # noqa: PLC0415

        table.to_excel(path, index=False)
        book = openpyxl.load_workbook(path)
        book.active.merge_cells("E2:E4")
        book.active["F5"] = "=1/0"
        book.save(path)

    notes = counted(tmp_path, table, write, path="rijen.xlsx").notes
    assert "2 cellen van kolom 'soort' zijn leeg om een reden: samengevoegd met de cel erboven of ervoor" in notes
    assert any(note.startswith("1 cellen van kolom 'bedrag' zijn leeg om een reden: formules") for note in notes)


@pytest.mark.parametrize("dated", [True, False])
def test_days_that_a_workbook_counts_from_1904_are_of_the_same_year_with_a_date_format_and_without(tmp_path, dated):
    def write(path):
        import openpyxl  # noqa: PLC0415
        from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415

        book = openpyxl.Workbook()
        book.epoch = CALENDAR_MAC_1904
        book.active.append(["x", "y", "datum", "soort", "bedrag"])
        for one in rows(5).itertuples():
            book.active.append([one.x, one.y, 43_830, one.soort, 1])  # 1 January 2024; by the other count 2019
            if dated:
                book.active.cell(book.active.max_row, 3).number_format = "yyyy-mm-dd"
        book.save(path)

    found = counted(tmp_path, None, write, path="rijen.xlsx", years=[2019, 2024], count={"alle": {}}).table
    assert found[["alle_2019", "alle_2024"]].sum().tolist() == [0, 5]


def test_codes_that_lost_their_zeros_are_named_also_where_some_rows_match(tmp_path):
    table = rows(60).assign(sbi=["0147", "147", "9999"] * 20)
    notes = counted(tmp_path, table, count={"meldingen": {}, "vee": {"where": {"sbi": ["0147"]}}}).notes
    assert any("'147' in kolom 'sbi'" in note and "'0147'" in note for note in notes)
    without = counted(tmp_path, table, count={"meldingen": {}, "vee": {"where": {"sbi": ["9999"]}}}).notes
    assert not any("sbi" in note for note in without)


def test_rows_twice_many_on_one_place_and_rounded_places_are_warned_of(tmp_path):
    table = rows()
    assert not any("keer" in note or "plek" in note or "afgerond" in note for note in counted(tmp_path, table).notes)
    assert any(
        note.startswith("400 rijen staan er meer dan eens in")
        for note in counted(tmp_path, pd.concat([table, table])).notes
    )
    hall = table.assign(
        x=table["x"].where(table.index > 39, table["x"][0]), y=table["y"].where(table.index > 39, table["y"][0])
    )
    assert any(note.startswith("40 van 400 rijen liggen op een plek") for note in counted(tmp_path, hall).notes)
    rounded = table.assign(x=table["x"].round(-2), y=table["y"].round(-2))
    assert any("afgerond op 100 m" in note for note in counted(tmp_path, rounded).notes)
    at = points(table).to_crs(4326).geometry
    degrees = table.drop(columns=["x", "y"]).assign(lon=at.x.round(3), lat=at.y.round(3))
    assert any("3 decimalen" in note for note in counted(tmp_path, degrees, place={"lon": "lon", "lat": "lat"}).notes)


def test_rd_in_kilometres_is_recognised(tmp_path):
    table = rows(200)
    with pytest.raises(SourceError, match="RD New in kilometres"):
        counted(tmp_path, table.assign(x=table["x"] / 1000, y=table["y"] / 1000))


def test_rows_in_a_gap_of_the_map_of_areas_are_warned_of(tmp_path):
    west, south, _, _ = AREAS.table.total_bounds
    table = rows(60)
    table.loc[:4, "x"] = west - 99
    table.loc[5:8, "x"] = west - 101
    table.loc[:8, "y"] = south + 250
    notes = counted(tmp_path, table).notes
    assert any(note.startswith("5 rijen in geen gebied liggen binnen 100 m van een gebied") for note in notes)
    assert not any("binnen 100 m" in note for note in counted(tmp_path, rows(60)).notes)
