"""Where an answer may lead: redirects of real web servers, links to other hosts, headers that never end."""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from geo.errors import SourceError
from geo.messages import Message
from services.downloads.pages import rows
from services.http.client import Client, UnreachableError
from services.http.download import download
from services.http.redirects import followed
from services.http.transport import RetryPolicy
from tests.standin.server import Reply, Standin

JSON = {"Content-Type": "application/json"}
QUICK = RetryPolicy(connect_timeout=1, read_timeout=0.4, total_timeout=0.8, tries=2, pause=0.01, cooldown=0)
APACHE = b"<!DOCTYPE HTML><html><head><title>302 Found</title></head><body><h1>Found</h1></body></html>"
OLD, NEW = "https://opendata.cbs.nl/old", "https://opendata.cbs.nl/new"


@pytest.fixture
def standin():
    def service(path: str, *_: object) -> Reply | None:
        return Reply(200, b'{"value": [1]}', JSON) if path.endswith(("/new", "/new/")) else None

    with Standin(service) as server:
        yield server


def client_of(folder, standin, **more):
    return Client(folder, **({"policy": QUICK, "gateway": standin.url} | more))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("body", "headers"),
    [(APACHE, {"Content-Type": "text/html; charset=iso-8859-1"}), (b"", {}), (b"", JSON), (b"{", JSON)],
    ids=["html", "empty", "empty json", "half"],
)
@pytest.mark.parametrize("target", [NEW, "/opendata.cbs.nl/new"], ids=["absolute", "of the gateway"])
def test_an_ordinary_redirect_is_followed_and_said(tmp_path, standin, status, body, headers, target):
    location = target if target == NEW else f"{standin.url}{target}"
    standin.trap("/old", Reply(status, body, {**headers, "Location": location}))
    reports: list[Message] = []
    answer = client_of(tmp_path, standin, on_retry=reports.append).get(OLD)
    assert answer.json() == {"value": [1]}
    assert [str(one) for one in reports] == [f"{OLD}: has moved to {NEW}; correct the address in its declaration"]


def test_a_file_that_has_moved_comes_in_whole(tmp_path, standin):
    standin.trap("/old", Reply(302, APACHE, {"Content-Type": "text/html", "Location": NEW}))
    got = download(client_of(tmp_path, standin), OLD, tmp_path / "file")
    assert (got.bytes, (tmp_path / "file").read_bytes()) == (14, b'{"value": [1]}')


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("https://evil.example/new", r"leads to another host, https://evil\.example/new; .*ZICHT_HOSTS=evil\.example"),
        ("https://opendata.cbs.nl.evil.example/new", "leads to another host"),
        ("https://notcbs.nl/new", "leads to another host"),
        ("http://opendata.cbs.nl/new", "leads to http://opendata.cbs.nl/new, which is not https"),
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is not https"),
        (r"https://evil.example\@opendata.cbs.nl/new", r"leads to another host, .*ZICHT_HOSTS=evil\.example"),
        (r"//evil.example\.cbs.nl/new", r"leads to another host, .*ZICHT_HOSTS=evil\.example"),
        ("GATEWAY/evil.example/new", "leads to another host, https://evil.example/new;"),
    ],
)
def test_a_redirect_to_a_stranger_is_refused_and_not_asked(tmp_path, standin, target, said):
    standin.trap("/old", Reply(302, b"", {"Location": target.replace("GATEWAY", standin.url)}))
    with pytest.raises(SourceError, match=rf"{OLD}: {said}") as fault:
        client_of(tmp_path, standin).get(OLD)
    assert not isinstance(fault.value, UnreachableError)
    assert not standin.count("^/evil")


@pytest.mark.parametrize("start", ["GATEWAY/opendata.cbs.nl", "https://opendata.cbs.nl"])
@pytest.mark.parametrize("dots", ["..", "%2e%2e", ".%2E/./.."])
def test_dots_in_an_address_lead_to_no_other_host_of_the_gateway(tmp_path, standin, start, dots):
    location = f"{start}/{dots}/evil.example/new".replace("GATEWAY", standin.url)
    standin.trap("/old", Reply(302, b"", {"Location": location}))
    client_of(tmp_path, standin).get(OLD)
    assert standin.requests == ["/opendata.cbs.nl/old", "/opendata.cbs.nl/evil.example/new"]


def test_a_declared_host_is_followed(tmp_path, standin):
    standin.trap("/old", Reply(302, b"", {"Location": "https://cdn.example/new"}))
    client = client_of(tmp_path, standin, hosts=("cdn.example",))
    assert client.get(OLD).json() == {"value": [1]}
    assert standin.requests == ["/opendata.cbs.nl/old", "/cdn.example/new"]


