"""A map of counts shows areas and their counts, and nothing of a row; it asks nothing of any address."""

import re

import numpy as np
import pandas as pd
import pytest

from layers.messages import speaking
from services.pages.counts_map import COLOURS, UNKNOWN, ZERO, export
from tests.country import squares

AREAS = squares(3, 4)


def drawn(folder, counts, notes=(), title="Meldingen"):
    with speaking("nl"):
        export(title, AREAS, counts, list(notes), folder / "kaart.html")
    return (folder / "kaart.html").read_text(encoding="utf-8")


@pytest.fixture
def counts():
    values = np.arange(12.0)
    values[-1] = np.nan
    return pd.DataFrame({"meldingen": values}, AREAS.ids)


def test_each_area_has_its_count_and_the_colour_of_its_class(tmp_path, counts):
    page = drawn(tmp_path, counts)
    shown = re.findall(r'<use href="#a\d+" fill="(#\w+)"><title>([^<]*)</title>', page)
    assert len(shown) == 12
    assert [text.rpartition(": ")[2] for _, text in shown] == [*map(str, range(11)), "niet bekend"]
    assert shown[0][0] == ZERO
    assert shown[-1][0] == UNKNOWN
    order = [COLOURS.index(colour) for colour, _ in shown[1:-1]]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2, 3, 4}
    assert "meldingen: 55" in page


def test_what_was_not_counted_is_listed_and_text_is_never_markup(tmp_path, counts):
    page = drawn(tmp_path, counts, ["2 niet geteld: geen plaats"], "<script>alert(1)</script>")
    assert "<li>2 niet geteld: geen plaats</li>" in page
    assert "<script" not in page
    assert "niet publiceren" in page.replace("Niet", "niet")


def test_the_page_asks_nothing_of_any_address(tmp_path, counts):
    page = drawn(tmp_path, counts)
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "default-src 'none'" in page


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_areas_that_are_all_the_same_are_drawn(tmp_path, value):
    page = drawn(tmp_path, pd.DataFrame({"n": value}, AREAS.ids))
    assert page.count("<use ") == 12
    assert re.findall(r"</i>([^<]*)</li>", page) == ["niet bekend", "0", *(["3"] if value == 3 else [])]


def test_no_count_is_in_two_classes(tmp_path):
    page = drawn(tmp_path, pd.DataFrame({"n": [0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 4.0]}, AREAS.ids))
    assert re.findall(r"</i>([^<]*)</li>", page) == ["niet bekend", "0", "1", "2", "3", "4"]


def test_only_the_part_of_the_country_is_drawn_that_is_known(tmp_path, counts):
    counts.iloc[2:] = np.nan
    assert drawn(tmp_path, counts).count("<use ") < 12
