"""What is served is what was published: sizes are held against the record before, digests after the first answer."""

import json
import time

import pytest

from geo.errors import StoreError
from services.jobs import serve
from services.ogc.app import Site, application
from services.releases import digests
from tests.ogc import asking, servers


@pytest.fixture
def site(tmp_path):
    home, config = servers.a_home(tmp_path, 5000)
    folder = (home / "current").resolve()
    (folder / "kaart.html").write_text("<h1>De kaart</h1>")
    about = {"format": 2, "id": "a", "created": "2026-01-01T00:00:00+00:00", "collections": [], "layers": []}
    (folder / "release.json").write_text(json.dumps(about | {"artefacts": digests.described(folder)}))
    return Site(home, config, check=serve.changed)


def health(served, wanted):
    """The answer of /health, once the check has come to this status."""
    until = time.monotonic() + 60
    while (answer := asking.answer(served, "/health")).status_code != wanted and time.monotonic() < until:
        time.sleep(0.05)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("damage", "said"), [
    (lambda page: page.write_text("<h1>Kort</h1>"), "kaart.html: has 13 bytes, and 17 were written"),
    (lambda page: page.unlink(), "kaart.html: is not there"),
])  # fmt: skip
def test_a_file_of_another_size_is_refused_before_anything_is_served(site, damage, said):
    damage(site.home / "current" / "kaart.html")
    with pytest.raises(StoreError, match=said):
        serve.serve(site.home, site.config, "127.0.0.1", servers.free_port())


def test_a_file_that_was_changed_is_found_after_the_first_answer_and_health_says_so(site):
    (site.home / "current" / "kaart.html").write_text("<h1>De kAArt</h1>")
    served = application(site)
    assert asking.answer(served, "/kaart").status_code == 200
    status, said = health(served, 503)
    assert (status, said["status"], said["faults"]) == (503, "fail", 1)
    assert str(site.home) not in json.dumps(said)


def test_a_sound_release_passes(site):
    served = application(site)
    assert asking.answer(served, "/health").json()["faults"] == 0
    assert serve.changed(site.home / "current") == []
    assert asking.answer(served, "/health").status_code == 200


def test_one_that_was_made_again_meanwhile_is_held_against_what_it_is_now(site, monkeypatch):
    folder = (site.home / "current").resolve()
    before, manifest = serve.manifest(folder), serve.manifest
    (folder / "kaart.html").write_text("<h1>De nieuwe</h1>")
    (folder / "release.json").unlink()
    after = before | {"artefacts": digests.described(folder)}
    (folder / "release.json").write_text(json.dumps(after))
    given = iter([before])
    monkeypatch.setattr(serve, "manifest", lambda folder: next(given, None) or manifest(folder))
    assert serve.changed(folder) == []
