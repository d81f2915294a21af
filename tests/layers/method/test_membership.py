"""Every area says why it is on the map or not, and a zoekgebied what was counted beside what was expected."""

import numpy as np
import pandas as pd
import pytest

from geo.unknown import Unknown
from layers.method.surplus import Counted, surplus
from layers.publication.outcomes import OUTCOMES
from tests.layers.declared import HOT, QUIET, THEME, board, built, catalog, counts, layer

AREAS, _, CODE = board()
COUNTS = counts(CODE)


@pytest.fixture(scope="module")
def of_places(tmp_path_factory):
    theme = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"')
    return catalog(tmp_path_factory.mktemp("places"), themes_proef=theme)


@pytest.fixture(scope="module")
def analysis(of_places):
    table = COUNTS.astype(float)
    table.loc[CODE[0, 0], ["misdrijven", "huurders"]] = np.nan
    table.loc[CODE[11, 11], ["inwoners", "huishoudens", "huurders", "misdrijven"]] = [40, 20, 8, 6]
    return built(of_places, table)


@pytest.fixture(scope="module")
def published(of_places, analysis):
    return layer(of_places, analysis)


@pytest.fixture(scope="module")
def table(published):
    return published.table.set_index("gebiedscode")


def test_every_area_has_an_answer_and_each_answer_is_true(table):
    assert set(table["waarom"]) <= set(OUTCOMES)
    inside = table["waarom"] == "in_zoekgebied"
    assert (inside == table["kansrijk"]).all()
    assert (inside == table["zoekgebied"].notna()).all()
    quiet = table[table["waarom"] == "niet_hoog"]
    assert ((quiet["score"] <= 0) | (quiet["misdrijven_afwijking"] <= 0)).all()
    high = table[table["waarom"].isin(["geen_plaats", "in_zone"])]
    assert (high["score"] > 0).all()
    assert (high["misdrijven_afwijking"] > 0).all()
    assert {"in_zoekgebied", "niet_hoog", "geen_plaats"} <= set(table["waarom"])


def test_an_area_that_was_searched_says_how_unusual_it_and_its_surroundings_are(table):
    searched = table["reden"].isna()
    assert table.loc[searched, "hoogte_zelf"].notna().all()
    assert table.loc[~searched, ["hoogte_zelf", "hoogte_rondom"]].isna().all(axis=None)
    assert set(table["hoogte_zelf"].dropna()) <= {"1_op_1000", "1_op_100", "1_op_20", "gewoon"}
    assert table.loc[table["score"].idxmax(), "hoogte_zelf"] != "gewoon"


def test_what_cannot_be_judged_says_whether_it_is_too_small_or_unknown(table):
    assert table.loc[CODE[0, 0], "waarom"] == "onbekend"
    assert table.loc[CODE[11, 11], "waarom"] == "te_klein"
    assert table.loc[CODE[QUIET], "waarom"] == "te_klein"


def test_an_area_that_may_not_be_shown_is_in_no_place(published, table):
    assert table.loc[CODE[QUIET], ["zoekgebied", "rol", "gewicht", "zone"]].isna().all()
    assert not published.zoekgebieden["gebiedscodes"].str.contains(CODE[QUIET]).any()


def test_roles_and_weights_stand_exactly_in_zoekgebieden(published, table):
    inside = table[table["zoekgebied"].notna()]
    assert len(inside)
    assert (inside["rol"] == np.where(inside["gewicht"] >= 0.9, "kern", "hoort_bij")).all()
    assert inside["gewicht"].between(0.5, 1).all()
    assert table.loc[table["zoekgebied"].isna(), ["rol", "gewicht"]].isna().all(axis=None)
    for row in published.zoekgebieden.itertuples():
        members = table.index[table["zoekgebied"] == row.id]
        assert sorted(members) == row.gebiedscodes.split(",")
        assert row.aantal_kern == (table.loc[members, "rol"] == "kern").sum()


def test_a_part_and_its_areas_name_the_zone_around_them(published, table):
    first, *_ = published.zoekgebieden.itertuples()
    members = table.loc[first.gebiedscodes.split(",")]
    assert (members["zone"] == first.zone).all()
    around = table.index[table["zone"] == first.zone]
    assert len(set(around) & {CODE[place] for place in HOT}) >= 14
    assert f"groter patroon van {len(around)} buurten" in first.zekerheid


def test_observed_and_expected_are_sums_over_the_areas(published):
    first, *_ = published.zoekgebieden.itertuples()
    areas = first.gebiedscodes.split(",")
    assert first.geteld == "misdrijven"
    assert first.waargenomen == round(COUNTS.loc[areas, "misdrijven"].sum() / 5) * 5
    ordinary = COUNTS.drop([CODE[place] for place in HOT])
    rate = ordinary["misdrijven"].sum() / ordinary["inwoners"].sum()
    assert first.verwacht == pytest.approx(rate * COUNTS.loc[areas, "inwoners"].sum(), rel=0.4)
    assert first.meer_dan_verwacht == pytest.approx(first.waargenomen - first.verwacht, abs=0.06)
    km2 = AREAS.table.geometry[areas].area.sum() / 1_000_000
    assert first.meer_per_km2 == pytest.approx(first.meer_dan_verwacht / km2, abs=0.1)
    inhabitants = COUNTS.loc[areas, "inwoners"].sum()
    assert first.meer_naar_verhouding == pytest.approx(1000 * first.meer_dan_verwacht / inhabitants, abs=0.06)
    assert first.sterkte > 1
    assert first.zonder_telling is None


def test_a_test_per_area_has_no_roles_strength_or_zone(tmp_path):
    known = catalog(tmp_path)
    published = layer(known, built(known, COUNTS))
    assert published.table[["rol", "gewicht", "zone"]].isna().all(axis=None)
    assert published.zoekgebieden[["sterkte", "aantal_kern", "zone"]].isna().all(axis=None)
    assert published.zoekgebieden["waargenomen"].notna().all()
    assert published.table["waarom"].isin(OUTCOMES).all()


def counted(reason):
    index = pd.Index(["a", "b", "c"])
    expected = pd.Series([4.0, 5.0, 6.5], index)
    events, reasons = pd.Series([10.0, 22.0, 31.0], index), pd.Series(reason, index, dtype=object)
    return Counted("m", events, expected, events / expected, reasons)


def test_no_sum_holds_an_area_that_may_not_be_shown():
    count = counted([None, Unknown.SMALL_COUNT, Unknown.ABSENT])
    assert surplus(count, ["a", "b"], 2.0, 5.0) == {"geteld": "m", "zonder_telling": "klein_aantal"}
    assert surplus(count, ["a", "c"], 2.0, 5.0) == {"geteld": "m", "zonder_telling": "ontbreekt"}
    assert surplus(count, ["a", "b", "c"], 2.0, 5.0)["zonder_telling"] == "klein_aantal"
    assert surplus(None, ["a"], 2.0, 5.0) == {"zonder_telling": "niet_geteld"}


def test_a_sum_is_rounded_to_the_least_number_that_is_shown():
    count = counted([None, None, None])
    assert surplus(count, ["a", "b"], 2.0, 5.0) == {
        "geteld": "m", "waargenomen": 30.0, "verwacht": 9.0, "meer_dan_verwacht": 21.0, "meer_per_km2": 10.5,
    }  # fmt: skip
    assert surplus(count, ["a", "b"], 2.0, 0.0)["waargenomen"] == 32.0
