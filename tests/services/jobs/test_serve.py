"""What is served is what was published: sizes are held against the record before, digests after the first answer."""

import json
import shutil
import time
from dataclasses import replace

import pytest

from geo.errors import StoreError
from layers.messages import say, speaking
from services.jobs import serve
from services.ogc import keys
from services.ogc.app import Site, application
from services.ogc.origin import StandIn
from services.releases import digests
from tests.ogc import asking, mixed, servers


@pytest.fixture
def site(tmp_path):
    home, config = servers.a_home(tmp_path, 5000)
    folder = (home / "current").resolve()
    recorded(folder, "a")
    return Site(home, config, check=serve.changed)


def recorded(folder, name):
    """A release with a map, and the record of what it holds."""
    (folder / "kaart.html").write_text("<h1>De kaart</h1>")
    about = {"format": 2, "id": name, "created": "2026-01-01T00:00:00+00:00", "collections": [], "layers": []}
    (folder / "release.json").write_text(json.dumps(about | {"artefacts": digests.described(folder)}))


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
    with pytest.raises(StoreError, match=rf"{said}.*makes its files again from its record$"):
        serve.in_place(site.home)


@pytest.mark.parametrize(("whole", "named", "said"), [
    (True, False, "WARNING: 3 of 6 collections are for colleagues (intern), and all who reach this address see them"),
    (True, True, "Only with a key of /etc/zicht.keys: 3 of 6 collections (intern), the map and the GeoPackage"),
    (False, False, "All of it is for everyone"),
    (False, True, "All of it is for everyone"),
])  # fmt: skip
def test_at_the_start_it_is_said_who_sees_what_is_for_colleagues(tmp_path, monkeypatch, whole, named, said):
    monkeypatch.setenv("ZICHT_KEYS", "/etc/zicht.keys" if named else "")
    with speaking("en"):
        told = say(serve.who_sees(mixed.a_home(tmp_path, whole=whole), None))
    assert told.removesuffix("; with --keys FILE only who sends a key does") == said


def test_health_fails_with_and_without_a_key_where_a_file_of_colleagues_is_damaged(tmp_path):
    home = mixed.a_home(tmp_path, whole=True)
    recorded((home / "current").resolve(), mixed.RELEASE)
    file = home / "keys"
    key = {"X-API-Key": keys.made("gis", file)}
    served = application(Site(home, home / "pygeoapi-config.yml", check=serve.changed, keys=file))
    assert health(served, 200)[0] == 200
    page = home / "current" / f"methode-{mixed.WORD}.html"
    page.write_bytes(page.read_bytes()[::-1])  # as large as it was
    served = application(Site(home, home / "pygeoapi-config.yml", check=serve.changed, keys=file))
    status, content = health(served, 503)
    assert (status, content["faults"], content["store"]["collections"]) == (503, 1, 3)
    content = asking.answer(served, "/health", headers=key).json()
    assert (content["faults"], content["store"]["collections"]) == (1, 6)


def earlier(site, name="small", created="2025-01-01T00:00:00+00:00"):
    """A release beside that which is served, published at this moment."""
    folder = site.home / "releases" / name
    if not folder.exists():
        shutil.copytree(site.home / "releases" / "small", folder, ignore=shutil.ignore_patterns("release.json"))
    recorded(folder, name)
    record = folder / "release.json"
    record.write_text(record.read_text().replace("2026-01-01T00:00:00+00:00", created))
    return folder


def test_the_last_whole_release_of_before_stands_in_for_a_damaged_one(site):
    before = earlier(site)
    earlier(site, "later", "2026-02-01T00:00:00+00:00")  # that a person went back from
    unreadable = site.home / "releases" / "zzz"
    unreadable.mkdir()
    (unreadable / "release.json").write_text("{")
    (site.home / "current" / "kaart.html").write_text("<h1>Kort</h1>")
    instead, said = serve.in_place(site.home)
    assert instead == before
    assert "zicht verify --repair" in str(said)
    (before / "kaart.html").unlink()
    with pytest.raises(StoreError, match=r"makes its files again from its record$"):
        serve.in_place(site.home)


@pytest.mark.parametrize("damage", [
    lambda folder: (folder / "kaart.html").write_text("<h1>Kort</h1>"),
    lambda folder: (folder / "release.json").write_text("{"),
    shutil.rmtree,
])  # fmt: skip
def test_what_stands_in_is_served_until_another_is_published_and_health_fails_so_long(site, damage):
    before = earlier(site)
    damage((site.home / "current").resolve())
    standing = replace(site, instead=StandIn.of(site.home, serve.in_place(site.home)[0]))
    served = application(standing)
    assert asking.answer(served, "/kaart").status_code == 200
    status, said = health(served, 503)
    assert (status, said["release"], said["faults"]) == (503, before.name, 1)
    servers.swap(site.home, earlier(site, "newest").name)
    assert asking.answer(served, "/kaart").status_code == 200
    status, said = health(served, 200)
    assert (status, said["release"], said["faults"]) == (200, "newest", 0)
    later = application(standing)  # a process that takes the place of one that died
    assert asking.answer(later, "/health").json()["release"] == "newest"


def test_a_file_that_was_changed_is_found_after_the_first_answer_and_health_says_so(site):
    (site.home / "current" / "kaart.html").write_text("<h1>De kAArt</h1>")
    served = application(site)
    assert asking.answer(served, "/kaart").status_code == 200
    status, said = health(served, 503)
    assert (status, said["status"], said["faults"]) == (503, "fail", 1)
    assert str(site.home) not in json.dumps(said)


def test_a_release_that_lands_while_another_is_served_is_checked_too(site):
    other = site.home / "releases" / "small"
    recorded(other, "small")
    (other / "kaart.html").write_text("<h1>De kAArt</h1>")
    served = application(site)
    assert asking.answer(served, "/kaart").status_code == 200
    servers.swap(site.home, "small")
    assert asking.answer(served, "/kaart").status_code == 200
    assert health(served, 503)[0] == 503


def test_what_was_wrong_of_a_release_is_not_said_of_the_one_that_took_its_place(site):
    (site.home / "current" / "kaart.html").write_text("<h1>De kAArt</h1>")
    recorded(site.home / "releases" / "small", "small")
    served = application(site)
    assert health(served, 503)[0] == 503
    servers.swap(site.home, "small")
    status, said = health(served, 200)
    assert (status, said["release"], said["faults"]) == (200, "small", 0)


def test_a_record_that_cannot_be_read_any_more_is_said_too(site):
    (site.home / "current" / "release.json").write_text("{")
    assert health(application(site), 503)[0] == 503


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
