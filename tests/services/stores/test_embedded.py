import dataclasses
import json
import os
import re
import sqlite3
import threading
from contextlib import closing

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import StoreError
from layers.publication.collection import names
from services.stores import served, sqlite
from services.stores.features import members, repeating
from services.stores.queries import Condition, Query, QueryError, equal, related, within_years
from tests.ogc import places
from tests.services.made_release import made_release

INDICATORS = "indicatoren-misdrijven-buurt"


@pytest.fixture(scope="module", params=["embedded", "postgis"])
def store(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def table():
    return places.collections()[1].table.sort_values("id").set_index("id", drop=False).rename_axis(None)


def ids(features):
    return [feature["id"] for feature in features]


def test_the_same_collections_give_the_same_bytes_whatever_the_order_of_their_rows(tmp_path):
    first, second = (tmp_path / name for name in ("first", "second"))
    first.mkdir()
    second.mkdir()
    collections = places.collections()
    sqlite.write(collections, first)
    turned = [dataclasses.replace(one, table=one.table.iloc[::-1]) for one in reversed(collections)]
    sqlite.write(turned, second)
    assert (first / "zicht.sqlite").read_bytes() == (second / "zicht.sqlite").read_bytes()


def test_what_is_known_of_a_collection_comes_back_as_it_was_written(store):
    given_one = places.collections()[1]
    found = store.collection(INDICATORS)
    assert (given_one.address, found.id) == (INDICATORS, INDICATORS)
    for name in (
        "title",
        "description",
        "keywords",
        "fields",
        "attribution",
        "license",
        "caveat",
        "time_field",
        "audience",
    ):
        assert getattr(found, name) == getattr(given_one, name)
    assert found.years == (2023, 2024)
    assert np.allclose(found.bbox, given_one.table.to_crs("OGC:CRS84").total_bounds, atol=1e-7)


def test_every_value_comes_back_with_its_type_and_unknown_as_null(store, table):
    features = store.page(INDICATORS, Query(limit=1000))
    assert ids(features) == list(table["id"])
    for feature in features:
        row = table.loc[feature["id"]]
        for name, value in feature["properties"].items():
            assert value is None if pd.isna(row[name]) else value == row[name]
        assert feature["properties"]["kansrijk"] in (True, False, None)
        assert feature["properties"]["kansrijk"] is None or isinstance(feature["properties"]["kansrijk"], bool)
        assert isinstance(feature["properties"]["periode"], int)
        assert "id" not in feature["properties"]


def test_geometry_is_in_degrees_counterclockwise_and_within_a_centimetre(store, table):
    features = store.page(INDICATORS, Query(limit=1000))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    back = geopandas.GeoSeries(shapes, crs="OGC:CRS84").to_crs(28992)
    amiss = shapely.hausdorff_distance(back.to_numpy(), table.geometry.to_numpy())
    assert amiss.max() < 0.01
    assert {shape.geom_type for shape in shapes} == {"MultiPolygon"}
    assert all(part.exterior.is_ccw for shape in shapes for part in shape.geoms)


@pytest.mark.parametrize("sort", [(), (("score", True),), (("lens", False), ("score", False)), (("kansrijk", True),)])
def test_pages_hold_every_row_once_in_whatever_order(store, sort):
    pages = [store.page(INDICATORS, Query(sort=sort, limit=17, offset=start)) for start in range(0, 300, 17)]
    found = [one for page in pages for one in ids(page)]
    assert len(found) == len(set(found)) == store.count(INDICATORS) == 240


def test_sorting_puts_unknown_last_and_ties_by_id(store, table):
    found = ids(store.page(INDICATORS, Query(sort=(("score", True),), limit=1000)))
    wanted = table.sort_values(["score", "id"], ascending=[False, True], na_position="last")
    assert found == list(wanted["id"])


def test_a_page_holds_only_the_columns_asked(store):
    (found,) = store.page(INDICATORS, Query(columns=("score", "lens"), geometry=False, limit=1))
    assert found["geometry"] is None
    assert list(found["properties"]) == ["score", "lens"]


def test_an_item_is_found_by_its_id_only(store):
    assert store.item(INDICATORS, "BU00000003-2024")["properties"]["gebiedscode"] == "BU00000003"
    assert store.item(INDICATORS, "BU00000003") is None
    assert store.item(INDICATORS, "' OR 1=1 --") is None
    assert store.item(INDICATORS, "BU00000003-2024\0") is None


def test_a_box_finds_what_intersects_the_geometry_itself_not_its_bounds(store, table):
    shapes = table.geometry.to_crs("OGC:CRS84")
    west, south, east, north = shapes.iloc[40].bounds
    corner = shapely.box(west - 1e-5, south - 1e-5, west + (east - west) / 20, south + (north - south) / 20)
    wide = shapely.box(west - 0.01, south - 0.004, east + 0.02, north + 0.001)
    for box in (corner, wide):
        near = related(store.collection(INDICATORS), "intersects", box)
        assert ids(store.page(INDICATORS, Query((near,), limit=1000))) == list(table["id"][shapes.intersects(box)])
    assert shapely.box(*shapes.iloc[40].bounds).intersects(corner)
    assert not shapes.iloc[40].intersects(corner)


@pytest.mark.parametrize(("first", "last"), [(2023, 2023), (None, 2023), (2024, None), (None, None), (2025, 2030)])
def test_years_include_both_ends(store, table, first, last):
    asked = within_years(store.collection(INDICATORS), first, last)
    wanted = table["periode"].between(first or 0, last or 9999)
    assert store.count(INDICATORS, [asked]) == wanted.sum()


def test_time_does_not_exclude_a_collection_without_time(store):
    asked = within_years(store.collection("gebieden-buurt"), 1900, 1901)
    assert store.count("gebieden-buurt", [asked]) == 120


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("periode", "twee", "integer"),
        ("periode", "2024.5", "integer"),
        ("periode", str(2**70), "too large"),
        ("score", "nan", "not finite"),
        ("kansrijk", "ja", "true or false"),
        ("gebiedsnaam", "\ud800", "half a character"),
        ("gebiedsnaam", "a\0", "NUL"),
        ("naam", "x", "it has id"),
        ('score" OR 1=1 --', "1", "no property"),
    ],
)
def test_a_value_that_cannot_be_is_an_error(store, name, text, kind):
    with pytest.raises(QueryError, match=kind):
        equal(store.collection(INDICATORS), name, text)


