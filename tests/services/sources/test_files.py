"""A folder with a map of one's own is a country, with what was done to the map in its receipt."""

from dataclasses import replace

import pytest
import shapely

from boundaries.vintages import vintage
from geo.errors import AreaError, SourceError
from services.sources.files import Files
from tests.country import raw, squares

AREAS = squares(4, 6)
YEAR = replace(vintage(2024), least=len(AREAS))
BOWTIE = shapely.Polygon([(120_000, 480_000), (120_500, 480_500), (120_500, 480_000), (120_000, 480_500)])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "boundaries").mkdir()
    return tmp_path


def put(folder, table, year=2024, ending="gpkg"):
    table.to_file(folder / f"boundaries/buurten-{year}.{ending}")


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson"])
def test_a_map_put_in_the_folder_is_used_before_the_shipped_one(folder, ending):
    put(folder, raw(AREAS), ending=ending)
    files = Files(folder)
    assert files.buurten(YEAR).ids.equals(AREAS.ids)
    assert files.tolerance(YEAR) == 0
    (receipt,) = files.receipts
    assert (receipt.where, receipt.rows) == (f"boundaries/buurten-2024.{ending}", len(AREAS))
    assert receipt.notes == ("eigen bestand van de gebruiker; de herkomst is niet nagegaan",)


def test_what_was_mended_and_left_out_is_in_the_receipt(folder):
    table = raw(AREAS).assign(water="NEE")
    at = table.index[table["buurtcode"] == AREAS.ids[0]][0]
    table.loc[at, "geometry"] = BOWTIE
    table.loc[len(table)] = {**table.loc[at], "buurtcode": "BU05999997", "water": "JA"}
    put(folder, table)
    files = Files(folder)
    assert len(files.buurten(YEAR)) == len(AREAS)
    _, left_out, mended = files.receipts[0].notes
    assert left_out == "open water zonder eigen cijfers, weggelaten: 1 vlak"
    assert mended.startswith("1 vlak was ongeldig en is hersteld; de oppervlakte veranderde daardoor 125.000,0 m²")


def test_names_of_wijken_come_from_the_same_file(folder):
    put(folder, raw(AREAS).drop(columns="wijknaam"))
    wijken = AREAS.table.assign(wijkcode="WK" + AREAS.ids.str[2:8], wijknaam=AREAS.table["wijk_name"])
    wijken[["wijkcode", "wijknaam", "geometry"]].to_file(folder / "boundaries/buurten-2024.gpkg", layer="wijken")
    assert Files(folder).buurten(YEAR).table["wijk_name"].equals(AREAS.table["wijk_name"])


def test_a_part_of_the_country_is_refused(folder):
    put(folder, raw(AREAS)[3:])
    with pytest.raises(SourceError, match=r"boundaries/buurten-2024.gpkg: 21 buurten where the country of 2024 has 24"):
        Files(folder).buurten(YEAR)


def test_a_map_of_another_year_under_this_name_is_refused(folder):
    put(folder, raw(AREAS).assign(jaar=2022))
    with pytest.raises(
        AreaError, match=r"buurten-2024.gpkg: a map of 2022 by its own words, where that of 2024 is due"
    ):
        Files(folder).buurten(YEAR)


def test_a_year_without_a_map_says_where_to_put_it_or_how_to_fetch_it(folder):
    put(folder, raw(AREAS))
    with pytest.raises(SourceError) as fault:
        Files(folder).buurten(vintage(2021))
    assert str(fault.value) == (
        f"{folder}: no map of 2021; put it there as boundaries/buurten-2021.gpkg (or .geojson, .json, .fgb, .shp, "
        f".parquet, .geoparquet, .zip), or fetch it: zicht fetch boundaries --vintage 2021 --to {folder}"
    )


def test_the_shipped_map_that_is_not_there_is_named(folder):
    with pytest.raises(SourceError, match=r"nl_buurt_2024_georef.parquet: no such file; ZICHT_DATA"):
        Files(folder).buurten(YEAR)


def test_borders_of_the_shipped_map_lie_apart(folder):
    assert Files(folder).tolerance(vintage(2024)) == vintage(2024).shipped.tolerance > 0
