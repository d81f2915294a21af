"""How a map was made is a page beside the API, and each collection of the theme links to it."""

import pytest

from services.ogc.site.method_pages import page_of
from tests.ogc import servers

PAGES = ("methode-drugs.html", "methode-drugs_gemeente.html")


@pytest.mark.parametrize(
    ("collection", "page"),
    [
        ("zoekgebieden-drugs", "methode-drugs.html"),
        ("zoekgebieden-drugs-gemeente", "methode-drugs_gemeente.html"),
        ("indicatoren-drugs-gemeente", "methode-drugs.html"),
        ("indicatoren-drugs-gemeente-gemeente", "methode-drugs_gemeente.html"),
        ("indicatoren-drugs-h3-8", "methode-drugs.html"),
        ("gebieden-buurt", None),
        ("zoekgebieden-vastgoed", None),
    ],
)
def test_a_collection_has_the_page_of_its_own_theme(collection, page):
    assert page_of(collection, PAGES) == page


def test_the_page_is_served_under_a_strict_policy_and_linked_from_its_collections(tmp_path):
    port = servers.free_port()
    _, config = servers.a_home(tmp_path, port)
    (tmp_path / "current" / "methode-drugs.html").write_text("<h1>Methode</h1>")
    (tmp_path / "current" / "kaart.html").write_text("<h1>Kaart</h1>")
    with servers.running(servers.ours(tmp_path, config, port), tmp_path, config, port) as api:
        page = api.get("../methode-drugs.html")
        assert (page.status_code, page.text) == (200, "<h1>Methode</h1>")
        assert "script-src 'none'" in page.headers["content-security-policy"]
        assert api.get("../methode-wapens.html").status_code == 404
        assert api.get("../kaart.html").text == "<h1>Kaart</h1>"
        for one in api.get("/collections", params={"f": "json"}).json()["collections"]:
            linked = [link["href"] for link in one["links"] if link["rel"] == "describedby"]
            assert any(href.endswith("/methode-drugs.html") for href in linked) == ("drugs" in one["id"]), one["id"]
