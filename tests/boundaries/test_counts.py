"""A name that tells a rate, a class or a code is that of no count, whoever wrote it."""

import pandas as pd
import pytest

from boundaries.counts import Counts, rate_in
from geo.errors import MeasureError


@pytest.mark.parametrize(
    "name",
    [
        "p_huurw", "g_wozbag", "m_hh_ver", "ste_oad", "pst_mvp", "g_afs_hp", "P_KOOPWON", "AF_ARTSPR", "AV1_CAFE",
        "perc_huur", "WOZ", "wozWaarde", "GemiddeldeWOZWaarde_35", "OAD", "BEV_DICH", "dichtheid",
        "OmgevingsadressendichtheidAdressenKm2", "verhouding", "geslachtsverhouding", "STED",
        "MateVanStedelijkheid_122",
        "huishoudensgrootte", "inkomenPerInwoner", "PersonenautoSPerHuishouden_112", "misdrijven_per1000",
        "Dekkingspercentage_130", "scholenBinnen3km", "supermarkets_within_1km", "Aantal scholen/Binnen 3  km (aantal)",
        "Opleidingsniveau/Laag/Waarde (%)", "postcode", "Codering_3",
    ],
)  # fmt: skip
def test_a_name_that_tells_no_count_is_refused(name):
    assert rate_in(name)
    with pytest.raises(MeasureError, match="tells a rate, a class or a code, which cannot be added up"):
        Counts(name, pd.Series([1.0]))


@pytest.mark.parametrize(
    "name",
    [
        "inwoners", "meldingen", "aantal", "aantal_woningen", "woningen", "percelen", "personen", "gedichten", "steden",
        "Population_Total", "Pop_Age_0_15", "Higher_Education_Count", "GeregistreerdeMisdrijven_1", "misdrijven_l12m",
        "k_0Tot15Jaar_8", "TotaalDiefstalUitWoningSchuurED_106", "oppervlakteLandHa", "INW2014", "gezinnen",
        "postcodes",
        "Particuliere huishoudens (Aantal)", "aantal_inwoners_65_jaar_en_ouder", "afgehandeld", "mensen", "pand",
    ],
)  # fmt: skip
def test_a_name_that_may_be_that_of_a_count_is_taken(name):
    assert rate_in(name) is None
