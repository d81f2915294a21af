"""A release is whole or it is not there; what was served stays served."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import StoreError
from layers.declarations.catalog import load
from layers.method.ports import About
from layers.publication.collection import Collection
from services.cache.disk import HomeCache
from services.files import UNFINISHED
from services.jobs import demo
from services.jobs.publish import publish_all
from services.releases import release
from services.workspace import storage
from tests.services.running import Zicht, told

PUBLISH = [sys.executable, "-m", "services.cli", "publish"]


def publish(home: Path, **options: object) -> subprocess.Popen[str]:
    """`zicht publish` in a process of its own."""
    command = [*PUBLISH, "--home", str(home), "--config", str(home / "pygeoapi-config.yml")]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **options)  # type: ignore[call-overload]


def grown(home: Path) -> None:
    """Change what is to be published, so that the next release is another one."""
    for about in home.glob("layers/*/*/*/*/*/layer.json"):
        content = json.loads(about.read_text())
        content["summary"]["marked"] = time.time_ns()
        about.write_text(json.dumps(content))


def whole(folder: Path) -> bool:
    """Whether every file of the release is there with the content that its manifest names."""
    from hashlib import sha256  # noqa: PLC0415

    named = release.manifest(folder)["artefacts"]
    return all(sha256((folder / name).read_bytes()).hexdigest() == one["sha256"] for name, one in named.items())


def test_the_same_input_gives_the_same_bytes_but_for_one_timestamp(shown: demo.Demonstration, tmp_path: Path):
    again = demo.make(None, None, tmp_path / "again", told)
    assert again.folder.name == shown.folder.name
    for file in sorted(shown.folder.iterdir()):
        other = again.folder / file.name
        if file.name == release.MANIFEST:
            first, second = json.loads(file.read_text()), json.loads(other.read_text())
            assert first.pop("created")
            assert second.pop("created")
            assert first == second
        else:
            assert file.read_bytes() == other.read_bytes(), file.name


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o177])
def test_what_is_served_may_be_read_by_the_user_that_serves_it_whatever_the_umask(
    shown: demo.Demonstration, tmp_path: Path, umask: int
):
    home = tmp_path / "below" / "home"
    layers = storage.load(shown.home, load())
    before = os.umask(umask)
    try:
        HomeCache(home).put("0" * 64, pd.Series([1.0]), About("figures", (), {}, {}, {}, {}, (), confidential=False))
        storage.save([one for one in layers if one.key.level == "wijk"], home)
        folder = publish_all(home, home / "pygeoapi-config.yml", load(), told).folder
    finally:
        os.umask(before)
    served = [home.parent, home, folder.parent, folder, *folder.rglob("*"), *folder.parent.glob("*.json")]
    for path in (*served, home / "pygeoapi-config.yml"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    assert (home / "layers").stat().st_mode & 0o777 == 0o700


def test_figures_that_became_ten_times_as_high_are_not_served_before_a_person_confirms_it(small: Path, zicht: Zicht):
    before = release.current(small)
    for file in small.glob("layers/misdrijven/**/indicatoren*.parquet"):
        table = pd.read_parquet(file)
        table.assign(misdrijven=table["misdrijven"] * 10).to_parquet(file, index=False)
    arguments = ("publish", "--home", small, "--config", small / "pygeoapi-config.yml")
    refused = zicht(*arguments)
    assert refused.code == 1
    assert "the mean of misdrijven is" in refused.err
    assert "(50%)" in refused.err
    assert "zicht publish --confirm" in refused.err
    assert release.current(small) == before
    assert len([*(small / "releases").glob("*/")]) == 1
    done = zicht(*arguments, "--confirm")
    assert done.code == 0, done.err
    assert "the mean of misdrijven is" in done.out
    assert release.current(small) != before


def test_a_release_says_from_what_it_was_made(shown: demo.Demonstration):
    content = release.manifest(shown.folder)
    assert content["made_up"]
    for layer in content["layers"]:
        provenance = layer["provenance"]
        assert {"themes/misdrijven", "sources/misdrijven", "sources/kerncijfers"} <= set(provenance["digests"])
        assert all(len(one["sha256"]) == 64 and one["license"] for one in provenance["receipts"])
        assert provenance["method"]
        assert set(provenance["sources"].values()) == {"open"}
    assert {one["audience"] for one in content["collections"]} == {"publiek"}
    assert whole(shown.folder)


def test_the_collections_are_read_back_as_they_were_published(shown: demo.Demonstration):
    from layers.publication.collections import collections  # noqa: PLC0415

    before = collections(storage.load(shown.home, load()))
    after = release.collections(shown.folder)
    assert [one.id for one in after] == [one.id for one in before]
    for one, other in zip(before, after, strict=True):
        assert one.fields == other.fields
        assert one.table.drop(columns="geometry").equals(other.table.drop(columns="geometry"))
        assert one.table.geometry.geom_equals(other.table.geometry).all()


@pytest.mark.parametrize("after", [0.0, 0.1, 0.3])
def test_a_kill_in_the_middle_of_publish_leaves_the_previous_release_served(small: Path, after: float):
    served = release.current(small)
    grown(small)
    process = publish(small)
    patience = time.monotonic() + 60
    while not any(small.glob(f"releases/{UNFINISHED}*")) and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert whole(release.current(small))
    if any(small.glob(f"releases/{UNFINISHED}*")):
        assert release.current(small) == served
    done = publish(small)
    _, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    assert release.current(small) != served
    assert whole(release.current(small))
    assert not any(small.glob(f"releases/{UNFINISHED}*"))


@pytest.mark.parametrize("name", ["zicht.sqlite", release.GPKG, release.MAP, "zoekgebieden_misdrijven.parquet"])
def test_a_disk_that_takes_no_more_leaves_the_previous_release_served(small: Path, name: str):
    """A limit on file size stands in for a full disk: the kernel refuses the write in the same place."""
    served = release.current(small)
    most = (served / name).stat().st_size // 2
    grown(small)
    process = publish(small, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "disk" in err or "cannot be written" in err
    assert release.current(small) == served
    assert whole(served)
    assert not any(small.glob(f"releases/{UNFINISHED}*"))


def test_a_configuration_that_cannot_be_written_leaves_the_previous_release_served(small: Path, zicht: Zicht):
    config = small / "pygeoapi-config.yml"
    before, served = config.read_bytes(), release.current(small)
    grown(small)
    config.write_bytes(before + b"logging:\n  level: DEBUG\n")
    answer = zicht("publish", "--home", small)
    assert answer.code == 1
    assert "must stand last, found 'logging:'" in answer.err
    assert release.current(small) == served
    config.write_bytes(before)
    blocked = small / "file"
    blocked.write_text("a file")
    assert zicht("publish", "--home", small, "--config", blocked / "config.yml").code == 1
    assert release.current(small) == served
    assert config.read_bytes() == before
    assert zicht("publish", "--home", small).code == 0
    assert release.current(small) != served


@pytest.mark.parametrize("there", [True, False])
def test_a_release_that_cannot_be_shown_leaves_the_configuration_as_it_was(
    small: Path, zicht: Zicht, monkeypatch: pytest.MonkeyPatch, *, there: bool
):
    config = small / "pygeoapi-config.yml"
    before, served = config.read_bytes(), release.current(small)
    if not there:
        config.unlink()
    grown(small)

    def full(_home: Path, _folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release, "swap", full)
    answer = zicht("publish", "--home", small)
    assert answer.code == 1
    assert "the disk is full" in answer.err
    assert release.current(small) == served
    assert config.read_bytes() == before if there else not config.exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (3, "has format 3, and this zicht knows formats up to 2; upgrade zicht"),
        (None, r"was written by an older zicht \(format 0\); publish again"),
    ],
)
def test_a_release_of_another_format_is_not_read(tmp_path: Path, written: int | None, said: str):
    content = {"id": "a", "collections": []} | ({} if written is None else {"format": written})
    (tmp_path / "release.json").write_text(json.dumps(content))
    with pytest.raises(StoreError, match=said):
        release.collections(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": 1, "id": "a", ', "cannot be read: .*; publish again"),
        ("", "cannot be read: .*; publish again"),
        ("[1]", "does not say its format as a number; publish again"),
        ('{"format": "1"}', "does not say its format as a number; publish again"),
        ('{"format": 1, "id": "a", "layers": []}', "lacks created, collections, artefacts; publish again"),
    ],
)
def test_a_damaged_manifest_is_an_error_with_the_way_out(tmp_path: Path, text: str, said: str):
    (tmp_path / "release.json").write_text(text)
    with pytest.raises(StoreError, match=rf"release\.json: {said}"):
        release.collections(tmp_path)


def test_a_release_in_a_language_that_is_unknown_is_not_read(small: Path):
    path = release.current(small) / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"language": "de"}))
    with pytest.raises(
        StoreError, match=r"release\.json: is in the language 'de', unknown to this zicht; publish again"
    ):
        release.language_of(path.parent)


@pytest.mark.parametrize("name", ["zicht.sqlite", release.GPKG, "zoekgebieden_misdrijven.parquet", release.MANIFEST])
def test_a_release_that_was_damaged_is_written_again(small: Path, zicht: Zicht, name: str):
    folder = release.current(small)
    sound = (folder / name).read_bytes()
    (folder / name).write_bytes(sound[: len(sound) // 2])
    if name.endswith("parquet"):
        answer = zicht("export", "table", small / "table.csv", "--home", small)
        assert answer.code == 1
        assert "zoekgebieden_misdrijven.parquet: cannot be read" in answer.err
        assert "publish again" in answer.err
    assert zicht("publish", "--home", small).code == 0
    assert release.current(small) == folder
    assert name == release.MANIFEST or (folder / name).read_bytes() == sound
    assert whole(folder)


def test_a_release_gets_vector_tiles_where_they_are_asked_for_and_keeps_them(
    small: Path, zicht: Zicht, monkeypatch: pytest.MonkeyPatch
):
    served = release.current(small)
    assert not list(served.glob("*.pmtiles"))
    monkeypatch.setenv("ZICHT_TILES", "yes")
    assert zicht("publish", "--home", str(small)).code == 0
    tiled = {one["id"] for one in release.manifest(served)["collections"]}
    assert release.current(small) == served
    assert {file.stem for file in served.glob("*.pmtiles")} == tiled
    assert whole(served)
    monkeypatch.delenv("ZICHT_TILES")
    release.make_again(served, told)
    assert {file.stem for file in served.glob("*.pmtiles")} == tiled
    assert whole(served)


def test_a_release_says_its_format(shown: demo.Demonstration):
    assert json.loads((shown.folder / "release.json").read_text())["format"] == 2


def test_two_publications_at_once_are_one_after_the_other(small: Path):
    import fcntl  # noqa: PLC0415

    with (small / ".publishing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another publication is going on"):
            publish_all(small, small / "pygeoapi-config.yml", load(), told)


def test_a_release_that_lost_rows_on_the_way_is_not_shown(small: Path, monkeypatch: pytest.MonkeyPatch):
    from services.exporters import geopackage  # noqa: PLC0415

    def forgetful(collections: list[Collection], path: Path) -> None:
        import dataclasses  # noqa: PLC0415

        real([dataclasses.replace(one, table=one.table.iloc[:-1]) for one in collections], path)

    real = geopackage.export
    served = release.current(small)
    grown(small)
    monkeypatch.setattr(geopackage, "export", forgetful)
    with pytest.raises(StoreError, match=r"rows of .* arrived; publish again"):
        publish_all(small, small / "pygeoapi-config.yml", load(), told)
    assert release.current(small) == served


def test_a_layer_whose_theme_changed_since_is_not_published(small: Path):
    about = next(small.glob("layers/misdrijven/wijk/*/basis/*/layer.json"))
    content = json.loads(about.read_text())
    content["provenance"]["digests"]["themes/misdrijven"] = "0" * 64
    about.write_text(json.dumps(content))
    with pytest.raises(StoreError, match="build it again"):
        storage.load(small, load())


def test_a_release_is_seen_at_once_and_never_half(small: Path, zicht: Zicht):
    before = (small / release.CURRENT).readlink()
    grown(small)
    assert zicht("publish", "--home", small, "--config", small / "pygeoapi-config.yml").code == 0
    assert (small / release.CURRENT).readlink() != before
    assert (small / before).is_dir(), "the previous release is kept for readers that still have it open"
