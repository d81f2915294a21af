"""Large files against a real server: what is in is not fetched again, and never two files in one."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from geo.errors import SourceError
from geo.messages import Message
from services.http import download as module
from services.http.client import Client, UnreachableError
from services.http.download import Download, download
from services.http.transport import RetryPolicy
from tests.standin.server import Query, Reply, Standin, cut, dripping

QUICK = RetryPolicy(connect_timeout=1, read_timeout=0.3, total_timeout=0.8, tries=3, pause=0.01, cooldown=0)
URL = "https://service.pdok.nl/wijkenbuurten_2024_v1.gpkg"
FIRST, SECOND = bytes(range(256)) * 2000, bytes(reversed(range(256))) * 2000
ETAG, DATE = {"ETag": '"one"'}, {"Last-Modified": "Tue, 24 Nov 2026 14:15:42 GMT"}


class FileService:
    """A service with one file, of which parts can be had; it records which parts were requested."""

    def __init__(self, body: bytes = FIRST, headers: dict[str, str] | None = None) -> None:
        self.body = body
        self.headers = {"Accept-Ranges": "bytes"} | (ETAG if headers is None else headers)
        self.ranges: list[str | None] = []

    def __call__(self, _path: str, _query: Query, headers: dict[str, str]) -> Reply | None:
        self.ranges.append(headers.get("Range"))
        return Reply(200, self.body, self.headers)


def fetched(standin: Standin, folder: Path, **more: object) -> Download:
    client = Client(folder, policy=QUICK, gateway=standin.url, **more)  # type: ignore[arg-type]
    return download(client, URL, folder / "files" / "map.gpkg")


def content(folder: Path) -> bytes:
    return (folder / "files" / "map.gpkg").read_bytes()


@pytest.mark.parametrize("tag", [ETAG, DATE], ids=["by its tag", "by its date"])
def test_a_download_that_was_cut_goes_on_where_it_was(tmp_path: Path, tag: dict[str, str]):
    service = FileService(headers=tag)
    with Standin(service) as standin:
        standin.trap("gpkg", cut(100_000), cut(200_000))
        done = fetched(standin, tmp_path)
    assert service.ranges == [None, "bytes=100000-", "bytes=300000-"]
    assert content(tmp_path) == FIRST
    assert (done.bytes, done.sha256) == (len(FIRST), hashlib.sha256(FIRST).hexdigest())


def test_a_download_that_failed_goes_on_in_the_next_run(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        standin.trap("gpkg", *[cut(50_000)] * 3)
        with pytest.raises(UnreachableError, match=r"the connection was cut .*run it again and it resumes"):
            fetched(standin, tmp_path)
        fetched(standin, tmp_path)
    assert service.ranges[-1] == "bytes=150000-"
    assert content(tmp_path) == FIRST


def test_a_file_that_changed_between_two_tries_is_begun_anew(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        standin.trap("gpkg", cut(100_000), cut(0), cut(0))
        with pytest.raises(UnreachableError):
            fetched(standin, tmp_path)
        service.body, service.headers = SECOND, service.headers | {"ETag": '"two"'}
        fetched(standin, tmp_path)
    assert content(tmp_path) == SECOND


@pytest.mark.parametrize("tag", [{}, {"ETag": 'W/"weak"'}], ids=["no tag", "a weak tag"])
def test_without_a_firm_tag_a_file_is_begun_anew(tmp_path: Path, tag: dict[str, str]):
    service = FileService(headers=tag)
    with Standin(service) as standin:
        standin.trap("gpkg", cut(100_000))
        fetched(standin, tmp_path)
    assert service.ranges == [None, None]
    assert content(tmp_path) == FIRST


def test_a_file_that_became_shorter_is_begun_anew(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        standin.trap("gpkg", cut(400_000), cut(0), cut(0))
        with pytest.raises(UnreachableError):
            fetched(standin, tmp_path)
        service.body = FIRST[:1000]
        fetched(standin, tmp_path)
    assert content(tmp_path) == FIRST[:1000]


def test_a_part_from_another_place_than_was_asked_is_not_taken(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        wrong = Reply(206, FIRST[:10], {"Content-Range": f"bytes 0-9/{len(FIRST)}"})
        standin.trap("gpkg", cut(100_000), wrong)
        fetched(standin, tmp_path)
    assert content(tmp_path) == FIRST


def test_a_slow_drip_is_given_up_and_goes_on(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        standin.trap("gpkg", dripping(0.05))
        fetched(standin, tmp_path)
    assert service.ranges[1] is not None
    assert content(tmp_path) == FIRST


def test_a_file_that_is_there_whole_is_not_fetched_again_unless_all_must_be_fresh(tmp_path: Path):
    service = FileService()
    with Standin(service) as standin:
        first = fetched(standin, tmp_path)
        assert fetched(standin, tmp_path) == first
        assert fetched(standin, tmp_path, offline=True) == first
        assert len(service.ranges) == 1
        service.body, service.headers = SECOND, service.headers | {"ETag": '"two"'}
        reports: list[Message] = []
        standin.trap("gpkg", *[Reply(503)] * 3)
        assert fetched(standin, tmp_path, fresh=True, on_retry=reports.append) == first
        assert str(reports[-1]).endswith(f"using the file of {first.fetched}")
        fetched(standin, tmp_path, fresh=True)
    assert content(tmp_path) == SECOND


def test_offline_a_file_that_is_not_there_is_an_error_with_a_way_out(tmp_path: Path):
    with pytest.raises(
        SourceError, match=r"works offline, and .*map.gpkg is not complete; run the same .*carry DIR here"
    ):
        download(Client(tmp_path, offline=True), URL, tmp_path / "files" / "map.gpkg")


@pytest.mark.parametrize("record", ["", "{", "[]", '{"url": "x"}'])
def test_a_file_whose_record_was_damaged_is_fetched_again(tmp_path: Path, record: str):
    with Standin(FileService()) as standin:
        first = fetched(standin, tmp_path)
        (tmp_path / "files" / "map.gpkg.json").write_text(record)
        assert fetched(standin, tmp_path).sha256 == first.sha256


def test_progress_is_reported(tmp_path: Path):
    counts: list[tuple[int, int | None]] = []
    with Standin(FileService()) as standin:
        standin.trap("gpkg", cut(100_000))
        client = Client(tmp_path, policy=QUICK, gateway=standin.url)
        download(client, URL, tmp_path / "map.gpkg", lambda done, whole: counts.append((done, whole)))
    assert {whole for _, whole in counts} == {len(FIRST)}
    assert [done for done, _ in counts] == sorted(done for done, _ in counts)
    assert counts[-1] == (len(FIRST), len(FIRST))


class Endless(BaseHTTPRequestHandler):
    """A file that does not say how long it is, and never ends."""

    asked = 0

    def do_GET(self):
        type(self).asked += 1
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(bytes(100_000))

    def log_message(self, *_):
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[SimpleNamespace]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


@pytest.mark.parametrize("says", [True, False], ids=["that says so", "without end"])
def test_a_file_that_is_larger_than_any_is_refused_once_and_fills_no_disk(tmp_path: Path, monkeypatch, says):
    monkeypatch.setattr(module, "MOST", 200_000)
    service = FileService() if says else Endless
    with Standin(service) if says else serving(Endless) as server:
        client = Client(tmp_path, policy=QUICK, gateway=server.url)
        with pytest.raises(SourceError, match="sends more than 200,000 bytes") as fault:
            download(client, URL, tmp_path / "files" / "map.gpkg")
    assert not isinstance(fault.value, UnreachableError)
    assert (len(service.ranges) if says else Endless.asked) == 1
    assert sum(one.stat().st_size for one in (tmp_path / "files").iterdir()) < 1000


def test_by_default_a_file_is_ten_gigabytes_at_most():
    assert module.MOST == 10_000_000_000
