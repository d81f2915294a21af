"""Records in object storage are counted as those of a folder are, and what it refuses is said with the way out."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from pydantic import ValidationError

from geo.errors import SourceError
from services.engines.local import Local
from services.formats import object_storage
from services.formats.object_storage import copied, listed
from services.formats.sizes import size_of
from services.jobs.own_sources import below
from tests.services.formats.storage import server, storage
from tests.services.sources.records.declared import rows, source
from tests.services.sources.records.test_parts import AnyOrder, made, messy, written

__all__ = ["server", "storage"]


@pytest.fixture(autouse=True)
def copies(tmp_path_factory, monkeypatch) -> Path:
    """The folder of copies."""
    folder = tmp_path_factory.mktemp("copies")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def emmer(storage, tmp_path) -> Path:
    """A folder of rows, and the same in the bucket `emmer`."""
    folder = written(tmp_path / "rijen", messy(400, 1), [100, 101, 350])
    (folder / "onder").mkdir()
    messy(50, 2).astype(str).to_parquet(folder / "onder" / "met spatie%20.parquet")
    (folder / "_SUCCESS.csv").write_text("niets", encoding="utf-8")
    storage.put(folder, "emmer", "rijen")
    return tmp_path


@pytest.mark.parametrize("engine", [Local(), AnyOrder(1)], ids=["here", "carried"])
def test_a_folder_in_object_storage_gives_the_counts_that_the_folder_gives_here(emmer, engine, copies):
    table, _, listed_here = made(emmer, "rijen")
    stored, _, listed_there = made(emmer, "s3://emmer/rijen", engine)
    assert stored.equals(table)
    assert [(f"s3://emmer/{file}", *row) for file, *row in listed_here] == listed_there
    assert list(copies.iterdir()) == []


@pytest.mark.usefixtures("emmer")
def test_the_files_of_a_folder_are_listed_in_the_order_of_their_names():
    assert listed("s3://emmer/rijen") == listed("s3://emmer/rijen/") == [
        "s3://emmer/rijen/_SUCCESS.csv", *(f"s3://emmer/rijen/deel-00{at}.csv" for at in range(4)),
        "s3://emmer/rijen/onder/met spatie%20.parquet",
    ]  # fmt: skip
    assert set(listed("s3://emmer")) >= set(listed("s3://emmer/rijen"))


def test_one_file_is_one_part_and_is_read_by_what_its_name_ends_with(emmer):
    name = "rijen/onder/met spatie%20.parquet"
    assert made(emmer, f"s3://emmer/{name}")[0].equals(made(emmer, name)[0])


def test_sizes_are_known_without_copying(emmer, monkeypatch):
    monkeypatch.setattr(object_storage, "copied", None)
    for name in ("rijen/onder/met spatie%20.parquet", "rijen/deel-000.csv"):
        assert size_of(emmer, f"s3://emmer/{name}") == size_of(emmer, name)


def test_a_file_that_cannot_be_read_is_named_by_its_address_or_left_out_as_declared(emmer, storage):
    broken = emmer / "stuk"
    shutil.copytree(emmer / "rijen", broken)
    (broken / "deel-001.csv").write_text("x;y\n1;2;3\n", encoding="utf-8")
    storage.put(broken, "emmer", "stuk")
    with pytest.raises(SourceError, match=r"^s3://emmer/stuk/deel-001\.csv: lines differ") as refused:
        made(emmer, "s3://emmer/stuk")
    assert tempfile.gettempdir() not in str(refused.value)
    assert made(emmer, "s3://emmer/stuk", unreadable="leave out")[0].equals(
        made(emmer, "stuk", unreadable="leave out")[0]
    )


def test_what_the_storage_does_not_give_is_not_left_out(emmer, monkeypatch):
    monkeypatch.setattr(
        object_storage, "listed", lambda _: ["s3://emmer/rijen/deel-000.csv", "s3://emmer/rijen/weg.csv"]
    )
    with pytest.raises(SourceError, match=r"weg\.csv: there is no such file or folder in the object"):
        made(emmer, "s3://emmer/rijen", unreadable="leave out")


def test_a_bucket_or_folder_that_is_not_there_is_named(emmer):
    with pytest.raises(SourceError, match="the object storage has no bucket 'geen-emmer'; correct path"):
        made(emmer, "s3://geen-emmer/rijen")
    with pytest.raises(SourceError, match="s3://emmer/niets: there is no such file or folder"):
        made(emmer, "s3://emmer/niets")


def test_where_nobody_answers_it_is_said_which_variable_leads_there(emmer, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(SourceError, match=r"does not answer at http://127\.0\.0\.1:1 .*; set AWS_ENDPOINT_URL"):
        made(emmer, "s3://emmer/rijen")


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "storage.example.org", "s3://emmer", "https://"])
def test_an_endpoint_that_is_no_address_is_refused_and_amazon_is_not_asked(monkeypatch, endpoint):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    with pytest.raises(SourceError, match="is no address; write it as in https://storage"):
        listed("s3://emmer/rijen")


def test_keys_that_may_not_read_it_are_refused_with_the_variables_that_hold_them(emmer, storage):
    storage.look_at_keys_after("0")
    try:
        with pytest.raises(SourceError, match="does not let these keys list or read it; set AWS_ACCESS_KEY_ID"):
            made(emmer, "s3://emmer/rijen")
    finally:
        storage.look_at_keys_after("1000000")


def test_where_a_copy_has_no_room_that_is_said_of_this_computer(emmer, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(SourceError, match=r"there is no room for a copy of it in .*; free some, or set TMPDIR"):
        made(emmer, "s3://emmer/rijen")


def test_a_copy_has_no_name_that_a_killed_process_leaves_behind(emmer):
    with copied("s3://emmer/rijen/deel-000.csv") as path:
        assert path.read_bytes() == (emmer / "rijen" / "deel-000.csv").read_bytes()
        assert path.name == "deel-000.csv"
        assert path.is_symlink()
        assert not path.resolve().exists()
    assert not path.parent.exists()


def test_whether_records_changed_only_asking_tells(tmp_path):
    declared = source(path="s3://emmer/rijen")
    assert below(tmp_path).identity(declared).content is None


@pytest.mark.parametrize("path", [
    "s3://", "s3://sleutel:geheim@emmer/rijen", "s3://emmer/rijen//deel", "s3://Emmer/rijen", "S3://emmer/rijen", "https://emmer.example.org/rijen",
])  # fmt: skip
def test_an_address_holds_a_bucket_and_what_is_in_it_and_no_keys(path):
    with pytest.raises(ValidationError, match="s3://bucket/folder"):
        source(path=path)


def test_rows_of_object_storage_are_called_by_their_address(emmer, storage):
    (emmer / "kaal").mkdir()
    rows(60).drop(columns="y").to_csv(emmer / "kaal" / "a.csv", index=False)
    storage.put(emmer / "kaal", "emmer", "kaal")
    with pytest.raises(SourceError, match=r"^s3://emmer/kaal/a\.csv: declared columns 'y' are not there"):
        made(emmer, "s3://emmer/kaal/a.csv")
