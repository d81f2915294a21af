"""Amounts of several releases: what one withholds another may not tell."""

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.evaluation.amounts import exposed_amounts
from layers.evaluation.disclosure import audited
from layers.publication.perturbed import amounts_that_leave, is_amount

BUURTEN = {"BU90010001": 60.0, "BU90010002": 30.0, "BU90010003": 10.0, "BU90010101": 40.0}
WIJKEN = ("WK900100", "WK900101")


def release(name, *hidden, **changed):
    """All sums of a gemeente of four buurten in two wijken, without these."""
    buurten = BUURTEN | changed
    wijken = {wijk: sum(value for buurt, value in buurten.items() if buurt[2:8] == wijk[2:]) for wijk in WIJKEN}
    sums = {AreaLevel.BUURT: buurten, AreaLevel.WIJK: wijken, AreaLevel.GEMEENTE: {"GM9001": sum(wijken.values())}}
    parts = []
    for level, of_level in sums.items():
        of_areas = pd.Series(of_level, dtype=float)
        parts.append(amounts_that_leave("omzet", level, 2024, of_areas.mask(of_areas.index.isin(hidden))))
    return pd.concat(parts, ignore_index=True).assign(release=name)


def test_one_release_that_withholds_enough_exposes_nothing():
    one = release("a", "BU90010001", "BU90010003")
    assert is_amount(one).all()
    assert list(exposed_amounts(one)) == []
    assert audited(one).passed
    assert audited(one).cells == 7


def test_what_follows_exactly_is_exposed():
    """Naive suppression: one buurt alone."""
    found = audited(release("a", "BU90010001"))
    (one,) = found.exposed
    assert (one.area, one.level, one.relation) == ("BU90010001", "buurt", "amount")
    assert (one.lowest, one.highest) == (pytest.approx(60), pytest.approx(60))


def test_two_releases_that_withhold_other_sums_expose_both():
    both = pd.concat([release("a", "BU90010001", "BU90010003"), release("b", "BU90010001", "BU90010002")])
    found = audited(both.reset_index(drop=True))
    assert [(one.area, round(one.lowest)) for one in found.exposed] == [("BU90010001", 60), ("BU90010002", 30)]
    again = pd.concat([release("a", "BU90010001", "BU90010003"), release("b", "BU90010001", "BU90010003")])
    assert audited(again.reset_index(drop=True)).passed


def test_a_gemeente_that_was_counted_anew_tells_nothing_of_how_it_was():
    anew = pd.concat([
        release("a", "BU90010001", "BU90010003"), release("b", "BU90010001", "BU90010002", BU90010101=45.0),
    ])  # fmt: skip
    assert audited(anew.reset_index(drop=True)).passed
    contradicting = pd.concat([
        release("a", "BU90010001", "BU90010003", "WK900100", "GM9001", BU90010002=300.0),
        release("b", "BU90010001", "BU90010002"),
    ])  # fmt: skip
    assert audited(contradicting.reset_index(drop=True)).passed


def test_what_no_release_shows_has_no_bounds():
    hidden = release("a", *BUURTEN, *WIJKEN, "GM9001")
    assert list(exposed_amounts(hidden)) == []
    assert np.isnan(hidden["published"]).all()
