"""`zicht tally --init` writes a declaration that counts, once a person has filled in what no file tells."""

import re
import tomllib

import geopandas
import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import from_origin

from geo.errors import DeclarationError
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from services.engines.local import Local
from services.sources.grid_proposals import is_squares, of_raster, of_squares
from services.sources.rasters import zonal
from services.sources.records.guesses import guessed
from services.sources.records.proposal import identifier, of_file, proposed, toml
from services.sources.records.tally import RecordsInput, tally
from services.sources.squares import counted
from tests.services.running import Zicht
from tests.services.sources import test_squares
from tests.services.sources.records.declared import AREAS, GEMEENTEN, expected, rows
from tests.services.sources.records.test_tally import WRITTEN


def filled(text: str, *changes: tuple[str, str]) -> str:
    """What a person makes of it."""
    for before, after in (('legal_ground = ""', 'legal_ground = "Gemeentewet art. 172"'), *changes):
        assert before in text, text
        text = text.replace(before, after)
    return text


def tried(folder, text, id_="rijen"):
    (folder / f"{id_}.toml").write_text(text, encoding="utf-8")
    return tally(read(folder / f"{id_}.toml", SourceDeclaration), AREAS, RecordsInput(folder)).table


@pytest.mark.parametrize("how", WRITTEN)
def test_of_every_kind_of_file_the_proposal_counts_what_pandas_counts(tmp_path, how):
    path, write, _ = WRITTEN[how]
    write(rows(), tmp_path / path)
    id_ = identifier(path.partition(".")[0])
    made = proposed(of_file(tmp_path / path), id_, AREAS)
    assert made.empty == ("legal_ground",)
    table = tried(tmp_path, filled(made.text), id_)
    pd.testing.assert_frame_equal(table, expected(rows()).filter(like="meldingen"), check_names=False)


def test_what_is_proposed_as_a_comment_works_when_the_comment_goes(tmp_path):
    rows().to_csv(tmp_path / "rijen.csv", index=False, sep=";", decimal=",")
    text = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS).text
    assert re.search(r'# where = \{ "soort" = \["[^]]*"hennep"', text)
    assert f'covers = ["{GEMEENTEN[0]}", "{GEMEENTEN[1]}"' in text
    assert "years = [2023, 2024]" in text
    more = filled(text, ("# [records.count.bedrag]", "[records.count.bedrag]"), ("# sum =", "sum ="))
    assert tried(tmp_path, more)["bedrag_2024"].equals(expected(rows())["som_2024"])


def test_a_date_that_can_be_read_in_two_ways_is_left_to_a_person(tmp_path):
    table = rows()
    table["datum"] = ["-".join(reversed(one.split("-"))) for one in table["datum"]]  # 01-09-2024: no day after the 12th
    table.to_csv(tmp_path / "rijen.csv", index=False)
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert made.empty == ("legal_ground", "format")
    assert re.search(r'^# format = "%d-%m-%Y" +# 01-0(\d)-(20\d\d) is \2-0\1-01$', made.text, re.MULTILINE)
    assert re.search(r'^# format = "%m-%d-%Y" +# 01-0(\d)-(20\d\d) is \2-01-0\1$', made.text, re.MULTILINE)
    chosen = filled(made.text, ('# format = "%d-%m-%Y"', 'format = "%d-%m-%Y"'))
    assert tried(tmp_path, chosen).equals(expected(rows()).filter(like="meldingen"))


def test_a_date_that_can_be_read_in_one_way_only_says_how_it_is_read(tmp_path):
    table = rows()
    table["datum"] = ["-".join(reversed([*one.split("-")[:2], "28"])) for one in table["datum"]]
    table.to_csv(tmp_path / "rijen.csv", index=False)
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert made.empty == ("legal_ground",)
    assert re.search(r'^format = "%d-%m-%Y" +# 28-', made.text, re.MULTILINE)


