"""The client against a real server that misbehaves: what it retries, what it caches, what it reports."""

import errno
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from geo.errors import SourceError, StoreError
from geo.messages import Message
from services.http.client import Client, UnreachableError
from services.http.transport import RetryPolicy
from tests.standin.server import Query, Reply, Spoil, Standin, busy, cut, dripping, halved

QUICK = RetryPolicy(connect_timeout=1, read_timeout=0.4, total_timeout=0.8, tries=3, pause=0.01, cooldown=0)
URL = "https://api.pdok.nl/figures"
JSON = {"Content-Type": "application/geo+json"}


class Counted:
    """A service that numbers its answers, and counts the requests to `/slow` that it holds at the same time."""

    def __init__(self) -> None:
        self.answers = self.held = self.most = 0
        self._holding = threading.Condition()

    def __call__(self, path: str, query: Query, _: object) -> Reply | None:
        if path == "/api.pdok.nl/moved":
            return Reply(302, b"", {"Location": URL})
        if path == "/api.pdok.nl/slow":
            self._hold()
        self.answers += 1
        body = orjson.dumps({"nth": self.answers, "asked": query, "filling": list(range(200))})
        return Reply(200, body, JSON) if path.startswith("/api.pdok.nl/") and "gone" not in path else None

    def _hold(self) -> None:
        """Until four requests have come, or a fifth at the same time shows that more are allowed."""
        with self._holding:
            self.held += 1
            self.most = max(self.most, self.held)
            self._holding.notify_all()
            self._holding.wait_for(lambda: self.most >= 4, timeout=5)
            self._holding.wait_for(lambda: self.most > 4, timeout=0.2)
            self.held -= 1


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin(Counted()) as server:
        yield server


def client_of(folder: Path, standin: Standin | None, **more: object) -> Client:
    return Client(folder, **({"policy": QUICK, "gateway": standin.url if standin else ""} | more))


def test_what_was_answered_today_is_not_asked_again(tmp_path: Path, standin: Standin):
    first = client_of(tmp_path, standin).get(URL)
    again = client_of(tmp_path, standin).get(URL)
    assert (again.body, again.fetched, again.stale) == (first.body, first.fetched, False)
    assert standin.requests == ["/api.pdok.nl/figures"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (busy(0), "answers 429 Too Many Requests: slow down"),
        (Reply(500, b"<h1>Oeps</h1>"), "answers 500 Internal Server Error: Oeps"),
        (Reply(503), "answers 503 Service Unavailable: no explanation"),
        (cut(100), "the connection was cut in the middle of an answer"),
        (halved, "JSON that stops half-way after"),
        (dripping(0.1), "no whole answer within 1 s"),
        (dripping(0.6), "does not answer in time"),
        (Reply(200, b"<html>Wij zijn zo terug", {"Content-Type": "text/html"}), "answers with a web page"),
        (Reply(200, b"\x1f\x8b no gzip", JSON | {"Content-Encoding": "gzip"}), "an answer that cannot be unpacked"),
    ],
)  # fmt: skip
def test_a_fault_that_may_pass_is_reported_and_retried(tmp_path: Path, standin: Standin, spoil: Spoil, said: str):
    reports: list[Message] = []
    standin.trap("figures", spoil)
    answer = client_of(tmp_path, standin, on_retry=reports.append).get(URL)
    assert answer.json()["filling"] == list(range(200))
    assert len(reports) == 1
    assert str(reports[0]).startswith(f"api.pdok.nl: {said}")
    assert "; trying again in 0 s" in str(reports[0])


def test_as_long_is_waited_as_the_service_asks(tmp_path: Path, standin: Standin):
    standin.trap("figures", busy(1))
    began = time.monotonic()
    client_of(tmp_path, standin).get(URL)
    assert time.monotonic() - began >= 1
    assert len(standin.requests) == 2


def test_a_service_that_asks_for_an_hour_is_called_unreachable_at_once(tmp_path: Path, standin: Standin):
    standin.trap("figures", busy(3600))
    with pytest.raises(UnreachableError, match=r"answers 429 .*no answer .* is cached.*try again later.*--mirror DIR"):
        client_of(tmp_path, standin).get(URL)
    assert len(standin.requests) == 1


def test_a_service_that_is_down_answers_with_what_it_said_before_and_its_age(tmp_path: Path, standin: Standin):
    cached = client_of(tmp_path, standin).get(URL)
    reports: list[Message] = []
    standin.trap("figures", Reply(502), lasting=True)
    answer = client_of(tmp_path, standin, max_age=timedelta(0), on_retry=reports.append).get(URL)
    assert (answer.body, answer.fetched, answer.stale) == (cached.body, cached.fetched, True)
    assert re.fullmatch(
        r"api\.pdok\.nl: answers 502 Bad Gateway: no explanation; using what it answered \d+ \w+ ago",
        str(reports[-1]),
    )


