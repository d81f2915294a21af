import dataclasses
import os
import sqlite3
import threading
from contextlib import closing

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import StoreError
from services.stores import served, sqlite
from services.stores.queries import Query, QueryError, equal, related, within_years
from tests.ogc import places

INDICATORS = "indicatoren_drugs_buurt"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    opened = served.Served(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def table():
    return places.collections()[1].table.sort_values("id").set_index("id", drop=False).rename_axis(None)


def ids(features):
    return [feature["id"] for feature in features]


def test_the_same_collections_give_the_same_bytes_whatever_the_order_of_their_rows(tmp_path):
    first, second = (tmp_path / name for name in ("first", "second"))
    first.mkdir()
    second.mkdir()
    given = places.collections()
    sqlite.write(given, first)
    turned = [dataclasses.replace(one, table=one.table.iloc[::-1]) for one in reversed(given)]
    sqlite.write(turned, second)
    assert (first / "zicht.sqlite").read_bytes() == (second / "zicht.sqlite").read_bytes()


def test_what_is_known_of_a_collection_comes_back_as_it_was_written(store):
    given = places.collections()[1]
    found = store.collection(INDICATORS)
    for name in ("id", "title", "description", "keywords", "fields", "attribution", "license", "caveat", "time_field"):
        assert getattr(found, name) == getattr(given, name)
    assert found.years == (2023, 2024)
    assert np.allclose(found.bbox, given.table.to_crs("OGC:CRS84").total_bounds, atol=1e-7)


def test_every_value_comes_back_with_its_type_and_unknown_as_null(store, table):
    features = store.page(INDICATORS, Query(limit=1000))
    assert ids(features) == list(table["id"])
    for feature in features:
        given = table.loc[feature["id"]]
        for name, value in feature["properties"].items():
            assert value is None if pd.isna(given[name]) else value == given[name]
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
    assert all(shape.exterior.is_ccw for shape in shapes)


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
    asked = within_years(store.collection("gebieden_buurt"), 1900, 1901)
    assert store.count("gebieden_buurt", [asked]) == 120


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("periode", "twee", "integer"),
        ("periode", "2024.5", "integer"),
        ("periode", str(2**70), "too large"),
        ("score", "nan", "not finite"),
        ("kansrijk", "ja", "true or false"),
        ("gebiedsnaam", "\ud800", "half a character"),
        ("naam", "x", "it has id"),
        ('score" OR 1=1 --', "1", "no property"),
    ],
)
def test_a_value_that_cannot_be_is_an_error(store, name, text, kind):
    with pytest.raises(QueryError, match=kind):
        equal(store.collection(INDICATORS), name, text)


@pytest.mark.parametrize("value", ["' OR '1'='1", 'x"; DROP TABLE gebieden_buurt; --', "%", "*"])
def test_a_value_is_only_a_value(store, value):
    assert store.count("gebieden_buurt", [equal(store.collection("gebieden_buurt"), "gebiedsnaam", value)]) == 0
    assert store.count("gebieden_buurt") == 120


def with_values(**columns):
    given = places.collections()[1]
    return dataclasses.replace(given, table=given.table.assign(**columns))


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
        (0x7A696368, 2, "has format 2, and this zicht knows formats up to 1; upgrade zicht"),
        (0x7A696368, 0, "older zicht .format 0.; publish again"),
        (0, 0, "older zicht .format 0.; publish again"),
        (0x47504B47, 10300, "older zicht .format 0.; publish again"),  # a GeoPackage
    ],
)
def test_a_store_of_another_format_is_not_read(tmp_path, application, version, error):
    path = tmp_path / "zicht.sqlite"
    sqlite.write(places.collections(), path.parent)
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("PRAGMA application_id").fetchone() == (0x7A696368,)
        assert store.execute("PRAGMA user_version").fetchone() == (1,)
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
        before.count(INDICATORS)


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