def test_redirects_in_a_circle_end(tmp_path, standin):
    standin.trap("/(old|new)", Reply(302, b"", {"Location": OLD}), lasting=True)
    with pytest.raises(SourceError, match="redirects without end; correct the address"):
        client_of(tmp_path, standin).get(OLD)
    assert len(standin.requests) < 50


@given(st.sampled_from(["cbs.nl", "opendata.cbs.nl", "api.pdok.nl", "example.nl", "xcbs.nl"]), st.data())
def test_only_one_host_or_one_organisation_is_ever_followed(host, data):
    target = data.draw(st.sampled_from(["cbs.nl", "datasets.cbs.nl", "service.pdok.nl", "example.nl", "cbs.nl.x.nl"]))
    own = {"cbs.nl": 1, "opendata.cbs.nl": 1, "datasets.cbs.nl": 1, "api.pdok.nl": 2, "service.pdok.nl": 2}
    allowed = host == target or (host in own and own[host] == own.get(target))
    try:
        followed(f"https://{host}/a", f"https://{target}/b")
    except SourceError:
        assert not allowed
    else:
        assert allowed


@given(st.text(r"htps:/\@#?.%evilcbsn\t", max_size=40), st.sampled_from(["", "https://", "//"]))
def test_whatever_a_link_spells_the_host_that_is_asked_is_one_that_may_be(text, start):
    with suppress(SourceError, requests.RequestException):
        asked = requests.Request("GET", followed("https://opendata.cbs.nl/a", start + text)).prepare().url
        host = parse_url(asked).host
        assert host == "cbs.nl" or host.endswith(".cbs.nl")


@pytest.mark.parametrize(("link", "target"), [("b?x=1", "https://a.nl/c/b?x=1"), ("/b", "https://a.nl/b")])
def test_a_relative_link_stays_where_it_is(link, target):
    assert followed("https://a.nl/c/d", link) == target


def test_http_may_become_https_and_not_the_other_way():
    assert followed("http://a.nl/c", "https://a.nl/c") == "https://a.nl/c"
    with pytest.raises(SourceError, match="not https"):
        followed("https://a.nl/c", "http://a.nl/c")


def page(number: int, count: int, link: str | None) -> Reply:
    content = {"value": [{"Key": f"{number}-{one}"} for one in range(count)]}
    return Reply(200, orjson.dumps(content | ({"odata.nextLink": link} if link else {})), JSON)


def test_a_next_page_of_another_host_is_refused(tmp_path):
    with (
        Standin(lambda *_: page(0, 2, "https://evil.example/old?skip=2")) as standin,
        pytest.raises(SourceError, match=r"leads to another host, https://evil\.example/old"),
    ):
        rows(client_of(tmp_path, standin), OLD)
    assert len(standin.requests) == 1


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (10, 4)], ids=["empty pages", "new rows for ever"])
def test_pages_without_end_are_ended(tmp_path, count, pages):
    asked = 0

    def endless(*_: object) -> Reply:
        nonlocal asked
        asked += 1
        return page(asked, count, f"{OLD}?skip={asked}")

    with Standin(endless) as standin, pytest.raises(SourceError, match="pages without end"):
        rows(client_of(tmp_path, standin), OLD, most=30)
    assert asked == pages


@pytest.mark.parametrize("get", ["get", "download"])
def test_headers_that_come_a_byte_at_a_time_are_not_waited_for(tmp_path, standin, get):
    standin.trap("/new", Reply(head_drip=0.05), lasting=True)
    client = client_of(tmp_path, standin)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="no whole answer within 1 s"):
        client.get(NEW) if get == "get" else download(client, NEW, tmp_path / "file")
    assert time.monotonic() - began < 10
    assert len(standin.requests) == 2


def test_a_whole_answer_counts_from_when_it_was_asked(tmp_path):
    def slow(*_: object) -> Reply:
        time.sleep(0.35)
        return Reply(200, orjson.dumps(list(range(100))), JSON, drip=0.03)

    with Standin(slow) as late, pytest.raises(UnreachableError, match="no whole answer within 1 s"):
        client_of(tmp_path, late).get(NEW)


@pytest.mark.parametrize("get", ["get", "download"])
def test_all_redirects_to_an_answer_have_the_time_of_one(tmp_path, get):
    """Each of ten comes in half the time there is, so that none is late by itself."""

    def further(path: str, *_: object) -> Reply:
        time.sleep(0.3)
        at = int(path.rpartition("/")[2])
        return Reply(302, b"", {"Location": f"{NEW}/{at + 1}"}) if at < 10 else Reply(200, b"[1]", JSON)

    with Standin(further) as standin:
        client = client_of(tmp_path, standin, policy=replace(QUICK, tries=1))
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="no whole answer within 1 s"):
            client.get(f"{NEW}/0") if get == "get" else download(client, f"{NEW}/0", tmp_path / "file")
        assert time.monotonic() - began < 2
    assert len(standin.requests) < 5


