import operator

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pygeofilter.parsers.cql2_json import parse as parse_json

from services.ogc.patches import parse
from services.stores import cql, served, sqlite
from services.stores.queries import Query, QueryError
from tests.ogc import places

NAME = "indicatoren_drugs_buurt"
NUMBERS = ("score", "q", "periode")
TEXTS = ("gebiedsnaam", "lens", "reden")
OPERATORS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TYPES = {"string": "string", "number": "Float64", "integer": "Int64", "boolean": "boolean"}


def typed():
    """The indicators with pandas' own unknowns, so that its logic has three values, as CQL2's has."""
    collection = places.collections()[1]
    table = pd.DataFrame(collection.table.drop(columns="geometry")).sort_values("id", ignore_index=True)
    return table.astype({field.name: TYPES[field.type] for field in collection.fields})


TABLE = typed()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    opened = served.Served(path)
    yield opened
    opened.close()


def found_ids(store, tree):
    asked = cql.condition(store.collection(NAME), tree)
    page = store.page(NAME, Query((asked,), limit=1000))
    assert store.count(NAME, [asked]) == len(page)
    return [feature["id"] for feature in page]


def expected(mask):
    return list(TABLE["id"][mask.fillna(value=False).astype(bool)])


numbers = st.one_of(st.integers(-5, 2030), st.floats(-3, 3).map(lambda one: round(one, 3)))
texts = st.one_of(st.sampled_from(places.NAMES), st.text(st.characters(codec="utf-8"), max_size=4))


def quote(value):
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else format(value, "f")


@st.composite
def comparisons(draw):
    columns, values = draw(st.sampled_from([(NUMBERS, numbers), (TEXTS, texts)]))
    column, value, sign = draw(st.sampled_from(columns)), draw(values), draw(st.sampled_from(list(OPERATORS)))
    return f"{column} {sign} {quote(value)}", OPERATORS[sign](TABLE[column], value).astype("boolean")


@st.composite
def others(draw):
    column, low, high = draw(st.sampled_from(NUMBERS)), draw(numbers), draw(numbers)
    text, listed = draw(st.sampled_from(TEXTS)), draw(st.lists(texts, min_size=1, max_size=3))
    among = TABLE[text].isin(listed).astype("boolean").mask(TABLE[text].isna())
    return draw(
        st.sampled_from(
            [
                (f"{column} BETWEEN {low:f} AND {high:f}", (TABLE[column] >= low) & (TABLE[column] <= high)),
                (f"{column} NOT BETWEEN {low:f} AND {high:f}", (TABLE[column] < low) | (TABLE[column] > high)),
                (f"{text} IN ({', '.join(map(quote, listed))})", among),
                (f"{text} NOT IN ({', '.join(map(quote, listed))})", ~among),
                (f"{text} IS NULL", TABLE[text].isna().astype("boolean")),
                (f"{column} IS NOT NULL", TABLE[column].notna().astype("boolean")),
                ("kansrijk = TRUE", TABLE["kansrijk"] == True),  # noqa: E712  # three values
                ("kansrijk <> true", TABLE["kansrijk"] != True),  # noqa: E712  # three values
                ("score > q", TABLE["score"] > TABLE["q"]),
            ]
        )
    )


def joined(inner):
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda two: (f"({two[0][0]}) AND ({two[1][0]})", two[0][1] & two[1][1])),
        pairs.map(lambda two: (f"({two[0][0]}) OR ({two[1][0]})", two[0][1] | two[1][1])),
        inner.map(lambda one: (f"NOT ({one[0]})", ~one[1])),
    )


@settings(max_examples=150, deadline=None)
@given(asked=st.recursive(st.one_of(comparisons(), others()), joined, max_leaves=6))
def test_a_filter_finds_the_rows_that_pandas_finds(store, asked):
    text, mask = asked
    assert found_ids(store, parse(text)) == expected(mask)


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("de meern", lambda name: name == "de meern"),
        ("%meern", lambda name: name.endswith("meern")),
        ("100%", lambda name: name.startswith("100")),
        (r"100\%%", lambda name: name.startswith("100%")),
        (r"100_\_zeker", lambda name: name == "100%_zeker"),
        ("100_ zeker", lambda name: name == "100x zeker"),
        ("[a]*?", lambda name: name == "[a]*?"),
        ("*", lambda _name: False),
        ("_ber%", lambda name: name.startswith("Über")),
        (r"%\\wijk%", lambda name: "\\wijk" in name),
        ("O''Neill%", lambda name: name.startswith("O'Neill")),
        ("%", lambda _name: True),
    ],
)
def test_like_knows_the_wildcards_of_the_standard_and_minds_capitals(store, pattern, kept):
    names = TABLE["gebiedsnaam"]
    mask = names.map(kept, na_action="ignore").astype("boolean")
    assert found_ids(store, parse(f"gebiedsnaam LIKE '{pattern}'")) == expected(mask)
    assert found_ids(store, parse(f"gebiedsnaam NOT LIKE '{pattern}'")) == expected(~mask)


