"""Events set against what is there, on Testland: what is searched, what it says of itself, and where it falls back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.measures import Measure
from geo.unknown import Unknown
from layers.declarations.baselines import Peers
from layers.declarations.catalog import load
from layers.declarations.indicators import Indicator
from layers.method.baseline import BaselineEvents, BaselineReport
from layers.method.country import Country
from layers.method.indicator_values import indicator_values
from services.testland.source import TestlandSource

PERIOD = 2024
INDICATOR = Indicator(id="mm", title="M", why="w", source="ss", value="ss.aa", per="ss.bb")
ALIKE = {"indicators": ("misdrijven",), "title": "even veel adressen", "why": "w"}
DENSITY = "kerncijfers.adressendichtheid"


@pytest.fixture(scope="module")
def testland():
    return TestlandSource()


def country(source, theme=None):
    known = load()
    if theme is not None:
        known = replace(known, themes={**known.themes, theme.id: theme})
    return Country(source, vintage(2024), known)


def theme_with(**changed):
    return load().theme("misdrijven").model_copy(update=changed)


def values(source, reference, level=AreaLevel.BUURT, theme=None):
    of = country(source, theme)
    chosen = theme or of.catalog.theme("misdrijven")
    return of.results.of(of.indicator_plan.indicator_nodes(chosen, level, PERIOD, reference)["misdrijven"])


def test_dispersion_is_reported_over_exposure_alone_and_given_what_is_there(testland):
    national, given = values(testland, "national"), values(testland, "expected")
    assert national.baseline is None
    report = given.baseline
    assert (report.missing, report.reference) == ("", "expected")
    assert report.before == pytest.approx(1 / national.residuals.shape)
    assert report.after == pytest.approx(1 / given.residuals.shape)
    assert report.after < 0.05  # crimes of Testland follow inhabitants, and nothing else
    assert set(report.effects) == {"kerncijfers.inwoners", DENSITY, "omgeving.land"}
    pd.testing.assert_series_equal(given.value, national.value)
    assert not np.allclose(given.deviation.dropna(), national.deviation.reindex(given.deviation.dropna().index))


def test_terms_without_figures_are_left_out_and_named(testland):
    left_out = values(testland, "expected").baseline.left_out
    assert left_out == dict.fromkeys(("nabijheid.horeca", "nabijheid.winkels", "nabijheid.treinstation"), "not_there")


def test_an_area_under_the_floor_or_unknown_is_not_searched_against_a_baseline_either(testland):
    national, given = values(testland, "national"), values(testland, "expected")
    unknown = national.searched.isna()
    assert unknown.any()
    assert given.searched[unknown].isna().all()
    assert given.ratio[unknown].isna().all()
    assert given.searched.notna().sum() >= 0.95 * (~unknown).sum()


def test_a_wijk_is_expected_to_have_what_its_buurten_are(testland):
    of = country(testland)
    theme = of.catalog.theme("misdrijven")
    (indicator,) = (one for one in theme.indicator if one.id == "misdrijven")
    (buurten,) = (
        of.results.of(one)
        for one in of.indicator_plan.baseline_nodes(indicator, theme, AreaLevel.BUURT, PERIOD, "expected")
    )
    (wijken,) = (
        of.results.of(one)
        for one in of.indicator_plan.baseline_nodes(indicator, theme, AreaLevel.WIJK, PERIOD, "expected")
    )
    known = wijken.measure.known
    sums = buurten.measure.exposure.fillna(0).groupby("WK" + buurten.measure.exposure.index.str[2:8]).sum()
    np.testing.assert_allclose(wijken.measure.exposure[known], sums.loc[known.index[known]])
    assert known.mean() > 0.9
    assert (wijken.measure.reason[~known].isin([Unknown.PARTLY, Unknown.NO_EXPOSURE])).all()


def test_hexagons_fall_back_on_the_national_value_and_say_why(testland):
    hexagons, national = (values(testland, one, AreaLevel.H3_8) for one in ("expected", "national"))
    assert hexagons.baseline == BaselineReport("expected", "hexagons")
    pd.testing.assert_series_equal(hexagons.searched, national.searched)


def test_without_a_term_that_is_there_the_map_falls_back(testland):
    theme = theme_with(expected=load().theme("misdrijven").expected.model_copy(
        update={"term": load().theme("misdrijven").expected.term[3:]}
    ))  # fmt: skip
    given, national = values(testland, "expected", theme=theme), values(testland, "national")
    assert given.baseline.missing == "no_fit"
    assert (given.baseline.before, given.baseline.after) == (None, None)
    pd.testing.assert_series_equal(given.searched, national.searched)


@pytest.mark.parametrize(
    "peers",
    [
        Peers(columns=(DENSITY,), classes=(100, 500), **ALIKE),
        Peers(columns=(DENSITY, "omgeving.land"), nearest=100, **ALIKE),
    ],
)
def test_peers_expect_as_much_as_they_have_together(testland, peers):
    against = values(testland, "peers", theme=theme_with(peers=peers))
    assert against.baseline.missing == ""
    assert against.ratio.median() == pytest.approx(1, abs=0.15)
    assert (against.searched - values(testland, "national").searched).abs().max() > 0.1


def test_peers_that_are_too_few_or_whose_figures_are_not_there_fall_back(testland):
    few = theme_with(peers=Peers(columns=(DENSITY,), classes=(1e9,), **ALIKE))
    assert values(testland, "peers", theme=few).baseline.missing == ""  # one class: all of the country
    absent = theme_with(peers=Peers(columns=("nabijheid.horeca",), classes=(5,), **ALIKE))
    report = values(testland, "peers", theme=absent).baseline
    assert (report.missing, report.left_out) == ("no_peers", {"nabijheid.horeca": "not_there"})


def test_the_ratio_is_the_mean_of_the_model_for_the_area_itself():
    ids = pd.Index([f"BU{at:08d}" for at in range(400)])
    rng = np.random.default_rng(1)
    expects = pd.Series(rng.uniform(1, 200, 400), ids)
    events = pd.Series(rng.poisson(expects * rng.gamma(3, 1 / 3, 400)), ids)
    nothing = pd.Series(None, index=ids, dtype=object)
    measure = Measure.of("m", events, pd.Series(1000.0, ids), nothing)
    baseline = BaselineEvents(Measure.of("m", events, expects, nothing), BaselineReport("expected"))
    made = indicator_values(measure, baseline, indicator=INDICATOR, floor=50)
    shape, fitted = made.residuals.shape, made.residuals.expected
    np.testing.assert_allclose(made.ratio, (events + shape) / (fitted + shape))
    assert made.baseline.after == pytest.approx(1 / 3, rel=0.2)
    assert np.sign(made.deviation).equals(np.sign(np.log(made.ratio)))
