"""Kerncijfers of 2023 of one city, in the columns of CBS's national workbook: branches, vacancy, private rent."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.method.country import Country
from services.jobs.build import open_country
from services.sources.boundaries import BoundaryFolder

pytestmark = pytest.mark.real

WORKBOOK = "kerncijfers/kwb-2023.xlsx"
OF_CITY = "kerncijfers/utrecht_kwb_2023.xlsx"
GROUPS = {
    "handel_horeca": "gi", "cultuur_overig": "ru", "financieel_onroerend": "kl", "vervoer_informatie": "hj",
    "zakelijk": "mn",
}  # fmt: skip


@pytest.fixture(scope="module")
def utrecht(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Country:
    """Utrecht by itself: its buurten as own boundaries, and the workbook where the national one is read."""
    folder = tmp_path_factory.mktemp("utrecht")
    (folder / WORKBOOK).parent.mkdir()
    (folder / "boundaries").mkdir()
    shutil.copyfile(real / OF_CITY, folder / WORKBOOK)
    buurten = BoundaryFolder(real).areas(2024).table
    own = buurten[buurten.index.str.startswith("BU0344")].rename_axis("buurtcode").reset_index()
    own.rename(columns={"name": "buurtnaam"})[["buurtcode", "buurtnaam", "geometry"]].to_parquet(
        folder / "boundaries/buurten-2024.parquet"
    )
    return open_country(str(folder), load(), 2024)


@pytest.fixture(scope="module")
def official(real: Path) -> pd.DataFrame:
    """The same figures read apart from zicht; a point is missing."""
    table = pd.read_excel(real / OF_CITY, dtype=str, engine="openpyxl").set_index("gwb_code_10")
    buurten = table[table["recs"].str.strip() == "Buurt"]
    return buurten.apply(lambda column: pd.to_numeric(column.str.replace(",", "."), errors="coerce"))


def test_a_quotient_of_a_buurt_is_the_share_of_a_branch_over_that_of_all_of_them(
    utrecht: Country, official: pd.DataFrame
):
    measures = utrecht.measures(utrecht.catalog.theme("branches_buurt"), AreaLevel.BUURT, 2023)
    assert list(measures) == [*GROUPS, "alle"]
    for name, column in GROUPS.items():
        one, events = measures[name], official[f"a_bed_{column}"]
        assert one.known.sum() == (events.notna() & (official["a_bedv"] > 0)).sum() == 110
        share = one.events / one.exposure
        ours = (share / one.national)[one.known]
        both = events.notna() & (official["a_bedv"] > 0)
        city = events[both].sum() / official["a_bedv"][both].sum()
        expected = (events / official["a_bedv"] / city)[both]
        assert ours.to_numpy() == pytest.approx(expected.reindex(ours.index).to_numpy())
    together = sum(measures[name].events for name in GROUPS)
    pd.testing.assert_series_equal(measures["alle"].events, together, check_names=False)


def test_homes_without_residents_are_their_share_of_all_homes_and_unknown_where_cbs_has_none(
    utrecht: Country, official: pd.DataFrame
):
    measures = utrecht.measures(utrecht.catalog.theme("vastgoed_bewoning"), AreaLevel.BUURT, 2023)
    for name, column in (("leegstand", "p_leegsw"), ("particuliere_huur", "p_ov_hw")):
        one = measures[name]
        share = (100 * one.events / one.exposure)[one.known]
        assert share.to_numpy() == pytest.approx(official[column].reindex(share.index).to_numpy())
        assert not one.known[official.index[official[column].isna()]].any()
    assert np.average(official["p_leegsw"].dropna()) == pytest.approx(5.5, abs=0.5)
