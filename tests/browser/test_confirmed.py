"""A night without a change makes no release: the API and the map beside it say when it was last confirmed."""

import sys
from pathlib import Path

import pytest

from services.pages.map import export
from tests.ogc import servers
from tests.services.made_release import made_release

SERVE = """
import sys
from pathlib import Path
from services.ogc.app import Site
from services.ogc.server import serve
home = Path(sys.argv[1])
site = Site(home, Path(sys.argv[2]), confirmed=lambda _: (home / "moment").read_text())
serve(site, "127.0.0.1", int(sys.argv[3]))
"""
TEXT = "return document.getElementById('confirmed').innerText"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def api(home):
    port = servers.free_port()
    _, config = servers.a_home(home, port)
    export(made_release(), home / "current" / "kaart.html")
    confirm(home, "2026-11-26T03:00:00+00:00")
    command = [sys.executable, "-c", SERVE, str(home), str(config), str(port)]
    with servers.running(command, home, config, port) as client:
        yield client


def confirm(home: Path, moment: str) -> None:
    (home / "moment").write_text(moment)


def landing(api):
    return api.get("/", headers={"Accept": "application/json"}, follow_redirects=True)


def test_the_api_says_it_and_a_later_night_is_another_answer(api, home):
    confirm(home, "2026-11-26T03:00:00+00:00")
    before = landing(api)
    assert before.json()["confirmed"] == "2026-11-26T03:00:00+00:00"
    confirm(home, "2026-11-27T03:00:00+00:00")
    after = landing(api)
    assert after.json()["confirmed"] == "2026-11-27T03:00:00+00:00"
    assert after.headers["ETag"] != before.headers["ETag"]
    collections = next(link["href"] for link in after.json()["links"] if link["rel"] == "data")
    assert api.get(collections, params={"f": "json"}).json()["confirmed"] == "2026-11-27T03:00:00+00:00"
    page = api.get("/", headers={"Accept": "text/html"}, follow_redirects=True)
    assert "Cijfers voor het laatst bevestigd op 2026-11-27" in page.text


def test_the_map_says_it_beside_the_api_and_nothing_as_a_file(desktop, api, home):
    confirm(home, "2026-11-27T12:00:00+00:00")
    desktop.complaints()
    desktop.open(str(api.base_url.join("/kaart")))
    desktop.wait(f"{TEXT} !== ''", 60)
    assert desktop.run(TEXT) == "Cijfers voor het laatst bevestigd op 27 november 2026."
    assert not [one for one in desktop.complaints() if "favicon" not in one]
    desktop.open(home / "current" / "kaart.html")
    desktop.wait("return document.querySelectorAll('#list li').length > 0", 60)
    assert desktop.run(TEXT) == ""