@pytest.mark.parametrize("written", ["%d-%b-%y", "%j van %Y", "mixed"])
def test_dates_that_no_known_format_fits_are_left_to_a_person_and_not_counted_as_one_year(tmp_path, written):
    table = rows()
    days = pd.to_datetime(table["datum"])
    mixed = np.where(np.arange(len(days)) % 2, days.dt.strftime("%d-%m-%Y"), days.dt.strftime("%Y/%m/%d"))
    table["datum"] = mixed if written == "mixed" else days.dt.strftime(written)
    table.to_csv(tmp_path / "rijen.csv", index=False)
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert made.empty == ("legal_ground", "format")
    assert tomllib.loads(made.text)["records"]["period"] == {"column": "datum", "format": ""}
    assert repr(table["datum"][0]) in made.text
    with pytest.raises(DeclarationError, match=r"records\.period\.format: .*year"):
        tried(tmp_path, filled(made.text))


def test_a_clock_of_twelve_hours_is_recognised(tmp_path):
    table = rows()
    table["datum"] = pd.to_datetime(table["datum"]).dt.strftime("%d-%m-%Y 01:05:00 PM")
    table.to_csv(tmp_path / "rijen.csv", index=False)
    assert 'format = "%d-%m-%Y %I:%M:%S %p"' in proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS).text


def test_columns_of_persons_are_dropped_and_nothing_of_them_is_shown(tmp_path):
    names = ["Jan de Vries", "P. Jansen", "Fatma Yildiz", "K. Bakker"]
    rows().assign(melder=names * 100, bsn="111222333").to_csv(tmp_path / "rijen.csv", index=False)
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert 'drop = ["melder", "bsn"]' in made.text
    assert not any(one in made.text for one in (*names, "111222333"))
    assert tried(tmp_path, filled(made.text)).equals(expected(rows()).filter(like="meldingen"))


def test_codes_that_few_rows_have_are_not_shown(tmp_path):
    table = rows()
    table.loc[:3, "soort"] = "zeldzaam"
    table.to_csv(tmp_path / "rijen.csv", index=False)
    assert "zeldzaam" not in proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS).text


def test_a_title_above_the_table_and_a_sheet_of_several_are_declared(tmp_path):
    with pd.ExcelWriter(tmp_path / "rijen.xlsx") as book:
        rows().to_excel(book, sheet_name="Cijfers 2024", startrow=2, index=False)
        book.sheets["Cijfers 2024"].cell(1, 1, "Meldingen")
        rows(2).to_excel(book, sheet_name="Ander", index=False)
    made = proposed(of_file(tmp_path / "rijen.xlsx"), "rijen", AREAS)
    assert 'sheet = "Cijfers 2024"\nheader_row = 3' in made.text
    assert tried(tmp_path, filled(made.text)).equals(expected(rows()).filter(like="meldingen"))


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({"RD_X": [121_000.5] * 9, "RD_Y": [487_000.5] * 9, "koopsom": [350_000.0] * 9}, {"x": "RD_X", "y": "RD_Y"}),
        ({"lengte": [5.1234] * 9, "breedte": [52.1234] * 9}, {"lon": "lengte", "lat": "breedte"}),
        ({"plek": ["POINT(121000 487000)"] * 9}, {"wkt": "plek"}),
        ({"vbo": ["0363010000000001"] * 9}, {"object": "vbo"}),
        ({"pc": ["3511 AB"] * 9, "huisnr": ["1a"] * 9}, {"postcode": "pc", "huisnummer": "huisnr"}),
        ({"locatie": ["Dorpsstraat 1a, 3511 AB Utrecht"] * 9}, {"adres": "locatie"}),
    ],
)
def test_the_columns_with_places_are_recognised(columns, place):
    import pyarrow as pa  # noqa: PLC0415

    batch = pa.RecordBatch.from_pandas(pd.DataFrame(columns))
    assert guessed(batch, None).places[0] == place


RD, DEGREES = [(121_000.5, 487_000.5), (122_003.25, 486_000.0)], [(5.1234, 52.1234), (4.9, 52.37)]


