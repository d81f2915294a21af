"""A filter with many brackets that cannot be read is refused at once, and one that can is read as before."""

import time

import cql2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stores import cql
from services.stores.brackets import unreadable
from services.stores.queries import QueryError

VALUES = st.recursive(
    st.sampled_from(["a", "1", '"b("', "f(a, 2)", "f((a), (1 + 2))"]),
    lambda one: st.builds("({})".format, one) | st.builds("({} + {})".format, one, one), max_leaves=4,
)  # fmt: skip
CONDITIONS = st.recursive(
    st.builds("{} > {}".format, VALUES, VALUES) | st.sampled_from([
        "a IN (1, (2), 3)", "a IN ('x)', 'y(')", "CASEI(a) LIKE CASEI('x%')", "a BETWEEN (1) AND (2)", "a IS NOT NULL",
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))", "S_WITHIN(geometry, BBOX(1, 2, 3, 4))",
        "T_AFTER(t, DATE('2024-01-01'))", "S_EQUALS(geometry, MULTIPOINT((0 0), (1 1)))",
    ]),
    lambda one: st.builds("({})".format, one) | st.builds("NOT ({})".format, one)
    | st.builds("({} AND {})".format, one, one) | st.builds("({}) OR ({})".format, one, one), max_leaves=6,
)  # fmt: skip
FAULTS = st.sampled_from(["", "*", ")", "(", " AND", "'", " 1"])


def reads(text):
    try:
        cql2.parse_text(text)
    except Exception:  # noqa: BLE001  # it has no class of its own
        return False
    return True


@given(CONDITIONS, FAULTS, st.data())
def test_groups_can_be_read_where_the_whole_can(text, fault, data):
    at = data.draw(st.integers(0, len(text)))
    whole = text[:at] + fault + text[at:]
    if reads(whole):
        assert unreadable(whole, reads) is None
    if unreadable(whole, reads) is not None:
        assert not reads(whole)


@pytest.mark.parametrize("text", [
    "(" * 60 + "a", "(" * 60 + "a*" + ")" * 60, "(" * 60 + "a = 1" + ")" * 59, "NOT (" * 60 + "b *" + ")" * 60,
    "(a = 1 AND " * 60 + "b *" + ")" * 60, "f((" * 40 + "a *" + "))" * 40 + " = 1", "\x9f" + "(" * 30 + "\xaf*@",
])  # fmt: skip
def test_what_cannot_be_read_in_many_brackets_is_refused_at_once(text):
    """The parser takes twice as long for every bracket: years for the first of these."""
    start = time.process_time()
    with pytest.raises(QueryError, match="cannot be read from"):
        cql.tree(cql.Filter(text))
    assert time.process_time() - start < 1


def test_what_can_be_read_is_read_however_deep():
    text = "a = 1"
    for at in range(80):
        text = f"({text}) AND (b = {at})"
    assert cql.tree(cql.Filter(text)) == cql2.parse_text(text).to_json()


def test_it_says_which_group_cannot_be_read():
    text = "((((((((((a = 1)))))))))) AND (b *)"
    with pytest.raises(QueryError, match=r"from 31 \('\(b \*\)'\) on"):
        cql.tree(cql.Filter(text))
