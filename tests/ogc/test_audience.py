"""A release that is not for everyone says so, and lets no page of another site read it."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services.ogc import configuration
from services.ogc.app import Site, application
from services.ogc.origin import Release
from services.stores import sqlite
from tests.ogc import places, servers

ELSEWHERE = {"Origin": "https://example.org"}
# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a release for everyone, which is served, and `own`, of which one collection is for colleagues."""
    home, _ = servers.a_home(tmp_path, 5000)
    first, *others = places.collections(rows=5)
    (home / "releases" / "own").mkdir()
    sqlite.write([replace(first, audience="intern", license="niet openbaar"), *others], home / "releases" / "own")
    monkeypatch.setenv("ZICHT_HOME", str(home))
    monkeypatch.setenv("ZICHT_URL", "http://zicht.test")
    return home


def composed(home: Path, release: Release) -> str:
    by_hand = home / "pygeoapi-config.yml"
    return configuration.complete(by_hand, configuration.resources(release.collections, servers.DATA))


async def asked(home: Path, *paths: str) -> list[httpx.Response]:
    served = application(Site(home, home / "pygeoapi-config.yml", lambda release: composed(home, release)))
    transport = httpx.ASGITransport(served)
    async with httpx.AsyncClient(transport=transport, base_url="http://zicht.test", headers=ELSEWHERE) as client:
        first = [await client.get(path) for path in paths]
        servers.swap(home, "own")
        return first + [await client.get(path) for path in paths]


def test_a_release_for_colleagues_is_read_by_no_other_site_and_names_its_license(home: Path):
    import asyncio  # noqa: PLC0415

    paths = ("/v1", "/v1/openapi", "/v1/collections", "/kaart")
    *everyone, _, landing, document, collections, _ = asyncio.run(asked(home, *paths))
    assert [one.headers.get("access-control-allow-origin") for one in everyone] == ["*", "*", "*"]
    assert everyone[1].json()["info"]["license"]["name"] == "CC BY 4.0"
    for answer in (landing, document, collections):
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
    about = document.json()["info"]
    assert about["license"] == {"name": "Niet openbaar: CC BY 4.0, niet openbaar"}
    assert "termsOfService" not in about
    first = collections.json()["collections"][0]
    assert [one["href"] for one in first["links"] if one["rel"] == "license"] == []
