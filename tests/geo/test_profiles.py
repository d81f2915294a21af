"""Profiles: what is planted is found, nothing in random labels, and the numbers are those of others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import Table2x2

from geo.errors import StatisticError
from geo.profiles import (
    Condition,
    Profile,
    Profiles,
    ProfileSearch,
    Table,
    _chances,
    _combinations,
    _Packed,
    profiles,
)  # fmt: skip

PLANTED = (Condition("bouwjaar", "voor 1945"), Condition("eigendom", "particuliere huur"))


def homes(seed, count=4000):
    rng = np.random.default_rng(seed)
    draw = {
        "bouwjaar": (["voor 1945", "1945 tot 1975", "1975 tot 2000", "na 2000"], [0.2, 0.3, 0.3, 0.2]),
        "eigendom": (["koop", "corporatie", "particuliere huur"], [0.55, 0.3, 0.15]),
        "soort": (["rij", "flat", "vrij"], [0.5, 0.3, 0.2]),
        "oppervlakte": (["klein", "middel", "groot"], [0.3, 0.4, 0.3]),
    }
    table = pd.DataFrame({name: rng.choice(values, count, p=p) for name, (values, p) in draw.items()}, dtype="string")
    return table, rng


def drawn(seed, cases=120, times=1.0, count=4000):
    """Homes, and cases among them drawn at random: so many `times` as easily where the planted conditions hold."""
    table, rng = homes(seed, count)
    planted = np.logical_and.reduce([(table[one.column] == one.value).to_numpy() for one in PLANTED])
    weight = np.where(planted, times, 1.0)
    chosen = rng.choice(count, cases, replace=False, p=weight / weight.sum())
    return table, pd.Series(np.isin(np.arange(count), chosen))


def names(found: Profiles):
    return [one.conditions for one in found.found]


def test_a_planted_combination_is_found_in_most_samples():
    assert sum(PLANTED in names(profiles(*drawn(seed, times=16))) for seed in range(20)) >= 18


def test_on_random_labels_at_most_ten_of_200_searches_find_anything():
    assert sum(bool(profiles(*drawn(seed)).found) for seed in range(200)) <= 10


def test_a_characteristic_that_adds_nothing_to_a_true_one_is_in_no_profile():
    found = profiles(*drawn(3, cases=400, times=30))
    assert names(found)
    assert {one.column for conditions in names(found) for one in conditions} == {"bouwjaar", "eigendom"}


def test_one_characteristic_by_itself_is_found():
    table, rng = homes(1)
    weight = np.where(table["soort"] == "flat", 6.0, 1.0)
    cases = pd.Series(np.isin(np.arange(4000), rng.choice(4000, 200, replace=False, p=weight / weight.sum())))
    assert (Condition("soort", "flat"),) in names(profiles(table, cases))


def test_the_same_objects_and_seed_give_the_same_profiles():
    table, cases = drawn(5, times=16)
    assert profiles(table, cases) == profiles(table, cases)


@pytest.mark.parametrize("count", [10, 29])
def test_too_few_cases_are_refused_in_words(count):
    table, cases = drawn(1, cases=count)
    with pytest.raises(StatisticError, match=rf"{count} cases among 4000 objects: fewer than 30 tell no profile"):
        profiles(table, cases)


def test_too_few_other_objects_are_refused():
    table, cases = drawn(1, cases=3980)
    with pytest.raises(StatisticError, match="fewer than 30 other objects"):
        profiles(table, cases)


def test_a_profile_that_fewer_than_five_cases_fit_is_not_shown():
    table, cases = drawn(2, cases=200)
    rare = table.assign(soort=np.where(np.arange(4000) < 50, "stacaravan", table["soort"])).astype("string")
    few = cases & (np.arange(4000) >= 50) | np.isin(np.arange(4000), [0, 10, 20, 30])
    assert (Condition("soort", "stacaravan"),) not in names(profiles(rare, few))


@pytest.mark.parametrize(
    ("counts", "lift"),
    [((100, 10, 20, 8), 4.0), ((100, 10, 20, 0), 0.0), ((100, 0, 20, 0), None), ((9, 3, 0, 0), None)],
)
def test_lift_is_how_many_times_as_often_cases_fit_and_unknown_of_nothing(counts, lift):
    assert Table(*counts).lift == pytest.approx(np.nan if lift is None else lift, nan_ok=True)


def test_numbers_are_those_of_the_half_that_was_not_searched_as_statsmodels_has_them():
    table, cases = drawn(4, cases=600, times=4)
    one: Profile
    (one,) = [one for one in profiles(table, cases).found if one.conditions == PLANTED]
    counts = one.table
    assert counts.objects == 2000
    assert counts.cases == 300
    assert one.whole.objects == 4000
    others = [counts.cases - counts.fitting_cases, counts.objects - counts.fitting]
    cells = [[counts.fitting_cases, counts.fitting - counts.fitting_cases], [others[0], others[1] - others[0]]]
    theirs = Table2x2(np.array(cells), shift_zeros=False)
    assert one.odds_ratio == pytest.approx(theirs.oddsratio, rel=0.02)
    assert (one.low, one.high) == pytest.approx(theirs.oddsratio_confint(0.05), rel=0.08)  # exact is a little wider
    assert one.low <= theirs.oddsratio_confint(0.05)[0]
    assert counts.lift == pytest.approx((counts.fitting_cases / counts.fitting) / (counts.cases / counts.objects))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_p_is_the_largest_of_fishers_tests_within_the_other_conditions_and_unknown_fits_nothing(data):
    count = data.draw(st.integers(20, 90))
    cells = st.lists(st.sampled_from(["a", "b", None]), min_size=count, max_size=count)
    table = pd.DataFrame({"x": data.draw(cells), "y": data.draw(cells)}, dtype="string")
    cases = pd.Series(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    packed = _Packed.of(table, cases)
    tried = list(_combinations(packed, ProfileSearch(min_objects=1)))
    for conditions, p in zip(tried, _chances(packed, tried), strict=True):
        known = table[[one.column for one in conditions]].notna().all(axis=1)
        fits = {one: (table[one.column] == one.value).fillna(value=False) for one in conditions}
        theirs = []
        for one in conditions:
            parent = known.copy()
            for other in conditions:
                parent &= fits[other] | (other == one)
            yes = fits[one]
            square = [[(parent & yes & cases).sum(), (parent & yes & ~cases).sum()],
                      [(parent & ~yes & cases).sum(), (parent & ~yes & ~cases).sum()]]  # fmt: skip
            theirs.append(fisher_exact(square, alternative="greater").pvalue)
        assert p == pytest.approx(max(theirs), rel=1e-9)


def test_a_combination_holds_no_two_values_of_one_column_and_no_more_than_allowed():
    table, cases = drawn(1)
    packed = _Packed.of(table, cases)
    tried = list(_combinations(packed, ProfileSearch(largest=3, min_objects=1)))
    assert len(tried) == len(set(tried)) == 13 + (12 + 12 + 12 + 9 + 9 + 9) + (36 + 36 + 36 + 27)
    assert all(len({one.column for one in conditions}) == len(conditions) for conditions in tried)


def test_which_combinations_are_tried_does_not_depend_on_the_cases():
    table, cases = drawn(1)
    search = ProfileSearch(min_objects=200)
    assert list(_combinations(_Packed.of(table, cases), search)) == list(
        _combinations(_Packed.of(table, ~cases), search)
    )
