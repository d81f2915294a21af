"""The pages of the API in a browser that reaches no other host: they are whole, and text from the data stays text."""

import re

import pytest

from tests.ogc import servers
from tests.ogc.places import collections

NAME = "indicatoren-misdrijven-buurt"
WAIT = 60
"""Seconds in which a page surely comes, on any machine."""
OF_ONE = (f"/collections/{NAME}{end}" for end in ("", "/schema", "/queryables", "/items"))
EVERY = ("/", "/collections", "/conformance", "/openapi", *OF_ONE)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    home, port = tmp_path_factory.mktemp("home"), servers.free_port()
    _, config = servers.a_home(home, port)
    with servers.running(servers.ours(home, config, port), home, config, port) as client:
        yield client


@pytest.fixture(scope="module")
def address(api):
    return str(api.base_url).rstrip("/")


@pytest.mark.parametrize("path", EVERY)
def test_a_page_needs_no_other_host_and_has_nothing_to_complain_of(desktop, address, api, path):
    desktop.complaints()
    desktop.open(f"{address}{path}?f=html")
    assert desktop.complaints() == []
    assert desktop.run("return document.querySelectorAll('h1').length") == 1
    assert desktop.run("return document.documentElement.scrollWidth <= window.innerWidth")
    loaded = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"([^\"]+)", api.get(path, params={"f": "html"}).text)
    assert {one.split("/")[1] for one in loaded if one != "data:,"} == {"static"}


def test_the_areas_of_a_page_are_drawn_in_the_colours_of_the_legend_and_stand_in_the_table(desktop, address):
    desktop.open(f"{address}/collections/{NAME}/items?f=html")
    desktop.wait("return typeof areas !== 'undefined' && areas.getLayers().length === 100", WAIT)
    colours = desktop.run("return [...new Set(areas.getLayers().map((one) => one.options.fillColor))]")
    legend = desktop.run("return [...document.querySelectorAll('.legend rect')].map((one) => one.getAttribute('fill'))")
    assert set(colours) <= set(legend)
    assert desktop.run("return document.querySelectorAll('tbody tr').length") == 100
    desktop.run("document.querySelector('a[rel=next]').click()")
    desktop.wait("return location.search.includes('cursor')", WAIT)


def test_a_name_is_text_in_the_table_on_the_map_and_on_the_page_of_its_area(desktop, address):
    table = next(one for one in collections() if one.address == NAME).table
    names = {one for one in table["gebiedsnaam"].dropna() if "<" in one}
    desktop.open(f"{address}/collections/{NAME}/items?f=html&limit=1000")
    desktop.wait("return typeof areas !== 'undefined'", WAIT)
    shown = desktop.run("return areas.getLayers().map((one) => one.getPopup().getContent().textContent)")
    assert names <= set(shown)
    desktop.run("document.querySelector('tbody th a').click()")
    desktop.wait("return typeof areas !== 'undefined' && areas.getLayers().length === 1", WAIT)
    assert desktop.run("return document.title") != "executed"
    assert desktop.complaints() == []
