"""A second search: where it agrees with the first, what only one of them finds, and that it moves nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.method.indicator_values import indicator_values
from layers.method.membership import membership
from layers.method.places import Boundaries, StudyArea
from layers.method.provenance import method_of
from layers.method.second import agreement, found_twice, second_search
from layers.publication.outcomes import SEARCHES
from services.cache.encoding import decoded, encoded
from tests.layers.declared import HOT, QUIET, THEME, board, built, catalog, counts, layer, measures

AREAS, NEIGHBORS, CODE = board()
HOT_CODES = {CODE[place] for place in HOT}
UNKNOWN = CODE[4, 4]
"""A square in the hot place of which no figure is known."""
ADDED = "tweede_zoekwijze"
HOW = {"statistic": "getis_ord_total", "max_q": 0.05, "largest": 12, "weights": {"": 1.0}}


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    searches = 'statistic = "place_scan"\nsecond = "getis_ord_total"'
    theme = THEME.replace('statistic = "getis_ord"', searches)
    return catalog(tmp_path_factory.mktemp("second"), themes_proef=theme)


@pytest.fixture(scope="module")
def analysis(declared):
    table = counts(CODE).astype(float)
    table.loc[UNKNOWN, ["misdrijven", "huurders"]] = np.nan
    return built(declared, table)


@pytest.fixture(scope="module")
def published(declared, analysis):
    return layer(declared, analysis)


@pytest.fixture(scope="module")
def without(declared, analysis):
    """The layer of a theme that has no second search."""
    return layer(declared, replace(analysis, second=None))


@pytest.fixture(scope="module")
def codes(published):
    return published.table.set_index("gebiedscode")[ADDED]


def test_what_was_planted_is_found_by_both(published, codes):
    both = set(codes.index[(codes == "beide") & published.table["kansrijk"].to_numpy()])
    assert 8 <= len(both & HOT_CODES) == len(both)
    row = max(published.zoekgebieden.itertuples(), key=lambda one: one.aantal_gebieden)
    many, count = len(both.intersection(row.gebiedscodes.split(","))), row.aantal_gebieden
    assert f"{many} van de {count} buurten ook." in row.zekerheid or f"alle {count} buurten ook." in row.zekerheid


def test_a_code_says_what_the_map_says(published, codes):
    table = published.table.set_index("gebiedscode")
    first = table["waarom"].isin(["in_zoekgebied", "in_zone"])
    assert set(codes.dropna()) <= set(SEARCHES)
    assert first[codes.isin(["beide", "alleen_eerste"])].all()
    assert not first[codes == "alleen_tweede"].any()
    assert codes[table["kansrijk"]].notna().all()


def test_an_area_in_a_larger_pattern_is_found_by_the_first_search_too(analysis, codes):
    (zone, *_), flags = analysis.zones, pd.Series(True, codes.index, dtype=object)
    beyond = replace(analysis, zoekgebieden=(), second=flags)
    assert set(membership(beyond)["tweede_zoekwijze"][list(zone.areas)].dropna()) == {"beide"}


def test_what_may_not_be_shown_or_is_not_known_is_found_by_neither(analysis, codes):
    assert pd.isna(codes[CODE[QUIET]])
    assert pd.isna(codes[UNKNOWN])
    every = replace(analysis, second=pd.Series(True, codes.index, dtype=object))  # a column of flags
    nowhere = pd.Series(False, codes.index)
    assert agreement(every, nowhere)[[CODE[QUIET], UNKNOWN]].isna().all()


def test_a_flag_means_high_in_the_second_search_too(analysis, codes):
    every = replace(analysis, second=pd.Series(True, codes.index, dtype=object))
    found = agreement(every, pd.Series(False, codes.index)) == "alleen_tweede"
    high = (analysis.score.value > 0) & (analysis.deviations["misdrijven"] > 0)
    assert found.tolist() == high.tolist()
    assert 0 < found.sum() < len(found)


def test_an_area_that_one_search_finds_says_which(analysis, codes):
    only_second, only_first, untested, both = analysis.score.value.sort_values().dropna().index[-4:]
    flags = pd.Series(False, codes.index, dtype=object)
    flags[[only_second, both]], flags[untested] = True, None
    flagged = pd.Series(codes.index.isin([only_first, untested, both]), codes.index)
    found = agreement(replace(analysis, second=flags), flagged)
    assert found[[only_second, only_first, both]].tolist() == ["alleen_tweede", "alleen_eerste", "beide"]
    assert found.drop([only_second, only_first, both]).isna().all()


def test_the_record_says_by_what_was_searched_a_second_time(declared, analysis):
    def said(of):
        boundaries = Boundaries(AREAS, national=True, tolerance=0.0)
        return [one for one in method_of(of, declared.theme("proef"), boundaries) if "tweede" in one]

    assert said(analysis) == [
        "tweede zoekwijze, in hetzelfde: getis_ord_total, eenzijdig (hoger), Benjamini-Hochberg q <= 0,05"
    ]
    assert said(replace(analysis, second=None)) == []


def test_the_record_says_which_permutation_a_test_per_area_rests_on(tmp_path):
    known = catalog(tmp_path, themes_proef=THEME.replace('"getis_ord"', '"getis_ord_total"'))
    boundaries = Boundaries(AREAS, national=True, tolerance=0.0)
    (said,) = [one for one in method_of(built(known), known.theme("proef"), boundaries) if one.startswith("zoeken")]
    assert "totale permutatie" in said
    assert "conditionele" not in said


@pytest.mark.parametrize(("flags", "many"), [(None, None), ([None] * 144, None), ([False] * 144, 0)])
def test_a_place_of_which_nothing_was_tested_says_nothing_of_a_second_search(analysis, codes, flags, many):
    second = None if flags is None else pd.Series(flags, codes.index, dtype=object)
    assert found_twice(replace(analysis, second=second), analysis.zoekgebieden[0].areas) == many


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_whatever_a_second_search_finds_moves_nothing_of_the_first(declared, analysis, without, seed):
    flags = np.random.default_rng(seed).choice(np.array([True, False, None], dtype=object), len(AREAS))
    one, two = without, layer(declared, replace(analysis, second=pd.Series(flags, AREAS.ids, dtype=object)))
    assert one.table[ADDED].isna().all()
    assert not one.zoekgebieden["zekerheid"].str.contains("tweede zoekwijze").any()
    pd.testing.assert_frame_equal(one.table.drop(columns=ADDED), two.table.drop(columns=ADDED))
    rest = [name for name in one.zoekgebieden if name != "zekerheid"]
    pd.testing.assert_frame_equal(one.zoekgebieden[rest], two.zoekgebieden[rest])
    for before, after in zip(one.zoekgebieden["zekerheid"], two.zoekgebieden["zekerheid"], strict=True):
        assert after.startswith(before)


def test_where_nothing_differs_a_second_search_says_nothing_and_what_it_finds_can_be_remembered(declared):
    table, study = counts(CODE), StudyArea(AREAS, NEIGHBORS)
    by_id = {one.id: one for one in declared.theme("proef").indicator}
    same = indicator_values(measures(table.assign(afstand=3.0))["afstand"], indicator=by_id["afstand"], floor=50)
    assert second_search(study, same, **HOW).isna().all()
    crimes = indicator_values(measures(table)["misdrijven"], indicator=by_id["misdrijven"], floor=50)
    found = second_search(study, crimes, **HOW)
    assert {True, False} == set(found)
    pd.testing.assert_series_equal(decoded(encoded(found)), found)