def test_a_service_that_is_down_and_said_nothing_before_is_an_error_with_a_way_out(tmp_path: Path, standin: Standin):
    with standin:
        pass
    with pytest.raises(UnreachableError) as fault:
        client_of(tmp_path, standin).get(URL)
    assert str(fault.value) == (
        f"{URL}: cannot be reached, and no answer to it is cached in {tmp_path}; try again later, or run the "
        "same command with --mirror DIR where there is internet, and carry DIR here"
    )


@pytest.mark.parametrize(
    "spoil", [halved, Reply(200, b"<html>", {"Content-Type": "text/html"}), Reply(500, b"{", JSON)]
)
def test_half_an_answer_never_takes_the_place_of_a_whole_one(tmp_path: Path, standin: Standin, spoil: Spoil):
    cached = client_of(tmp_path, standin).get(URL)
    standin.trap("figures", spoil, lasting=True)
    for _ in range(2):
        answer = client_of(tmp_path, standin, max_age=timedelta(0)).get(URL)
        assert (answer.body, answer.stale) == (cached.body, True)


def test_a_host_that_failed_gets_no_requests_during_its_cooldown(tmp_path: Path, standin: Standin):
    policy = RetryPolicy(connect_timeout=1, read_timeout=0.4, total_timeout=0.8, tries=3, pause=0.01, cooldown=60)
    pages = [f"{URL}?page={page}" for page in range(20)]
    for page in pages:
        client_of(tmp_path, standin).get(page)
    standin.trap("figures", Reply(503), lasting=True)
    down = client_of(tmp_path, standin, max_age=timedelta(0), policy=policy)
    assert all(down.get(page).stale for page in pages)
    assert len(standin.requests) == len(pages) + policy.tries


@pytest.mark.parametrize(
    "damage",
    [lambda whole: whole[:100], lambda _: b"", lambda _: b"{}", lambda _: b"\xff\x00", lambda whole: whole[:-1]],
    ids=["half", "empty", "bare", "bytes", "short"],
)
def test_an_answer_that_was_damaged_is_reported_and_retried(tmp_path: Path, standin: Standin, caplog, capsys, damage):
    client_of(tmp_path, standin).get(URL)
    file = next((tmp_path / "answers").glob("*.json"))
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(UnreachableError) as fault:
        client_of(tmp_path, None, offline=True).get(URL)
    assert str(fault.value) == (
        f"{URL}: an answer cached in {tmp_path} is damaged, and this machine works offline; run the same command with "
        "--mirror DIR where there is internet, and carry DIR here"
    )
    reports: list[Message] = []
    assert client_of(tmp_path, standin, on_retry=reports.append).get(URL).json()["nth"] == 2
    assert [str(report) for report in reports] == [
        f"api.pdok.nl: an answer cached in {tmp_path} is damaged; it is asked again"
    ]
    assert client_of(tmp_path, None, offline=True).get(URL).json()["nth"] == 2
    assert (caplog.records, capsys.readouterr().err) == ([], "")


def test_a_refusal_is_reported_at_once_and_not_cached(tmp_path: Path, standin: Standin):
    client = client_of(tmp_path, standin)
    with pytest.raises(SourceError, match=r"gone: the service refuses: 404 Not Found: no such thing here; the address"):
        client.get("https://api.pdok.nl/gone")
    assert len(standin.requests) == 1
    assert not list((tmp_path / "answers").glob("*.json"))


def test_fresh_asks_again_and_keeps_the_new_answer(tmp_path: Path, standin: Standin):
    client_of(tmp_path, standin).get(URL)
    assert client_of(tmp_path, standin, fresh=True).get(URL).json()["nth"] == 2
    assert client_of(tmp_path, standin).get(URL).json()["nth"] == 2


def test_what_is_discarded_is_asked_again_except_offline(tmp_path: Path, standin: Standin):
    client = client_of(tmp_path, standin)
    client.get(URL)
    offline = client_of(tmp_path, None, offline=True)
    offline.discard(URL)
    assert offline.get(URL).json()["nth"] == 1
    client.discard(URL)
    client.discard(URL)
    assert client.get(URL).json()["nth"] == 2


