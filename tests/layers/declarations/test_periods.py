"""Periods, held against those of pandas; and which of them make a year."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from layers.declarations.faults import RuleError
from layers.declarations.periods import Period, PeriodKind, Periods, absent_parts, whole_years

FREQUENCIES = {PeriodKind.YEAR: ("Y", 1), PeriodKind.QUARTER: ("Q", 4), PeriodKind.MONTH: ("M", 12)}
DECLARED = TypeAdapter(Periods)


def of_kind(kind: PeriodKind) -> st.SearchStrategy[Period]:
    return st.builds(Period, st.integers(1900, 2100), st.just(kind), st.integers(1, FREQUENCIES[kind][1]))


PERIODS = st.sampled_from(PeriodKind).flatmap(of_kind)
PAIRS = st.sampled_from(PeriodKind).flatmap(lambda kind: st.tuples(of_kind(kind), of_kind(kind)))


def theirs(period: Period) -> pd.Period:
    frequency, per_year = FREQUENCIES[period.kind]
    return pd.Period(year=period.year, month=(period.number - 1) * 12 // per_year + 1, freq=frequency)


@given(PERIODS)
def test_a_period_is_read_as_it_is_written(period):
    assert Period.parse(str(period)) == period
    assert Period.parse(f"  {period} ") == period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024", Period(2024)),
        ("2024JJ00", Period(2024)),
        ("2024K1", Period(2024, PeriodKind.QUARTER, 1)),
        ("2024-Q4", Period(2024, PeriodKind.QUARTER, 4)),
        ("2024KW03", Period(2024, PeriodKind.QUARTER, 3)),
        ("2024-03", Period(2024, PeriodKind.MONTH, 3)),
        ("2024MM12 ", Period(2024, PeriodKind.MONTH, 12)),
    ],
)
def test_a_period_is_read_as_people_and_cbs_write_it(text, period):
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2024-00", "2024K5", "2024KW00", "2024W101", "2024-3", "20241"])
def test_what_is_no_period_is_refused_with_how_it_is_written(text):
    with pytest.raises(RuleError, match="is no period; write a year, quarter or month as 2024, 2024-Q1 or 2024-03"):
        Period.parse(text)


@given(PAIRS, st.integers(-40, 40))
def test_order_and_steps_are_those_of_pandas(pair, steps):
    one, other = pair
    assert (one < other, one == other, one >= other) == (
        theirs(one) < theirs(other), theirs(one) == theirs(other), theirs(one) >= theirs(other),
    )  # fmt: skip
    assert theirs(one.shifted(steps)) == theirs(one) + steps


@given(PERIODS, PERIODS)
def test_a_period_lies_in_another_when_its_days_do(one, other):
    inside = theirs(other).start_time <= theirs(one).start_time and theirs(one).end_time <= theirs(other).end_time
    assert (one in other) == inside


@given(PERIODS, PERIODS)
def test_periods_of_two_kinds_are_not_compared(one, other):
    if one.kind is not other.kind:
        with pytest.raises(TypeError, match="do not compare"):
            assert one < other


@given(st.integers(1900, 2100), st.sampled_from([PeriodKind.QUARTER, PeriodKind.MONTH]), st.data())
def test_a_year_is_whole_only_with_all_of_its_parts(year, kind, data):
    parts = Period(year).parts(kind)
    assert len(parts) == {PeriodKind.QUARTER: 4, PeriodKind.MONTH: 12}[kind]
    there = data.draw(st.sets(st.sampled_from(parts), min_size=1))
    assert whole_years(there) == ((year,) if len(there) == len(parts) else ())
    assert set(absent_parts(year, there)) == set(parts) - there


def test_names_of_columns_end_in_the_period():
    assert [Period.parse(one).suffix for one in ("2024", "2024-Q1", "2024-03")] == ["2024", "2024_q1", "2024_03"]


def test_a_range_stands_for_all_periods_of_it():
    months = DECLARED.validate_python(["2023-11/2024-02"])
    assert [str(one) for one in months] == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert DECLARED.validate_python(DECLARED.dump_python(months)) == months
    assert DECLARED.validate_python([2023, "2024"]) == (Period(2023), Period(2024))


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ([2024, "2024-01"], "periods of one kind only, found 2024, 2024-01"),
        (["2024-02/2024-01"], "2024-02/2024-01 must be two periods of one kind, the earlier first"),
        (["2024/2024-03"], "must be two periods of one kind"),
        ([24], "24 is no year of four digits"),
        ([True], "'True' is no period"),
        ([], "at least 1 item"),
    ],
)
def test_periods_that_do_not_go_together_are_refused(declared, said):
    with pytest.raises((ValidationError, RuleError)) as refused:
        DECLARED.validate_python(declared)
    assert said in str(refused.value)
