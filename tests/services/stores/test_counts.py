"""A filter is counted once for all who read a release, and a crawl drives no count out."""

from concurrent.futures import ThreadPoolExecutor

from services.stores import sqlite
from services.stores.counts import Counts
from services.stores.dialects import Condition
from services.stores.queries import Query
from services.stores.served import Served
from tests.ogc import places

NAME = "gebieden-buurt"


def test_a_filter_is_counted_once_whichever_thread_asks(tmp_path, monkeypatch):
    sqlite.write(places.collections(rows=10), tmp_path)
    counted, count = [], Served._counted

    def counting(reader, rows, where):
        counted.append(where)
        return count(reader, rows, where)

    monkeypatch.setattr(Served, "_counted", counting)
    where = [Condition("gebiedsnaam >= ?", ("A",))]

    def asked(_):
        return Served(tmp_path / "zicht.sqlite").count(NAME, where)

    first = asked(0)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(asked, range(8))) == {first}
    assert len(counted) == 1


def test_whether_a_feature_is_there_is_said_and_not_remembered(tmp_path, monkeypatch):
    sqlite.write(places.collections(rows=10), tmp_path)
    store, kept = Served(tmp_path / "zicht.sqlite"), Counts()
    monkeypatch.setattr("services.stores.reader.COUNTS", kept)
    ids = [one["id"] for one in store.page(NAME, Query())]
    assert all(store.has(NAME, one) for one in ids)
    assert not store.has(NAME, "nergens")
    assert not kept._counted


def test_those_asked_for_last_are_kept():
    counts, made = Counts(most=2), []

    def count():
        made.append(1)
        return 7

    for key in ("a", "b", "a", "c", "a", "b"):
        assert counts.of(key, count) == 7
    assert len(made) == 4
