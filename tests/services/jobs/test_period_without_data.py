"""A period of which there are no figures has no map, and why is said; it is never a map of zeros."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.country import raw, squares
from tests.layers.declared import written
from tests.services.running import Zicht

AREAS = squares(12, 12)
SIDES = {"inwoners": 1000, "huishoudens": 500, "huurders": 200, "afstand": 3}
COUNTED = {f"misdrijven_{year}": 30 + np.arange(len(AREAS)) % 9 for year in (2023, 2024)}
RECORDS = """
id = "meldingen"
title = "Meldingen"
publisher = "Gemeente"
license = "CC0"
url = "https://example.org/meldingen"
attribution = "Gemeente"
status = "open"
vintage = 2024
periods = [2023, 2024]

[records]
path = "meldingen.csv"
legal_ground = "Gemeentewet art. 172"
covers = ["NL"]
years = [2023, 2024]
place = { x = "x", y = "y" }
period = { column = "datum" }

[records.count.meldingen]

[columns.meldingen]
title = "Meldingen"
formula = "meldingen_{periode}"
"""
OF_RECORDS = """
id = "eigen"
title = "Zicht op meldingen"
question = "Waar is meer gemeld?"
level = "buurt"
[search]
statistic = "getis_ord"
max_q = 0.05
[privacy]
min_count = 5
min_exposure = 50
[[indicator]]
id = "meldingen"
title = "Meldingen"
why = "Meer meldingen."
source = "meldingen"
value = "meldingen"
per = "tellingen.inwoners"
"""


@pytest.fixture
def built(zicht: Zicht, tmp_path: Path):
    """What is said of a build, of tables and records as given."""
    data, layers = tmp_path / "data", written(tmp_path, sources_meldingen=RECORDS, themes_eigen=OF_RECORDS)
    (data / "boundaries").mkdir(parents=True)
    raw(AREAS).to_file(data / "boundaries/buurten-2024.gpkg")

    def build(theme: str, *asked: str, **columns: object):
        table = pd.DataFrame({"buurtcode": AREAS.ids} | SIDES | COUNTED | columns)
        table.drop(columns=[name for name, column in columns.items() if column is None]).to_csv(
            data / "tellingen.csv", index=False
        )
        inside = AREAS.table.geometry.representative_point().repeat(COUNTED["misdrijven_2023"])
        dates = np.where(np.arange(len(inside)) % 2, "2023-03-01", "2023-04-01")
        pd.DataFrame({"x": inside.x, "y": inside.y, "datum": dates}).to_csv(data / "meldingen.csv", index=False)
        return zicht("build", theme, "--layers", layers, "--data", data, "--home", tmp_path / "home", *asked)

    return build


def test_a_period_whose_cells_are_all_empty_has_no_map_and_it_is_named(built):
    made = built("proef", misdrijven_2024=np.nan)
    assert made.code == 1
    assert "'misdrijven': tellingen.misdrijven is not known of any area in 2024, so there is no map of it" in made.err
    assert built("proef", "--period", "2023", misdrijven_2024=np.nan).code == 0


def test_a_period_without_its_column_is_named_with_the_columns_that_are_there(built):
    made = built("proef", misdrijven_2024=None)
    assert made.code == 1
    assert "columns 'misdrijven_2024' are missing" in made.err


def test_a_period_that_no_source_has_is_refused_with_those_that_they_have(built):
    made = built("proef", "--period", "2022")
    assert made.code == 1
    assert "all sources have 2023, 2024: take one of these with --period" in made.err


def test_a_year_of_which_no_row_is_among_own_records_has_no_map(built):
    made = built("eigen")
    assert made.code == 1
    assert "the values of 144 areas do not differ: nothing to test" in made.err
    assert built("eigen", "--period", "2023").code == 0


def test_of_a_year_without_rows_a_tally_warns_and_counts_what_the_source_declares(built, zicht: Zicht, tmp_path: Path):
    built("eigen", "--period", "2023")
    source = tmp_path / "data" / "meldingen.toml"
    source.write_text(RECORDS, encoding="utf-8")
    told = zicht("tally", source, "--data", tmp_path / "data", "--to", tmp_path / "uit.csv")
    assert told.code == 0
    assert "WARNING: no row is of 2024, which counts as 0 everywhere" in " ".join(told.out.split())
    assert pd.read_csv(tmp_path / "uit.csv")["meldingen_2024"].tolist() == [0] * len(AREAS)
