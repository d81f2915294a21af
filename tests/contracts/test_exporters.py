"""What every exporter of the registry does, whatever it writes: a line there is enough to be held to it."""

import csv
import html.parser
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyogrio
import pytest

from geo.errors import StoreError
from geo.messages import message
from services.files import UNFINISHED
from services.registry import EXPORTERS, adapter, file_of
from tests.contracts import given

ROOT = Path(__file__).parents[2]
IN_A_PROCESS = """
import pickle, sys
from pathlib import Path
from services.registry import EXPORTERS, adapter
collections = pickle.loads(Path(sys.argv[2]).read_bytes())
exporter = adapter("exporter", EXPORTERS, sys.argv[1])
print("ready", flush=True)
exporter(collections, Path(sys.argv[3]))
"""

pytestmark = pytest.mark.parametrize("name", EXPORTERS)


@pytest.fixture(scope="module")
def collections():
    return given.release()


def exporter(name: str):
    return adapter(message("exporter"), EXPORTERS, name)


def test_it_writes_the_file_that_is_named_and_no_other(name, collections, tmp_path):
    path = tmp_path / "new" / file_of(name)
    exporter(name)(collections, path)
    assert path.stat().st_size > 0
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_same_collections_give_the_same_bytes(name, collections, tmp_path):
    paths = [tmp_path / folder / file_of(name) for folder in ("first", "second")]
    exporter(name)(collections, paths[0])
    exporter(name)(given.release(), paths[1])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_what_was_there_is_replaced(name, collections, tmp_path):
    path, fresh = tmp_path / file_of(name), tmp_path / "fresh" / file_of(name)
    path.write_bytes(b"what was there" * 10_000)
    exporter(name)(collections, path)
    exporter(name)(collections, fresh)
    assert path.read_bytes() == fresh.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
def test_on_a_full_disk_what_was_there_stays(name, collections, tmp_path, share):
    whole, path = tmp_path / "whole" / file_of(name), tmp_path / "full" / file_of(name)
    exporter(name)(collections, whole)
    path.parent.mkdir()
    path.write_bytes(b"what was there")
    with (
        given.files_of_at_most(int(whole.stat().st_size * share)),
        pytest.raises(StoreError, match="cannot be written"),
    ):
        exporter(name)(collections, path)
    assert path.read_bytes() == b"what was there"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_path_below_a_file_is_refused(name, collections, tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written: a part of its path is a file"):
        exporter(name)(collections, tmp_path / "file" / file_of(name))


@pytest.mark.parametrize("after", [0.0, 0.02])
def test_one_that_is_killed_leaves_the_whole_file_or_what_was_there(name, collections, tmp_path, after):
    (tmp_path / "collections").write_bytes(pickle.dumps(collections))
    path, whole = tmp_path / "killed" / file_of(name), tmp_path / "whole" / file_of(name)
    path.parent.mkdir()
    path.write_bytes(b"what was there")
    command = [sys.executable, "-c", IN_A_PROCESS, name, str(tmp_path / "collections"), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout.readline() == "ready\n"
        while process.poll() is None and not any(path.parent.glob(f"{UNFINISHED}*")):
            time.sleep(0.001)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    exporter(name)(collections, whole)
    assert path.read_bytes() in (b"what was there", whole.read_bytes())
    exporter(name)(collections, path)
    assert path.read_bytes() == whole.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_collection_without_rows_is_no_fault(name, collections, tmp_path):
    exporter(name)(given.with_an_empty_one(collections), tmp_path / file_of(name))
    assert (tmp_path / file_of(name)).is_file()


@pytest.mark.parametrize("rows", ["no rows", "no collections"])
def test_with_nothing_to_write_it_is_a_whole_file_or_an_error_in_words(name, collections, tmp_path, rows):
    nothing = given.without_rows(collections) if rows == "no rows" else []
    said = None
    try:
        exporter(name)(nothing, tmp_path / file_of(name))
    except StoreError as fault:
        said = str(fault)
    assert [one.name for one in tmp_path.iterdir()] == ([file_of(name)] if said is None else [])
    assert said is None or "; " in said, "an error says the way out"


class _Markup(html.parser.HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_text_of_the_collections_is_never_more_than_text(name, collections, tmp_path):
    path = tmp_path / file_of(name)
    exporter(name)(collections, path)
    titles = list(collections[0].table["titel"])
    if path.suffix == ".html":
        page = _Markup()
        page.feed(path.read_text(encoding="utf-8"))
        assert not [one for one in page.elements if one[0] == "img" or {"onerror", "onclick"} & one[1].keys()]
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            next(file)
            rows = list(csv.DictReader(file, delimiter=";"))
        assert [row["Titel"].removeprefix("'") for row in rows] == [one.removeprefix("'") for one in titles]
        assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@\t\r" and cell]
        assert not [row["Titel"] for row in rows if row["Titel"].startswith("-")]
    else:  # what GDAL reads holds text as it is
        read = pyogrio.read_dataframe(path, layer=collections[0].id)
        assert list(read["titel"]) == titles
