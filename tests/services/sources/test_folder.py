"""A folder is a source: what was fetched, a hand-made table and an own boundary file, side by side."""

from dataclasses import replace
from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely

from boundaries import cbs
from boundaries.vintages import vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, SourceError, UnknownNameError
from layers.declarations.catalog import load
from layers.publication.layer import Receipt
from services import receipts
from services.files import digest
from services.jobs.build import open_country
from services.sources.boundaries import BoundaryFolder
from services.sources.folder import Folder
from services.testland.country import Testland
from tests.country import raw, squares
from tests.standin import pdok

AREAS = squares(4, 6)
YEAR = replace(vintage(2024), least=len(AREAS))
WHOLE = replace(vintage(2024), least=600)
BOWTIE = shapely.Polygon([(120_000, 480_000), (120_500, 480_500), (120_500, 480_000), (120_000, 480_500)])
KWB = load().sources["kerncijfers"]
PATH = KWB.table.path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "boundaries").mkdir()
    return tmp_path


def put(folder: Path, table: geopandas.GeoDataFrame, year: int = 2024, ending: str = "gpkg", what: str = "buurten"):
    table.to_file(folder / f"boundaries/{what}-{year}.{ending}")


def wijken_of(areas: AreaFrame) -> geopandas.GeoDataFrame:
    columns = {"area_id": "wijkcode", "name": "wijknaam", "gemeente_name": "gemeentenaam"}
    return cbs.wijken(areas).table.reset_index()[[*columns, "geometry"]].rename(columns=columns)


