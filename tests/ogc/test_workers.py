"""Several processes serve as one: whichever answers, and while one of them dies."""

import json
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from services.ogc import health
from tests.ogc import servers

ITEMS = "/collections/indicatoren-misdrijven-buurt/items"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A site of two workers: its home, a client of the API and the address of the site."""
    home, port = tmp_path_factory.mktemp("workers"), servers.free_port()
    _, config = servers.a_home(home, port)
    with servers.running(servers.ours(home, config, port, workers=2), home, config, port) as api:
        server = int(next(home.glob("*.pid")).read_text())
        until = time.monotonic() + 60
        while len(servers.workers(server)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        yield SimpleNamespace(home=home, api=api, site=f"http://127.0.0.1:{port}", server=server)


def on_a_new_connection(url, **asked):
    """Asked of whichever worker takes it."""
    return httpx.get(url, headers={"Connection": "close"}, timeout=30, **asked)


def test_a_filter_sent_to_one_worker_is_known_to_all(served):
    names = [f"BU{number:08d}-2024" for number in range(3000)]
    asked = {"op": "in", "args": [{"property": "id"}, names]}
    page = served.api.post(ITEMS, params={"limit": 5, "f": "json"}, json=asked).json()
    found = [one["id"] for one in page["features"]]
    while following := next((one["href"] for one in page["links"] if one["rel"] == "next"), None):
        answer = on_a_new_connection(following)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [one["id"] for one in page["features"]]
    assert found == names[:120]


def test_a_worker_that_is_killed_is_replaced_and_its_requests_go_to_the_others(served):
    before = set(servers.workers(served.server))
    os.kill(min(before), signal.SIGKILL)
    answers = [on_a_new_connection(f"{served.site}/v1{ITEMS}", params={"limit": 3}) for _ in range(40)]
    assert {one.status_code for one in answers} == {200}
    until = time.monotonic() + 60
    while len(set(servers.workers(served.server)) - before) < 1 and time.monotonic() < until:
        time.sleep(0.2)
    assert len(set(servers.workers(served.server)) - before) == 1


def test_metrics_are_of_all_workers_and_name_no_text_of_a_reader(served):
    def asked():
        text = on_a_new_connection(f"{served.site}/metrics").text
        found = re.search(r'zicht_requests_total\{method="GET",route="item",status="404"\} (\S+)', text)
        return float(found[1]) if found else 0.0, text

    before, _ = asked()
    with ThreadPoolExecutor(8) as pool:
        url = f"{served.site}/v1{ITEMS}/geheim%22"
        assert {one.status_code for one in pool.map(on_a_new_connection, [url] * 20)} == {404}
    on_a_new_connection(f"{served.site}/v1/geheim?geheim=geheim")
    with httpx.Client() as client:
        client.request("GEHEIM", f"{served.site}/v1/")
    after, text = asked()
    assert after - before == 20
    assert "geheim" not in text.lower()
    assert 'zicht_requests_total{method="GET",route="none",status="404"}' in text
    assert re.search(r'zicht_request_seconds_bucket\{le="0.1",route="items"\} \d', text)


def test_health_says_which_release_is_served_and_how_old_its_figures_are(served):
    answer = on_a_new_connection(f"{served.site}/health")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    content = answer.json()
    assert (content["status"], content["release"], content["store"]) == (
        "pass", "large", {"kind": "sqlite", "collections": 2},
    )  # fmt: skip
    (served.home / "current").rename(served.home / "away")
    try:
        gone = on_a_new_connection(f"{served.site}/health")
        assert (gone.status_code, gone.json()["status"], gone.json()["store"]) == (503, "fail", None)
    finally:
        (served.home / "away").rename(served.home / "current")


def test_workers_end_with_the_process_that_started_them(served):
    left = servers.workers(served.server)
    assert len(left) == 2
    os.kill(served.server, signal.SIGKILL)
    until = time.monotonic() + 60
    while any(Path(f"/proc/{one}").exists() for one in left) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [one for one in left if Path(f"/proc/{one}").exists()]


def test_the_age_of_figures_is_since_they_were_last_found_to_be_so():
    now = datetime.now(UTC).timestamp()
    moment = datetime.fromtimestamp(now - 3600, UTC).isoformat()
    edition = SimpleNamespace(confirmed=moment, id="a", collections={})
    status, content = health.of(edition, "sqlite")
    assert status == 200
    assert 3600 <= content["age_seconds"] < 3660
    assert json.dumps(content)
    assert health.of(SimpleNamespace(confirmed="", id="a", collections={}), "sqlite")[1]["age_seconds"] is None
