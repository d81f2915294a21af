"""Of a gemeente of which nothing is known there is no map, and why is said; of what is only small there is."""

from dataclasses import replace

import numpy as np
import pytest

from geo.errors import SourceError
from layers.publication.unknown import check_something_known
from tests.layers.declared import board, built, catalog, counts, layer

COUNTS = counts(board()[2])
FIGURES = ["misdrijven", "huurders", "afstand"]
NAMES = board()[0].table["gemeente_name"]
HERE = NAMES.iloc[0]


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


def of_gemeente(declared, table):
    """The layer of the squares, of which only one gemeente is shown."""
    whole = layer(declared, built(declared, table))
    shown = whole.table[whole.table["gemeentenaam"] == HERE].reset_index(drop=True)
    return replace(whole, table=shown, key=replace(whole.key, gemeente=shown["gemeentecode"].iloc[0])), whole


def unknown(columns):
    """The counts, with nothing in these columns in one gemeente."""
    here = (NAMES == HERE).to_numpy()
    return COUNTS.assign(**{name: np.where(here, np.nan, COUNTS[name]) for name in columns})


def test_where_every_indicator_is_missing_there_is_no_map_and_why_is_said(declared):
    part, whole = of_gemeente(declared, unknown(FIGURES))
    said = f"Zicht op proef: no figure of {HERE} is known in 2024 .* so there is no map: an empty one would say"
    with pytest.raises(SourceError, match=said):
        check_something_known(part)
    check_something_known(whole)


def test_one_indicator_that_is_known_makes_a_map(declared):
    check_something_known(of_gemeente(declared, unknown(FIGURES[:2]))[0])


def test_what_is_only_too_small_to_show_makes_a_map_that_says_so(declared):
    here = (NAMES == HERE).to_numpy()
    few = unknown(FIGURES[1:]).assign(misdrijven=np.where(here, 2, COUNTS["misdrijven"]))
    part, _ = of_gemeente(declared, few)
    assert set(part.table["misdrijven_reden"]) == {"klein_aantal"}
    check_something_known(part)


def test_one_indicator_that_is_the_same_everywhere_says_nothing_and_hinders_no_other(declared):
    made = layer(declared, built(declared, COUNTS.assign(huishoudens=1000, huurders=400)))
    assert (made.table["huur_afwijking"] == 0).all()
    assert len(made.zoekgebieden) == 1
