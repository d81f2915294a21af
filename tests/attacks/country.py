"""Testland, of which the crimes are confidential rows of a municipality, and what is made of them."""

from pathlib import Path

import pandas as pd

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.method.country import Country
from layers.method.reading import Own
from layers.publication.layer import Layer
from services.jobs.build import LayerRequest, build
from services.sources.records.tally import RecordsInput, tally
from services.testland.source import TestlandSource
from tests.keys import MadeUpKeys
from tests.layers.declared import catalog
from tests.services.sources.records.test_build import LENS, PEOPLE, SOURCE, THEME

PER_THOUSAND = THEME.replace('per = "inwoners"', 'per = "inwoners"\nscale = 1000')


def confidential(rows: pd.DataFrame, folder: Path, theme: str = PER_THOUSAND) -> Country:
    """The country with these rows; nothing else of it is confidential."""
    return _country(rows, folder, SOURCE.replace('status = "open"', ""), theme)


def suppressed(rows: pd.DataFrame, folder: Path) -> Country:
    """The country in which what is too small is left out, and all else published as it is: naive suppression."""
    return _country(rows, folder, SOURCE, PER_THOUSAND)


def _country(rows: pd.DataFrame, folder: Path, source: str, theme: str) -> Country:
    rows.to_csv(folder / "aangiften.csv", sep=";", decimal=",", index=False)
    known = catalog(
        folder, themes_proef=theme, sources_mensen=PEOPLE, lenses_nabij=LENS, sources_tellingen=source
    )  # fmt: skip
    keys = MadeUpKeys()

    def counted(one, areas):
        return tally(one, areas, RecordsInput(folder, key_of=lambda records: keys.keys(one.id, records)))

    return Country(TestlandSource(), vintage(2024), known, Own(counted, keyring=keys))


def layers(country: Country, *levels: AreaLevel) -> list[Layer]:
    """A layer per level."""
    return [build(country, LayerRequest("proef", level, period=2024), lambda _: None) for level in levels]


def crimes(testland) -> pd.DataFrame:
    """Every registered crime as a row."""
    incidents = testland.incidents
    return pd.DataFrame({"x": incidents.geometry.x, "y": incidents.geometry.y, "jaar": incidents["jaar"]})
