"""A recorded answer of PDOK's WFS, read as pages: all 345 gemeenten of 2022, in degrees though RD was asked."""

import gzip
import re
from itertools import chain
from pathlib import Path

import orjson
import pytest

from services.downloads import wfs
from services.http.client import Client
from services.http.transport import RetryPolicy
from tests.standin import wfs as standin_wfs
from tests.standin.server import Reply, Standin

pytestmark = pytest.mark.real

PATH = "/service.pdok.nl/cbs/gebiedsindelingen/2022/wfs/v1_0"
LAYER = wfs.FeatureType(f"https:/{PATH}", "gebiedsindelingen:gemeente_gegeneraliseerd")


@pytest.fixture(scope="module")
def recorded(real: Path) -> bytes:
    name = "api_responses/pdok_wfs_gebiedsindelingen_gemeente_gegeneraliseerd_2022_GetFeature.geojson.gz"
    return gzip.decompress((real / name).read_bytes())


def codes(pages):
    return [one["properties"]["statcode"] for one in chain.from_iterable(pages)]


@pytest.fixture
def client(tmp_path: Path):
    return lambda standin: Client(tmp_path / "cache", gateway=standin.url, policy=RetryPolicy(pause=0.01))


def test_the_recorded_answer_is_one_whole_page(recorded: bytes, client):
    with Standin(lambda *_: Reply(200, recorded, {"Content-Type": "application/json"})) as standin:
        found = codes(wfs.features(client(standin), LAYER))
        assert len(standin.requests) == 1
    assert len(found) == len(set(found)) == orjson.loads(recorded)["numberMatched"] == 345
    assert all(re.fullmatch(r"GM\d{4}", one) for one in found)


def test_the_stand_in_gives_what_was_recorded(recorded: bytes):
    """Member by member, so that what is tested against it holds for the service."""
    page = orjson.loads(recorded)
    given = standin_wfs.Wfs(PATH, LAYER.name, page["features"])(PATH, {"typeNames": [LAYER.name]}, {})
    ours = orjson.loads(given.body)
    assert list(ours) == list(page)
    assert ours == page | {"bbox": ours["bbox"]}
    assert ours["bbox"] == pytest.approx(page["bbox"])


@pytest.mark.parametrize(("most", "asked"), [(100, 4), (345, 1)])
def test_its_features_come_in_whole_by_pages(recorded: bytes, client, most: int, asked: int):
    features = orjson.loads(recorded)["features"]
    with Standin(standin_wfs.Wfs(PATH, LAYER.name, features, most=most)) as standin:
        assert codes(wfs.features(client(standin), LAYER)) == codes([features])
        assert len(standin.requests) == asked


def test_its_features_come_in_once_by_quarters_though_they_lie_on_borders(
    recorded: bytes, client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wfs, "DEEPEST", 40)
    features = orjson.loads(recorded)["features"]
    with Standin(standin_wfs.Wfs(PATH, LAYER.name, features)) as standin:
        found = codes(wfs.features(client(standin), LAYER))
    assert sorted(found) == sorted(codes([features]))
