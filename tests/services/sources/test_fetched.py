"""The folder that was fetched, as a source: what is read is what its receipts say."""

from dataclasses import replace
from pathlib import Path

import geopandas
import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.declarations.catalog import load
from layers.publication.layer import Receipt
from services import receipts
from services.files import digest
from services.jobs.build import open_country
from services.sources.fetched import Fetched
from services.testland.country import Testland
from tests.standin import pdok

SMALL = replace(vintage(2024), least=600)
KWB = load().sources["kerncijfers"]


def put(folder: Path, file: str, table: pd.DataFrame) -> None:
    """A file with its receipt."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, index=False)
    known = Receipt(file, "", "https://", digest(path), len(table), "CC0", "", ("x",), "2026-01-01T00:00:00+00:00")
    receipts.add(folder, {file: known})


@pytest.fixture
def folder(tmp_path: Path, testland: Testland, buurten: AreaFrame) -> Path:
    maps = pdok.of_raw(testland.boundaries, buurten, 2024)
    for name, table in maps.items():
        put(tmp_path, f"boundaries/{name}-2024.parquet", table)
    put(tmp_path, "sources/kerncijfers-2024.parquet", testland.figures)
    return tmp_path


def test_land_and_water_become_one_and_names_come_from_the_other_tables(folder: Path, buurten: AreaFrame):
    source = Fetched(folder)
    areas = source.buurten(SMALL)
    columns = ["name", "gemeente", "gemeente_name", "wijk_name"]
    pd.testing.assert_frame_equal(areas.table[columns], buurten.table[columns])
    assert source.tolerance(SMALL) == 0
    assert [one.id.partition("-")[0] for one in source.receipts] == [
        "boundaries/buurten", "boundaries/gemeenten", "boundaries/wijken",
    ]  # fmt: skip


def test_a_table_comes_as_it_was_fetched_with_its_receipt(folder: Path, testland: Testland):
    source = Fetched(folder)
    pd.testing.assert_frame_equal(source.table(KWB), testland.figures)
    assert source.table_of_cells(KWB, None) is None  # type: ignore[arg-type]
    assert source.receipts == (receipts.read(folder)["sources/kerncijfers-2024.parquet"],)


def test_a_folder_with_receipts_is_opened_as_one_that_was_fetched(folder: Path, tmp_path: Path):
    assert isinstance(open_country(str(folder), load()).source, Fetched)
    assert not isinstance(open_country(str(tmp_path / "other"), load()).source, Fetched)


def test_a_part_of_the_country_is_refused(folder: Path):
    with pytest.raises(
        SourceError, match=r"692 buurten where the country of 2024 has 1[0-9]+ at least; fetch the map again"
    ):
        Fetched(folder).buurten(vintage(2024))


def test_a_file_that_is_not_what_its_receipt_says_is_refused(folder: Path):
    path = folder / "boundaries" / "wijken-2024.parquet"
    geopandas.read_parquet(path).head(3).to_parquet(path)
    with pytest.raises(
        SourceError, match=r"wijken-2024\.parquet: changed since it was fetched; fetch it again: zicht fetch"
    ):
        Fetched(folder).buurten(SMALL)


def test_what_was_not_fetched_is_told_with_what_was(folder: Path):
    with pytest.raises(SourceError, match=r"misdrijven-2024\.parquet: was not fetched; it has boundaries/buurten-2024"):
        Fetched(folder).table(load().sources["misdrijven"])


def test_a_table_without_names_is_told(folder: Path):
    file = "boundaries/gemeenten-2024.parquet"
    put(folder, file, geopandas.read_parquet(folder / file).drop(columns="gemeentenaam"))
    with pytest.raises(SourceError, match="no column for the code or name of a gemeente; found"):
        Fetched(folder).buurten(SMALL)


@pytest.mark.parametrize("wrong", ["{", "[]", '{"a": 1}', '{"a": {"id": "b"}}'])
def test_receipts_that_are_none_are_told_with_the_way_out(folder: Path, wrong: str):
    (folder / receipts.RECEIPTS).write_text(wrong, encoding="utf-8")
    with pytest.raises(
        SourceError, match=r"receipts\.json: not a list of receipts: .*; remove it and fetch again: zicht fetch"
    ):
        Fetched(folder)
