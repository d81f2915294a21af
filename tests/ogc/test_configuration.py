import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pygeoapi
import pytest
import yaml
from click.testing import CliRunner
from pygeoapi.openapi import generate_openapi_document

from geo.errors import ServeError, StoreError
from services.ogc import app, configuration, server
from services.stores.served import opened
from tests.ogc import places, servers

# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")

NAME = "indicatoren-misdrijven-buurt"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def written(home):
    return servers.a_home(home, servers.free_port())[1]


@pytest.fixture(scope="module")
def wanted(written):
    return configuration.resources(opened(written.parent / "current" / "zicht.sqlite").collections, servers.DATA)


@pytest.fixture
def copy(written, tmp_path):
    path = tmp_path / "pygeoapi-config.yml"
    path.write_bytes(written.read_bytes())
    return path


def test_what_is_written_is_valid_to_pygeoapi(written):
    for path in (written, servers.ROOT / "pygeoapi-config.yml"):
        validated = CliRunner().invoke(pygeoapi.cli, ["config", "validate", "-c", str(path)])
        assert validated.exit_code == 0, validated.output
        assert "Valid configuration" in validated.output


def test_what_is_written_by_hand_is_kept_to_the_letter(copy, wanted):
    by_hand = copy.read_text().split("resources:")[0]
    configuration.write(copy, wanted)
    configuration.write(copy, wanted)
    assert copy.read_text().startswith(by_hand + "resources:\n  # Written by `zicht publish`")
    assert copy.read_text().count("# Written by `zicht publish`") == 1
    configuration.write(copy, {})
    assert copy.read_text() == by_hand + "resources: {}\n"


OWN = "metadata:\n  contact:\n    email: gis@havermonde.example\nserver:\n  limits:\n    max_items: 500\n"


def test_own_settings_stand_beside_the_file_and_no_command_writes_them(copy, wanted):
    own = copy.parent / "pygeoapi-config.own.yml"
    own.write_text(OWN)
    before = copy.read_bytes()
    configuration.write(copy, wanted)
    assert (copy.read_bytes(), own.read_text()) == (before, OWN)
    plain = yaml.safe_load(configuration.complete(copy, wanted))
    served = yaml.safe_load(configuration.with_own(copy, configuration.complete(copy, wanted)))
    assert served["metadata"]["contact"] == plain["metadata"]["contact"] | {"email": "gis@havermonde.example"}
    assert served["server"]["limits"] == plain["server"]["limits"] | {"max_items": 500}
    assert served["resources"] == plain["resources"]


@pytest.mark.parametrize("text", ["resources: {}\n", "- 1\n", "a: [\n", "serfer: {}\n"])
def test_own_settings_that_are_none_are_refused_by_their_file(copy, wanted, text):
    (copy.parent / "pygeoapi-config.own.yml").write_text(text)
    with pytest.raises(StoreError, match=r"pygeoapi-config\.own\.yml"):
        configuration.with_own(copy, configuration.complete(copy, wanted))


@pytest.mark.parametrize("text", [b"a: a: b\n", b"server: [1, 2", b"\xff\xfe\x00", b"just text"])
def test_a_configuration_that_cannot_be_read_is_refused_in_words_by_who_serves_and_who_publishes(copy, wanted, text):
    copy.write_bytes(text)
    for asked in (configuration.complete, configuration.write):
        with pytest.raises(StoreError, match=r"(?s)cannot be read: .*; correct it, or remove it and publish again"):
            asked(copy, wanted)
    assert copy.read_bytes() == text


def test_a_configuration_that_lacks_a_part_is_refused_before_it_is_served(copy):
    with pytest.raises(StoreError, match="lacks logging, metadata; put these back"):
        configuration.with_own(copy, "server: {}\nresources: {}\n")


