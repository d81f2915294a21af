"""What is withdrawn goes from every release and what is served; its reason stays, and it is not published again."""

import json
from pathlib import Path

import pytest

from layers.declarations.catalog import load
from services.jobs.configurations import difference
from services.jobs.publish import publish_all
from services.jobs.withdraw import withdraw
from services.releases import integrity, release, retention
from services.workspace import storage
from tests.services.running import Zicht, told

LENS = "buitengebied"
OTHERS = {"basis", "wat_er_is"}


@pytest.fixture
def two(published: Path) -> Path:
    """A home with two releases: of everything, which is served, and of everything but one lens."""
    config = published / "pygeoapi-config.yml"
    layers = storage.load(published, load())
    storage.remove(published, lambda _, lens: lens == LENS)
    publish_all(published, config, load(), told)
    storage.save(layers, published)
    publish_all(published, config, load(), told)
    assert len(retention.listed(published)) == 2
    return published


def lenses(folder: Path) -> set[str]:
    assert not integrity.faults(folder)
    assert not integrity.faults_of_values(folder)
    listed = {layer["key"]["lens"] for layer in release.manifest(folder)["layers"]}
    for one in release.collections(folder):
        if "lens" in one.table and len(one.table):
            assert {*one.table["lens"]} <= listed
    return listed


def test_a_lens_that_is_withdrawn_is_in_no_release_and_not_built_and_the_rest_is_served(two: Path, zicht: Zicht):
    before = release.current(two)
    assert lenses(before) == {*OTHERS, LENS}
    done = zicht("withdraw", "misdrijven", "--lens", LENS, "--reason", "gewicht verkeerd", "--home", two)
    assert done.code == 0, done.err
    assert f"Release {before.name} is gone" in done.out
    served = release.current(two)
    assert not before.exists()
    assert [lenses(one.folder) for one in retention.listed(two)] == [OTHERS]
    assert served == retention.listed(two)[0].folder
    assert difference(two, two / "pygeoapi-config.yml") is None
    assert {one.key.lens for one in storage.listed(two)} == OTHERS
    assert "gewicht verkeerd" in zicht("withdraw", "--home", two).out


def test_what_was_withdrawn_is_not_published_again_until_that_is_undone(two: Path, zicht: Zicht):
    layers = storage.load(two, load())
    arguments = ("misdrijven", "--lens", LENS, "--home", two)
    assert zicht("withdraw", *arguments, "--reason", "fout").code == 0
    storage.save(layers, two)
    served = release.current(two)
    refused = zicht("publish", "--home", two, "--config", two / "pygeoapi-config.yml")
    assert refused.code == 1
    assert f"misdrijven, lens {LENS}, was withdrawn on" in refused.err
    assert f"zicht withdraw misdrijven --lens {LENS} --undo" in refused.err
    assert release.current(two) == served
    assert zicht("withdraw", *arguments, "--undo").code == 0
    assert zicht("publish", "--home", two, "--config", two / "pygeoapi-config.yml").code == 0
    assert lenses(release.current(two)) == {*OTHERS, LENS}


def test_of_a_release_that_is_withdrawn_the_one_before_is_served_and_its_values_do_not_come_back(
    two: Path, zicht: Zicht
):
    served, other = release.current(two), next(one.folder for one in retention.listed(two) if not one.served)
    done = zicht("withdraw", served.name[:8], "--reason", "proef", "--home", two)
    assert done.code == 0, done.err
    assert release.current(two) == other.resolve()
    assert not served.exists()
    refused = zicht("publish", "--home", two, "--config", two / "pygeoapi-config.yml")
    assert f"{served.name} was withdrawn on" in refused.err


def test_where_all_is_withdrawn_nothing_is_served(two: Path, zicht: Zicht):
    done = zicht("withdraw", "misdrijven", "--reason", "alles", "--home", two)
    assert done.code == 0, done.err
    assert "Nothing is served now." in done.out
    assert not (two / "current").is_symlink()
    assert retention.listed(two) == []
    assert storage.listed(two) == []
    assert "nothing has been published" in zicht("serve", "--home", two).err


def test_a_withdrawal_needs_a_reason_and_something_that_is_there(two: Path, zicht: Zicht):
    assert "say why it is withdrawn" in zicht("withdraw", "misdrijven", "--home", two).err
    assert "unknown release 'nope'" in zicht("withdraw", "nope", "--reason", "x", "--home", two).err
    mistyped = zicht("withdraw", "misdrijven", "--lens", "buitengebeid", "--reason", "x", "--home", two)
    assert mistyped.code == 1
    assert f"unknown lens for theme 'misdrijven' 'buitengebeid'; known: basis, {LENS}" in mistyped.err
    whole = zicht("withdraw", release.current(two).name, "--lens", LENS, "--reason", "x", "--home", two)
    assert whole.code == 1
    assert "is a release, which is withdrawn whole" in whole.err
    assert "was not withdrawn here" in zicht("withdraw", "misdrijven", "--undo", "--home", two).err
    assert not (two / "releases" / "withdrawn.json").exists()


def test_a_crash_in_the_middle_leaves_a_release_served_and_nothing_to_publish_by_mistake(
    two: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    served, config = release.current(two), two / "pygeoapi-config.yml"
    before = config.read_bytes()
    monkeypatch.setattr(release, "swap", broken)
    with pytest.raises(KeyboardInterrupt):
        withdraw(two, config, "misdrijven", LENS, "fout", told)
    assert release.current(two) == served
    assert config.read_bytes() == before
    assert json.loads((two / "releases" / "withdrawn.json").read_text())["withdrawn"][0]["lens"] == LENS
    monkeypatch.undo()
    done = withdraw(two, config, "misdrijven", LENS, "fout", told)
    assert done.served == release.current(two)
    assert lenses(release.current(two)) == OTHERS