@pytest.mark.parametrize("value", ["' OR '1'='1", 'x"; DROP TABLE gebieden_buurt; --', "%", "*"])
def test_a_value_is_only_a_value(store, value):
    assert store.count("gebieden-buurt", [equal(store.collection("gebieden-buurt"), "gebiedsnaam", value)]) == 0
    assert store.count("gebieden-buurt") == 120


def with_values(**columns):
    indicators = places.collections()[1]
    return dataclasses.replace(indicators, table=indicators.table.assign(**columns))


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"periode": 2023.5}, "column periode: declared integer"),
        ({"score": np.inf}, "column score: holds infinite"),
        ({"score": "hoog"}, "column score: declared number"),
        ({"kansrijk": "ja"}, "column kansrijk: declared boolean"),
        ({"geometry": None}, "no geometry for BU"),
    ],
)
def test_what_cannot_be_published_is_refused_and_leaves_no_file(tmp_path, columns, error):
    path = tmp_path / "zicht.sqlite"
    with pytest.raises(StoreError, match=error):
        sqlite.write([with_values(**columns)], path.parent)
    assert not path.exists()


def test_a_store_is_written_once(tmp_path):
    path = tmp_path / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    with pytest.raises(StoreError, match="already exists"):
        sqlite.write(places.collections(), path.parent)


