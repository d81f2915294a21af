"""Counts of records of which one is a part of another are audited as one: by the records themselves."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise, perturbed
from geo.errors import DisclosureError
from layers.evaluation import selections
from layers.evaluation.columns import formulas_in_common
from layers.evaluation.disclosure import audited
from layers.evaluation.selections import groups
from layers.publication.perturbed import perturbed_counts

LEAST, AREA = 5.0, "BU00010001"
DECLARED = {
    "alle": {}, "hennep": {"soort": ["Hennep*"]}, "zolder": {"soort": ["hennep zolder", "brand"]},
    "klein": {"#range planten": {"below": 50.0}}, "groot": {"#range planten": {"least": 50.0}},
}  # fmt: skip
TOLD = [json.dumps({name: told}) for name, told in DECLARED.items()]


def test_what_all_records_have_is_every_group_and_what_excludes_one_another_has_none_in_common():
    found = {name: set(of) for name, of in groups(DECLARED, TOLD).items()}
    assert set().union(*found.values()) == found["alle"]
    assert not found["klein"] & found["groot"]
    assert found["hennep"] & found["zolder"] not in (set(), found["hennep"], found["zolder"])  # brand is no hennep
    assert "alle" in found["alle"]  # neither kind, and no number


def test_a_kind_and_a_kind_of_that_kind_are_parts_of_one_another():
    told = [json.dumps({"drugs": {"soort": ["drugs*"]}, "lab": {"soort": ["drugslab*"]}, "wiet": {"soort": ["wiet"]}})]
    found = {name: set(of) for name, of in groups(["drugs", "lab", "wiet"], told).items()}
    assert found["lab"] < found["drugs"]
    assert not found["wiet"] & found["drugs"]


def test_years_exclude_one_another_and_columns_of_which_nothing_is_told_have_nothing_in_common():
    years = [json.dumps({f"a_{year}": {"#year": [str(year)]} for year in (2023, 2024)})]
    assert groups(["a_2023", "a_2024", "b", "c"], years) == {one: (one,) for one in ("a_2023", "a_2024", "b", "c")}


def test_what_is_declared_to_be_a_part_is_one_of_what_that_is_a_part_of_too():
    told = [json.dumps({"huur": {"#part_of": "woningen"}}), json.dumps({"sociaal": {"#part_of": "huur"}})]
    found = {name: set(of) for name, of in groups(["huur", "woningen", "sociaal", "winkels"], told).items()}
    assert found["sociaal"] < found["huur"] < found["woningen"]
    assert found["winkels"] == {"winkels"}
    circle = groups(["a", "b"], [json.dumps({"a": {"#part_of": "b"}, "b": {"#part_of": "a"}})])
    assert circle["a"]
    assert circle["b"]


def test_too_many_ways_are_refused(monkeypatch):
    monkeypatch.setattr(selections, "MOST", 8)
    told = [json.dumps({f"k{at}": {f"kolom {at}": ["ja"]} for at in range(4)})]
    with pytest.raises(DisclosureError, match="in common in 8 ways and more"):
        groups([f"k{at}" for at in range(4)], told)


CODES = ["hennep", "hennep zolder", "hennepzaad", "brand", "anders", ""]


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(
            st.lists(st.sampled_from(["hennep*", "hennep", "hennep z*", "BRAND", "*"]), max_size=2),
            st.none() | st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(4, 6)),
        ), min_size=1,
    ),
    st.lists(st.tuples(st.sampled_from(CODES), st.none() | st.integers(-1, 7)), max_size=30),
)  # fmt: skip
def test_every_record_is_in_one_group_that_is_in_just_the_columns_that_count_it(declared, records):
    told = {}
    for name, (codes, ends) in declared.items():
        range_ = {key: end for key, end in zip(("least", "below"), ends or (), strict=False) if end is not None}
        told[name] = ({"soort": codes} if codes else {}) | ({"#range n": range_} if range_ else {})
    found = groups(declared, [json.dumps(told)])
    every = [frozenset(name for name, of in found.items() if one in of) for one in set().union(*found.values())]
    assert len(every) == len(set(every))
    for code, number in records:
        counted = {
            name for name, conditions in told.items()
            if all(any(code.startswith(one[:-1].lower()) if one.endswith("*") else code == one.lower() for one in each)
                   if isinstance(each, list)
                   else number is not None and each.get("least", -9) <= number < each.get("below", 99)
                   for each in conditions.values())
        }  # fmt: skip
        assert not counted or counted in every


def leaving(published, declared, level=AreaLevel.BUURT, area=AREA):
    tables = [
        perturbed_counts(f"vondsten: {name} / x.x", level, 2024, pd.Series({area: float(one)}), Noise(), LEAST)
        .assign(selects=json.dumps({name: declared[name]}))
        for name, one in published.items()
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def test_of_all_records_and_a_kind_of_them_the_one_is_no_less_and_noise_at_its_ends_betrays_both():
    """The attack: of 0 there are at most 5, and of 9 at least 4, of which all are among these 5."""
    told = leaving({"alle": 0, "hennep": 9}, DECLARED)
    naive = audited(told.assign(selects=None))
    assert naive.passed
    found = {(one.count, one.lowest, one.highest) for one in audited(told).exposed if one.level == "buurt"}
    assert found == {(f"vondsten: {one} / x.x", 4, 5) for one in ("alle", "hennep")}


def test_the_rest_of_all_records_is_a_count_too_that_may_not_follow():
    """The attack: of 12 there are at most 17; of two kinds 9 and 16 at least 4 and 11 each, so at most 2 of no kind."""
    declared = DECLARED | {"brand": {"soort": ["brand"]}}
    told = leaving({"alle": 12, "hennep": 9, "brand": 16}, declared)
    rest = [one for one in audited(told).exposed if one.area.endswith("/ alle")]
    assert [(one.lowest, one.highest) for one in rest] == [(0, 2)]
    assert audited(leaving({"alle": 20, "hennep": 9, "brand": 9}, declared)).passed


def test_parts_in_buurten_are_held_against_all_in_their_wijk():
    """The attack: of 20 in the wijk there are at most 25; of a kind there are at least 12 and 13, so nothing else."""
    told = pd.concat([
        leaving({"hennep": 17}, DECLARED, area="BU00010001"), leaving({"hennep": 18}, DECLARED, area="BU00010002"),
        leaving({"alle": 20}, DECLARED, AreaLevel.WIJK, "WK000100"),
    ], ignore_index=True)  # fmt: skip
    assert audited(told.assign(selects=None)).passed
    assert {(one.area, one.lowest, one.highest) for one in audited(told).exposed} == {
        (f"buurt {buurt} / alle", 0, 0) for buurt in ("BU00010001", "BU00010002")
    }


def test_formulas_over_columns_with_records_in_common_hang_together():
    told = [json.dumps({"a_2024": {"#year": ["2024"]}, "b_2024": {"#year": ["2024"], "soort": ["b"]}})]
    found = formulas_in_common(["z: a_2024 / x.x", "z: b_2024 / x.x"], told)
    assert found == {"a_2024": {"a_2024": 1, "a_2024 & b_2024": 1}, "b_2024": {"a_2024 & b_2024": 1}}
    assert formulas_in_common(["z: a_2024 / x.x", "z: b_2024 / x.x"]) == {}


def test_kinds_and_all_with_usual_noise_are_published():
    """Of 240 buurten, their wijken and gemeenten nothing is exposed."""
    draws, tables = np.random.default_rng(4), []
    codes = pd.Index([f"BU{gemeente:04d}{wijk:02d}{buurt:02d}"
                      for gemeente in range(1, 6) for wijk in range(8) for buurt in range(6)])  # fmt: skip
    counts = {name: draws.poisson(mean * draws.gamma(1, 1, len(codes)))
              for name, mean in (("hennep", 1.5), ("brand", 3.0), ("rest", 6.0))}  # fmt: skip
    keys = {name: draws.integers(0, 2**64, len(codes), dtype=np.uint64) * (of > 0) for name, of in counts.items()}
    for name, parts in (("hennep", ["hennep"]), ("brand", ["brand"]), ("alle", [*counts])):
        told = json.dumps({name: {"soort": parts} if name != "alle" else {}})
        for level in (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE):
            at = codes if level is AreaLevel.BUURT else parents(codes, level)
            of_areas = pd.Series(sum(counts[one] for one in parts), at).groupby(level=0).sum()
            key = pd.Series(sum(keys[one] for one in parts), at).groupby(level=0).sum().to_numpy(dtype=np.uint64)
            noisy = pd.Series(perturbed(of_areas.to_numpy(dtype=float), key, Noise()), of_areas.index)
            table = perturbed_counts(f"vondsten: {name} / x.x", level, 2024, noisy, Noise(), LEAST)
            tables.append(table.assign(selects=told))
    published = pd.concat(tables, ignore_index=True)
    found = audited(published)
    assert found.passed
    assert found.insiders >= 3
    assert found.small > 400
