"""The map is one file, the same for the same release, and data never becomes markup."""

import json
import math
import re
from dataclasses import replace

import folium
import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import StoreError
from layers.publication.legend import classes, legend_for
from services.pages.map import build_map, export
from services.pages.map_columns import figures_as_read
from services.pages.map_content import packed_content
from tests.services.made_release import CAVEAT, NASTY, made_areas, made_association, made_release, made_stacking

LOADED = re.compile(
    r"""(?:\bsrc\s*=\s*|<link[^>]+href\s*=\s*|url\(|@import\s+|tileLayer\(\s*)["']?(https?:[^"')\s]+)"""
)


@pytest.fixture(scope="module")
def release():
    return made_release()


@pytest.fixture(scope="module")
def page(release, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "kaart.html"
    export(release, path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def content(page):
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.DOTALL)[1])


def test_the_same_release_gives_the_same_bytes(release, tmp_path):
    export(release, tmp_path / "one.html")
    export(made_release(), tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_only_the_background_comes_from_elsewhere(page):
    loaded = set(LOADED.findall(page))
    assert loaded == {"https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"}
    assert not re.search("jquery|bootstrap|fontawesome|sourceMappingURL", page, re.IGNORECASE)


@pytest.mark.parametrize("keep", [[], ["gebieden"]])
def test_with_nothing_to_show_there_is_no_map(release, tmp_path, keep):
    with pytest.raises(StoreError, match="nothing to show"):
        export([one for one in release if one.id.split("_")[0] in keep], tmp_path / "kaart.html")
    empty = [replace(one, table=one.table.iloc[:0]) for one in release]
    with pytest.raises(StoreError, match="nothing to show"):
        export(empty, tmp_path / "kaart.html")
    assert list(tmp_path.iterdir()) == []


def test_a_map_that_cannot_be_written_leaves_what_was_there(release, tmp_path):
    (tmp_path / "kaart.html").mkdir()
    (tmp_path / "kaart.html" / "previous").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        export(release, tmp_path / "kaart.html")
    assert [one.name for one in tmp_path.rglob("*")] == ["kaart.html", "previous"]


def test_each_area_is_drawn_once_however_many_lenses_and_years_there_are(content):
    assert list(content["levels"]) == ["buurt"]
    assert len(content["levels"]["buurt"]["shapes"]["geometries"]) == len(made_areas())
    assert len(content["pictures"]) == 4


def test_a_column_that_layers_share_is_stored_once(release, content):
    figures = release[1]
    again = figures.table[figures.table["lens"] == "basis"].assign(lens="andere")
    again["id"] = "andere-" + again["id"]
    more = packed_content([replace(figures, table=pd.concat([figures.table, again], ignore_index=True))])
    assert len(more["pictures"]) == len(content["pictures"]) + 2
    assert len(more["columns"]) == len(content["columns"])


def test_a_legend_says_in_words_what_stands_out_and_names_no_standard_deviation(content):
    measures = [one for picture in content["pictures"] for one in picture["measures"]]
    units = {one["name"]: one["legend"]["unit"] for one in measures}
    assert (units["score"], units["misdrijven_afwijking"]) == ("", "")
    assert units["misdrijven"] == "per 1.000 inwoners"


def test_classes_are_those_of_the_legend(release, content):
    figures = release[1]
    picture = next(one for one in content["pictures"] if (one["lens"], one["periode"]) == ("haven", 2023))
    rows = figures.table[(figures.table["lens"] == "haven") & (figures.table["periode"] == 2023)]
    rows = rows.set_index("gebiedscode").loc[content["levels"]["buurt"]["codes"]]
    for field in figures.fields:
        for measure in (one for one in picture["measures"] if one["name"] == field.name):
            expected = classes(rows[field.name], legend_for(field, figures.table[field.name]))
            packed = content["columns"][measure["classes"]]
            assert [-1 if one == "." else int(one) for one in packed] == expected.tolist()


def test_an_unknown_value_travels_as_null_with_its_reason(content):
    picture = content["pictures"][0]
    for measure in picture["measures"]:
        values, packed = (content["columns"][measure[one]] for one in ("values", "classes"))
        assert [value is None for value in values] == [one == "." for one in packed]
    measure = next(one for one in picture["measures"] if one["name"] == "leegstand")
    values, reasons = (content["columns"][measure[one]] for one in ("values", "reasons"))
    assert [one >= 0 for one in reasons["index"]] == [value is None for value in values]


def test_what_only_the_second_search_finds_is_named_and_why_says_by_which_search(release):
    figures = release[1]
    codes = list(figures.table["gebiedscode"].unique())
    by = figures.table["gebiedscode"].map({codes[0]: "alleen_tweede", codes[1]: "beide"}).astype(object)
    packed = packed_content([replace(figures, table=figures.table.assign(tweede_zoekwijze=by))])
    order = packed["levels"]["buurt"]["codes"]
    why = orjson.loads(orjson.dumps(packed["columns"]))[packed["pictures"][0]["why"]]
    said = {code: why["labels"][why["index"][order.index(code)]] for code in codes[:3]}
    assert packed["pictures"][0]["second"] == [order.index(codes[0])]
    assert said[codes[0]].endswith("; alleen gevonden met de tweede zoekwijze")
    assert said[codes[1]].endswith("; gevonden met beide zoekwijzen")
    assert "zoekwijze" not in said[codes[2]]


def test_a_map_of_before_there_was_a_second_search_has_none(release):
    fields = tuple(one for one in release[1].fields if one.name != "tweede_zoekwijze")
    before = replace(release[1], fields=fields, table=release[1].table.drop(columns="tweede_zoekwijze"))
    assert [one["second"] for one in packed_content([before])["pictures"]] == [[]] * 4


def test_places_are_longitude_and_latitude_to_a_metre(content):
    ring = content["levels"]["buurt"]["shapes"]["geometries"][0]["coordinates"][0]
    assert all(4.5 < x < 5.5 and 51.8 < y < 52.3 for x, y in ring)
    assert all(round(one, 5) == one for place in ring for one in place)


@given(
    st.lists(
        st.floats(-1e15, 1e15)
        | st.just(math.nan)
        | st.sampled_from([0.0, -0.0, 1.0, 0.00012345, 1234.5, 0.12345, 99995.0, 1e-300])
    )
)
def test_figures_are_read_to_four_figures_or_whole(values):
    def by_itself(value):
        return float(f"{value:.4g}") if abs(value) < 1000 else round(value, max(3 - len(str(int(abs(value)))) + 1, 0))

    read = figures_as_read(np.array(values, float))
    assert read == [by_itself(one) if math.isfinite(one) else None for one in values]
    assert not any(isinstance(one, float) and one.is_integer() for one in read)


def test_data_can_neither_end_a_script_nor_be_a_template(page, content):
    inside = page.split('id="content">')[1].split("</script>")[0]
    assert not set("<>&\u2028") & set(inside)
    assert "<script>document.title" not in page
    assert "<img src=x" not in page
    assert set(NASTY) <= set(content["levels"]["buurt"]["names"])


def test_what_is_made_up_says_so_and_what_is_real_does_not(release, page):
    real = [replace(one, table=one.table.assign(fictief=False)) for one in release]
    assert "Testland: verzonnen gebieden en cijfers" in page
    assert "Testland" not in build_map(real).get_root().render()


def test_caveat_and_attribution_are_on_the_page_itself(page):
    assert CAVEAT in page
    assert "0 is het landelijk gemiddelde, 1 is" in page
    assert "CBS &amp; politie &lt;2024&gt;" in page


def test_of_two_caveats_of_a_theme_the_one_that_says_most_is_shown(release):
    more = replace(release[1], caveat=f"{CAVEAT} Niet vergeleken met het hele land: leegstand.")
    page = build_map([release[0], more]).get_root().render()
    assert f'<strong>Let op.</strong> <span id="caveat">{more.caveat}</span>' in page


def test_it_stays_a_folium_map_that_others_can_add_to(release):
    extended = build_map(release)
    folium.CircleMarker([52.1, 5.1], popup="Stadhuis").add_to(extended)
    assert isinstance(extended, folium.Map)
    assert "L.circleMarker" in extended.get_root().render().rsplit("showRelease(", 1)[1]


def test_zoekgebieden_alone_are_enough_for_a_map(release):
    assert "showRelease" in build_map(release[:1]).get_root().render()


def test_where_nothing_was_searched_the_map_says_so_with_the_reason(release, content):
    assert {one["unsearched"] for one in content["pictures"]} == {None}
    few = [
        replace(one, table=one.table.assign(q=float("nan"), reden="te weinig gebieden"))
        if one.id.startswith("indicatoren_")
        else one
        for one in release
    ]
    assert {one["unsearched"] for one in packed_content(few)["pictures"]} == {"te weinig gebieden"}


def test_a_code_is_shown_by_what_it_is_called(release):
    zoekgebieden, figures = release
    unknown = figures.table["misdrijven"].isna()
    reasons = figures.table["misdrijven_reden"].mask(unknown, "klein_aantal")
    content = packed_content([zoekgebieden, replace(figures, table=figures.table.assign(misdrijven_reden=reasons))])
    measure = next(one for one in content["pictures"][0]["measures"] if one["name"] == "misdrijven")
    assert orjson.loads(orjson.dumps(content["columns"][measure["reasons"]]))["labels"] == [
        "te klein aantal om te tonen"
    ]


def test_an_area_that_is_high_in_no_zoekgebied_says_how_many_are_as_high_by_themselves_and_around(release):
    zoekgebieden, figures = release
    outcome = figures.table["waarom"].mask(figures.table["waarom"] == "niet_hoog", "geen_plaats")
    content = packed_content([zoekgebieden, replace(figures, table=figures.table.assign(waarom=outcome))])
    labels = orjson.loads(orjson.dumps(content["columns"][content["pictures"][0]["why"]]))["labels"]
    more = "hooguit 1 op de 20 gebieden heeft zo'n score, meer dan 1 op de 20 gebieden heeft zulke buurgebieden"
    assert len(labels) == 3
    assert sum(one.endswith(f" ({more})") for one in labels) == 1
    assert "in een zoekgebied" in labels


def test_areas_on_the_map_of_several_themes_are_packed_by_where_they_are_drawn(release):
    stacking = made_stacking(release)
    packed = packed_content([*release, stacking])
    codes = packed["levels"]["buurt"]["codes"]
    assert {codes[one["area"]]: one["why"] for one in packed["stacked"]["buurt"]} == dict(
        zip(stacking.table["gebiedscode"], stacking.table["toelichting"], strict=True)
    )
    strange = replace(stacking, table=stacking.table.assign(gebiedscode="BU99999999"))
    assert packed_content([*release, strange])["stacked"] == {"buurt": []}
    assert packed_content(release)["stacked"] == {}


def test_an_area_high_amid_two_other_themes_says_both_in_one_text(release):
    packed = packed_content([*release, made_association(release, ("een", "twee"), ("een", "drie"))])
    (why,) = [one["why"] for one in packed["amid"]["buurt"]]
    assert why.startswith("Hier is de score van 'een' hoog, en in de gebieden eromheen die van 'twee', 'drie'.")
    assert packed["stacked"] == {}
