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


def confidential(rows: pd.DataFrame, folder: Path) -> Country:
    """The country with these rows; nothing else of it is confidential."""
    rows.to_csv(folder / "aangiften.csv", sep=";", decimal=",", index=False)
    of_rows = SOURCE.replace('status = "open"', "")
    known = catalog(folder, themes_proef=THEME, sources_mensen=PEOPLE, lenses_nabij=LENS, sources_tellingen=of_rows)
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
