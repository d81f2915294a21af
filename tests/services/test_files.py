"""What cannot be written is one message, whatever the command and whoever does the writing."""

import errno
import os
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.errors import StoreError
from services.files import disk_errors, whole_file
from tests.services.running import Zicht
from tests.services.streets import figures, put

RECORDS = """
id = "meldingen"
title = "Meldingen"
publisher = "Gemeente"
license = "niet openbaar"
url = "https://example.org"
attribution = "Gemeente"
vintage = 2024
periods = [2024]
[records]
path = "meldingen.csv"
legal_ground = "Gemeentewet art. 172"
covers = ["NL"]
place = { x = "x", y = "y" }
[records.count.meldingen]
[columns.meldingen]
formula = "meldingen"
title = "Meldingen"
"""


def read_only(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nothing be made or removed in a folder, as on a disk that is mounted to be read."""

    def refused(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    for what in ("touch", "unlink", "mkdir", "open"):
        real = getattr(Path, what)

        def guarded(path: Path, *rest: object, real=real, **more: object) -> object:
            return (refused if path.parent == folder else real)(path, *rest, **more)

        monkeypatch.setattr(Path, what, guarded)


def refusal(path: Path, why: str) -> str:
    return f"{path}: cannot be written: {why}; nothing that was there has changed"


A_FILE = "a part of its path is a file and no folder; name another"
WRITTEN = {"density": "a.tif", "series": "a.csv", "tally": "a-niet-geteld.csv"}
"""What each command writes first."""
LOCKED = "Read-only file system; name a folder that may be written to"


@pytest.fixture
def outputs(tmp_path: Path) -> dict[str, tuple[object, ...]]:
    """The commands that write one file, but for the option that names it."""
    put(tmp_path, 2022)
    crowd = shapely.points(np.random.default_rng(1).normal((120_000, 480_000), 600, (300, 2)))
    geopandas.GeoDataFrame(geometry=crowd, crs=28992).to_parquet(tmp_path / "points.parquet")
    (tmp_path / "meldingen.toml").write_text(RECORDS)
    (tmp_path / "meldingen.csv").write_text("x;y\n155000;463000\n")
    counts = f"2022={figures(tmp_path, 2022, 1, 2, 3, 4)}"
    return {
        "density": ("density", tmp_path / "points.parquet"),
        "series": ("series", counts, "--column", "inwoners", "--vintage", 2022, "--data", tmp_path),
        "tally": ("tally", tmp_path / "meldingen.toml", "--data", "testland", "--mirror", tmp_path / "mirror"),
    }


@pytest.mark.parametrize("command", WRITTEN)
@pytest.mark.parametrize("why", [A_FILE, LOCKED])
def test_an_output_that_cannot_be_written_is_one_message(
    zicht: Zicht, outputs: dict[str, tuple[object, ...]], tmp_path: Path, monkeypatch, command: str, why: str
):  # fmt: skip
    folder = tmp_path / "out"
    if why is A_FILE:
        folder.write_text("a file")
    else:
        folder.mkdir()
        read_only(monkeypatch, folder)
    answer = zicht(*outputs[command], "--to", folder / ("a.tif" if command == "density" else "a.csv"))
    assert answer.code == 1
    assert answer.err.strip() == f"error: {refusal(folder / WRITTEN[command], why)}"


def test_a_mirror_that_is_a_file_is_an_error(zicht: Zicht, tmp_path: Path):
    (tmp_path / "file").write_text("a file")
    answer = zicht("fetch", "kerncijfers", "--mirror", tmp_path / "file", "--to", tmp_path / "data")
    assert answer.code == 1
    assert answer.err.strip() == f"error: {refusal(tmp_path / 'file' / 'answers', A_FILE)}"


def test_what_cannot_be_removed_does_not_hide_why_it_was_not_written(tmp_path: Path, monkeypatch):
    def half() -> None:
        with whole_file(tmp_path / "a.csv") as path:
            path.write_text("half")
            read_only(monkeypatch, tmp_path)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()


def test_a_fault_without_a_number_is_said_in_its_own_words(tmp_path: Path):
    with pytest.raises(StoreError, match="cannot be written: not a file of mine; nothing"), disk_errors(tmp_path):
        raise OSError("not a file of mine")  # as rasterio and requests-cache do
