"""Establishments of 2012 by name, all levels mixed: what comes to gemeenten is what the file has, once."""

from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from services.jobs.build import open_country

pytestmark = pytest.mark.real

PATH = "branche/cbs_81575ned_vestigingen_sbi_gemeente_2007_2012.csv.gz"
DIVIDED = [
    "Boarnsterhim", "Leeuwarden", "Heerenveen", "Súdwest Fryslân", "Gaasterlân-Sleat", "Lemsterland", "Skarsterlân",
    "Maasdonk", "Oss", "'s-Hertogenbosch",
]  # fmt: skip
"""Of these the borders moved; Hollands Kroon is not in the file: 80 of 51,730 in horeca, by its total."""


def test_nothing_counts_twice_and_what_is_left_out_is_known(real: Path):
    theme = (catalog := load()).theme("branches_2012")
    country = open_country(str(real), catalog, 2015).of_theme(theme)
    measures = country.measures(theme, AreaLevel.GEMEENTE, 2012)
    raw = pd.read_csv(real / PATH, dtype=str)
    of_2012 = raw[raw["Perioden"] == "2012*"].pivot_table(
        index="Regio's", columns="Bedrijfstakken/branches SBI 2008", values="Vestigingen (aantal)", aggfunc="first"
    )
    horeca = pd.to_numeric(of_2012["I Horeca"], errors="coerce")
    events = measures["horeca"].events
    assert events.notna().sum() == 386
    assert horeca["Nederland"] - events.sum() - horeca[DIVIDED].sum() == 80
    names = country.areas(AreaLevel.GEMEENTE).table["name"].str.casefold()
    assert events[names.index[names == "alphen aan den rijn"]].item() == (
        horeca[["Alphen aan den Rijn", "Boskoop", "Rijnwoude"]].sum()
    )
    assert events["GM0344"] == horeca["Utrecht (gemeente)"]
