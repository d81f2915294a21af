"""Counts of one source that add up to one another are audited as one: what trying all counts gives."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise
from layers.evaluation.audit import Exposed
from layers.evaluation.columns import columns_in_common, formulas_in_common, with_one_name
from layers.evaluation.disclosure import audited
from layers.publication.perturbed import perturbed_counts

LEAST, AREA = 5.0, "BU00010001"
ALL, FIRMS, OTHERS, LESS = "a + b", "a", "b", "a - b"


def rows(published, noise, per="mensen.inwoners"):
    tables = [
        perturbed_counts(
            f"zaken: {formula} / {per}", AreaLevel.BUURT, 2024, pd.Series({AREA: float(one)}), noise, LEAST
        )
        for formula, one in published.items()
    ]
    return pd.concat(tables, ignore_index=True)


def test_all_cases_less_those_of_firms_are_those_of_others_and_noise_at_its_ends_betrays_both():
    """The attack: of 0 there are at most 5, and of 14 at least 9."""
    each = [rows({formula: one}, Noise()) for formula, one in ((ALL, 14), (FIRMS, 0), (OTHERS, 0))]
    assert all(audited(one).passed for one in each)
    found = {
        (one.count, one.lowest, one.highest, one.relation)
        for one in audited(pd.concat(each, ignore_index=True)).exposed
    }
    assert found >= {(f"zaken: {one} / mensen.inwoners", 4, 5, "columns") for one in (FIRMS, OTHERS)}
    safe = rows({ALL: 9, FIRMS: 4, OTHERS: 4}, Noise())
    assert audited(safe).passed
    assert isinstance(audited(pd.concat(each, ignore_index=True)).exposed[0], Exposed)


def test_what_is_not_published_of_them_follows_too():
    near = audited(rows({ALL: 3, FIRMS: 7}, Noise(2, 1.0, 1)))  # 5 of 5: of others there are none
    assert [(one.area, one.lowest, one.highest) for one in near.exposed if one.level == "columns"] == [
        (f"buurt {AREA} / b", 0, 0)
    ]


BUURTEN, WIJK = ("BU00010001", "BU00010002", "BU00010003"), "WK000100"


def at(level, formula, published, per="mensen.inwoners"):
    """What leaves of a count in the areas of a level."""
    counts = pd.Series(published, dtype=float)
    return perturbed_counts(f"zaken: {formula} / {per}", level, 2024, counts, Noise(), LEAST)


def test_columns_of_buurten_and_their_sum_in_a_wijk_are_held_against_one_another_at_once():
    """The attack: of four zeros there are at most 20, and of 24 at least 19. Neither areas nor columns tell it."""
    parts = [at(AreaLevel.BUURT, one, dict.fromkeys(BUURTEN[:2], 0)) for one in (FIRMS, OTHERS)]
    naive, safe = (pd.concat([*parts, at(AreaLevel.WIJK, ALL, {WIJK: told})], ignore_index=True) for told in (24, 20))
    assert {(one.area, one.lowest, one.highest) for one in audited(naive).exposed} >= {
        (buurt, 4, 5) for buurt in BUURTEN[:2]
    }
    assert audited(safe).passed
    alone = columns_in_common(naive, formulas_in_common(naive["count"].unique()), nested=False)
    assert alone.parts.sum() == 6  # what it was: every area by itself


def test_a_count_per_inhabitant_in_buurten_and_per_household_in_a_wijk_is_one_count():
    """The attack: of three zeros there are at most 15, and of 19 at least 14, whatever either is divided by."""
    of_buurten = at(AreaLevel.BUURT, FIRMS, dict.fromkeys(BUURTEN, 0))
    of_wijk = at(AreaLevel.WIJK, FIRMS, {WIJK: 19}, per="mensen.huishoudens")
    both = pd.concat([of_buurten, of_wijk], ignore_index=True)
    assert audited(of_buurten).passed
    assert {(one.area, one.lowest, one.highest) for one in audited(both).exposed} == {(one, 4, 5) for one in BUURTEN}


def test_a_share_that_is_no_more_than_all_is_a_second_figure_of_its_count_and_both_hold():
    """Of 9 there are at least 4; who is told that these are no more than all, of which 0 leave, knows at most 5."""
    of_all = at(AreaLevel.BUURT, FIRMS, {BUURTEN[0]: 9})
    share = at(AreaLevel.BUURT, FIRMS, {BUURTEN[0]: 0}, per="zaken.alle")
    assert audited(of_all).passed
    assert audited(share).passed
    both = pd.concat([of_all, share], ignore_index=True).assign(release="now")
    (found,) = audited(both).exposed
    assert (found.lowest, found.highest) == (4, 5)


def test_figures_of_one_area_that_no_noise_puts_so_far_apart_are_two_counts():
    of_buurten = at(AreaLevel.BUURT, FIRMS, dict.fromkeys(BUURTEN, 0))
    elsewhere = at(AreaLevel.BUURT, FIRMS, {BUURTEN[0]: 11}, per="mensen.huishoudens")
    of_wijk = at(AreaLevel.WIJK, FIRMS, {WIJK: 19}, per="mensen.huishoudens")
    both = pd.concat([of_buurten, elsewhere, of_wijk], ignore_index=True)
    assert both["count"].nunique() == with_one_name(both)["count"].nunique() == 2


def test_only_formulas_with_columns_in_common_are_held_against_one_another():
    of_both = "zaken: a / x.x", "zaken: a / y.y", "zaken: c / x.x", "onbekend"
    assert formulas_in_common(of_both) == {}
    found = formulas_in_common([*of_both, "zaken: a + b - (c - b) / x.x"])
    assert found == {"a": {"a": 1}, "a + b - (c - b)": {"a": 1, "b": 2, "c": -1}, "c": {"c": 1}}
    assert columns_in_common(pd.DataFrame({"count": ["zaken: d / x.x"], "level": "buurt", "area": AREA}), found) is None


def test_a_formula_that_noise_does_not_protect_is_none():
    with pytest.raises(TypeError, match="sums and differences"):
        formulas_in_common(["zaken: 2 * a / x.x", "zaken: a / x.x"])


def test_counts_that_add_up_in_many_ways_average_their_noise_away():
    """Of three kinds and all their sums seven counts leave, and three are to be known: 3 / 7 of the noise stays."""
    formulas = ("a", "b", "c", "a + b", "b + c", "a + c", "a + b + c")
    published = dict(zip(formulas, (4, 4, 4, 8, 8, 8, 12), strict=True))
    kept, little = (audited(rows(published, Noise(5, variance, 3))) for variance in (3.0, 2.1))
    assert kept.noise == pytest.approx(3 / 7, abs=0.1)
    assert kept.passed
    several = pd.concat([rows(published, Noise(5, 2.1, 3)).assign(fingerprint=one, release=one) for one in "xyz"])
    assert {one.relation for one in audited(several.reset_index(drop=True)).exposed} == {"averaged"}
    assert little.passed


@given(st.lists(st.sampled_from([ALL, FIRMS, OTHERS, LESS]), min_size=2, max_size=4, unique=True), st.data())
def test_it_exposes_what_trying_all_counts_does(formulas, data):
    few = data.draw(st.integers(0, 2))
    counts = np.array([few + data.draw(st.integers(0, 2)), few])
    matrix = np.array([{ALL: (1, 1), FIRMS: (1, 0), OTHERS: (0, 1), LESS: (1, -1)}[one] for one in formulas])
    if not formulas_in_common(f"zaken: {one} / x.x" for one in formulas):
        return
    noise, true = Noise(2, 1.0, 1), matrix @ counts
    told = [data.draw(st.integers(max(0, int(one) - 2), int(one) + 2)) if one else 0 for one in true]
    lowest, highest = noise.possible(np.array(told, dtype=float))
    tried = np.array(list(product(range(25), repeat=2)))
    every = np.hstack([tried @ matrix.T, tried])
    every = every[((every[:, : len(told)] >= lowest) & (every[:, : len(told)] <= highest)).all(axis=1)]
    least, most = every.min(axis=0)[: len(told)], every.max(axis=0)[: len(told)]
    exposed = (least < LEAST) & (most - np.maximum(least, 1) + 1 < 3)
    found = audited(rows(dict(zip(formulas, told, strict=True)), noise))
    of_bounds = [one for one in found.exposed if one.level == "buurt" and one.relation != "averaged"]
    by_formula = {one.count.partition(": ")[2].partition(" / ")[0] for one in of_bounds}
    assert by_formula == {formulas[at] for at in np.flatnonzero(exposed)}