def test_an_absent_or_broken_store_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="zicht publish"):
        served.opened(tmp_path / "none.sqlite")
    (tmp_path / "torn.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="not a database"):
        served.opened(tmp_path / "torn.sqlite")


@pytest.mark.parametrize(
    ("application", "version", "error"),
    [
        (0x7A696368, 5, "has format 5, and this zicht knows formats up to 4; upgrade zicht"),
        (0x7A696368, 3, "older zicht .format 3.; make its files again .*--repair"),
        (0x7A696368, 0, "older zicht .format 0.; make its files again .*--repair"),
        (0, 0, "older zicht .format 0.; make its files again .*--repair"),
        (
            0x47504B47,
            10300,
            "older zicht .format 0.; make its files again .*--repair",
        ),  # a GeoPackage
    ],
)
def test_a_store_of_another_format_is_not_read(tmp_path, application, version, error):
    path = tmp_path / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("PRAGMA application_id").fetchone() == (0x7A696368,)
        assert store.execute("PRAGMA user_version").fetchone() == (4,)
        store.execute(f"PRAGMA application_id = {application}")
        store.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match=error):
        served.Served(path)


def test_a_swapped_release_is_seen_at_the_next_question_and_the_old_one_closed(tmp_path):
    for name, rows in (("one", 10), ("two", 5)):
        (tmp_path / name).mkdir()
        sqlite.write(places.collections(rows=rows), tmp_path / name)
    current = tmp_path / "current"
    current.symlink_to("one")
    path = current / "zicht.sqlite"
    before = served.opened(path)
    assert served.opened(path) is before
    assert before.count(INDICATORS) == 240
    (tmp_path / "new").symlink_to("two")
    os.replace(tmp_path / "new", current)  # noqa: PTH105  # as a release is swapped
    assert served.opened(path).count(INDICATORS) == 120
    with pytest.raises(Exception, match="closed database"):
        before.page(INDICATORS, Query(limit=1))


def test_each_thread_has_a_connection_of_its_own(tmp_path):
    path = tmp_path / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    found = []
    threads = [threading.Thread(target=lambda: found.append(served.opened(path))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in [*found, served.opened(path)]}) == 4


RD_COLUMNS = st.lists(st.sampled_from(["score", "lens", "kansrijk", "gebiedsnaam", "reden"]), unique=True)


@settings(max_examples=60, deadline=None)
@given(
    columns=RD_COLUMNS,
    geometry=st.booleans(),
    sort=st.sampled_from([(), (("score", True),), (("lens", False), ("score", False))]),
    window=st.tuples(st.integers(0, 40), st.integers(0, 260)),
    system=st.sampled_from(["CRS84", "metres"]),
)
def test_features_as_they_go_out_are_the_page(store, columns, geometry, sort, window, system):
    query = Query((), sort, tuple(columns), geometry, *window, system)
    assert [(name, orjson.loads(one)) for name, one in store.features(INDICATORS, query)] == [
        (one["id"], one) for one in store.page(INDICATORS, query)
    ]


ODD = ['a"b', "back\\slash", "new\nline", "é€😀", "\x01", "<script>"]


def test_a_feature_goes_out_whole_whatever_its_id_and_values(tmp_path):
    areas, _ = places.collections(3, 2)
    areas.table["id"], areas.table["gebiedsnaam"] = ODD, ODD[::-1]
    sqlite.write([areas], tmp_path)
    assert whole(tmp_path / "zicht.sqlite") == dict(zip(ODD, ODD[::-1], strict=True))


def test_a_feature_goes_out_whole_where_all_but_its_id_is_shared(tmp_path):
    _, indicators = places.collections(3, 2)
    table = indicators.table.assign(lens="basis", score=0.1 + 0.2, q=0.5, kansrijk=True, reden=None, gemeentecode="GM1")
    twice = pd.concat([table, table.assign(id=table["id"] + "x")])
    sqlite.write([dataclasses.replace(indicators, table=twice)], tmp_path)
    assert len(whole(tmp_path / "zicht.sqlite")) == 24


