"""What is named after people here, buurten and streets, is not taken for people."""

import pandas as pd
import pyarrow as pa
import pytest

from services.persons.scan import PersonScan

pytestmark = pytest.mark.real

HEADERS = ["kolom", "naam", "locatie"]
FIGURES = "kerncijfers/nl_{}_woonikveilig.csv.gz"
BUURTEN = FIGURES.format("buurt_2024_kerncijfers_and_misdrijven_2021_2025")
WIJKEN = FIGURES.format("wijk_2024_kerncijfers")


def scanned(cells, header):
    scan = PersonScan("namen.csv", [header], [header])
    scan.search(pa.record_batch({header: pa.array(cells.tolist())}))
    scan.check()


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize(
    ("path", "column"),
    [
        (BUURTEN, "buurtnaam"),
        (WIJKEN, "wijknaam"),
        (BUURTEN, "gemeentenaam"),
        ("reference/cbs_buurt_namen_85984NED.csv.gz", "Title"),
        ("reference/nl_wijk_codes_2023.csv.gz", "WK_NAAM"),
    ],
)
def test_names_of_areas_in_the_whole_country_are_no_names_of_persons(real, path, column, header):
    names = pd.read_csv(real / path, usecols=[column], dtype=str)[column].dropna()
    scanned(names, header)
    scanned(names.drop_duplicates(), header)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize(("path", "column"), [(BUURTEN, "buurtnaam"), (WIJKEN, "wijknaam")])
def test_names_of_areas_in_no_gemeente_are_names_of_persons(real, path, column, header):
    table = pd.read_csv(real / path, usecols=["gemeentecode", column], dtype=str).dropna()
    groups = table.groupby("gemeentecode")[column]
    assert len(groups) > 300
    for _, names in groups:
        scanned(names, header)


@pytest.mark.parametrize("header", HEADERS)
def test_streets_of_amsterdam_are_no_names_of_persons(real, header):
    path = real / "reference/amsterdam_bag_verblijfsobjecten_sample.parquet"
    streets = pd.read_parquet(path, columns=["straatnaam"])["straatnaam"]
    scanned(streets, header)
    scanned(streets.drop_duplicates(), header)