def test_a_date_to_wait_until_is_held_against_the_clock_of_the_service(tmp_path, standin):
    theirs = datetime.now(UTC) - timedelta(hours=3)  # their clock is three hours behind
    until = {"Retry-After": format_datetime(theirs + timedelta(seconds=3600), usegmt=True)}
    standin.trap("/new", Reply(503, b"druk", until | {"Date": format_datetime(theirs, usegmt=True)}))
    with pytest.raises(UnreachableError, match=r"answers 503 Service Unavailable: druk; it asks to wait 3600 s, and"):
        client_of(tmp_path, standin).get(NEW)
    assert len(standin.requests) == 1


@pytest.mark.parametrize("link", ["http://[::1", "https://[x]/", "//["])
def test_a_link_that_is_no_address_is_refused_in_words(tmp_path, standin, link):
    standin.trap("/old", Reply(302, b"", {"Location": link}))
    with pytest.raises(SourceError, match="which is no address; correct the address in its declaration"):
        client_of(tmp_path, standin).get(OLD)
    with pytest.raises(SourceError, match="which is no address"):
        followed(OLD, link)


NEVER = "Mon, 01 Jan 99999999999 00:00:00 GMT"


@pytest.mark.parametrize("seconds", ["\xb2", "-5", "1.5", "soon", "", NEVER, "Mon, 01 Jan 2026 00:00:00 +99999999999"])
def test_a_time_to_wait_that_cannot_be_read_is_as_none(tmp_path, standin, seconds):
    standin.trap("/new", Reply(503, b"", {"Retry-After": seconds}))
    assert client_of(tmp_path, standin).get(NEW).json() == {"value": [1]}


def test_a_clock_of_a_service_that_no_calendar_has_is_as_none(tmp_path, standin):
    past = {"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT", "Date": NEVER}
    standin.trap("/new", Reply(503, b"", past))
    assert client_of(tmp_path, standin).get(NEW).json() == {"value": [1]}


def test_a_part_that_was_not_asked_is_not_taken_for_the_whole(tmp_path, standin):
    standin.trap("/new", Reply(206, b'{"value": [2]}', {**JSON, "Content-Range": "bytes 0-13/9999"}))
    assert client_of(tmp_path, standin).get(NEW).json() == {"value": [1]}


@pytest.mark.parametrize(
    "sent",
    [
        b'{"value": [1]}',
        b"HTTP/1.1 200 OK\r\n" + b"X-Filling: x\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 14\r\n\r\n" + b'{"value": [1]}',
        b"",
    ],
    ids=["no headers", "too many headers", "two lengths", "nothing"],
)
def test_what_is_no_http_is_not_said_to_be_out_of_reach(tmp_path, sent):
    class Strange(BaseHTTPRequestHandler):
        def do_GET(self):
            self.wfile.write(sent)

    with ThreadingHTTPServer(("127.0.0.1", 0), Strange) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with pytest.raises(UnreachableError, match="new: breaks off, or sends what is no HTTP, and no answer to it"):
            Client(tmp_path, policy=QUICK).get(f"http://127.0.0.1:{server.server_port}/new")
        server.shutdown()


@pytest.mark.parametrize("status", [204, 300, 304])
def test_an_answer_that_holds_no_file_is_no_file(tmp_path, standin, status):
    standin.trap("/new", Reply(status, b""), lasting=True)
    with pytest.raises(SourceError, match=f"the service refuses: {status}"):
        download(client_of(tmp_path, standin), NEW, tmp_path / "file")
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("packed", [{}, {"Content-Encoding": "gzip"}], ids=["chunks", "packed"])
@pytest.mark.parametrize("get", [Client.get, lambda client, url: download(client, url, client.folder / "file")])
def test_lengths_of_chunks_that_come_a_byte_at_a_time_are_not_waited_for(tmp_path, get, packed):
    """The length of a chunk may have 65,536 digits, and the time between two of them is short."""

    class Chunks(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            for name, value in {"Transfer-Encoding": "chunked", **JSON, **packed}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"0")
                    time.sleep(0.1)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Chunks) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="no whole answer within"):
            get(Client(tmp_path, policy=QUICK), f"http://127.0.0.1:{server.server_port}/new")
        assert time.monotonic() - began < 6
        server.shutdown()


@pytest.mark.parametrize("row", [b"null", b"5", b'"x"', b"[1]"])
def test_rows_that_are_no_objects_are_refused(tmp_path, standin, row):
    standin.trap("/new", Reply(200, b'{"value": [%s]}' % row, JSON))
    with pytest.raises(SourceError, match="an answer without rows"):
        rows(client_of(tmp_path, standin), NEW)
