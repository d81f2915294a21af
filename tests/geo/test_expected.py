"""What is to be expected given what is there: held against statsmodels, and not bent by what stands out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.discrete_model import NegativeBinomial

from geo import expected as module
from geo.errors import MeasureError
from geo.expected import Expected, LeftOut, Term, expected
from geo.measures import Measure
from geo.residuals import quantiles

AREAS = 2_000
SEEDS = st.integers(0, 2**32 - 1)


def index(count=AREAS):
    return pd.Index([f"BU{at:08d}" for at in range(count)])


def measure(events, exposure=None):
    ids = index(len(events))
    exposed = np.full(len(events), 100.0) if exposure is None else exposure
    return Measure.of("m", pd.Series(events, ids), pd.Series(exposed, ids), pd.Series(None, ids, dtype=object))


def gemeenten(count=AREAS):
    return pd.Series([f"GM{at // 50:04d}" for at in range(count)], index(count))


def country(seed, shape=3.0):
    """Events around what addresses and land make of them, in a gamma-Poisson country."""
    rng = np.random.default_rng(seed)
    addresses, land = np.exp(rng.normal(6, 1, AREAS)), np.exp(rng.normal(4, 1, AREAS))
    mean = np.exp(-3 + 0.8 * np.log1p(addresses) + 0.3 * np.log1p(land))
    events = rng.poisson(mean * rng.gamma(shape, 1 / shape, AREAS)).astype(float)
    terms = [Term("adressen", pd.Series(addresses, index())), Term("land", pd.Series(land, index()))]
    return events, terms, mean


def fit(events, terms):
    return expected(measure(events), terms, gemeenten(len(events)))


def test_it_is_the_regression_of_statsmodels_where_nothing_stands_out(monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 50.0)
    events, terms, _ = country(1)
    design = np.column_stack([np.ones(AREAS), *(np.log1p(one.values) for one in terms)])
    theirs = NegativeBinomial(events, design).fit(disp=False, maxiter=200)
    np.testing.assert_allclose(fit(events, terms).events, theirs.predict(design), rtol=2e-4)


def test_a_square_is_a_term_of_statsmodels_too(monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 50.0)
    events, terms, _ = country(2)
    bent = [Term("adressen", terms[0].values, square=True), terms[1]]
    logs = [np.log1p(one.values) for one in terms]
    design = np.column_stack([np.ones(AREAS), logs[0], logs[0] ** 2, logs[1]])
    theirs = NegativeBinomial(events, design).fit(disp=False, maxiter=500, method="bfgs")
    np.testing.assert_allclose(fit(events, bent).events, theirs.predict(design), rtol=2e-3)


def test_areas_that_stand_out_do_not_steer_it():
    events, terms, _ = country(3)
    plain = fit(events, terms).events
    events[:40] = events[:40] * 30 + 500
    bent = fit(events, terms).events
    assert np.abs(np.log(bent / plain)).max() < 0.06


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_it_finds_what_was_put_in(seed):
    events, terms, mean = country(seed)
    assert np.abs(np.log(fit(events, terms).events / mean)).median() < 0.15


@given(seed=SEEDS, factor=st.floats(1e-3, 1e3), offset=st.floats(-1e3, 1e3))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_a_linear_term_changes_nothing(seed, factor, offset):
    rng = np.random.default_rng(seed)
    near = rng.normal(size=AREAS)
    events = rng.poisson(np.exp(2 + 0.5 * near)).astype(float)
    one, other = (fit(events, [Term("nabij", pd.Series(values, index()), log=False)]).events
                  for values in (near, near * factor + offset))  # fmt: skip
    np.testing.assert_allclose(one, other, rtol=1e-5)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_order_of_areas_changes_nothing(seed):
    events, terms, _ = country(seed)
    order = np.random.default_rng(seed).permutation(AREAS)
    ids = index()[order]
    shuffled = Measure.of("m", pd.Series(events[order], ids), pd.Series(100.0, ids), pd.Series(None, ids, dtype=object))
    other = expected(shuffled, [Term(one.name, one.values.loc[ids]) for one in terms], gemeenten().loc[ids]).events
    np.testing.assert_allclose(other.loc[index()], fit(events, terms).events, rtol=1e-5)


@pytest.mark.parametrize(
    ("why", "values"),
    [
        (LeftOut.CONSTANT, lambda _: np.full(AREAS, 7.0)),
        (LeftOut.COLLINEAR, lambda terms: terms[0].values.to_numpy()),
        (LeftOut.MISSING, lambda _: np.where(np.arange(AREAS) % 5 == 0, np.nan, np.arange(AREAS))),
        (LeftOut.MISSING, lambda _: np.full(AREAS, np.nan)),
        (LeftOut.IN_GEMEENTEN, lambda _: np.where(np.arange(AREAS) < 50, np.nan, np.arange(AREAS))),
    ],
)
def test_a_term_that_says_nothing_is_left_out_and_the_others_are_as_without_it(why, values):
    events, terms, _ = country(4)
    more = fit(events, [*terms, Term("extra", pd.Series(values(terms), index()))])
    assert dict(more.left_out) == {"extra": why}
    np.testing.assert_allclose(more.events, fit(events, terms).events)


def test_an_area_that_lacks_a_term_is_expected_to_have_what_the_others_say():
    events, terms, _ = country(5)
    some = terms[1].values.copy()
    some.iloc[::50] = np.nan
    lacking = fit(events, [terms[0], Term("land", some)])
    assert lacking.fewer == AREAS // 50
    without = fit(events, terms[:1]).events
    np.testing.assert_allclose(lacking.events.iloc[::50], without.iloc[::50])
    assert lacking.events.notna().all()


def test_what_is_not_known_of_an_area_is_not_expected_either():
    events, terms, _ = country(6)
    events[3] = np.nan
    exposure = np.full(AREAS, 100.0)
    exposure[4] = 0
    known = expected(measure(events, exposure), terms, gemeenten()).events
    assert known.isna().to_numpy().nonzero()[0].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("events", "values"),
    [
        ([0.0] * 50, range(50)),
        ([1.0] * 12, range(12)),  # fewer than ten areas for each of two coefficients
        ([0.0] * 49 + [1e9], [0.0] * 49 + [1e6]),
    ],
)
def test_where_there_is_no_fit_nothing_is_expected(events, values):
    term = Term("a", pd.Series(np.array(values, dtype=float), index(len(events))), log=False)
    assert fit(events, [term]).events is None


def test_without_terms_there_is_no_fit():
    assert fit([1.0] * 50, []) == Expected.none({})


def test_a_fit_that_does_not_settle_is_no_fit(monkeypatch):
    events, terms, _ = country(7)
    monkeypatch.setattr(module, "STEPS", 2)
    assert fit(events, terms).events is None


def test_a_negative_figure_has_no_logarithm():
    with pytest.raises(MeasureError, match="term 'diepte': 1 figures are negative and have no logarithm"):
        Term("diepte", pd.Series([1.0, -1.0]))


def test_an_effect_is_that_of_the_upper_quartile_beside_the_lower_one():
    events, terms, _ = country(8)
    low, high = np.quantile(np.log1p(terms[0].values), [0.25, 0.75])
    assert fit(events, terms).effects["adressen"] == pytest.approx(np.exp(0.8 * (high - low)), rel=0.1)


@given(shape=st.floats(0.1, 1e4), around=st.floats(0.01, 1e4), events=st.integers(0, 100_000))
def test_only_a_large_deviance_may_be_beyond_three_standard_deviations(shape, around, events):
    counts, expects = np.array([float(events)]), np.array([around])
    exact = np.abs(quantiles(counts, counts, expects, shape)) > 3.0
    assert module._beyond(counts, expects, shape)[0] == exact[0]
