"""From declared columns to a measure: unknown stays unknown, and a level is a rate in disguise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.errors import AlignmentError, MeasureError, SourceError
from geo.rates import rates
from geo.unknown import Unknown
from layers.declarations.indicators import Indicator
from layers.method.figures import Figures
from layers.method.indicator_measures import measure_of
from tests.country import names
from tests.layers.declared import catalog

AREAS = names(3)
SECRET = [None, Unknown.SECRET, None]


def figures(**columns):
    """Figures of which None is unknown, with SECRET as the reason."""
    values = pd.DataFrame(columns, index=AREAS, dtype=float)
    reasons = pd.DataFrame(None, index=AREAS, columns=values.columns, dtype=object)
    return Figures(values, reasons.mask(values.isna(), Unknown.SECRET))


def indicator(**declared):
    return Indicator(id="proef", title="Proef", why="Omdat het zo is.", source="bron", value="teller", **declared)


def test_a_rate_is_events_over_its_exposure():
    measure = measure_of(indicator(per="noemer"), figures(teller=[2, 4, 6], noemer=[10, 10, 20]))
    assert measure.shrunk
    assert (measure.events.tolist(), measure.exposure.tolist()) == ([2, 4, 6], [10, 10, 20])


@pytest.mark.parametrize("column", ["teller", "noemer"])
def test_the_reason_is_that_of_the_column_that_is_unknown(column):
    columns = {"teller": [2, 4, 6], "noemer": [10, 10, 20]} | {column: [1, None, 1]}
    measure = measure_of(indicator(per="noemer"), figures(**columns))
    assert measure.reason.tolist() == SECRET
    assert measure.known.tolist() == [True, False, True]


def test_a_level_is_its_value_whatever_weighs_it():
    measure = measure_of(indicator(mean_weight="woningen"), figures(teller=[20, 30, 40], woningen=[1, 5, 500]))
    assert not measure.shrunk
    assert rates(measure).tolist() == [20, 30, 40]
    assert measure.national == pytest.approx((20 + 150 + 20_000) / 506)


def test_a_level_that_nothing_weighs_has_the_plain_mean():
    measure = measure_of(indicator(), figures(teller=[20, None, 40]))
    assert measure.national == 30
    assert measure.reason.tolist() == SECRET


def test_a_level_of_nothing_is_unknown():
    measure = measure_of(indicator(mean_weight="woningen"), figures(teller=[20, 30, 40], woningen=[0, 5, 5]))
    assert measure.reason.tolist() == [Unknown.NO_EXPOSURE, None, None]


def test_a_level_that_nothing_weighs_has_no_exposure_to_be_too_small(tmp_path):
    theme = catalog(tmp_path).theme("proef")
    measure = measure_of(indicator(), figures(teller=[20, 30, 40])).with_floor(theme.floor(indicator()))
    assert rates(measure).tolist() == [20, 30, 40]


def test_an_indicator_has_the_floor_of_its_theme_or_its_own(tmp_path):
    theme = catalog(tmp_path).theme("proef")
    assert theme.floor(indicator(per="inwoners")) == 50
    assert theme.floor(indicator(per="inwoners", min_exposure=5)) == 5
    assert theme.floor(indicator(per="inwoners", min_exposure=0)) == 0


def test_growth_is_a_level_beside_its_earlier_value():
    declared = indicator(mean_weight="woningen", since="eerder")
    measure = measure_of(declared, figures(teller=[220, 95, 80], eerder=[200, 100, 80], woningen=[10, 20, 70]))
    assert not measure.shrunk
    assert rates(measure).tolist() == pytest.approx([1.1, 0.95, 1.0])
    assert measure.national == pytest.approx((11 + 19 + 70) / 100)


@pytest.mark.parametrize(("eerder", "reason"), [(0, Unknown.NO_EXPOSURE), (None, Unknown.SECRET)])
def test_growth_from_nothing_or_the_unknown_is_unknown(eerder, reason):
    measure = measure_of(indicator(since="eerder"), figures(teller=[220, 95, 80], eerder=[200, eerder, 80]))
    assert measure.reason.tolist() == [None, reason, None]


def test_a_level_relative_to_its_gemeente_has_nothing_of_what_the_whole_gemeente_has():
    ids = pd.Index([f"BU{gemeente}{at:04}" for gemeente in ("0001", "0002") for at in range(5)], name="area_id")
    values = {"teller": [100, 110, 120, 100, 100, 200, 220, 240, 200, 200], "woningen": [10, 20, 30, 5, 35] * 2}
    table = pd.DataFrame(values, ids, dtype=float)
    of_two = Figures(table, pd.DataFrame(None, ids, table.columns, dtype=object))
    measure = measure_of(indicator(mean_weight="woningen", relative_to="gemeente"), of_two)
    found = rates(measure).to_numpy()
    assert found[:5].tolist() == pytest.approx([one / 108 for one in (100, 110, 120, 100, 100)])
    assert found[5:].tolist() == pytest.approx(found[:5].tolist())
    assert measure.national == pytest.approx(1)


def test_of_a_gemeente_with_four_known_areas_no_level_is_relative_to_it():
    ids = pd.Index([f"BU0001{at:04}" for at in range(5)], name="area_id")
    table = pd.DataFrame({"teller": [1, 2, 3, 4, None], "woningen": 10}, ids, dtype=float)
    reasons = pd.DataFrame(None, ids, table.columns, dtype=object).mask(table.isna(), Unknown.SECRET)
    measure = measure_of(indicator(mean_weight="woningen", relative_to="gemeente"), Figures(table, reasons))
    assert measure.reason.tolist() == [*[Unknown.NO_EXPOSURE] * 4, Unknown.SECRET]


@pytest.mark.parametrize("secret", ["teller", "eerder"])
def test_growth_of_confidential_counts_is_refused_whichever_of_the_two_it_is(secret):
    """Of the other, open, and of what became of it the confidential one follows by a division."""
    of_both = figures(teller=[220, 95, 80], eerder=[200, 100, 3])
    keyed = replace(of_both, keys=pd.DataFrame({secret: np.array([1, 2, 3], dtype=np.uint64)}, index=AREAS))
    assert measure_of(indicator(since="eerder"), of_both).events["a0002"] == pytest.approx(80 / 3)
    with pytest.raises(SourceError, match="indicator 'proef': what became of confidential figures tells how many"):
        measure_of(indicator(since="eerder"), keyed)


def test_joined_figures_keep_their_own_columns():
    joined = figures(a=[1, 2, 3]).joined(figures(a=[9, 9, 9], b=[4, None, 6]))
    assert joined.values["a"].tolist() == [1, 2, 3]
    assert joined.reasons["b"].isna().tolist() == [True, False, True]


def test_a_value_without_a_reason_or_the_reverse_is_refused():
    good = figures(a=[1, None, 3])
    with pytest.raises(ValueError, match="a reason must stand exactly where there is no value"):
        Figures(good.values, good.reasons.mask(good.values.notna(), Unknown.SECRET))
    with pytest.raises(ValueError, match="a reason must stand exactly where there is no value"):
        Figures(good.values.assign(a=np.nan), good.reasons)


def test_values_and_reasons_are_of_the_same_areas_and_columns():
    good = figures(a=[1, 2, 3])
    with pytest.raises(AlignmentError):
        Figures(good.values, good.reasons[:2])
    with pytest.raises(AlignmentError, match="columns"):
        Figures(good.values, good.reasons.rename(columns={"a": "b"}))


def test_no_column_of_an_indicator_is_forgotten():
    assert indicator(per="noemer").columns == ("teller", "noemer")
    assert indicator(mean_weight="woningen").columns == ("teller", "woningen")
    assert np.size(indicator().columns) == 1


def test_a_share_of_more_than_all_has_no_figure_and_says_that_it_is_impossible():
    huge, areas = [12, *[4] * 29], names(30)
    values = pd.DataFrame({"teller": huge, "noemer": [10] * 30}, index=areas, dtype=float)
    of_many = Figures(values, pd.DataFrame(None, index=areas, columns=values.columns, dtype=object))
    measure = measure_of(indicator(per="noemer", share=True), of_many)
    assert measure.reason.tolist() == [Unknown.IMPOSSIBLE, *[None] * 29]
    assert measure.national == 0.4
    assert measure_of(indicator(per="noemer"), of_many).known.all()  # more crimes than people there may be


def test_a_share_of_more_than_all_in_one_of_twenty_areas_or_more_is_refused_by_name():
    with pytest.raises(MeasureError, match="a share, and more than all in 1 areas: a0000 12 of 10"):
        measure_of(indicator(per="noemer", share=True), figures(teller=[12, 4, 6], noemer=[10, 10, 20]))
    all_of_them = measure_of(indicator(per="noemer", share=True), figures(teller=[10, 10, 20], noemer=[10, 10, 20]))
    assert all_of_them.known.all()
