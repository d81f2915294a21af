"""Equal values make no other release: what was published is confirmed, repaired or made again, in its own folder."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import StoreError
from layers.publication.collection import Collection, typed
from services.program import Program
from services.releases import artefacts, confirmation, digests, homes, integrity, record, release
from services.releases.release import Outcome, Publication
from services.stores import geoparquet
from tests.services.made_release import made_areas, made_release
from tests.services.running import told

MADE = [replace(one, table=typed(one.table, one.fields)) for one in made_release(made_areas(30))]


def publish(home: Path, collections: Sequence[Collection] = MADE) -> Publication:
    return release.publish(home, [], collections, told, lambda _: None)


def state(home: Path) -> dict[str, tuple[int, int]]:
    """Every file of the releases and the link, with what tells whether it was written again."""
    files = [home / "current", *(one for one in (home / "releases").rglob("*") if one.is_file())]
    kept = (one for one in files if not one.name.endswith(homes.CONFIRMED))
    return {str(one): (one.lstat().st_ino, one.lstat().st_mtime_ns) for one in kept}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    publish(tmp_path)
    return tmp_path


def test_values_that_are_published_again_write_nothing_and_are_confirmed(home: Path):
    before, first = state(home), release.current(home)
    stamp = confirmation.path_of(first)
    stamp.write_text(stamp.read_text().replace("20", "19", 1))
    said = release.confirmed(first)
    assert confirmation.last_confirmed(first) == said
    again = publish(home)
    assert again == Publication(home / "releases" / first.name, Outcome.UNCHANGED)
    assert state(home) == before
    assert release.confirmed(first) > said
    assert confirmation.last_confirmed(first) == release.confirmed(first)
    assert sorted(one.name for one in (home / "releases").iterdir()) == [first.name, f"{first.name}.confirmed.json"]


def test_what_differs_in_the_writing_only_is_the_same_release(home: Path, monkeypatch: pytest.MonkeyPatch):
    def otherwise(collections: Sequence[Collection], folder: Path) -> None:
        for one in collections:
            one.table.to_parquet(folder / f"{one.id}.parquet", compression="gzip", index=False)

    before = state(home)
    monkeypatch.setattr(geoparquet, "write", otherwise)
    shuffled = [replace(one, table=one.table.iloc[::-1]) for one in reversed(MADE)]
    assert publish(home, shuffled).outcome is Outcome.UNCHANGED
    assert state(home) == before


def test_another_value_is_another_release(home: Path):
    first = release.current(home)
    table = MADE[1].table.copy()
    table.loc[0, "score"] += 0.0001
    other = publish(home, [MADE[0], replace(MADE[1], table=table)])
    assert other.outcome is Outcome.NEW
    assert other.folder.name != first.name
    assert release.current(home).name == other.folder.name
    assert publish(home).outcome is Outcome.UNCHANGED
    assert release.current(home) == first, "what was published before is served again, and was not written again"


def tampered(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "zicht.sqlite")) as store:
        store.execute('UPDATE "_rows_indicatoren_misdrijven_buurt" SET score = 99 WHERE _fid = 1')
        store.commit()


def cut(name: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def reworded(folder: Path) -> None:
    path = folder / "release.json"
    path.write_text(path.read_text().replace("Zicht op misdrijven van alle soorten", "Zicht op suiker"))


DAMAGES = [
    (tampered, "zicht.sqlite: was changed since it was written"),
    (cut("zicht.sqlite"), r"zicht\.sqlite: has [0-9,]+ bytes, and [0-9,]+ were written"),
    (lambda folder: (folder / "zicht.gpkg").unlink(), "zicht.gpkg: is not there"),
    (cut("release.json"), "release.json: cannot be read"),
    (reworded, "release.json: was changed since it was written"),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES)
def test_a_damaged_release_is_named_and_made_whole_in_its_folder(home: Path, damage: Callable[[Path], None], said: str):
    folder = release.current(home)
    sound = {one.name: one.read_bytes() for one in folder.iterdir()}
    damage(folder)
    (folder / "surplus").write_text("not ours")
    (fault,) = integrity.faults(folder)
    assert pytest.raises(StoreError, match=said).matches(StoreError(str(fault)))
    assert publish(home) == Publication(home / "releases" / folder.name, Outcome.REPAIRED)
    assert integrity.faults(folder) == []
    mended = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert mended.keys() == sound.keys()
    assert all(mended[name] == sound[name] for name in sound if name != "release.json")


def test_another_program_makes_the_files_again_and_no_other_release(home: Path, monkeypatch: pytest.MonkeyPatch):
    folder = release.current(home)
    made = release.manifest(folder)["created"]
    monkeypatch.setattr(record, "program", lambda: Program("9.9", "", "f" * 16, "e" * 16, "0" * 16))
    assert publish(home) == Publication(home / "releases" / folder.name, Outcome.RENEWED)
    assert release.manifest(folder)["program"]["version"] == "9.9"
    assert release.manifest(folder)["created"] == made
    assert publish(home).outcome is Outcome.UNCHANGED


def test_each_artefact_has_its_size_and_digest_and_is_made_again_from_the_record_alone(home: Path, tmp_path: Path):
    folder = release.current(home)
    told_of = release.manifest(folder)["artefacts"]
    assert told_of.keys() == {one.name for one in folder.iterdir()} - {"release.json"}
    aside = tmp_path / "aside"
    aside.mkdir()
    artefacts.write(aside, release.manifest(folder), release.collections(folder), told)
    assert digests.described(aside) == told_of


def test_the_digest_of_a_folder_is_that_of_its_names_and_bytes(tmp_path: Path):
    def tree(name: str, files: dict[str, str]) -> str:
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        return digests.digest_of(tmp_path / name)

    first = tree("a", {"0/1.pbf": "x", "0/2.pbf": "y"})
    assert first == tree("b", {"0/2.pbf": "y", "0/1.pbf": "x"})
    assert first != tree("c", {"0/1.pbf": "y", "0/2.pbf": "x"})
    assert first != tree("d", {"1/1.pbf": "x", "0/2.pbf": "y"})
    assert digests.size(tmp_path / "a") == 2


def test_values_that_were_replaced_with_their_digests_are_noticed_by_the_identity(home: Path):
    folder = release.current(home)
    path = folder / "zoekgebieden_misdrijven.parquet"
    collection = next(one for one in release.collections(folder) if one.id == "zoekgebieden_misdrijven")
    collection.table["score"] += 1
    collection.table.to_parquet(path, index=False)
    content = json.loads((folder / "release.json").read_text())
    content["artefacts"] |= {path.name: digests.described(folder)[path.name]}
    (folder / "release.json").write_text(json.dumps(content))
    assert integrity.faults(folder) == []
    (fault,) = integrity.faults_of_values(folder)
    assert "zoekgebieden_misdrijven.parquet: its values are not those that were published" in str(fault)


CRASHES = """
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from services.releases import artefacts, integrity, release
from tests.services.made_release import made_areas, made_release

