"""What an answer holds: JSON that can be read, or a fault in words that fit it, and whether asking again may help.

A service under load or maintenance stops half-way, or sends a web page or nothing: that may be gone a minute later.
JSON in another encoding, with NaN or nested without end is how a service writes, and is not asked again. Nor is JSON of
more values than an answer can have: 180 MB of `{},` came packed in 0.8 MB, and took 5.6 GB once it was read.
"""

import codecs
import json
import re
from typing import Any

import orjson
import requests
from urllib3 import HTTPResponse

from geo.errors import SourceError
from geo.messages import Message, message
from services.http.faults import TransientError

MOST_VALUES = 20_000_000
"""Values of an answer, such as seven million corners of areas."""

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parsed(body: bytes) -> Any:
    """The body as JSON, also behind a byte order mark. Raises orjson.JSONDecodeError."""
    return orjson.loads(body.removeprefix(codecs.BOM_UTF8))


def check_packing(response: requests.Response) -> None:
    """Raise SourceError for what is packed as nobody asked: its bytes would be taken for what is in it."""
    if packing := _unasked(response):
        response.close()
        raise SourceError(
            "{url}: the service sends what is packed as {packing}, which was not asked for and is not unpacked here; "
            "put a file with the same figures in the data folder instead, or report it to the service",
            url=response.url, packing=packing,
        )  # fmt: skip


def _unasked(response: requests.Response) -> str:
    """In which ways an answer is packed that nobody asked for: br and zstd, which urllib3 does not know, and several on
    top of one another, of which it unpacks the inner ones without a bound; else nothing.
    """
    ways = [way.strip() for way in response.headers.get("Content-Encoding", "").lower().split(",")]
    packed = [way for way in ways if way not in {"", "identity"}]
    unknown = [way for way in packed if way not in HTTPResponse.CONTENT_DECODERS]
    return ", ".join(packed if len(packed) > 1 and not unknown else unknown)


def check_body(response: requests.Response) -> None:
    """Raise TransientError for a whole answer that asking again may mend: a web page, or JSON that stops half-way;
    SourceError for JSON that cannot be read however often it is asked.
    """
    kind = response.headers.get("Content-Type", "")
    sent_as_json = "json" in kind
    if "html" in kind or (sent_as_json and response.content.lstrip()[:1] == b"<"):
        raise TransientError("answers with a web page instead of figures: {text}", text=summary(response))
    if not sent_as_json:
        return
    if not response.content.strip():
        raise TransientError("an empty answer")
    _check_values(response)
    try:
        parsed(response.content)
    except orjson.JSONDecodeError as fault:
        _raise(response, fault)


def _check_values(response: requests.Response) -> None:
    """Each value but the first stands behind one of three marks; those within texts count too."""
    body = response.content
    if len(body) > MOST_VALUES and (count := sum(map(body.count, (b",", b"[", b"{")))) > MOST_VALUES:
        raise SourceError(
            "{url}: an answer of {count:,} values, where {most:,} is the most that is read; the service does not send "
            "what was asked: put a file with the same figures in the data folder instead",
            url=response.url, count=count, most=MOST_VALUES,
        )  # fmt: skip


def _raise(response: requests.Response, fault: orjson.JSONDecodeError) -> None:
    body = response.content
    if _is_cut(body, fault):
        raise TransientError("JSON that stops half-way after {count} bytes", count=len(body)) from None
    raise SourceError(
        "{url}: the service sends {what}; put a file with the same figures in the data folder instead, or report it "
        "to the service",
        url=response.url, what=_what(body, fault),
    ) from None  # fmt: skip


def _is_cut(body: bytes, fault: orjson.JSONDecodeError) -> bool:
    """Whether the body ends before its value does, in the middle of a character too."""
    if fault.msg == "unexpected end of data":
        return True
    try:
        body.decode()
    except UnicodeDecodeError as encoding:
        return encoding.reason == "unexpected end of data"
    return False


def _what(body: bytes, fault: orjson.JSONDecodeError) -> Message:
    """What is sent in place of JSON."""
    if body.startswith(UTF_16) or b"\x00" in body[:4]:
        return message("JSON in UTF-16 or UTF-32, where UTF-8 is due")
    if "depth" in fault.msg:
        return message("JSON that is nested more than 1,024 levels deep")
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as encoding:
        return message("JSON that is not in UTF-8 (byte {place})", place=encoding.start)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return message("what is no JSON from character {place}: {text!r}", place=fault.pos, text=text[fault.pos :][:60])
    if "surrogate" in fault.msg:
        return message("JSON with half a character (\\ud800) from character {place}", place=fault.pos)
    return message("JSON with NaN or Infinity, which JSON does not have")


def summary(response: requests.Response) -> Message | str:
    """The text of an answer without tags, on one line of 200 characters at most.

    Of what is packed as nobody asked there is none. Only the beginning is decoded: to guess the encoding of half a
    gigabyte, as requests would, takes seconds.
    """
    if packing := _unasked(response):
        return message("an explanation that is packed as {packing}", packing=packing)
    start = response.content[:8000]
    try:
        text = str(start, response.encoding or "utf-8", errors="replace")
    except (LookupError, ValueError):  # an encoding that does not exist, or that does not replace
        text = start.decode(errors="replace")
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text[:2000], flags=re.DOTALL | re.IGNORECASE)
    return " ".join(bare.split())[:200] or message("no explanation")
