"""What an answer holds, in words that fit, and whether it is asked again."""

import gzip
from dataclasses import replace

import orjson
import pytest

from geo.errors import SourceError
from geo.messages import Message
from services.http.client import Client, UnreachableError
from services.http.download import download
from services.http.transport import RetryPolicy
from tests.standin.server import Reply, Standin

URL = "https://api.pdok.nl/figures"
JSON = {"Content-Type": "application/json"}
WHOLE = orjson.dumps({"naam": "Súdwest-Fryslân", "cijfers": [1, 2.5, None]})
QUICK = RetryPolicy(tries=3, pause=0.01, cooldown=0, most_bytes=1_000_000)


def answer(folder, reply: Reply, **more):
    with Standin(lambda *_: reply) as standin:
        client = Client(folder, policy=QUICK, gateway=standin.url, **more)
        try:
            return client.get(URL), standin.count("figures")
        except SourceError as fault:
            return fault, standin.count("figures")


def test_a_byte_order_mark_is_read(tmp_path):
    got, asked = answer(tmp_path, Reply(200, b"\xef\xbb\xbf" + WHOLE, JSON))
    assert (got.json()["naam"], asked) == ("Súdwest-Fryslân", 1)
    assert got.body.startswith(b"\xef\xbb\xbf")


BROTLI = b"\x0b\x03\x80" + b'{"a": 1}' + b"\x03"
"""{"a": 1} in brotli (RFC 7932), stored as it is."""


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, br", "BR"])
@pytest.mark.parametrize("get", ["get", "download"])
def test_what_is_packed_as_nobody_asked_is_called_what_it_is_and_not_asked_again(tmp_path, get, packing):
    with Standin(lambda *_: Reply(200, BROTLI, {**JSON, "Content-Encoding": packing})) as standin:
        client = Client(tmp_path, policy=QUICK, gateway=standin.url)
        said = f"figures: the service sends what is packed as {packing.lower().split()[-1]}, which was not asked for"
        with pytest.raises(SourceError, match=said) as fault:
            client.get(URL) if get == "get" else download(client, URL, tmp_path / "file")
        assert standin.count("figures") == 1
    assert not isinstance(fault.value, UnreachableError)
    assert not (tmp_path / "file").exists()


def test_an_explanation_that_is_packed_as_nobody_asked_is_said_to_be_so(tmp_path):
    fault, _ = answer(tmp_path, Reply(404, BROTLI, {"Content-Encoding": "br"}))
    assert "the service refuses: 404 Not Found: an explanation that is packed as br; the address" in str(fault)


@pytest.mark.parametrize("packing", ["gzip, gzip", "gzip, identity, deflate"])
def test_what_is_packed_twice_is_refused_before_it_is_unpacked(tmp_path, packing):
    bomb = gzip.compress(gzip.compress(b" " * 50_000_000))
    fault, asked = answer(tmp_path, Reply(200, bomb, {**JSON, "Content-Encoding": packing}))
    assert f"sends what is packed as {packing.replace('identity, ', '')}, which was not asked for" in str(fault)
    assert asked == 1