def test_a_mirror_serves_offline_whether_it_was_filled_through_a_gateway_or_not(tmp_path: Path, standin: Standin):
    client = client_of(tmp_path, standin)
    urls = (URL, "https://api.pdok.nl/moved", f"{URL}?cursor=Dv4%7CNwyr1Q&f=json")
    for url in urls:
        client.get(url)
    bodies = [client.get(url).body for url in urls]
    with standin:
        pass
    offline = client_of(tmp_path, None, offline=True)
    cursor = {"cursor": "Dv4|Nwyr1Q", "f": "json"}
    asked = ((URL, None), ("https://api.pdok.nl/moved", None), (URL, cursor))
    assert [offline.get(url, options).body for url, options in asked] == bodies
    with pytest.raises(
        UnreachableError, match=r"this machine works offline, and no answer to it is cached in .*; run the same"
    ):
        offline.get(f"{URL}?other=1")


def test_answers_are_cached_as_json_to_the_byte(tmp_path: Path, standin: Standin):
    strange = b'{ "a" :1.10,"a":2 }'
    standin.trap("figures", Reply(200, strange, JSON))
    client_of(tmp_path, standin).get(URL)
    assert client_of(tmp_path, None, offline=True).get(URL).body == strange
    for path in (tmp_path / "answers").rglob("*"):
        assert path.is_dir() or path.suffix in {".json", ".dat"}


def test_no_more_than_four_at_once_ask_one_host(tmp_path: Path):
    service = Counted()
    with Standin(service) as standin:
        client = client_of(tmp_path, standin, policy=RetryPolicy())
        asking = [threading.Thread(target=client.get, args=(f"https://api.pdok.nl/slow?{one}",)) for one in range(16)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
    assert service.answers == 16
    assert service.most == 4


def test_what_two_ask_at_once_is_sent_once(tmp_path: Path, standin: Standin):
    client = client_of(tmp_path, standin, policy=RetryPolicy(tries=1))
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: client.get("https://api.pdok.nl/slow"), range(4)))
    assert len(standin.requests) == 1
    assert len({one.fetched for one in answers}) == len({one.json()["nth"] for one in answers}) == 1


def test_a_request_is_sent_six_times(tmp_path: Path, standin: Standin):
    standin.trap("figures", Reply(503), lasting=True)
    policy = RetryPolicy(pause=0)
    with pytest.raises(UnreachableError):
        client_of(tmp_path, standin, policy=policy).get(URL)
    assert len(standin.requests) == 6


@pytest.mark.parametrize(("seconds", "reports"), [(300, 1), (301, 0)])
def test_five_minutes_are_waited_and_not_a_second_more(tmp_path: Path, standin: Standin, seconds: int, reports: int):
    standin.trap("figures", busy(seconds), lasting=True)
    client = client_of(tmp_path, standin)
    pauses: list[str] = []

    def stop(report: Message) -> None:
        pauses.append(str(report))
        client.stop.set()

    client.on_retry = stop
    with pytest.raises(UnreachableError):
        client.get(URL)
    assert pauses == ["api.pdok.nl: answers 429 Too Many Requests: slow down; trying again in 300 s"] * reports
    assert len(standin.requests) == 1


def test_a_client_that_is_stopped_waits_no_longer(tmp_path: Path, standin: Standin):
    standin.trap("figures", busy(200), lasting=True)
    client = client_of(tmp_path, standin)
    threading.Timer(0.2, client.stop.set).start()
    with pytest.raises(UnreachableError):
        client.get(URL)  # else it would wait for 200 s, and then again
    assert len(standin.requests) == 1


def test_a_full_disk_is_reported_as_such(tmp_path: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    client = client_of(tmp_path, standin)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="the disk is full; free some space and run it again"):
        client.get(URL)


def test_an_answer_that_is_no_json_says_so_where_json_is_due(tmp_path: Path, standin: Standin):
    standin.trap("figures", Reply(200, b"buurt;inwoners", {"Content-Type": "text/csv"}))
    with pytest.raises(SourceError, match="figures: no JSON but b'buurt;inwoners'"):
        client_of(tmp_path, standin).get(URL).json()


def test_an_address_that_is_none_is_reported(tmp_path: Path):
    with pytest.raises(SourceError, match="no request can be sent"):
        client_of(tmp_path, None).get("https://")


def test_other_callbacks_share_the_same_cache(tmp_path: Path, standin: Standin):
    answers: list[object] = []
    client = client_of(tmp_path, standin)
    answer = client.with_callbacks(lambda _: None, answers.append).get(URL)
    assert answers == [answer]
    assert client.get(URL).body == answer.body
