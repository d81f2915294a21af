"""Clients of a server under load: each asks for as long as it may, and writes down what was wrong and what was lost.

Areas are those of `tests.services.crashing`: the distance of each says from which state of the figures it was made, so
that a crawl tells by itself whether it was of one release.
"""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import orjson

ITEMS = "/collections/indicatoren-proef-buurt/items"
DISTANCES = {1.0, 6.0}
PIECE, PAUSE = 4_096, 0.02
"""Bytes that a slow reader takes, and seconds between."""


@dataclass(slots=True)
class Seen:
    """What all clients saw: how often what happened, what was wrong, and when what was lost was asked and lost."""

    until: float
    counts: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)
    lost: list[tuple[float, float]] = field(default_factory=list)
    distances: set[float] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)

    @property
    def going(self):
        return time.monotonic() < self.until

    async def answer(self, client, url):
        """The answer of a request; None where it was lost."""
        start = time.monotonic()
        try:
            answer = await client.get(url)
        except httpx.TransportError as fault:
            self.lost.append((start, time.monotonic()))
            self.counts[type(fault).__name__] += 1
            return None
        self.seconds.append(time.monotonic() - start)
        self.counts[answer.status_code] += 1
        return answer


async def crawl(client, seen):
    """Whole crawls, one after the other: each area once, of one release; or told to start again."""
    while seen.going:
        url, ids, distances = f"{ITEMS}?limit=40", [], set()
        while url and seen.going:
            answer = await seen.answer(client, url)
            if answer is None:
                continue
            if answer.status_code == 410:
                seen.counts["started again"] += 1
                break
            if answer.status_code != 200:
                seen.wrong.append((url, answer.status_code, answer.text[:200]))
                break
            page = answer.json()
            ids += [one["id"] for one in page["features"]]
            distances |= {one["properties"]["afstand"] for one in page["features"]} - {None}
            url = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        if url is None:
            seen.counts["crawls"] += 1
            seen.distances |= distances
            if not (len(ids) == len(set(ids)) == page["numberMatched"] and len(distances) == 1):
                seen.wrong.append(("crawl", len(ids), len(set(ids)), page["numberMatched"], distances))


async def ask_items(client, seen, ids):
    """One area after the other."""
    while seen.going:
        wanted = random.choice(ids)  # noqa: S311  # whichever
        answer = await seen.answer(client, f"{ITEMS}/{wanted}")
        if answer is None:
            continue
        area = answer.json()
        if answer.status_code != 200 or area["id"] != wanted or area["properties"]["afstand"] not in {*DISTANCES, None}:
            seen.wrong.append((wanted, answer.status_code, answer.text[:200]))


async def read_slowly(client, seen):
    """All areas, a few bytes at a time; whole when they have arrived."""
    while seen.going:
        start = time.monotonic()
        try:
            body = await _slowly(client.base_url.host, client.base_url.port, f"{client.base_url.path}{ITEMS[1:]}")
        except (OSError, asyncio.IncompleteReadError):
            seen.lost.append((start, time.monotonic()))
            continue
        page = orjson.loads(body)
        seen.counts["read slowly"] += 1
        if not len(page["features"]) == page["numberMatched"] == page["numberReturned"]:
            seen.wrong.append(("slowly", len(page["features"]), page["numberMatched"]))


async def _slowly(host, port, path):
    reader, writer = await asyncio.open_connection(host, port, limit=PIECE)
    try:
        writer.write(f"GET {path}?limit=10000 HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        pieces = []
        while left:
            pieces.append(await reader.readexactly(min(left, PIECE)))
            left -= len(pieces[-1])
            await asyncio.sleep(PAUSE)
        return b"".join(pieces)
    finally:
        await _closed(writer)


async def _closed(writer):
    """Let go of a connection before its event loop ends."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def hang_up(client, seen):
    """Asks for all areas and goes away before, or while, they come."""
    address = urlsplit(str(client.base_url))
    while seen.going:
        try:
            _, writer = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            seen.lost.append((time.monotonic(), time.monotonic()))
            continue
        writer.write(f"GET {address.path}{ITEMS[1:]}?limit=10000 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await asyncio.sleep(random.random() / 5)  # noqa: S311  # whenever
        writer.transport.abort()
        await _closed(writer)
        seen.counts["hung up"] += 1
