"""Links lead where a declared proxy says that readers find the service, whatever a reader says."""

import pytest

from geo.errors import ServeError
from services.ogc.app import Site, application
from services.ogc.questions.proxies import Proxies
from tests.ogc import asking, servers

OURS, OTHER = ("10.1.2.3", 40_000), ("10.2.0.1", 40_000)
NAME = "indicatoren-misdrijven-buurt"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    (home / "current" / "kaart.html").write_text("<html>", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZICHT_URL", "https://eigen.test/zicht")
        yield application(Site(home, config, proxies=("10.1.0.0/16", "::1")))


def links(served, path, headers, client=OURS):
    answer = asking.answer(served, path, headers=headers, client=client)
    assert answer.status_code == 200, answer.text
    return [one["href"] for one in answer.json()["links"]]


@pytest.mark.parametrize(("headers", "address"), [
    ({}, "https://eigen.test/zicht"),
    ({"X-Forwarded-Host": "kaart.test"}, "https://kaart.test/zicht"),
    ({"X-Forwarded-Proto": "http", "X-Forwarded-Host": "kaart.test:8080"}, "http://kaart.test:8080/zicht"),
    ({"X-Forwarded-Host": "kaart.test", "X-Forwarded-Prefix": "/open/kaart/"}, "https://kaart.test/open/kaart"),
    ({"X-Forwarded-Host": "[2001:db8::1]:443", "X-Forwarded-Prefix": "/"}, "https://[2001:db8::1]:443"),
])  # fmt: skip
def test_links_lead_where_a_declared_proxy_says(served, headers, address):
    for path in ("/v1?f=json", "/v1/collections?f=json", f"/v1/collections/{NAME}/items?f=json&limit=2"):
        found = links(served, path, headers)
        assert found
        assert all(one.startswith(f"{address}/") for one in found), found
    page = asking.answer(served, "/v1?f=html", headers=headers, client=OURS)
    assert f'href="{address.partition("//")[2].partition("/")[1]}' in page.text
    assert asking.answer(served, "/v1/openapi", headers=headers, client=OURS).json()["servers"] == [
        {"url": f"{address}/v1"}
    ]


def test_a_reader_who_says_it_without_such_a_proxy_is_not_believed(served):
    said = {"X-Forwarded-Host": "kwaad.test", "X-Forwarded-Proto": "http", "X-Forwarded-For": "10.1.2.3"}
    assert all(one.startswith("https://eigen.test/zicht") for one in links(served, "/v1?f=json", said, OTHER))


def test_what_a_reader_says_through_a_proxy_that_adds_its_own_behind_it_is_not_believed(served):
    for headers in (
        [("X-Forwarded-Host", "kwaad.test, kaart.test")],
        [("X-Forwarded-Host", "kwaad.test"), ("X-Forwarded-Host", "kaart.test")],
    ):
        assert all(one.startswith("https://kaart.test/zicht") for one in links(served, "/v1?f=json", headers))


@pytest.mark.parametrize("path", ["/open/v1", "/v1"])
def test_the_prefix_may_be_taken_off_by_the_proxy_or_not(served, path):
    said = {"X-Forwarded-Host": "kaart.test", "X-Forwarded-Prefix": "/open"}
    assert all(one.startswith("https://kaart.test/open/") for one in links(served, f"{path}?f=json", said))


@pytest.mark.parametrize(("prefix", "taken_off", "kept"), [
    ("/kaart", "/kaart", "/kaart/kaart"), ("/health", "/health", "/health/health"), ("/v1", "/v1", "/v1/v1"),
    ("/v1", "/v1/collections", "/v1/v1/collections"), ("/v1", "/health", "/v1/health"),
])  # fmt: skip
def test_a_prefix_may_be_named_as_a_path_of_the_site_is(served, prefix, taken_off, kept):
    said = {"X-Forwarded-Host": "kaart.test", "X-Forwarded-Prefix": prefix}
    there = [asking.answer(served, path, headers=said, client=OURS) for path in (taken_off, kept)]
    assert [one.status_code for one in there] == [200, 200]
    assert there[0].headers["content-type"] == there[1].headers["content-type"]
    root = asking.answer(served, "/", headers=said, client=OURS)
    assert root.headers["location"] == f"{prefix}/v1"


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-Host": "kaart.test/pad"}, {"X-Forwarded-Proto": "javascript"}, {"X-Forwarded-Prefix": "//kwaad.test"},
    {"X-Forwarded-Prefix": '/a"><script>'},
])  # fmt: skip
def test_what_is_no_address_is_refused_by_the_name_of_its_header(served, headers):
    answer = asking.answer(served, "/v1?f=json", headers=headers, client=OURS)
    assert answer.status_code == 400
    assert next(iter(headers)) in answer.json()["detail"]


def test_each_address_has_answers_and_tags_of_its_own(served):
    answers = [
        asking.answer(served, "/v1?f=json", headers={"X-Forwarded-Host": f"een{number % 20}.test"}, client=OURS)
        for number in range(25)
    ]
    assert len({one.headers["etag"] for one in answers}) == 20
    assert all(f"https://een{number % 20}.test/" in one.text for number, one in enumerate(answers))


@pytest.mark.parametrize("client", [("::ffff:10.1.9.9", 1), ("::1", 1)])
def test_a_proxy_is_known_by_either_family_of_its_address(client):
    scope = {"type": "http", "client": client, "headers": [(b"x-forwarded-host", b"kaart.test")]}
    assert Proxies(("10.1.0.0/16", "::1")).site(scope, "http://x") == "http://kaart.test"


@pytest.mark.parametrize("client", [None, ("fe80::1%eth0", 1)])
def test_who_has_no_address_is_not_believed(client):
    scope = {"type": "http", "client": client, "headers": [(b"x-forwarded-host", b"kaart.test")]}
    assert Proxies(("10.1.0.0/16",)).site(scope, "http://x") == "http://x"


def test_a_proxy_that_is_no_address_is_refused_by_the_setting():
    with pytest.raises(ServeError, match=r"ZICHT_PROXIES.*nginx"):
        Proxies(("nginx",))