def test_git_ignores_own_settings():
    ignored = subprocess.run(["git", "check-ignore", "pygeoapi-config.own.yml", "output/x/pygeoapi-config.own.yml"],
                             cwd=servers.ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    if ignored.returncode > 1:
        pytest.skip("no git repository")
    assert len(ignored.stdout.splitlines()) == 2


def test_the_same_release_gives_the_same_file(copy, wanted, written):
    configuration.write(copy, wanted)
    assert copy.read_bytes() == written.read_bytes()


def test_a_file_tells_whether_it_is_current_and_how_it_differs(copy, wanted):
    assert configuration.is_current(copy, wanted)
    assert configuration.difference(copy, wanted) is None
    other = {name: one for name, one in wanted.items() if name != NAME}
    other |= {"gebieden-buurt": other["gebieden-buurt"] | {"title": "Anders"}, "gebieden-wijk": {}}
    assert not configuration.is_current(copy, other)
    assert str(configuration.difference(copy, other)) == (
        "it lacks gebieden-wijk, it has gone stale on gebieden-buurt, it still has indicatoren-misdrijven-buurt"
    )


def test_a_change_by_hand_in_resources_is_not_current(copy, wanted):
    copy.write_text(copy.read_text().replace("id_field: id", "id_field: naam", 1))
    assert not configuration.is_current(copy, wanted)


def test_something_below_resources_is_refused_and_kept(copy, wanted):
    before = copy.read_text() + "logging:\n  level: DEBUG\n"
    copy.write_text(before)
    with pytest.raises(StoreError, match="must stand last, found 'logging:'"):
        configuration.write(copy, wanted)
    assert copy.read_text() == before


def test_a_resource_tells_its_caveat_source_licence_and_years(wanted):
    one = wanted[NAME]
    assert "toont geen personen" in one["description"]
    assert "Bron: verzonnen (CC BY 4.0)." in one["description"]
    assert [link["title"] for link in one["links"] if link["rel"] == "license"] == ["CC BY 4.0"]
    assert one["extents"]["temporal"]["end"].year == 2024
    assert one["providers"][0]["title_field"] == "gebiedsnaam"
    assert "temporal" not in wanted["gebieden-buurt"]["extents"]


def test_no_alias_or_machine_path_is_written(written, home):
    text = written.read_text()
    assert "&id" not in text
    assert str(home) not in text
    assert yaml.safe_load(text)["resources"][NAME]["providers"][0]["data"] == servers.DATA


def answers(home, written, kind, port):
    """How a stock server starts on the configuration, and what it finds."""
    config_here = written.with_name(f"stock-{port}.yml")
    config_here.write_text(re.sub(r"(?<=port: )\d+", str(port), written.read_text()))
    command = [sys.executable, "-c", "from pygeoapi import cli; cli()", "serve", kind]
    items = f"/collections/{NAME}/items"
    with servers.running(command, home, config_here, port) as api:
        page = api.get(items, params={"f": "json", "limit": 7}).json()
        loose = api.get(items, params={"f": "json", "filter": "q < 0.5 OR q < 0.2 AND lens = 'basis'"}).json()
        strict = api.get(items, params={"f": "json", "q": "0.5"}).json()
        unknown = api.get(items, params={"perode": "2024"})
    return page["numberReturned"], loose["numberMatched"], strict["numberMatched"], unknown.status_code


def test_a_stock_pygeoapi_serves_the_same_answers(home, written, monkeypatch):
    monkeypatch.setenv("ZICHT_HOME", str(home))
    with written.open() as content:
        (home / "openapi.json").write_text(generate_openapi_document(content, "json"))
    table = places.collections()[1].table
    wanted = (7, (table["q"] < 0.5).sum(), (table["q"] == 0.5).sum(), 400)
    kinds, ports = ("--flask", "--starlette"), [servers.free_port() for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        for found in pool.map(answers, [home] * 2, [written] * 2, kinds, ports):
            assert found == wanted


def test_a_taken_port_is_named_with_the_way_out(home, written):
    with server._listening("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"port {port} on 127.0.0.1 is in use; choose another with --port"):
            server.serve(app.Site(home, written), "127.0.0.1", port)


def test_answers_on_a_connection_that_is_kept_do_not_wait_for_an_acknowledgement():
    async def accepted() -> int:
        found = asyncio.get_running_loop().create_future()

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with server._listening("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(take, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                writer.close()
                return await found

    assert asyncio.run(accepted()) == 1


def test_ctrl_c_ends_the_service_without_a_word(home, written):
    port = servers.free_port()
    command = servers.ours(home, written, port)
    server = subprocess.Popen(command, env=servers.environment(home, written), stderr=subprocess.PIPE, text=True)
    while server.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/conformance")
            break
        time.sleep(0.1)
    server.send_signal(signal.SIGINT)
    _, said = server.communicate(timeout=10)
    assert (server.returncode, said) == (0, "")


def test_a_connection_is_kept_for_longer_than_a_proxy_keeps_it(home, written):
    """Else a question that comes while it is closed is lost."""
    assert server._config(app.application(app.Site(home, written))).timeout_keep_alive > 60


def test_without_a_release_there_is_nothing_to_serve(tmp_path, written):
    with pytest.raises(ServeError, match="zicht publish"):
        app.application(app.Site(tmp_path, written))


def test_an_address_with_a_slash_at_its_end_gives_the_same_links(home, written, monkeypatch):
    monkeypatch.setenv("ZICHT_HOME", str(home))
    monkeypatch.setenv("ZICHT_URL", "https://kaart.example/api/")
    application = app.application(app.Site(home, written))
    landing = json.loads(asyncio.run(body_of(application, "/v1")))
    links = [link["href"] for link in landing["links"]]
    assert "https://kaart.example/api/kaart" in links
    assert not any("api//" in link for link in links)


def test_an_address_that_is_empty_is_none(home, written, monkeypatch):
    monkeypatch.setenv("ZICHT_HOME", str(home))
    monkeypatch.setenv("ZICHT_URL", "")
    application = app.application(app.Site(home, written))
    links = [link["href"] for link in json.loads(asyncio.run(body_of(application, "/v1")))["links"]]
    assert links
    assert all(re.match(r"https?://[^/]", link) for link in links)


def test_an_empty_address_gives_way_to_where_the_server_listens(monkeypatch):
    monkeypatch.setenv("ZICHT_URL", " ")
    app.addressed("http://127.0.0.1:8080")
    assert os.environ["ZICHT_URL"] == "http://127.0.0.1:8080"  # noqa: TID251  # what pygeoapi reads


@pytest.mark.parametrize(
    "address", ["kaart.nl", "ftp://kaart.nl", "https://", "/kaart", "https://x/?a=b", "http://a b"]
)
def test_what_is_no_address_is_refused_before_anything_is_served(home, written, monkeypatch, address):
    monkeypatch.setenv("ZICHT_URL", address)
    with pytest.raises(ServeError, match=r"ZICHT_URL .* is no address"):
        app.application(app.Site(home, written))


async def body_of(application, path):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://x") as client:
        return (await client.get(path, params={"f": "json"})).content


def test_a_store_that_is_written_anew_in_its_place_is_served_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("ZICHT_HOME", str(tmp_path))
    _, config = servers.a_home(tmp_path, 5000)
    application = app.application(app.Site(tmp_path, config))
    assert "Een andere titel" not in str(asyncio.run(body_of(application, "/v1/collections")))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    servers.sqlite.write([replace(one, title="Een andere titel") for one in places.collections(rows=5)], elsewhere)
    (elsewhere / "zicht.sqlite").replace(tmp_path / "releases" / "large" / "zicht.sqlite")
    assert "Een andere titel" in str(asyncio.run(body_of(application, "/v1/collections")))


@pytest.mark.parametrize("passed_on", ["", "/open/zicht"])
def test_behind_an_address_with_a_path_every_link_leads_back(home, written, monkeypatch, passed_on):
    """Whether the proxy passes the path on or takes it off."""
    monkeypatch.setenv("ZICHT_URL", "https://gemeente.test/open/zicht/")
    application = app.application(app.Site(home, written))

    async def crawl():
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="https://gemeente.test") as client:
            asked, seen = [f"{passed_on}/v1?f=json", f"{passed_on}/v1/collections/{NAME}/items?limit=2&f=json"], []
            while asked:
                answer = await client.get(asked.pop())
                assert answer.status_code == 200, answer.text
                links = [one["href"] for one in answer.json().get("links", []) if "json" in one.get("type", "")]
                for link in links:
                    assert link.startswith("https://gemeente.test/open/zicht/")
                    if link not in seen and len(seen) < 20:
                        seen.append(link)
                        asked.append(link.replace("https://gemeente.test/open/zicht", passed_on))
            home_ = await client.get(f"{passed_on}/")
            page = await client.get(f"{passed_on}/v1/collections?f=html")
            return len(seen), home_, page

    count, first, page = asyncio.run(crawl())
    assert count == 20
    assert (first.status_code, first.headers["location"]) == (307, "/open/zicht/v1")
    loaded = re.findall(r'(?:src|href)="([^"]*static[^"]*)"', page.text)
    assert loaded
    assert {one.split("static/")[0] for one in loaded} == {"/open/zicht/"}
