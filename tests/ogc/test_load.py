"""Many clients at once, some slow and some that go away, while releases land and a worker is killed: no answer is
wrong, none is lost but those that the killed worker had, and memory stays bounded.
"""

import asyncio
import multiprocessing
import os
import re
import signal
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.ogc import clients, servers
from tests.services import crashing

LONGEST = 240
"""Seconds after which a release should have landed, and crawls have ended, on any machine."""
MEGABYTES = 75
"""That a process may have more than it had before the load."""


@contextmanager
def served(home):
    """The address of `zicht serve` with two workers, and its process id."""
    port = servers.free_port()
    serve = [sys.executable, "-m", "services.cli", "serve", "--home", str(home), "--port", str(port), "--workers", "2"]
    with servers.running(serve, home, home / "pygeoapi-config.yml", port):
        server = int((home / f"{port}.pid").read_text())
        until = time.monotonic() + 60
        while len(servers.workers(server)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1", server


def publishing(root, states, pause):
    """Publish what was built; then build from each of these states of the figures, and publish that."""
    crashing.publish(root)
    for state in states:
        time.sleep(pause)
        crashing.build(root, state)
        crashing.publish(root)


def memory(processes):
    """Megabytes that each process has in memory now; one that was killed has none, before it is gone too."""
    found = {}
    for one in processes:
        with suppress(OSError):
            if held := re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{one}/status").read_text()):
                found[one] = int(held[1]) / 1024
    return found


async def load(address, server, seen, many):
    """Let `many` clients ask until all was seen, with a worker killed on the way; returns when, and the most memory."""
    limits = httpx.Limits(max_connections=2 * many, max_keepalive_connections=many)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        page = (await client.get(f"{clients.ITEMS}?limit=1000")).json()
        ids = [one["id"] for one in page["features"]]
        kinds = [clients.crawl] * 5 + [clients.read_slowly] * 2 + [clients.hang_up] * 1
        tasks = [asyncio.create_task(kinds[at % 8](client, seen)) for at in range(many * 4 // 5)]
        tasks += [asyncio.create_task(clients.ask_items(client, seen, ids)) for _ in range(many // 5)]
        killed, most = 0.0, {}
        least, end = seen.until, seen.until + LONGEST
        seen.until = end
        while time.monotonic() < least or not (killed and seen.distances == clients.DISTANCES):
            await asyncio.sleep(0.2)
            for one, now in memory(servers.workers(server)).items():
                most[one] = max(now, most.get(one, 0.0))
            if not killed and (seen.counts["crawls"] >= 2 or time.monotonic() > least):
                os.kill(min(servers.workers(server)), signal.SIGKILL)
                killed = time.monotonic()
            if time.monotonic() > end:
                break
        seen.until = time.monotonic()
        await asyncio.gather(*tasks)
    return killed, most


def held(root, seconds, many, states=(), pause=0):
    """What so many clients saw, for so long at least, while a release landed, and those of `states` after it."""
    crashing.given(root)
    crashing.build(root, "eerst")
    crashing.publish(root)
    crashing.build(root, "later")
    context = multiprocessing.get_context("forkserver")
    with served(root / "home") as (address, server):
        before = max(memory(servers.workers(server)).values())
        publisher = context.Process(target=publishing, args=(root, states, pause), daemon=True)
        publisher.start()
        try:
            seen = clients.Seen(time.monotonic() + seconds)
            killed, most = asyncio.run(load(address, server, seen, many))
        finally:
            publisher.kill()
            publisher.join()
        after = httpx.get(f"{address}/collections", timeout=60).status_code
    seen.seconds.sort()
    print(dict(seen.counts), f"{len(seen.lost)} lost; p50 {seen.seconds[len(seen.seconds) // 2]:.3f} s")
    print(f"{before:.0f} MB before, at most {max(most.values()):.0f} a worker")
    assert after == 200
    assert not seen.wrong, seen.wrong[:5]
    assert seen.distances == clients.DISTANCES  # of a release before, and of one that landed
    assert not [one for one in seen.lost if not one[0] <= killed + 1 <= one[1] + 2], (killed, seen.lost)
    assert len(seen.lost) <= many
    assert max(most.values()) < before + MEGABYTES
    return seen


def test_no_answer_is_wrong_or_lost_while_a_release_lands_and_a_worker_is_killed(tmp_path):
    seen = held(tmp_path, seconds=5, many=24)
    assert seen.counts["crawls"] >= 5
    assert seen.counts["read slowly"]
    assert seen.counts["hung up"]


@pytest.mark.deep
def test_the_same_for_ten_minutes_and_two_hundred_clients(tmp_path):
    seconds = int(os.environ.get("ZICHT_LOAD_SECONDS", "600"))  # noqa: TID251  # a minute or two, to try it
    held(tmp_path, seconds, many=200, states=["eerst", "later"] * 50, pause=30)
