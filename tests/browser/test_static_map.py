"""The map of a server of files, in a real browser over a real server: what it reads, how much, and that it shows what
the release holds.
"""

import numpy as np
import pandas as pd
import pytest
from shapely import Point

from layers.publication.legend import colours_of, legend_for
from services.pages import static_map
from services.stores import tiles
from tests.browser.file_server import serving
from tests.services.made_release import CAVEAT, made_release

POPUP = ".leaflet-popup-content"
DRAWN = """const tiles = [...document.querySelectorAll("canvas.leaflet-tile")];
    return tiles.length > 0 && tiles.every((one) => one.loaded);"""
PLACE = """const at = map_1.latLngToContainerPoint([arguments[0], arguments[1]]);
    const box = map_1.getContainer().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];"""
COLOUR = """const [x, y] = arguments;
    for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
        const box = tile.getBoundingClientRect();
        if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
        const scale = tile.width / box.width;
        return [...tile.getContext("2d").getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data];
    }"""


@pytest.fixture(scope="module")
def release():
    return made_release()


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    tiles.write(release, folder)
    static_map.export(release, folder)
    return folder


@pytest.fixture
def served(folder):
    with serving(folder) as served:
        yield served


@pytest.fixture
def opened(desktop, served):
    desktop.open(served.url)
    desktop.wait(DRAWN, 20)
    return desktop


def figures(release, lens="basis", period=2024):
    table = release[1].table.to_crs(4326)
    return table[(table["lens"] == lens) & (table["periode"] == period)].reset_index(drop=True)


def free_areas(release, browser, count):
    """Areas with the place on the screen of a point inside, where no zoekgebied, number or box lies on top."""
    found = []
    for row in figures(release).itertuples():
        inside: Point = row.geometry.representative_point()
        x, y = browser.run(PLACE, inside.y, inside.x)
        covered = """const over = document.elementFromPoint(arguments[0], arguments[1]);
            return !over || !over.closest('.folium-map')
                || !!over.closest('.leaflet-control, .leaflet-interactive, .leaflet-popup');"""
        if not browser.run(covered, x, y):
            found.append((row, x, y))
        if len(found) == count:
            return found
    return found


def choose(browser, title):
    """Choose the option with this title."""
    script = """const options = [...document.querySelectorAll("#choices option")];
        const option = options.find((one) => one.text === arguments[0]);
        option.parentElement.value = option.value;
        option.parentElement.dispatchEvent(new Event("change"));"""
    browser.run(script, title)


def complaints(browser):
    """What the console says is wrong, but for what these tests do: they read pixels."""
    return [one for one in browser.complaints() if "willReadFrequently" not in one]


def painted(colour):
    """The colour as a canvas holds it: three quarters opaque."""
    return [*(int(colour[at : at + 2], 16) for at in (1, 3, 5)), 191]


def test_it_opens_by_ranges_without_a_complaint(opened, served):
    assert complaints(opened) == []
    page, *others = served.answers
    assert page[:2] == ("index.html", 200)
    assert {status for _, status, _ in others} == {206}
    assert {name for name, _, _ in others} == {"figures.bin", "indicatoren_misdrijven_buurt.pmtiles"}
    assert len(served.answers) <= 12


def test_it_says_what_it_is_and_what_it_does_not_show_and_whose_it_is(opened, release):
    text = opened.run("return document.body.innerText")
    for said in (release[0].title, CAVEAT, "CBS & politie <2024>", "Kadaster", "Testland"):
        assert said in text
    files = opened.run("return [...document.querySelectorAll('a[download]')].map((one) => one.getAttribute('href'))")
    ids = [one.id for one in release]
    assert files == [f"{id_}.{ending}" for id_ in ids for ending in ("parquet", "fgb", "pmtiles")]


def test_every_area_has_the_colour_of_its_class(opened, release):
    table = figures(release)
    legend = legend_for(next(one for one in release[1].fields if one.name == "score"), table["score"])
    colours = dict(zip(table["gebiedscode"], colours_of(table["score"], legend), strict=True))
    places = free_areas(release, opened, 60)
    assert len(places) > 40
    wrong = [row.gebiedscode for row, x, y in places
             if np.abs(np.subtract(opened.run(COLOUR, x, y), painted(colours[row.gebiedscode]))).max() > 2]  # fmt: skip
    assert len(wrong) <= 1, wrong  # of a small area the point may lie on a border


def test_an_area_that_is_clicked_says_its_figures_which_are_read_then(opened, served, release):
    before = len(served.answers)
    row, x, y = free_areas(release, opened, 1)[0]
    opened.click_at(x, y)
    opened.wait(f"return !!document.querySelector('{POPUP}')")
    said = opened.run(f"return document.querySelector('{POPUP}').innerText")
    assert row.gebiedsnaam in said
    assert row.gemeentenaam in said
    if pd.notna(row.misdrijven):
        assert f"{row.misdrijven:.0f}"[:2] in said.replace(".", "")
    asked = served.answers[before:]
    assert [one[:2] for one in asked] == [("figures.bin", 206)]
    opened.click_at(x + 1, y)
    assert len(served.answers) == before + 1, "the same area is not asked for twice"


