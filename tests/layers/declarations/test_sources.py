"""A formula is arithmetic on columns, never code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from boundaries.codes import CBS_MISSING
from geo.unknown import Unknown
from layers.declarations.sources import Column, columns_of, fill


def column(formula):
    return Column(title="Proef", formula=formula)


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name.isidentifier() and name not in {
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
})  # fmt: skip
sums = st.recursive(
    names | st.integers(0, 999).map(str) | st.sampled_from(["0.5", "1e3"]),
    lambda part: st.builds("({} {} {})".format, part, st.sampled_from("+-*/"), part),
    max_leaves=8,
)


@given(sums.filter(lambda formula: columns_of(formula, 2024)))
def test_a_sum_of_columns_passes_as_it_is(formula):
    assert column(formula).formula == formula


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "__import__('os').system('true')",
        "misdrijven.sum()",
        "misdrijven.values",
        "abs(misdrijven)",
        "misdrijven[0]",
        "[misdrijven]",
        "misdrijven < inwoners",
        "misdrijven == 5",
        "9 ** 9 ** 9",
        "misdrijven ** 2",
        "misdrijven % 2",
        "misdrijven // 2",
        "misdrijven @ inwoners",
        "misdrijven & inwoners",
        "misdrijven if inwoners else 0",
        "misdrijven or inwoners",
        "not misdrijven",
        "~misdrijven",
        "-misdrijven",
        "lambda: 0",
        "(x := 5)",
        "'tekst'",
        "f'{misdrijven}'",
        "b'1'",
        "1j * misdrijven",
        "None",
        "...",
        "misdrijven; inwoners",
        "x = misdrijven",
        "import os",
        "misdrijven inwoners",
        "{period}",
        "@inwoners",
        "misdrijven\x00",
        "",
        "(" * 400 + "a" + ")" * 400,
    ],
)
def test_anything_else_is_refused(formula):
    with pytest.raises(ValidationError, match=r"only column names, numbers|not a sum of columns"):
        column(formula)


def test_a_formula_that_never_ends_is_refused():
    with pytest.raises(ValidationError):
        column("+".join(["a"] * 20_000))


@pytest.mark.parametrize("formula", ["True * misdrijven", "1e999 * misdrijven", "1"])
def test_a_formula_has_a_column_and_numbers_that_are_finite(formula):
    with pytest.raises(ValidationError):
        column(formula)


def test_a_refused_operator_is_named():
    with pytest.raises(ValidationError, match=r"holds '[^']+'"):
        column("misdrijven ** 2")


@given(st.integers(2000, 2100), st.integers(0, 50))
def test_the_period_is_filled_in_with_years_before_and_after(period, years):
    assert fill(f"m_{{periode}} + m_{{periode-{years}}} + m_{{periode+{years}}}", period) == (
        f"m_{period} + m_{period - years} + m_{period + years}"
    )


def test_a_formula_without_a_period_stays_as_it_is():
    assert fill("a + b / 2", 2024) == "a + b / 2"


def test_the_columns_a_formula_reads_are_named_once():
    assert columns_of("(m_{periode} + m_{periode-1} + m_{periode}) / inwoners * 100", 2024) == [
        "inwoners", "m_2023", "m_2024",
    ]  # fmt: skip


def test_the_missing_codes_of_cbs_are_four_different_facts():
    assert set(CBS_MISSING) == {-99997, -99995, -99991, -99998, -99999999}
    assert len(set(CBS_MISSING.values())) == 4
    assert CBS_MISSING[-99998] is CBS_MISSING[-99999999] is Unknown.ABSENT
    assert CBS_MISSING[-99997] is Unknown.SECRET
    assert all(code < 0 for code in CBS_MISSING)
