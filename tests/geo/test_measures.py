"""A measure is unknown exactly where it says why, and its national value is the published figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.alignment import check_aligned
from geo.errors import AlignmentError, MeasureError
from geo.measures import Measure
from geo.unknown import Unknown
from tests.country import counted, names

figure = st.one_of(st.just(float("nan")), st.floats(0, 1e6))
areas = st.lists(st.tuples(figure, figure), min_size=1, max_size=12)
SOME = names(3)
NO_REASON = pd.Series(None, index=SOME, dtype=object)


def series(*figures):
    return pd.Series(figures, index=SOME, dtype=float)


@given(areas, st.floats(0, 1e6))
def test_there_is_a_reason_exactly_where_there_is_no_value(pairs, floor):
    measure = counted(*zip(*pairs, strict=True)).with_floor(floor)
    events, exposure = measure.events, measure.exposure
    assert measure.known.equals(measure.reason.isna())
    assert measure.known.equals(events.notna() & (exposure > 0) & (exposure >= floor))


@given(areas, st.floats(1e-3, 1e6))
def test_a_floor_hides_small_exposure_but_leaves_the_national_value(pairs, floor):
    measure = counted(*zip(*pairs, strict=True))
    floored = measure.with_floor(floor)
    small = measure.known & (measure.exposure < floor)
    assert (floored.reason[small] == Unknown.SMALL_EXPOSURE).all()
    assert floored.reason[~small].equals(measure.reason[~small])
    if measure.exposure[measure.events.notna()].sum() > 0:
        assert floored.national == measure.national


@given(areas)
def test_the_national_value_is_all_known_events_over_all_known_exposure(pairs):
    measure = counted(*zip(*pairs, strict=True))
    both = [(events, exposure) for events, exposure in pairs if not np.isnan(events + exposure)]
    exposed = sum(exposure for _, exposure in both)
    if exposed == 0:
        with pytest.raises(MeasureError, match="no area has both events and exposure"):
            _ = measure.national
    else:
        assert measure.national == pytest.approx(sum(events for events, _ in both) / exposed)


@pytest.mark.parametrize("wrong", [-1.0, -1e-9, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["events", "exposure"])
def test_negative_and_infinite_figures_are_refused_by_area(part, wrong):
    figures = {"events": series(1, 2, 3), "exposure": series(1, 2, 3)} | {part: series(1, wrong, wrong)}
    with pytest.raises(MeasureError, match=rf"measure 'x': {part} must be 0 or more and finite, found a0001 .*a0002"):
        Measure("x", figures["events"], figures["exposure"], NO_REASON)


@pytest.mark.parametrize(
    ("events", "reason"),
    [(series(1, np.nan, 1), NO_REASON), (series(1, 1, 1), NO_REASON.where(SOME != "a0000", Unknown.SECRET))],
)
def test_a_reason_without_an_unknown_value_or_the_reverse_is_refused(events, reason):
    with pytest.raises(MeasureError, match="a reason must stand exactly where there is no value"):
        Measure("x", events, series(1, 1, 1), reason)


def test_figures_of_other_areas_or_in_another_order_are_refused():
    with pytest.raises(AlignmentError, match=r"measure 'x': not about the same areas: a0002"):
        Measure("x", series(1, 1, 1), series(1, 1, 1)[:2], NO_REASON)
    with pytest.raises(AlignmentError, match="the same areas in another order"):
        check_aligned("x", SOME, SOME[::-1])


def test_what_the_source_says_is_kept_and_the_rest_is_filled_in():
    reason = pd.Series([Unknown.SECRET, None, None], index=SOME, dtype=object)
    measure = Measure.of("x", series(np.nan, np.nan, 1), series(5, 5, 0), reason)
    assert list(measure.reason) == [Unknown.SECRET, Unknown.ABSENT, Unknown.NO_EXPOSURE]


def test_a_reason_given_where_the_figure_is_known_is_dropped():
    measure = Measure.of("x", series(1, 1, 1), series(1, 1, 1), NO_REASON.fillna(Unknown.SECRET))
    assert measure.known.all()


def test_a_level_is_its_events_over_its_weight_in_every_sum():
    homes, percent = np.array([10.0, 30.0, 60.0]), np.array([50.0, 20.0, 0.0])
    measure = Measure.of("x", series(*(homes * percent)), series(*homes), NO_REASON, shrunk=False)
    assert measure.national == pytest.approx(np.average(percent, weights=homes))


@pytest.mark.parametrize(("margins", "known"), [((None, None), False), ((2.0, None), False), ((2.0, 2.0), True)])
def test_a_share_may_be_more_than_all_by_what_rounding_leaves_open_and_no_more(margins, known):
    index = pd.RangeIndex(30)
    events, exposure = (pd.Series([first, *[10.0] * 29], index) for first in (44.0, 40.0))
    by_area = tuple(None if margin is None else pd.Series(margin, index) for margin in margins)
    measure = Measure.of("huur", events, exposure, pd.Series([None] * 30, index), margins=by_area)
    assert measure.highest_exposure[0] == 40 + (margins[1] or 0)
    assert bool(measure.as_share().known[0]) == known
    assert (measure.as_share().reason[0] == Unknown.IMPOSSIBLE) != known


@pytest.mark.parametrize("side", ["event_keys", "exposure_keys"])
def test_a_measure_with_keys_is_confidential_until_they_are_gone(side):
    measure = counted([1.0, 2.0], [10.0, 10.0])
    keyed = replace(measure, **{side: pd.Series([1, 2], measure.events.index, dtype="uint64")})
    assert keyed.confidential
    assert not measure.confidential
    with pytest.raises(AlignmentError):
        replace(measure, **{side: pd.Series([1, 2], ["x", "y"], dtype="uint64")})
