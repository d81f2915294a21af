"""A table comes back from its parts as it was, and nothing stands in them twice."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.publication.normal_form import distinct, normal_form, with_words_once, without_identifier
from tests.services.made_release import made_release

LONG_TEXT, OTHER_TEXT = 60 * "lang ", 60 * "ook lang "
VALUES = st.one_of(st.none(), st.integers(0, 2), st.sampled_from(["a", LONG_TEXT, OTHER_TEXT]), st.floats(0, 1))


@st.composite
def tables(draw):
    """Rows of areas, periods and lenses in any order, with columns that depend on some of these, or seem to."""
    keys = draw(st.lists(st.tuples(*[st.integers(0, 2)] * 3), unique=True, max_size=20))
    table = pd.DataFrame(keys, columns=["gebiedscode", "periode", "lens"]).assign(indeling=2024)
    table["id"] = [f"{number}" for number in range(len(table))]
    for name, key in (("naam", ["gebiedscode"]), ("waarde", ["gebiedscode", "periode"]), ("score", ["id"])):
        of_key = {one: draw(VALUES) for one in sorted({tuple(row) for row in table[key].to_numpy().tolist()})}
        table[name] = pd.Series([of_key[tuple(row)] for row in table[key].to_numpy().tolist()], dtype=object)
    return table


@given(table=tables(), words=st.booleans())
def test_a_table_comes_back_from_its_parts(table, words):
    form = with_words_once(normal_form(table)) if words else normal_form(table)
    columns = {name: form.rows[name].tolist() for name in form.rows}
    for part in form.parts.values():
        columns |= {name: part.table[name].iloc[part.at].tolist() for name in part.table}
    assert sorted(columns) == sorted(table)
    assert all(columns[name] == table[name].tolist() for name in table)


def test_what_lenses_and_periods_share_stands_once():
    figures = made_release()[1].table.drop(columns="geometry")
    form = normal_form(figures)
    assert len(figures) == 4 * 160
    assert {name: len(part.table) for name, part in form.parts.items()} == {"area": 160, "figures": 320}
    assert {"gebiedsnaam", "gemeentenaam", "thema", "niveau", "indeling", "fictief"} <= set(form.parts["area"].table)
    assert {"id", "lens", "score", "misdrijven_bijdrage"} <= set(form.rows)


def test_what_differs_between_lenses_stays_with_its_row():
    figures = made_release()[1].table.drop(columns="geometry")
    form = normal_form(figures.assign(gebiedsnaam=[f"naam {number}" for number in range(len(figures))]))
    assert "gebiedsnaam" in form.rows


def test_a_long_text_that_many_rows_have_stands_once_also_where_it_depends_on_nothing():
    table = pd.DataFrame(
        {"id": list("abcdef"), "toelichting": [None, *2 * [LONG_TEXT, OTHER_TEXT], None]}, dtype=object
    )
    form = normal_form(table.assign(rol=["kern", "rand", "kern", "rand", "kern", "rand"]))
    assert list(form.rows) == ["id", "rol"]
    assert form.parts["toelichting"].table["toelichting"].tolist() == [None, LONG_TEXT, OTHER_TEXT]
    assert form.parts["toelichting"].at.tolist() == [0, 1, 2, 1, 2, 0]


def test_texts_that_are_short_or_mostly_differ_stay_with_their_rows():
    rows = [f"{LONG_TEXT} {number}" for number in range(6)]
    table = pd.DataFrame({"id": list("abcdef"), "kort": 6 * ["kort"], "toelichting": rows})
    assert normal_form(table).parts == {}


def test_words_that_repeat_stand_once_where_a_file_is_read_whole():
    form = with_words_once(normal_form(made_release()[1].table.drop(columns="geometry")))
    assert {"lens", "waarom"} <= set(form.parts["words"].table)
    assert "id" in form.rows
    assert "lens" not in form.rows
    assert len(form.parts["words"].table) <= 20


def test_an_identifier_is_left_out_only_where_all_are_made_of_area_period_and_lens():
    table = pd.DataFrame({"id": ["a-2024-x", "b-2024-x"], "gebiedscode": ["a", "b"], "periode": 2024, "lens": "x"})
    form = without_identifier(normal_form(table), table)
    assert form.identifier == ("gebiedscode", "periode", "lens")
    assert "id" not in form.rows
    other = table.assign(id=["a-2024-x", "b-2023-x"])
    assert list(without_identifier(normal_form(other), other).rows) == list(normal_form(other).rows)
    assert not without_identifier(normal_form(other), other).identifier


def test_a_table_that_repeats_nothing_has_no_parts():
    once = made_release()[1].table.drop(columns="geometry").iloc[:160]
    assert normal_form(once).parts == {}
    assert list(normal_form(once).rows) == list(once)


@given(numbers=st.lists(st.integers(0, 4)), copies=st.booleans())
def test_equal_shapes_are_one_whether_or_not_they_are_one_object(numbers, copies):
    shapes = [shapely.Point(number, 0) for number in range(5)]
    given_shapes = [shapely.Point(number, 0) if copies else shapes[number] for number in numbers]
    first, which = distinct(np.array(given_shapes, dtype=object))
    assert [numbers[place] for place in first[which]] == numbers
    assert len(first) == len(set(numbers))


@given(table=tables(), data=st.data())
def test_parts_in_another_order_of_rows_are_of_the_same_rows(table, data):
    order = np.array(data.draw(st.permutations(range(len(table)))), dtype=np.int64)
    form = normal_form(table).ordered(order)
    columns = {name: form.rows[name].tolist() for name in form.rows}
    for part in form.parts.values():
        columns |= {name: part.table[name].iloc[part.at].tolist() for name in part.table}
    assert all(columns[name] == table[name].iloc[order].tolist() for name in table)


def test_what_differs_only_far_down_the_table_stays_with_its_row():
    table = pd.DataFrame({"gebiedscode": 1500 * ["a", "b"], "indeling": 2024, "lens": range(3000)})
    table["naam"] = [*2998 * ["zelfde"], "zelfde", "ander"]
    table["getal"] = [*2999 * [1.0], 2.0]
    form = normal_form(table.assign(id=[str(row) for row in range(3000)], gelijk="wel"))
    assert list(form.parts["area"].table) == ["gebiedscode", "indeling", "gelijk"]
    assert {"naam", "getal"} <= set(form.rows)