@pytest.mark.parametrize("packing", ["identity", "GZIP", "x-gzip"])
def test_what_is_packed_as_was_asked_is_unpacked(tmp_path, packing):
    body = WHOLE if packing == "identity" else gzip.compress(WHOLE)
    got, _ = answer(tmp_path, Reply(200, body, {**JSON, "Content-Encoding": packing}))
    assert got.json()["cijfers"] == [1, 2.5, None]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (WHOLE.decode().encode("utf-16"), "JSON in UTF-16 or UTF-32, where UTF-8 is due"),
        (WHOLE.decode().encode("utf-16-le"), "JSON in UTF-16 or UTF-32"),
        (WHOLE.decode().encode("utf-32"), "JSON in UTF-16 or UTF-32"),
        (WHOLE.decode().encode("latin-1"), r"JSON that is not in UTF-8 \(byte 10\)"),
        (b'{"a": [1, NaN]}', "JSON with NaN or Infinity, which JSON does not have"),
        (b'{"a": -Infinity}', "JSON with NaN or Infinity"),
        (b'{"a": "\\ud800"}', r"JSON with half a character \(\\ud800\) from character 7"),
        (b"[" * 3000 + b"]" * 3000, "JSON that is nested more than 1,024 levels deep"),
        (b'{"a": 1} en verder', "what is no JSON from character 9: 'en verder'"),
        (b"inwoners;12", "what is no JSON from character 0"),
    ],
)
def test_what_asking_again_cannot_mend_is_asked_once_and_said_in_words_that_fit(tmp_path, body, said):
    fault, asked = answer(tmp_path, Reply(200, body, JSON))
    assert not isinstance(fault, UnreachableError)
    assert asked == 1
    with pytest.raises(SourceError, match=rf"figures: the service sends {said}.*data folder instead"):
        raise fault
    assert not list((tmp_path / "answers").glob("*.json"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty answer"),
        (b" \n", "an empty answer"),
        (b"<html><h1>Onderhoud</h1></html>", "answers with a web page instead of figures: Onderhoud"),
        (b" <?xml version='1.0'?><error>stuk</error>", "answers with a web page instead of figures: stuk"),
        *[(WHOLE[:at], f"JSON that stops half-way after {at} bytes") for at in (1, 9, 11, 12, 20, len(WHOLE) - 1)],
    ],
)
def test_what_may_be_gone_a_minute_later_is_asked_again(tmp_path, body, said):
    reports: list[Message] = []
    fault, asked = answer(tmp_path, Reply(200, body, JSON), on_retry=reports.append)
    assert isinstance(fault, UnreachableError)
    assert asked == 3
    assert f"{URL}: {said}" in str(fault)
    assert str(reports[0]).startswith(f"api.pdok.nl: {said}")


def test_what_unpacks_to_more_than_an_answer_can_be_is_refused_before_it_fills_the_memory(tmp_path):
    packed = gzip.compress(b"[" + b" " * 300_000_000 + b"]")
    fault, asked = answer(tmp_path, Reply(200, packed, JSON | {"Content-Encoding": "gzip"}))
    assert asked == 1
    with pytest.raises(SourceError, match=r"figures: an answer of more than 1,000,000 bytes when unpacked"):
        raise fault


@pytest.mark.parametrize("value", ["{}", "[]", "1"])
def test_what_holds_more_values_than_an_answer_can_have_is_refused_before_it_is_read(tmp_path, monkeypatch, value):
    monkeypatch.setattr("services.http.bodies.parsed", lambda _: pytest.fail("it was read"))
    reply = Reply(200, gzip.compress(b"[" + f"{value},".encode() * 20_000_001 + b"1]"), JSON)
    with Standin(lambda *_: replace(reply, headers=JSON | {"Content-Encoding": "gzip"})) as standin:
        with pytest.raises(SourceError, match=r"an answer of [24]0,000,00\d values, where 20,000,000 is the most"):
            Client(tmp_path, gateway=standin.url).get(URL)
        assert standin.count("figures") == 1


@pytest.mark.parametrize("name", ["idna", "undefined", "a\0b", "zlib", "no-such", "punycode"])
def test_an_encoding_that_cannot_be_read_does_not_hide_what_a_service_says(tmp_path, name):
    fault, _ = answer(tmp_path, Reply(403, b"<b>geen toegang</b> \xff", {"Content-Type": f"text/html; charset={name}"}))
    with pytest.raises(SourceError, match=r"the service refuses: 403 Forbidden: (geen toegang|no explanation)"):
        raise fault


def test_only_the_beginning_of_a_long_explanation_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("requests.Response.text", property(lambda _: pytest.fail("all of it was decoded")))
    fault, asked = answer(tmp_path, Reply(500, "storing é ".encode("cp1252") * 90_000, {"Content-Type": "x/y"}))
    assert asked == 3
    assert "answers 500 Internal Server Error: storing" in str(fault)


def test_by_default_an_answer_is_half_a_gigabyte_at_most():
    assert RetryPolicy().most_bytes == 500_000_000
