"""Both stores give the same features, byte for byte, for whatever is asked."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.stores import cql, functions
from services.stores.postgis.connections import Pool
from services.stores.queries import Query
from services.stores.systems import SYSTEMS
from tests.ogc import places

NAME = "indicatoren-misdrijven-buurt"
LARGE = [0, 1, -1, 2.5, -0.3, 1e308, -1e308, 1e-308, 5e-324, 7, 1000, 2**53]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4) | st.sampled_from(places.NAMES)
quoted = texts.map(lambda one: "'" + one.replace("'", "''") + "'")
numbers = st.sampled_from([*LARGE, 0.5]) | st.floats(-5, 5).map(lambda one: round(one, 3))
number = st.recursive(
    st.sampled_from(["score", "q", "periode"]) | numbers.map(lambda one: format(one, ".17g")),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", "^", "div"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=4,
)
text = st.recursive(
    st.sampled_from(["gebiedsnaam", "lens", "id"]) | quoted,
    lambda inner: st.tuples(st.sampled_from(["CASEI", "ACCENTI", "lower", "upper"]), inner).map(
        lambda parts: f"{parts[0]}({parts[1]})"
    ),
    max_leaves=3,
)
signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
places_ = st.sampled_from(
    [
        "S_INTERSECTS(geometry, BBOX(5.1, 52.03, 5.13, 52.05))",
        "S_WITHIN(geometry, POLYGON((5 52, 5.13 52, 5.13 52.05, 5 52.05, 5 52)))",
        "S_CONTAINS(geometry, POINT(5.115 52.04))",
        "S_DISJOINT(geometry, LINESTRING(5 52, 5.2 52.1))",
        "S_CROSSES(LINESTRING(5 52, 5.2 52.1), geometry)",
        "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(5.115 52.04), LINESTRING(5 52, 5.2 52.1)))",
    ]
)
predicates = st.recursive(
    st.tuples(number, signs, number).map(" ".join)
    | st.tuples(text, signs, text).map(" ".join)
    | st.tuples(st.sampled_from(["gebiedsnaam", "CASEI(gebiedsnaam)", "lens"]), quoted).map(" LIKE ".join)
    | st.sampled_from(["kansrijk", "kansrijk = 0", "kansrijk IS NULL", "reden IS NOT NULL", "score BETWEEN 0 AND 1.5"])
    | places_,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | inner.map(lambda one: f"NOT ({one})")
    ),
    max_leaves=4,
)


queries = st.builds(
    Query,
    sort=st.sampled_from([(), (("score", True),), (("lens", False), ("gebiedsnaam", True)), (("kansrijk", False),)]),
    columns=st.sampled_from([(), ("score", "kansrijk"), ("id",)]),
    geometry=st.booleans(),
    limit=st.integers(0, 300),
    offset=st.integers(0, 250),
    system=st.sampled_from(["CRS84", "metres"]),
    after=st.none() | st.sampled_from(["BU00000003-2024", "BU00000100-2023"]),
)


@settings(max_examples=250, deadline=None)
@given(filter_=predicates | st.none(), query=queries)
def test_both_stores_give_the_same_features_to_the_byte(embedded, postgis, filter_, query):
    found = []
    for store in (embedded, postgis):
        where = (cql.condition(store.collection(NAME), cql.Filter(filter_, SYSTEMS[0])),) if filter_ else ()
        asked = replace(query, where=where)
        found.append((store.count(NAME, where), store.features(NAME, asked), store.page(NAME, asked)))
    assert found[0] == found[1]


def test_both_stores_know_the_same_of_their_collections(embedded, postgis):
    for one, other in zip(embedded.collections, postgis.collections, strict=True):
        told = [{name: getattr(of, name) for name in type(of).__slots__ if name not in ("schema", "dialect")}
                for of in (one, other)]  # fmt: skip
        assert told[0] == told[1]


@pytest.fixture(scope="module")
def pool(uri, postgis):  # noqa: ARG001  # the functions are there once a release is
    one = Pool(uri)
    yield one
    one.close()


@pytest.mark.parametrize("name", sorted(functions.ARITHMETIC))
def test_arithmetic_is_that_of_doubles_at_its_edges(pool, name):
    called, function = functions.FUNCTIONS["zicht_" + functions.ARITHMETIC[name][0]][1], functions.ARITHMETIC[name][0]
    for one, other in itertools.product(LARGE, LARGE):
        wanted = called(float(one), float(other))
        (found,) = pool.rows(f"SELECT zicht_{function}(?, ?) AS a", (float(one), float(other))).column(0).to_pylist()
        assert found == wanted or (found is None and math.isnan(wanted)), (one, name, other)


@pytest.mark.parametrize("name", ["casei", "lower", "upper"])
def test_every_letter_that_python_folds_is_folded_alike(pool, name):
    fold = functions.TEXTS[name]
    letters = [one for one in map(chr, range(0xD800)) if one != "\0" and fold(one) != one]
    found = pool.rows(f"SELECT zicht_{name}(?) AS a", ("|".join(letters),)).column(0).to_pylist()
    assert found == [fold("|".join(letters))]


@pytest.mark.parametrize("text", ["Café", "Ångström", "각", "e\u0301\u0323", "ΑΣ", "Straße", "İ", "\u1e9b\u0323", "ﬁ"])
@pytest.mark.parametrize("name", sorted(functions.TEXTS))
def test_text_is_folded_alike(pool, name, text):
    (found,) = pool.rows(f"SELECT zicht_{name}(?) AS a", (text,)).column(0).to_pylist()
    assert found == functions.TEXTS[name](text)
