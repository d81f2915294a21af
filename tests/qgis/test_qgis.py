"""The projects, layers and styles of a release, as a real QGIS opens and draws them."""

from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from services.exporters import qgis
from services.ogc.site.qgis import content
from tests.qgis.conftest import EXPRESSIONS

SHOWN = '"lens" = \'basis\' AND "periode" = 2024'
COLOURS = ["#542788", "#998ec3", "#d8daeb", "#f7f7f7", "#fee0b6", "#f1a340", "#b35806", "#bdbdbd"]


def test_a_project_opens_whole_in_rd_with_its_background(found):
    assert found.read
    assert (found.crs, found.title) == ("EPSG:28992", "Zicht op misdrijven van alle soorten")
    assert found.order == ["zoekgebieden_misdrijven", "indicatoren_misdrijven_buurt", "achtergrond"]
    assert found.background
    assert f"{found.site}/qgis/misdrijven.qgz" in found.links


def test_layers_are_valid_and_show_one_lens_and_period_at_first(found):
    assert sorted(found.layers) == ["indicatoren_misdrijven_buurt", "zoekgebieden_misdrijven"]
    for one in found.layers.values():
        assert (one["valid"], one["subset"], one["crs"]) == (True, SHOWN, "EPSG:4326")


def test_classes_and_colours_are_those_of_the_legend(found):
    one = found.layers["indicatoren_misdrijven_buurt"]
    assert [colour for _, _, colour in one["classes"]] == COLOURS
    assert one["classes"][0][:2] == ['"score" < -2.0', "onder -2: veel minder opvallend"]
    assert one["classes"][-1][:2] == ["ELSE", "geen gegevens"]


def test_columns_have_their_titles_codes_their_words_and_the_form_explains_first(found):
    one = found.layers["zoekgebieden_misdrijven"]
    assert (one["aliases"]["toelichting"], one["aliases"]["score"]) == ("Toelichting", "Score (standaardafwijking)")
    assert one["widgets"]["verloop"] == "ValueMap"
    assert one["form"][0] == ["titel", "toelichting", "zekerheid", "beperkingen", "handvat"]
    assert set(one["form"][0] + one["form"][1]) == set(one["aliases"])


def test_a_layer_definition_and_a_style_give_the_same_layer(found):
    (ok, _), layer = found.qlr
    assert ok
    assert layer == found.layers["indicatoren_misdrijven_buurt"]
    loaded, styled = found.qml
    assert loaded
    for name in ("renderer", "classes", "aliases", "widgets", "form"):
        assert styled[name] == layer[name]


def test_a_geopackage_is_drawn_and_explained_as_the_service_is(found):
    assert sorted(found.packed) == sorted(found.layers)
    for name, one in found.packed.items():
        for what in ("renderer", "classes", "form"):
            assert one[what] == found.layers[name][what], (name, what)
        assert found.layers[name]["aliases"].items() <= one["aliases"].items()


def test_the_sld_gives_the_same_classes(found):
    loaded, one = found.sld
    assert loaded
    assert [(label, colour) for _, label, colour in one["classes"]] == [
        (label, colour) for _, label, colour in found.layers["indicatoren_misdrijven_buurt"]["classes"]
    ]


def test_the_map_is_drawn_where_the_areas_are_in_the_colours_of_the_legend(found):
    picture = np.asarray(Image.open(found.folder / "map.png").convert("RGB"))
    assert (picture != 255).any(axis=2).mean() > 0.9
    outline = np.abs(picture.astype(int) - (0xB3, 0x58, 0x06)).sum(axis=2) < 12
    assert 500 < outline.sum() < 0.2 * outline.size


def test_only_what_is_in_view_is_asked(found):
    drawn = [path for path in found.paths[: found.paths.index("/mark/0")] if "/items?" in path]
    assert any("bbox=" in path for path in drawn)


def expected(collections):
    table = collections[1].table
    name = table["gebiedsnaam"]
    kept = (
        table["lens"] == "basis", table["score"] < 0.5, table["lens"].isin(["basis", "zee"]),
        name.str.startswith("Buurt 1"), name.str.startswith("Buurt 1"), name == "Buurt 12", table["score"] * 2 > 1.5,
    )  # fmt: skip
    return {one: sorted(table["id"][mask]) for one, mask in zip(EXPRESSIONS, kept, strict=True)}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_filter_finds_what_pandas_finds(found, collections, expression):
    assert found.asked[expression] == expected(collections)[expression]


def test_each_filter_asks_as_few_pages_as_there_are(found):
    """QGIS 3.22 knows no CQL2, and filters what it was given."""
    for part in parts(found.paths):
        pages = [path for path in part if "/items?" in path and "limit=1&" not in path]
        assert 1 <= len(pages) <= 2, pages


def parts(paths):
    """What was asked after each mark."""
    marks = [at for at, path in enumerate(paths) if path.startswith("/mark/")]
    return [paths[start:end] for start, end in zip(marks, [*marks[1:], None], strict=True)]


def held(folder):
    with ZipFile(folder / "qgis.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_collections_give_the_same_bytes(collections, tmp_path):
    (tmp_path / "again").mkdir()
    qgis.write(collections, tmp_path)
    qgis.write(collections, tmp_path / "again")
    assert (tmp_path / "qgis.zip").read_bytes() == (tmp_path / "again" / "qgis.zip").read_bytes()


def test_a_release_without_files_for_qgis_gives_none(tmp_path):
    assert content(tmp_path, "https://x.test", "misdrijven.qgz") is None


def test_files_hold_the_address_that_they_are_served_at_and_nothing_else_changes(collections, tmp_path):
    qgis.write(collections, tmp_path)
    style = content(tmp_path, "https://x.test/v1", "zoekgebieden-misdrijven.qml")
    assert style == held(tmp_path)["zoekgebieden-misdrijven.qml"]
    address = "https://x.test/a&b'c/v1"
    layer = content(tmp_path, address, "zoekgebieden-misdrijven.qlr").decode()
    assert "url='https://x.test/a&amp;b%27c/v1'" in layer
    assert "zicht.invalid" not in layer
    project = content(tmp_path, address, "misdrijven.qgz")
    assert project == content(tmp_path, address, "misdrijven.qgz")
    (tmp_path / "p.qgz").write_bytes(project)
    assert ZipFile(tmp_path / "p.qgz").namelist() == ["misdrijven.qgs"]


@pytest.mark.parametrize("name", ["geheim.qgz", "../zicht.sqlite", "release.json"])
def test_no_other_file_is_given(collections, tmp_path, name):
    qgis.write(collections, tmp_path)
    assert content(tmp_path, "https://x.test", name) is None


def test_text_that_is_no_xml_or_ends_an_element_stays_text(collections, tmp_path):
    from dataclasses import replace  # noqa: PLC0415
    from xml.etree import ElementTree as ET  # noqa: PLC0415

    strange = "a\x01</title><b>&'\""
    qgis.write([replace(one, title=strange, attribution=strange) for one in collections], tmp_path)
    trees = {name: ET.fromstring(text.decode()) for name, text in held(tmp_path).items()}  # noqa: S314  # our own
    project = trees["misdrijven.qgs"]
    assert project.findtext("title") == "a</title><b>&'\""