home, damage = Path(sys.argv[1]), sys.argv[2]
made = made_release(made_areas(30))
new = [made[0]]
left = 0


def write(folder, record, collections, steps, *, tiles):
    for name in ("zicht.sqlite", "kaart.html", "zicht.gpkg"):
        (folder / name).write_text(f"{name} of {len(collections)}")


def counted(real):
    def step(*arguments, **options):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return real(*arguments, **options)
    return step


def publish(collections, before=None):
    return release.publish(home, [], collections, lambda _: None, lambda _: None)


artefacts.write = write
for steps in count():
    shutil.rmtree(home, ignore_errors=True)
    served = publish(made).folder
    if damage == "damaged":
        (served / "kaart.html").write_text("damaged")
    child = os.fork()
    if child == 0:
        left = steps
        for name in ("replace", "symlink_to", "unlink", "write_text", "mkdir"):
            setattr(Path, name, counted(getattr(Path, name)))
        publish(made if damage == "damaged" else new)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    now = release.current(home)
    assert damage == "damaged" or integrity.faults(now) == [], (steps, integrity.faults(now))
    assert release.confirmed(now)
    assert all((now / name).read_text() for name in ("zicht.sqlite", "kaart.html", "zicht.gpkg", "release.json"))
    done = publish(made if damage == "damaged" else new)
    assert integrity.faults(release.current(home)) == []
    assert release.current(home) == done.folder.resolve()
    assert not list(home.rglob(".unfinished-*")), steps
    if os.WIFEXITED(status):
        break
print(steps)
"""


@pytest.mark.parametrize("damage", ["new", "damaged"])
def test_a_kill_before_any_step_leaves_a_release_served_and_the_next_publication_whole(tmp_path: Path, damage: str):
    """Each step that changes the disk, from the first folder to the confirmation, is the last one in turn."""
    script = [sys.executable, "-c", CRASHES, str(tmp_path / "home"), damage]
    ended = subprocess.run(script, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 8