def test_another_lens_reads_its_classes_and_no_tiles(opened, served, release):
    before = len(served.answers)
    choose(opened, "haven")
    opened.wait("return shown.chosen.lens === 'haven' && !!column(measure().classes)")
    assert [name for name, _, _ in served.answers[before:]] == ["figures.bin"]
    table = figures(release, "haven")
    legend = legend_for(next(one for one in release[1].fields if one.name == "score"), table["score"])
    colours = dict(zip(table["gebiedscode"], colours_of(table["score"], legend), strict=True))
    places = free_areas(release, opened, 20)
    right = [np.abs(np.subtract(opened.run(COLOUR, x, y), painted(colours[row.gebiedscode]))).max() <= 2
             for row, x, y in places]  # fmt: skip
    assert sum(right) >= len(places) - 1


def test_closer_than_the_archive_has_it_draws_a_part_of_the_closest_tile(opened, release):
    row = figures(release).iloc[20]
    inside = row.geometry.representative_point()
    opened.run("map_1.setView([arguments[0], arguments[1]], 16, {animate: false})", inside.y, inside.x)
    opened.wait(DRAWN, 20)
    x, y = opened.run(PLACE, inside.y, inside.x)
    number = opened.run("return content.levels.buurt.codes.indexOf(arguments[0])", row.gebiedscode)
    legend = legend_for(next(one for one in release[1].fields if one.name == "score"), figures(release)["score"])
    (colour,) = colours_of(pd.Series([row.score]), legend)
    assert number >= 0
    assert np.abs(np.subtract(opened.run(COLOUR, x + 3, y + 3), painted(colour))).max() <= 2
    assert complaints(opened) == []


def test_flagged_areas_are_outlined(opened):
    dark = """const tiles = [...document.querySelectorAll("canvas.leaflet-tile")];
        return tiles.reduce((sum, one) => {
            const {data} = one.getContext("2d").getImageData(0, 0, one.width, one.height);
            for (let at = 0; at < data.length; at += 4) if (data[at] < 60 && data[at + 3] > 200) sum += 1;
            return sum;
        }, 0);"""
    assert opened.run(dark) == 0
    opened.run("""[...document.querySelectorAll(".leaflet-control-layers label")]
        .find((one) => one.innerText.trim() === "Kansrijke buurten, omlijnd").querySelector("input").click()""")
    assert opened.run(dark) > 50


def test_names_from_data_run_nothing(opened):
    for at in range(4):
        opened.run("areaLine(arguments[0]); document.body.append(areaLine(arguments[0]))", at)
    assert opened.run("return document.title").startswith("Zicht op misdrijven")
    assert not opened.run("return document.querySelectorAll('img[src=x]').length")


def test_a_server_without_ranges_is_read_whole_once(desktop, folder):
    with serving(folder, ranges=False) as served:
        desktop.open(served.url)
        desktop.wait(DRAWN, 20)
        assert complaints(desktop) == []
        assert {status for _, status, _ in served.answers} == {200}
        assert len([one for one in served.answers if one[0].endswith(".pmtiles")]) <= 2


def test_what_cannot_be_read_is_said(desktop, folder, tmp_path):
    for file in folder.iterdir():
        if file.suffix != ".pmtiles":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with serving(tmp_path) as served:
        desktop.open(served.url)
        desktop.wait("return document.querySelector('#facts').textContent.includes('kon niet worden geladen')", 20)
        assert any("404" in one for one in desktop.complaints())


def test_tiles_that_failed_are_asked_for_again(desktop, folder):
    with serving(folder) as served:
        served.broken.add(".pmtiles")
        desktop.open(served.url)
        desktop.wait("return document.querySelector('#facts').textContent.includes('kon niet worden geladen')", 20)
        served.broken.clear()
        desktop.run("map_1.setZoom(map_1.getZoom() + 1, {animate: false})")
        desktop.wait(DRAWN, 20)
        assert any("503" in one for one in desktop.complaints())


def test_what_was_drawn_is_not_kept_forever(opened):
    opened.run("""window.last = (async () => {
        const archive = new Archive(content.levels.buurt.tiles);
        for (let row = 0; row < 150; row += 1) await archive.tile(11, 1050, row, "gebiedscode");
        window.kept = archive.tiles.size;
    })()""")
    opened.wait("return window.kept === 64", 20)


def test_on_a_phone_it_opens_as_well(phone, folder):
    with serving(folder) as served:
        phone.open(served.url)
        phone.wait(DRAWN, 20)
        assert phone.complaints() == []