def fetched(folder: Path, file: str, table: pd.DataFrame) -> None:
    """A file with its receipt."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, index=False)
    known = Receipt(file, "", "https://", digest(path), len(table), "CC0", "", ("x",), "2026-01-01T00:00:00+00:00")
    receipts.add(folder, {file: known})


@pytest.fixture
def from_services(folder: Path, testland: Testland, buurten: AreaFrame) -> Path:
    for name, table in pdok.of_raw(testland.boundaries, buurten, 2024).items():
        fetched(folder, f"boundaries/{name}-2024.parquet", table)
    fetched(folder, "sources/kerncijfers-2024.parquet", testland.figures)
    return folder


def written(folder: Path, table: pd.DataFrame, **how: object) -> None:
    path = folder / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, **how)


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson"])
def test_a_boundary_file_put_in_the_folder_is_used_before_the_shipped_one(folder: Path, ending: str):
    put(folder, raw(AREAS), ending=ending)
    source = Folder(folder)
    assert source.areas(YEAR).ids.equals(AREAS.ids)
    assert source.tolerance(YEAR) == 0
    (receipt,) = source.receipts_of(YEAR, [], [])
    assert (receipt.where, receipt.rows) == (f"boundaries/buurten-2024.{ending}", len(AREAS))
    assert receipt.notes == ("eigen bestand van de gebruiker; de herkomst is niet nagegaan",)


def test_what_was_repaired_and_left_out_is_in_the_receipt(folder: Path):
    table = raw(AREAS).assign(water="NEE")
    at = table.index[table["buurtcode"] == AREAS.ids[0]][0]
    table.loc[at, "geometry"] = BOWTIE
    table.loc[len(table)] = {**table.loc[at], "buurtcode": "BU05999997", "water": "JA"}
    put(folder, table)
    source = Folder(folder)
    assert len(source.areas(YEAR)) == len(AREAS)
    _, left_out, repaired = source.receipts_of(YEAR, [], [])[0].notes
    assert left_out == "open water zonder eigen cijfers, weggelaten: 1 vlak"
    assert repaired.startswith("1 vlak was ongeldig en is hersteld; de oppervlakte veranderde daardoor 125.000,0 m²")


def test_an_own_map_with_slits_says_how_far_borders_lie_apart(folder: Path):
    table = raw(AREAS)
    put(folder, table.set_geometry(table.geometry.buffer(-1, join_style="mitre")))
    source = Folder(folder)
    source.areas(YEAR)
    assert source.tolerance(YEAR) == 4.0
    _, apart, *_ = source.receipts_of(YEAR, [], [])[0].notes
    assert apart == "grenzen vallen niet samen: gebieden die hoogstens 4 m uit elkaar liggen, zijn buurgebieden"


def test_wijken_of_an_own_map_of_buurten_have_no_slits_between_them(folder: Path):
    """Each of the four stayed in six parts, two metres from one another."""
    table = raw(AREAS)
    put(folder, table.set_geometry(table.geometry.buffer(-1, join_style="mitre")))
    wijken = Folder(folder).areas(replace(YEAR, finest=AreaLevel.WIJK)).table.geometry
    assert set(wijken.geom_type) == {"Polygon"}
    assert wijken.count_interior_rings().sum() == 0
    left, down, right, up = AREAS.table.total_bounds
    assert wijken.area.sum() <= (right - left) * (up - down)


def test_an_own_map_with_an_area_twice_is_refused(folder: Path):
    table = raw(AREAS)
    table.loc[0, "geometry"] = table.geometry[1]
    put(folder, table)
    with pytest.raises(AreaError, match=r"^boundaries/buurten-2024.gpkg: 1 pair of areas"):
        Folder(folder).areas(YEAR)


def test_names_of_wijken_come_from_the_same_file(folder: Path):
    put(folder, raw(AREAS).drop(columns="wijknaam"))
    wijken_of(AREAS).to_file(folder / "boundaries/buurten-2024.gpkg", layer="wijken")
    assert Folder(folder).areas(YEAR).table["wijk_name"].equals(AREAS.table["wijk_name"])


@pytest.mark.parametrize("year", [2024, 2014])
def test_the_file_of_one_gemeente_of_any_year_is_not_refused_for_being_small(folder: Path, year: int):
    part = AREAS.where(AREAS.table["gemeente"] == "GM0363")
    put(folder, raw(part), year)
    source = Folder(folder)
    areas = source.areas(vintage(year))
    assert areas.ids.equals(part.ids)
    assert (areas.level, areas.vintage) == (AreaLevel.BUURT, year)
    assert not source.is_national(vintage(year))


def test_wijken_are_the_areas_where_there_are_no_buurten(folder: Path):
    put(folder, wijken_of(AREAS), 2019, "geojson", "wijken")
    areas = Folder(folder).areas(vintage(2019))
    assert (areas.level, list(areas.ids)) == (AreaLevel.WIJK, ["WK0363AA", "WK0363AB", "WK059900", "WK059901"])
    assert areas.table["name"].tolist() == areas.table["wijk_name"].tolist() == cbs.wijken(AREAS).table["name"].tolist()
    put(folder, raw(AREAS), 2019)
    assert Folder(folder).areas(vintage(2019)).level is AreaLevel.BUURT


def test_a_national_file_with_buurten_missing_is_refused(folder: Path):
    put(folder, raw(AREAS)[3:])
    country = replace(YEAR, gemeenten=2)
    with pytest.raises(SourceError, match=r"boundaries/buurten-2024.gpkg: 21 buurten where the country of 2024 has 24"):
        Folder(folder).areas(country)
    put(folder, raw(AREAS))
    assert Folder(folder).is_national(country)


def test_a_file_of_another_year_under_this_name_is_refused(folder: Path):
    put(folder, raw(AREAS).assign(jaar=2022))
    with pytest.raises(
        AreaError, match=r"buurten-2024.gpkg: boundaries of 2022 by its own words, where those of 2024 are due"
    ):
        Folder(folder).areas(YEAR)


def test_a_year_without_a_file_says_where_to_put_it_or_how_to_fetch_it(folder: Path):
    put(folder, raw(AREAS))
    put_there = (
        "put it there as boundaries/buurten-{}.gpkg (or .geojson, .json, .fgb, .shp, .parquet, .geoparquet, .zip)"
    )
    with pytest.raises(SourceError) as fault:
        Folder(folder).areas(vintage(2021))
    assert str(fault.value) == (
        f"{folder}: no boundary file of 2021; {put_there.format(2021)}, or fetch it: zicht fetch boundaries --vintage "
        f"2021 --to {folder}"
    )
    with pytest.raises(SourceError) as fault:
        Folder(folder).areas(vintage(2014))
    assert str(fault.value) == f"{folder}: no boundary file of 2014; {put_there.format(2014)}"
    with pytest.raises(UnknownNameError, match="unknown vintage '1985'"):
        BoundaryFolder(folder).has(1985)


def test_a_folder_without_the_shipped_file_says_how_to_get_boundaries(folder: Path):
    with pytest.raises(SourceError, match=r"no boundary file of 2024; put it there as .*, or fetch it: zicht fetch"):
        Folder(folder).areas(YEAR)
    with pytest.raises(SourceError, match=r"nergens: no such folder; ZICHT_DATA"):
        Folder(folder / "nergens").areas(YEAR)


def test_a_part_of_the_shipped_files_that_is_not_there_is_named(folder: Path):
    shipped = replace(YEAR.shipped, path="land.gpkg", names={"wijk": {"path": "namen.csv", "code": "x", "name": "y"}})
    raw(AREAS).to_file(folder / "land.gpkg")
    with pytest.raises(SourceError, match=r"amsterdam_buurt_2022_gebieden.parquet: no such file; ZICHT_DATA"):
        Folder(folder).areas(replace(YEAR, shipped=shipped))
    with pytest.raises(SourceError, match=r"namen.csv: no such file; ZICHT_DATA"):
        Folder(folder).areas(replace(YEAR, shipped=replace(shipped, detail=())))


def test_land_and_water_become_one_and_names_come_from_the_other_tables(from_services: Path, buurten: AreaFrame):
    source = Folder(from_services)
    areas = source.areas(WHOLE)
    columns = ["name", "gemeente", "gemeente_name", "wijk_name"]
    pd.testing.assert_frame_equal(areas.table[columns], buurten.table[columns])
    assert source.tolerance(WHOLE) == 0
    assert source.is_national(WHOLE)
    assert [one.id.partition("-")[0] for one in source.receipts_of(WHOLE, [KWB], [])] == [
        "boundaries/buurten", "boundaries/gemeenten", "boundaries/wijken",
    ]  # fmt: skip


def test_a_table_comes_as_it_was_fetched_with_its_receipt(from_services: Path, testland: Testland):
    source = Folder(from_services)
    pd.testing.assert_frame_equal(source.table(KWB), testland.figures)
    assert source.table_of_cells(KWB, None) is None  # type: ignore[arg-type]
    assert source.receipts_of(WHOLE, [KWB], []) == (receipts.read(from_services)["sources/kerncijfers-2024.parquet"],)


def test_every_folder_is_opened_in_one_way(from_services: Path, tmp_path: Path):
    assert isinstance(open_country(str(from_services), load()).source, Folder)
    assert isinstance(open_country(str(tmp_path / "other"), load()).source, Folder)


def test_a_fetched_part_of_the_country_is_refused(from_services: Path):
    with pytest.raises(
        SourceError, match=r"692 buurten where the country of 2024 has 1[0-9]+ at least; fetch it again: zicht fetch"
    ):
        Folder(from_services).areas(vintage(2024))


def test_a_file_that_is_not_what_its_receipt_says_is_refused(from_services: Path):
    path = from_services / "boundaries" / "wijken-2024.parquet"
    geopandas.read_parquet(path).head(3).to_parquet(path)
    with pytest.raises(
        SourceError, match=r"wijken-2024\.parquet: changed since it was fetched; fetch it again: zicht fetch"
    ):
        Folder(from_services).areas(WHOLE)


def test_a_table_without_names_is_said_to_be_that(from_services: Path):
    file = "boundaries/gemeenten-2024.parquet"
    fetched(from_services, file, geopandas.read_parquet(from_services / file).drop(columns="gemeentenaam"))
    with pytest.raises(SourceError, match="no column for the code or name of a gemeente; found"):
        Folder(from_services).areas(WHOLE)


@pytest.mark.parametrize("wrong", ["{", "[]", '{"a": 1}', '{"a": {"id": "b"}}'])
def test_receipts_that_are_none_are_refused_with_the_way_out(from_services: Path, wrong: str):
    (from_services / receipts.RECEIPTS).write_text(wrong, encoding="utf-8")
    with pytest.raises(
        SourceError, match=r"receipts\.json: not a list of receipts: .*; remove it and fetch again: zicht fetch"
    ):
        Folder(from_services).table(KWB)


def test_what_is_neither_fetched_nor_put_there_is_said_both_ways(from_services: Path):
    with pytest.raises(SourceError) as fault:
        Folder(from_services).table(load().sources["misdrijven"])
    assert str(fault.value) == (
        f"source 'misdrijven': no figures in {from_services}: sources/misdrijven-2024.parquet was not fetched, and "
        f"{PATH} of [table] is not there; run `zicht fetch misdrijven --to {from_services}`, or put the file there"
    )
    bare = KWB.model_copy(update={"id": "elders", "table": None})
    with pytest.raises(SourceError, match=r"elders-2024\.parquet was not fetched, and declares no \[table\]; run"):
        Folder(from_services).table(bare)


def test_each_source_is_chosen_by_itself(folder: Path, testland: Testland):
    """A fetched table, a hand-made CSV and an own boundary file in one folder, and a receipts.json."""
    put(folder, raw(AREAS), 2014)
    fetched(folder, "sources/kerncijfers-2024.parquet", testland.figures)
    written(folder, testland.crimes)
    source = Folder(folder)
    assert source.areas(vintage(2014)).ids.equals(AREAS.ids)
    assert list(source.table(KWB)) == list(testland.figures)
    by_hand = load().sources["misdrijven"]
    assert list(source.table(by_hand)) == list(testland.crimes)
    both = source.receipts_of(vintage(2014), [KWB, by_hand], [])
    assert [one.where for one in both] == ["boundaries/buurten-2014.gpkg", "https://", PATH]
    assert [one.where for one in source.receipts_of(vintage(2014), [by_hand], [])] == [both[0].where, PATH]
    assert source.receipts_of(YEAR, [], []) == ()


@pytest.mark.parametrize("how", [{}, {"sep": ";"}, {"sep": ";", "encoding": "cp1252"}, {"encoding": "utf-8-sig"}])
def test_a_table_is_read_as_any_office_writes_it(folder: Path, how: dict[str, str]):
    table = pd.DataFrame({"buurtcode": AREAS.ids, "naam": "Café", "inwoners": 1.5})
    written(folder, table, decimal="," if how.get("sep") else ".", **how)
    read = Folder(folder).table(KWB)
    assert read["naam"].tolist() == table["naam"].tolist()
    assert read["buurtcode"].tolist() == list(AREAS.ids)
    assert set(read["inwoners"]) == {"1,5" if how.get("sep") else "1.5"}


def test_a_workbook_is_a_table_too(folder: Path):
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    book.active.append(["buurtcode", "inwoners"])
    for code in AREAS.ids:
        book.active.append([code, 12])
    book.save(folder / "cijfers.xlsx")
    declared = KWB.model_copy(update={"table": KWB.table.model_copy(update={"path": "cijfers.xlsx"})})
    assert set(Folder(folder).table(declared)["inwoners"]) == {12.0}


def test_a_line_that_cannot_be_right_is_named(folder: Path):
    (folder / PATH).parent.mkdir()
    (folder / PATH).write_text("buurtcode;inwoners\nBU03630000;1\nBU03630001;1;2\n")
    plain = KWB.model_copy(update={"table": KWB.table.model_copy(update={"path": "cijfers.csv"})})
    (folder / PATH).rename(folder / "cijfers.csv")
    with pytest.raises(SourceError, match=r"lines differ in their number of cells: 3 where the header has 2.*line 3"):
        Folder(folder).table(plain)


def test_a_table_without_rows_is_refused(folder: Path):
    written(folder, pd.DataFrame(columns=["buurtcode", "inwoners"]))
    with pytest.raises(SourceError, match="no rows"):
        Folder(folder).table(KWB)
