"""Where many more people come than live: by the rate and what is around, or by a rate that no inhabitants explain."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.errors import DeclarationError
from geo.unknown import Unknown
from layers.declarations.catalog import load
from layers.declarations.themes import Visitors
from layers.method.visitors import visited
from tests.layers.declared import THEME, catalog

RULE = Visitors(rate="mm", times=3, surroundings="ss", least=1500, anywhere=10, why="w")
RATES = {"center": 3.0, "quiet": 2.9, "village": 9.9, "airport": 10.0, "park": 12.0, "hidden": 12.0}
AROUND = {"center": 1500.0, "quiet": 9000.0, "village": 100.0, "airport": 78.0, "park": np.nan, "hidden": 9000.0}


def made(rates: dict[str, float], around: dict[str, float], national: float) -> dict[str, Any]:
    return {
        "mm": SimpleNamespace(value=pd.Series(rates) * national, national=national),
        "ss": SimpleNamespace(value=pd.Series(around), national=1.0),
    }


def reasons() -> pd.DataFrame:
    table = pd.DataFrame(None, index=pd.Index(list(RATES)), columns=["mm", "ss"], dtype=object)
    table.loc["park", "ss"] = Unknown.SECRET
    table.loc["hidden", "mm"] = Unknown.SMALL_COUNT
    return table


def test_a_center_is_marked_by_what_is_around_it_and_an_airport_or_park_by_its_rate_alone():
    marked = visited(RULE, made(RATES, AROUND, 0.04), reasons())
    assert marked[marked].index.tolist() == ["center", "airport", "park"]


def test_without_anywhere_only_dense_surroundings_mark_and_without_a_rule_or_a_national_rate_nothing_does():
    dense = RULE.model_copy(update={"anywhere": None})
    assert visited(dense, made(RATES, AROUND, 0.04), reasons()).sum() == 1
    assert not visited(None, {}, reasons()).any()
    assert not visited(RULE, made(RATES, AROUND, 0.0), reasons()).any()


def test_the_shipped_rule_asks_three_times_among_addresses_and_ten_times_anywhere():
    rule = load().theme("misdrijven").visitors
    assert rule is not None
    assert (rule.times, rule.least, rule.anywhere) == (3, 1500, 10)


def test_a_rule_that_asks_less_anywhere_than_among_addresses_is_refused(tmp_path):
    section = '[visitors]\nrate = "misdrijven"\ntimes = 3\nsurroundings = "mm"\nleast = 1\nanywhere = 2\nwhy = "w"\n\n'
    first = THEME.index("[[indicator]]")
    with pytest.raises(DeclarationError, match="anywhere: 2 is less than `times`, 3, so that `surroundings` would"):
        catalog(tmp_path, themes_proef=THEME[:first] + section + THEME[first:])