def whole(path):
    """The names by id, of features that are as they are by column."""
    with closing(served.Served(path)) as store:
        (collection,) = store.collections
        found = [json.loads(text) for _, text in store.features(collection.id, Query(limit=99))]
        assert found == store.page(collection.id, Query(limit=99))
    return {one["id"]: one["properties"]["gebiedsnaam"] for one in found}


@pytest.mark.parametrize("system", ["CRS84", "metres"])
def test_an_item_as_bytes_is_the_item(store, system):
    found = store.item_as_bytes(INDICATORS, "BU00000003-2024", system)
    assert orjson.loads(found) == store.item(INDICATORS, "BU00000003-2024", system)
    assert store.item_as_bytes(INDICATORS, "BU00000003", system) is None


def test_geometry_in_rd_is_that_of_the_collection_to_the_millimetre(store, table):
    features = store.page(INDICATORS, Query(limit=1000, system="metres"))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    amiss = shapely.hausdorff_distance(np.array(shapes), table.geometry.to_numpy())
    assert 0 < amiss.max() < 0.001
    assert {shape.geom_type for shape in shapes} == {"MultiPolygon"}
    assert all(part.exterior.is_ccw for shape in shapes for part in shape.geoms)
    written = json.dumps(features[0]["geometry"]["coordinates"])
    assert max(len(decimals) for decimals in re.findall(r"\.(\d+)", written)) == 3


def test_geometry_in_rd_has_the_corners_of_that_in_degrees_in_their_order(store):
    """To the centimetre that seven decimals of a degree are."""
    towards = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:28992", always_xy=True)
    pages = [store.page(INDICATORS, Query(limit=1000, system=system)) for system in ("CRS84", "metres")]
    for degrees, metres in zip(*pages, strict=True):
        corners = np.array(degrees["geometry"]["coordinates"][0])
        there = np.column_stack(towards.transform(*corners.T))
        assert np.allclose(there, metres["geometry"]["coordinates"][0], rtol=0, atol=0.01)


@settings(max_examples=60, deadline=None)
@given(
    corner=st.tuples(st.floats(128_000, 137_000), st.floats(448_000, 456_000)),
    size=st.tuples(st.floats(0, 6_000), st.floats(0, 6_000)),
    turned=st.floats(0, 90),
)
def test_a_box_finds_what_shapely_finds_straight_or_turned(store, table, corner, size, turned):
    straight = shapely.box(*corner, corner[0] + size[0], corner[1] + size[1])
    in_rd = shapely.affinity.rotate(straight, turned)
    shapes = table.geometry.to_crs("OGC:CRS84")
    turned_box = geopandas.GeoSeries([in_rd], crs=28992).to_crs("OGC:CRS84").iloc[0]
    for box in (turned_box, shapely.box(*turned_box.bounds)):
        near = related(store.collection(INDICATORS), "intersects", box)
        assert ids(store.page(INDICATORS, Query((near,), limit=1000))) == list(table["id"][shapes.intersects(box)])
        apart = Condition(f"NOT {near.sql}", near.values)
        assert store.count(INDICATORS, [apart]) == (~shapes.intersects(box)).sum()


