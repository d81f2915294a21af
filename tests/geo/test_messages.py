"""A message is a template and values; its English is what `str.format` makes of them."""

from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import AreaLevel
from geo.messages import Message, joined, message, plural

text = st.text(st.characters(exclude_characters="{}", codec="utf-8"), max_size=20)


def shouting(template, plural, count):
    return (
        (template if plural is None or count == 1 else plural).upper().replace("{COUNT", "{count").replace("{X", "{x")
    )


@given(text, st.integers(-9, 9), st.floats(-1e6, 1e6))
def test_in_english_a_message_reads_as_str_format_makes_it(before, count, share):
    template = before.replace("%", "") + "{count} {share:.1f} {count!r:>4}"
    assert str(message(template, count=count, share=share)) == template.format(count=count, share=share)


@given(st.integers(0, 5))
def test_one_thing_has_the_singular_and_any_other_number_the_plural(count):
    assert str(plural("1 area", "{count} areas", count=count)) == ("1 area" if count == 1 else f"{count} areas")


@given(st.lists(text, max_size=4))
def test_parts_are_joined_to_the_letter(parts):
    assert str(joined("; ", parts)) == "; ".join(parts)


def test_messages_among_the_values_and_in_lists_are_said_in_the_same_language_and_numbers_are_written_by_it():
    inner = plural("{count} x", "{count} xs", count=2)
    whole = message("{x}; {xs}; {n:,.1f}; {year}", x=inner, xs=[inner, "b"], n=1234.56, year=2025)
    assert str(whole) == "2 xs; 2 xs, b; 1,234.6; 2025"
    said = Message("{x} {n:,.1f}", {"x": inner, "n": 1234.56}).said(
        shouting_keeping_names, lambda figures: figures[::-1]
    )
    assert said == "2 XS 6.432,1"


def shouting_keeping_names(template, plural, count):
    return template if template.startswith("{x}") else shouting(template, plural, count)


@pytest.mark.parametrize("template", ["100% {", "}{", "{0}"])
def test_a_template_without_values_is_taken_to_the_letter(template):
    assert str(Message(template)) == template
    assert f"{message(template):>12}" == template.rjust(12)


@pytest.mark.parametrize("listed", [["a", "b c"], ("a", "b c"), pd.Index(["a", "b c"])])
def test_a_list_that_is_quoted_has_quotes_around_each_and_no_brackets(listed):
    assert str(message("found {names!r}", names=listed)) == "found 'a', 'b c'"


def test_no_type_of_python_is_named_in_what_a_person_reads():
    values = {"level": AreaLevel.BUURT, "path": PurePosixPath("a/b"), "number": np.float64(1.5), "inner": message("x")}
    assert str(message("{level!r} {path!r} {number!r} {inner!r}", **values)) == "'buurt' 'a/b' 1.5 x"