@pytest.mark.parametrize("written", ["{}, {}", "{} {}", "({};{})", "{}/{}", "[{}, {}]"])
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize(("points", "system"), [(RD, "RD (EPSG:28992)"), (DEGREES, "lengte en breedte (EPSG:4326)")])
def test_both_coordinates_in_one_column_are_said_with_their_system(tmp_path, written, mark, points, system):
    cells = [written.format(*(str(one).replace(".", mark) for one in point)) for point in points]
    pd.DataFrame({"plek": cells * 9, "soort": ["hennep"] * 18}).to_csv(tmp_path / "rijen.csv", index=False, sep="\t")
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert "[records.place]" in made.empty
    assert f"# cellen van 'plek' bevatten beide coördinaten, zoals plekken die hebben in {system};" in made.text


@pytest.mark.parametrize(
    ("columns", "points", "system"),
    [
        (("x", "y"), [(121.0005, 487.25), (122.5, 486.0)], "RD in kilometers"),
        (("RD_X", "RD_Y"), [(121, 487), (122, 486)], "RD in kilometers"),
        (("x_coord", "y_coord"), [(545_000.0, 6_867_000.0), (560_000.0, 6_900_000.0)], "Web Mercator"),
    ],
)
def test_coordinates_in_kilometres_or_another_system_are_said(tmp_path, columns, points, system):
    table = pd.DataFrame(points * 9, columns=list(columns)).assign(aantal=350)
    table.to_csv(tmp_path / "rijen.csv", index=False)
    made = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS)
    assert "[records.place]" in made.empty
    assert f"# kolommen {columns[0]!r}, {columns[1]!r} liggen zoals plekken in {system} (" in made.text
    assert f'sum = "{columns[0]}"' not in made.text


@pytest.mark.parametrize(
    "cells", [["12, 14"], ["3511 10"], ["1-2"], ["121000"], ["121000, 487000, 3"], ["12 mei 2024"]]
)
def test_two_numbers_that_lie_nowhere_are_no_coordinates(tmp_path, cells):
    pd.DataFrame({"plek": cells * 18, "soort": "hennep"}).to_csv(tmp_path / "rijen.csv", index=False, sep="\t")
    text = proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS).text
    assert "beide coördinaten" not in text


def test_where_other_columns_say_it_too_nothing_is_said(tmp_path):
    pd.DataFrame([(121_000.5, 487_000.5, "121000.5, 487000.5")] * 9, columns=["x", "y", "plek"]).to_csv(
        tmp_path / "rijen.csv", index=False
    )
    assert "beide coördinaten" not in proposed(of_file(tmp_path / "rijen.csv"), "rijen", AREAS).text


def test_numbers_without_a_name_are_no_place():
    import pyarrow as pa  # noqa: PLC0415

    table = pd.DataFrame({"koopsom": [350_000] * 9, "aantal": [3] * 9})
    assert not guessed(pa.RecordBatch.from_pandas(table), None).places
    table = pd.DataFrame({"koopsom": [350_000] * 9, "vraagprijs": [355_000] * 9, "aantal": [3] * 9})
    assert not guessed(pa.RecordBatch.from_pandas(table), None).places


def test_of_squares_and_of_a_raster_the_proposal_gives_figures(tmp_path):
    test_squares.put(tmp_path, test_squares.table())
    assert is_squares(tmp_path / "squares.csv")
    (tmp_path / "squares.toml").write_text(of_squares(tmp_path / "squares.csv", "squares", 2024), encoding="utf-8")
    declared = read(tmp_path / "squares.toml", SourceDeclaration)
    found = counted(declared, test_squares.AREAS, tmp_path, Local()).table
    assert found["aantal_inwoners"].to_numpy() == pytest.approx(125)
    west, _, _, north = AREAS.table.total_bounds
    with rasterio.open(
        tmp_path / "hoogte.tif", "w", driver="GTiff", width=80, height=80, count=1, dtype="float32", crs="EPSG:28992",
        transform=from_origin(west - 100, north + 100, 50, 50),
    ) as file:  # fmt: skip
        file.write(np.full((1, 80, 80), 7, dtype=np.float32))
    (tmp_path / "hoogte.toml").write_text(of_raster(tmp_path / "hoogte.tif", "hoogte", 2024), encoding="utf-8")
    assert (
        zonal(read(tmp_path / "hoogte.toml", SourceDeclaration), AREAS, tmp_path, Local()).table["hoogte"].eq(7).all()
    )


