"""Every column that CBS publishes per buurt, by whether it may be added up."""

from pathlib import Path

import pandas as pd
import pytest

from boundaries.counts import rate_in
from geo.errors import SourceError
from layers.method import numbers

pytestmark = pytest.mark.real

COUNTS = [
    "a_inw", "a_man", "a_vrouw", "a_00_14", "a_15_24", "a_25_44", "a_45_64", "a_65_oo", "a_ongeh", "a_gehuwd",
    "a_gesch", "a_verwed", "a_nl_all", "a_eur_al", "a_neu_al", "a_geb_nl", "a_geb_eu", "a_geb_ne", "a_gbl_eu",
    "a_gbl_ne", "a_geb", "a_ste", "a_hh", "a_1p_hh", "a_hh_z_k", "a_hh_m_k", "a_woning", "a_opl_lg", "a_opl_md",
    "a_opl_hg", "a_inkont", "a_soz_wb", "a_soz_ao", "a_soz_ww", "a_soz_ow", "a_jz_tn", "a_wmo_t", "a_bedv",
    "a_bed_a", "a_bed_bf", "a_bed_gi", "a_bed_hj", "a_bed_kl", "a_bed_mn", "a_bed_oq", "a_bed_ru", "a_pau",
    "a_bst_b", "a_bst_nb", "a_m2w",
]  # fmt: skip
HECTARES = ["a_opp_ha", "a_lan_ha", "a_wat_ha"]
"""Surfaces add up as counts do."""
TEXTS = ["regio", "gm_naam", "recs"]
"""No name of a rate, but no cell of these is a number."""


@pytest.fixture(scope="module")
def kwb(real: Path) -> pd.DataFrame:
    return pd.read_excel(real / "kerncijfers/utrecht_kwb_2024.xlsx", engine="calamine")


def test_of_the_121_columns_of_kwb_exactly_the_counts_and_surfaces_may_be_added_up(kwb: pd.DataFrame):
    assert len(kwb.columns) == 121
    assert sorted(one for one in kwb if rate_in(one) is None) == sorted([*COUNTS, *HECTARES, *TEXTS])


@pytest.mark.parametrize("name", TEXTS)
def test_the_texts_beside_them_are_refused_by_their_cells(kwb: pd.DataFrame, name: str):
    with pytest.raises(SourceError, match="cells are not numbers"):
        numbers.column(kwb[name], None, name)
