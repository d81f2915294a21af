"""Releases are listed, checked, gone back to and removed; the one that is served is never lost."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import StoreError
from layers.publication.collection import Collection, typed
from services.jobs import releases as job
from services.releases import confirmation, integrity, release, retention
from services.releases.release import Outcome, Publication
from tests.messages.extraction import ROOT
from tests.services.made_release import made_areas, made_release
from tests.services.running import Zicht, told

MADE = [replace(one, table=typed(one.table, one.fields)) for one in made_release(made_areas(30))]


def with_score(score: float) -> Sequence[Collection]:
    return [MADE[0], replace(MADE[1], table=MADE[1].table.assign(score=score))]


def publish(home: Path, score: float) -> Publication:
    return release.publish(home, [], with_score(score), told, lambda _: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which three releases were published, the last of them served."""
    home = tmp_path / "home"
    for score in (1.0, 2.0, 3.0):
        done = publish(home, score)
        stamp = confirmation.path_of(done.folder)  # a year apart, in the order of publication
        moment = f"200{score:.0f}-01-01T00:00:00+00:00"
        stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"confirmed": moment}))
    return home


def ids(home: Path) -> list[str]:
    return [one.folder.name for one in retention.listed(home)]


def test_releases_are_listed_with_the_one_that_is_served(home: Path, zicht: Zicht):
    answer = zicht("releases", "--home", home)
    assert answer.code == 0, answer.err
    assert all(name in answer.out for name in ids(home))
    assert answer.out.count("served") == 1
    assert [one.served for one in retention.listed(home)] == [True, False, False]
    assert f"Last confirmed {release.confirmed(release.current(home))}" in zicht("layers", "--home", home).out


def test_one_release_is_shown_in_full_by_the_beginning_of_its_id(home: Path, zicht: Zicht):
    name = ids(home)[1]
    answer = zicht("releases", name[:8], "--home", home)
    assert answer.code == 0, answer.err
    content = release.manifest(home / "releases" / name)
    for one in (name, content["artefacts"]["zicht.gpkg"]["sha256"], content["collections"][0]["values"]):
        assert one in "".join(filter(str.isalnum, answer.out))  # where the screen is narrow it goes on below
    unknown = zicht("releases", "zzz", "--home", home)
    assert unknown.code == 1
    assert all(one in unknown.err for one in ids(home))


def test_a_release_without_a_readable_record_is_listed_with_the_reason(home: Path, zicht: Zicht):
    (home / "releases" / ids(home)[2] / "release.json").write_text("{")
    answer = zicht("releases", "--home", home)
    assert answer.code == 0
    last = retention.listed(home)[-1]
    assert "cannot be read" in str(last.fault)
    assert last.folder.name in answer.out


def test_verify_says_that_a_release_is_whole_or_names_what_fails(home: Path, zicht: Zicht):
    answer = zicht("verify", "--home", home)
    assert answer.code == 0
    assert f"Release {ids(home)[0]} is whole: 6 files." in answer.out
    folder = release.current(home)
    (folder / "kaart.html").write_text("other")
    (folder / "zicht.gpkg").unlink()
    answer = zicht("verify", "--home", home)
    assert answer.code == 1
    assert "kaart.html: has 5 bytes, and" in answer.err
    assert "zicht.gpkg: is not there" in answer.err
    assert zicht("verify", ids(home)[1], "--home", home).code == 0


def test_damaged_files_are_made_again_from_the_record_alone(home: Path, zicht: Zicht):
    folder = home / "releases" / ids(home)[1]
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    for name in ("zicht.sqlite", "zicht.gpkg", "kaart.html"):
        (folder / name).write_text("other")
    answer = zicht("verify", folder.name, "--repair", "--home", home)
    assert answer.code == 0, answer.err
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    table = release.collections(folder)[0].table.assign(score=9.0)
    table.to_parquet(folder / "zoekgebieden_misdrijven.parquet", index=False)
    answer = zicht("verify", folder.name, "--repair", "--home", home)
    assert answer.code == 1
    assert "its values are not those that were published; its record is not whole" in answer.err
    assert (folder / "zicht.sqlite").read_bytes() == before["zicht.sqlite"]


def test_a_roll_back_is_not_undone_by_a_publication_until_it_resumes(home: Path, zicht: Zicht):
    newest, before, _ = ids(home)
    answer = zicht("releases", "rollback", before[:6], "--home", home)
    assert answer.code == 0, answer.err
    assert release.current(home).name == before
    for score in (3.0, 4.0):  # the values that were rolled back from, and others
        done = publish(home, score)
        assert done.held is not None
        assert done.held.name == before
        assert release.current(home).name == before
    assert len(ids(home)) == 4  # of one second, which may be listed either way
    assert f"After a roll-back {before} stays served" in zicht("releases", "--home", home).out
    retention.lift(home)
    assert publish(home, 3.0) == Publication(home / "releases" / newest, Outcome.UNCHANGED, swapped=True)
    assert release.current(home).name == newest


def test_a_damaged_release_is_not_gone_back_to(home: Path, zicht: Zicht):
    newest, before, _ = ids(home)
    (home / "releases" / before / "kaart.html").write_text("other")
    config = home / "pygeoapi-config.yml"
    answer = zicht("releases", "rollback", before, "--home", home, "--config", config)
    assert answer.code == 1
    assert f"release {before} is not whole" in answer.err
    assert release.current(home).name == newest
    assert retention.held(home) is None
    assert not config.exists()


@pytest.mark.parametrize(("keep", "left"), [(1, 1), (2, 2), (5, 3)])
def test_pruning_keeps_the_last_confirmed(home: Path, zicht: Zicht, keep: int, left: int):
    before = ids(home)
    answer = zicht("releases", "prune", "--keep", keep, "--home", home)
    assert answer.code == 0, answer.err
    assert ids(home) == before[:left]
    assert all(f"Removed: {name}" in answer.out for name in before[left:])
    assert len(list((home / "releases").iterdir())) == 2 * left, "with their confirmations, and nothing else"


def test_pruning_never_removes_the_one_that_is_served(home: Path):
    _, _, oldest = ids(home)
    job.roll_back(home, home / "pygeoapi-config.yml", oldest)
    job.prune(home, 1)
    assert oldest in ids(home)
    assert release.current(home).name == oldest
    assert integrity.faults(release.current(home)) == []


def test_what_is_missing_on_the_command_line_is_said(home: Path, zicht: Zicht):
    assert "say how many releases stay" in zicht("releases", "prune", "--home", home).err
    assert "say to which release" in zicht("releases", "rollback", "--home", home).err
    assert len(ids(home)) == 3


def test_a_served_release_that_was_removed_by_hand_is_said_with_the_way_out(home: Path):
    newest, before, _ = ids(home)
    shutil.rmtree(home / "releases" / newest)
    with pytest.raises(StoreError, match=rf"the release that was served \({newest}\) is gone; .*zicht releases"):
        release.current(home)
    job.roll_back(home, home / "pygeoapi-config.yml", before)
    assert release.current(home).name == before


def test_make_clean_touches_no_release():
    done = subprocess.run(["make", "-n", "clean"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "output" not in done.stdout
    assert ".venv" in done.stdout