def test_geometry_and_what_lenses_share_stand_once(tmp_path):
    sqlite.write(made_release(), tmp_path)
    with closing(sqlite3.connect(tmp_path / "zicht.sqlite")) as opened:
        tables = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counts = {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608  # names of ours
    assert counts["_shapes_buurt"] == counts["_boxes_buurt"] == counts["_area_indicatoren_misdrijven_buurt"] == 160
    assert counts["_figures_indicatoren_misdrijven_buurt"] == 2 * 160
    assert counts["_rows_indicatoren_misdrijven_buurt"] == 4 * 160


def test_the_view_has_the_columns_of_the_fields_in_their_order(tmp_path):
    given_collections = made_release()
    sqlite.write(given_collections, tmp_path)
    with closing(sqlite3.connect(tmp_path / "zicht.sqlite")) as opened:
        for collection in given_collections:
            found = [row[1] for row in opened.execute(f'PRAGMA table_info("{collection.address}")')]
            assert [name for name in found if not name.startswith("_")] == names(collection.fields)


@pytest.mark.parametrize("kind", ["indicatoren_misdrijven_buurt", "zoekgebieden_misdrijven"])
def test_a_parted_collection_is_served_as_it_was_given(tmp_path, kind):
    collection = next(one for one in made_release() if one.id == kind)
    sqlite.write([collection], tmp_path)
    with closing(served.Served(tmp_path / "zicht.sqlite")) as opened:
        features = {one["id"]: one for one in opened.page(collection.address, Query(limit=1000, system="metres"))}
    assert len(features) == len(collection.table)
    for row in collection.table.to_dict("records"):
        feature = features[row["id"]]
        assert shapely.geometry.shape(feature["geometry"]).hausdorff_distance(row["geometry"]) < 0.001
        for name, value in feature["properties"].items():
            assert value is None if pd.isna(row[name]) else value == row[name]


def test_what_many_rows_have_side_by_side_is_text_once_and_every_feature_says_its_row(tmp_path):
    collection = places.collections()[1]
    sqlite.write([collection], tmp_path)
    with closing(sqlite3.connect(tmp_path / "zicht.sqlite")) as store:
        store.row_factory = sqlite3.Row
        rows = store.execute(f'SELECT * FROM "{INDICATORS}"').fetchall()  # noqa: S608  # a name of ours
        ((said,),) = store.execute("SELECT count(*) FROM _text_said_indicatoren_misdrijven_buurt").fetchall()
    truths = {one.name for one in collection.fields if one.type == "boolean"}
    assert len(rows) == len(collection.table)
    assert 4 * said < len(rows)
    for row in rows:
        wanted = {
            one: bool(row[one]) if one in truths and row[one] is not None else row[one]
            for one in names(collection.fields)
            if one != "id"
        }
        assert orjson.loads(f"{row['_head']}null}}") == {
            "type": "Feature", "id": row["id"], "properties": wanted, "geometry": None,
        }  # fmt: skip


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.booleans(), st.text(max_size=2))] * 3), max_size=60))
def test_a_run_of_columns_that_repeat_has_few_values_in_each(rows):
    start, end = repeating(rows)
    columns = list(zip(*rows, strict=True))
    assert 0 <= start <= end <= len(columns)
    assert all(10 * len(set(column)) <= len(rows) for column in columns[start:end])


KINDS = {
    "tekst %": st.text(max_size=3),
    "getal": st.floats(allow_nan=False, allow_infinity=False),
    "waar": st.booleans(),
    "tel": st.integers(-9, 9),
}


@given(st.lists(st.tuples(*(st.none() | one for one in KINDS.values())), max_size=9))
def test_members_of_columns_are_those_of_each_row_as_orjson_writes_it(rows):
    columns = {name: [row[at] for row in rows] for at, name in enumerate(KINDS)}
    assert list(members(columns)) == [orjson.dumps(dict(zip(KINDS, row, strict=True)))[1:-1].decode() for row in rows]


def test_a_number_that_is_nothing_below_nothing_is_served_as_nothing(tmp_path):
    collection = made_release()[1]
    table = collection.table.assign(score=-0.0)
    sqlite.write([dataclasses.replace(collection, table=table)], tmp_path)
    with closing(sqlite3.connect(tmp_path / "zicht.sqlite")) as database:
        (head,) = database.execute(f'SELECT _head FROM "{collection.address}" LIMIT 1').fetchone()  # noqa: S608  # a name of ours
    assert '"score":0.0' in head