def test_a_raster_that_does_not_say_where_it_lies_is_not_proposed_but_told_what_to_add(zicht: Zicht, tmp_path):
    where = {"transform": from_origin(0, 80, 1, 1)}
    with rasterio.open(
        tmp_path / "kaal.tif", "w", driver="GTiff", width=80, height=80, count=1, dtype="float32", **where
    ) as file:
        file.write(np.full((1, 80, 80), 7, dtype=np.float32))
    done = zicht("tally", "--init", str(tmp_path / "kaal.tif"))
    assert done.code == 1
    assert "says in no CRS where it lies; add it: gdal_edit.py" in done.err
    assert not (tmp_path / "kaal.toml").exists()


def test_the_command_writes_beside_the_file_and_never_over_another(zicht: Zicht, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows().to_csv("Meldingen 2024.csv", index=False)
    done = zicht("tally", "--init", "Meldingen 2024.csv")
    assert done.code == 0, done.err
    assert "meldingen_2024.toml is written" in done.out
    assert "Still to be filled in: legal_ground, covers" in done.out  # the board of squares is not in Testland
    assert 'id = "meldingen_2024"' in (tmp_path / "meldingen_2024.toml").read_text()
    again = zicht("tally", "--init", "Meldingen 2024.csv")
    assert again.code == 1
    assert "meldingen_2024.toml: is there already" in again.err


def test_the_newest_boundaries_at_hand_are_proposed_and_said(zicht: Zicht, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows().to_csv("rijen.csv", index=False)
    folder = tmp_path / "cijfers" / "boundaries"
    folder.mkdir(parents=True)
    table = AREAS.table.reset_index().rename(columns={"area_id": "buurtcode", "name": "buurtnaam"})
    for year in (2019, 2022, 2023):
        table[["buurtcode", "buurtnaam", "geometry"]].to_file(folder / f"buurten-{year}.gpkg")
    done = zicht("tally", "--init", "rijen.csv", "--data", "cijfers")
    assert done.code == 0, done.err
    assert "Counted in the boundaries of 2023, the newest at hand" in done.out
    text = (tmp_path / "rijen.toml").read_text()
    assert "boundaries to count in: the newest at hand\nvintage = 2023\n" in text
    assert f'covers = ["{GEMEENTEN[0]}"' in text


def test_the_command_tries_out_squares(zicht: Zicht, tmp_path, buurten):
    west, south, _, _ = (round(one, -2) for one in buurten.table.geometry.iloc[0].bounds)
    names = [f"E{int(west) // 100 + x:04d}N{int(south) // 100 + y:04d}" for x in range(30) for y in range(30)]
    pd.DataFrame({"crs28992res100m": names, "aantal_inwoners": 5}).to_csv(tmp_path / "vk.csv", index=False)
    gemeente = buurten.table["gemeente"].iloc[0]
    text = of_squares(tmp_path / "vk.csv", "vk", 2024).replace('["NL"]', f'["{gemeente}"]')
    (tmp_path / "vk.toml").write_text(text, encoding="utf-8")
    done = zicht("tally", tmp_path / "vk.toml", "--to", tmp_path / "uit.csv", "--map", tmp_path / "kaart.html")
    assert done.code == 0, done.err
    assert (tmp_path / "kaart.html").read_text().count("<use ") > 0
    assert pd.read_csv(tmp_path / "uit.csv")["aantal_inwoners"].sum() > 0


def test_geometry_of_a_map_is_the_place(tmp_path):
    table = rows(20)
    at = geopandas.points_from_xy(table["x"], table["y"])
    geopandas.GeoDataFrame(table[["soort"]], geometry=at, crs=28992).to_file(tmp_path / "a.gpkg")
    assert 'geometry = "geom"' in proposed(of_file(tmp_path / "a.gpkg"), "a", AREAS).text


@given(st.text(max_size=60))
def test_whatever_a_file_is_called_its_source_has_an_id(name):
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,39}", identifier(name))


@given(st.text())
def test_whatever_stands_in_a_column_toml_reads_it_as_it_was(text):
    assert tomllib.loads(f"a = {toml(text)}") == {"a": text}