def test_and_binds_more_tightly_than_or(store):
    flat = found_ids(store, parse("score > 2 OR score < 0 AND periode = 2024"))
    assert flat == found_ids(store, parse("score > 2 OR (score < 0 AND periode = 2024)"))
    assert flat != found_ids(store, parse("(score > 2 OR score < 0) AND periode = 2024"))


@pytest.mark.parametrize(
    "predicate", ["intersects", "disjoint", "within", "contains", "touches", "overlaps", "crosses", "equals"]
)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_spatial_filter_finds_the_rows_that_geopandas_finds(store, predicate, swapped):
    shapes = places.collections()[1].table.set_index("id").sort_index().geometry.to_crs("OGC:CRS84")
    middle = shapes.iloc[50]
    for other in (shapely.buffer(middle, 0.006), shapely.buffer(middle, -0.001), middle.centroid):
        if swapped:
            mask = [bool(getattr(other, predicate)(shape)) for shape in shapes]
            text = f"S_{predicate.upper()}({other.wkt}, geometry)"
        else:
            mask = getattr(shapes, "geom_equals" if predicate == "equals" else predicate)(other)
            text = f"S_{predicate.upper()}(geometry, {other.wkt})"
        assert found_ids(store, parse(text)) == list(shapes.index[mask])


def test_a_long_list_of_alternatives_is_no_deep_nest(store):
    parts = [f"id = 'BU{number:08d}-2024'" for number in range(120)]
    assert len(found_ids(store, parse(" OR ".join(parts)))) == 120


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("naam = 'x'", "no property 'naam'; it has id, "),
        ("score = 'hoog'", "values of one type, found number and string"),
        ("score = TRUE", "values of one type"),
        ("geometry = 1", "found a geometry"),
        ("geometry IS NULL", "found a geometry"),
        ("score LIKE 'a%'", "LIKE needs a string"),
        ("gebiedsnaam LIKE lens", "pattern in quotes"),
        ("periode = DATE('2024-01-01')", "date is not supported"),
        ("periode T_AFTER DATE('2024-01-01')", "not supported"),
        ("CASEI(lens) = CASEI('BASIS')", "Function is not supported"),
        ("score + 1 > 2", "Add is not supported"),
        ("BBOX(geometry, 4, 50, 6, 53)", "BBox is not supported"),
        ("S_INTERSECTS(geometry, ENVELOPE(4 6 50 53))", "Envelope is not supported"),
        ("S_INTERSECTS(score, POINT(5 52))", "needs the property geometry"),
        ("S_INTERSECTS(geometry, geometry)", "needs the property geometry"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "Self-intersection"),
        ("INCLUDE", "Include is not supported"),
        ("score = " + "9" * 400, "too large"),
        ('"score"" OR 1=1 --" = 1', "no property"),
    ],
)
def test_what_is_not_supported_is_an_error_and_never_ignored(store, text, error):
    with pytest.raises(QueryError, match=error):
        cql.condition(store.collection(NAME), parse_or_attribute(text))


def parse_or_attribute(text):
    """A name with a quote cannot be written in CQL2 text, but can in JSON."""
    return parse_json('{"op": "=", "args": [{"property": "a\\" OR 1=1"}, 1]}') if '""' in text else parse(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"op": "=", "args": [{"property": "lens"}, "\\ud800"]}',
        '{"op": "=", "args": [{"property": "score"}, NaN]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": 7}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Cube", "coordinates": [1, 2]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": []}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": ["a", "b"]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [NaN, 1]}]}',
        '{"op": "like", "args": [{"property": "lens"}, 7]}',
        '{"property": "score"}',
        '"score"',
        '["score"]',
    ],
)
def test_a_malformed_json_filter_is_an_error(store, text):
    with pytest.raises(QueryError):
        cql.condition(store.collection(NAME), parse_json(text))


def test_a_filter_has_bounds(store):
    deep = "score = 1"
    for number in range(25):
        deep = f"({deep}) {'AND' if number % 2 else 'OR'} score = 1"
    listed = ", ".join(map(str, range(10_001)))
    with pytest.raises(QueryError, match="deeper than 20"):
        found_ids(store, parse(deep))
    with pytest.raises(QueryError, match="at most 10000"):
        found_ids(store, parse(f"score IN ({listed})"))
    deepest = "score = 1"
    for number in range(20):
        deepest = f"NOT ({deepest} {'AND' if number % 2 else 'OR'} score = 1)"
    found_ids(store, parse(deepest))
