"""All features of a WFS come in, once each, or the fault is named."""

import re
from dataclasses import replace
from itertools import chain

import numpy as np
import orjson
import pandas as pd
import pytest

from geo.errors import SourceError
from services.downloads import wfs
from services.http.client import Client, RetryPolicy
from tests.standin import wfs as standin_wfs
from tests.standin.server import Reply, Standin, busy, cut, halved

PATH = standin_wfs.SQUARES.format(year=2024)
LAYER = wfs.FeatureType(f"https:/{PATH}", standin_wfs.LAYER)
SECOND = "startIndex=1000"


def table():
    """2,400 squares on either side of the middle of the country, and a shape across it."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(1570, 1630), np.arange(4620, 4660)))
    names = [*(f"E{east}N{north}" for east, north in zip(x, y, strict=True)), None]
    place = [None] * (len(names) - 1) + [(159_000, 463_000, 161_000, 465_000)]
    return pd.DataFrame(
        {"crs28992res100m": names, "aantal_inwoners": [5.0] * (len(names) - 1) + [None], "place": place}
    )


FEATURES = standin_wfs.squares(table())


@pytest.fixture
def client(tmp_path):
    def make(standin, **rest):
        policy = RetryPolicy(connect_timeout=5, read_timeout=5, total_timeout=20, tries=3, pause=0.01)
        return Client(tmp_path / "cache", gateway=standin.url, policy=policy, **rest)

    return make


def served(**how):
    return Standin(standin_wfs.Wfs(PATH, standin_wfs.LAYER, FEATURES, **how))


def ids(pages):
    return [one["id"] for one in chain.from_iterable(pages)]


ALL = ids([FEATURES])


def test_pages_are_asked_one_after_another_in_rd(client):
    progress = []
    with served() as standin:
        pages = list(wfs.features(client(standin), LAYER, lambda *counts: progress.append(counts)))
        assert [re.search(r"startIndex=(\d+)", one)[1] for one in standin.requests] == ["0", "1000", "2000"]
        assert all("srsName=EPSG:28992&count=1000" in one for one in standin.requests)
        assert standin.requests[0] == wfs.address(LAYER).removeprefix("https:/")
    assert ids(pages) == ALL
    assert progress == [(1000, 2401), (2000, 2401), (2401, 2401)]


def test_a_service_that_gives_fewer_at_a_time_is_asked_more_often(client):
    with served(most=700) as standin:
        assert ids(wfs.features(client(standin), LAYER)) == ALL
        assert len(standin.requests) == 4


@pytest.mark.parametrize("deepest", [300, 700])
def test_more_than_may_be_paged_through_is_asked_by_quarters(client, monkeypatch, deepest):
    """The shape across the middle is in four quarters, each square in one."""
    monkeypatch.setattr(wfs, "DEEPEST", deepest)
    monkeypatch.setattr(wfs, "SMALLEST", 500)
    with served(deepest=deepest, most=100) as standin:
        received = ids(wfs.features(client(standin), LAYER))
        assert standin.count("bbox") > 4
    assert sorted(received) == sorted(ALL)


def test_a_service_that_ignores_bbox_is_reported(client, monkeypatch):
    monkeypatch.setattr(wfs, "DEEPEST", 2000)
    with (
        served(obeys_bbox=False) as standin,
        pytest.raises(SourceError, match="2401 features in a box of 20000 m; the"),
    ):
        list(wfs.features(client(standin), LAYER))


@pytest.mark.parametrize(("matched", "split"), [(50_000, False), (50_001, True)])
def test_a_layer_of_more_than_50_000_features_is_asked_by_quarters(client, matched, split):
    with served() as standin:
        standin.trap("startIndex=0", spoilt(numberMatched=lambda _: matched))
        with pytest.raises(
            SourceError, match=f"of {matched} that there are" if split else f"first page said {matched}"
        ):
            list(wfs.features(client(standin), LAYER))
        assert (standin.count("bbox") > 0) == split


def test_a_box_is_asked_a_metre_smaller_on_every_side():
    assert "bbox=1,304001,159999,463999,EPSG:28992" in wfs.address(LAYER, 0, (0, 304_000, 160_000, 464_000))


def test_features_outside_the_country_are_missed(client, monkeypatch):
    monkeypatch.setattr(wfs, "DEEPEST", 2000)
    west = replace(LAYER, extent=(0, 304_000, 160_000, 464_000))
    with (
        served() as standin,
        pytest.raises(SourceError, match="features came, of 2401 that there are; some lie outside"),
    ):
        list(wfs.features(client(standin), west))


def test_a_layer_without_features_is_no_fault(client):
    with Standin(standin_wfs.Wfs(PATH, standin_wfs.LAYER, FEATURES[:0])) as standin:
        assert ids(wfs.features(client(standin), LAYER)) == []


@pytest.mark.parametrize("spoils", [(cut(5000),), (halved,), (busy(0),), (Reply(500), Reply(503))])
def test_a_fault_that_passes_changes_nothing(client, spoils):
    with served() as standin:
        standin.trap(SECOND, *spoils)
        assert ids(wfs.features(client(standin), LAYER)) == ALL


def spoilt(**change):
    """The usual page, changed."""

    def spoil(usual):
        page = orjson.loads(usual.body)
        return replace(usual, body=orjson.dumps(page | {name: one(page) for name, one in change.items()}))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (spoilt(numberMatched=lambda _: 2399), "2000 features so far, of 2399 (numberMatched); the first page said"),
        (spoilt(features=lambda _: []), "1000 features so far, of 2401 (numberMatched)"),
        (spoilt(features=lambda _: FEATURES[:1000]), "that were there before, after 1000: a page that repeats"),
        (spoilt(features=lambda page: page["features"][:9] * 2), "features that were there before, after 1000"),
        (spoilt(numberMatched=lambda _: "unknown"), "no page of a WFS: 'features' or 'numberMatched' is not there"),
        (spoilt(features=lambda _: None), "no page of a WFS"),
    ],
    ids=["another number", "empty", "first page again", "twice on a page", "number unknown", "no features"],
)  # fmt: skip
def test_a_wrong_page_is_reported(client, spoil, error):
    with served() as standin:
        standin.trap(SECOND, spoil)
        with pytest.raises(SourceError, match=re.escape(error)):
            list(wfs.features(client(standin), LAYER))


def test_more_features_than_there_are_is_reported(client):
    with served() as standin:
        standin.trap("startIndex=0", spoilt(numberMatched=lambda _: 900))
        with pytest.raises(SourceError, match=re.escape("1000 features so far, of 900 (numberMatched)")):
            list(wfs.features(client(standin), LAYER))


def test_a_layer_that_is_not_there_is_reported_in_the_words_of_the_service(client):
    with served() as standin, pytest.raises(SourceError, match=r"the service refuses: 400 .*'vierkant' doesn't exist"):
        list(wfs.features(client(standin), replace(LAYER, name="vierkant")))
