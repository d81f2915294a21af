"""The released map in a real browser: it opens without a network, says why, and runs nothing that data brings."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from layers.messages import say, speaking
from layers.publication.fields import layer_fields
from layers.publication.legend import colours_of, legend_for
from services.pages.map import export
from tests.messages.extraction import found
from tests.services.made_release import (
    CAVEAT,
    INDICATORS,
    NASTY,
    made_areas,
    made_association,
    made_release,
    made_stacking,
)

TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"
POPUP = ".leaflet-popup-content"
LEGEND_TITLE = "return document.querySelector('#legend summary').textContent"


@pytest.fixture(scope="module")
def release():
    return made_release()


@pytest.fixture(scope="module")
def page(release, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "kaart.html"
    export(release, path)
    return path


@pytest.fixture
def opened(desktop, page):
    desktop.open(page)
    return desktop


@pytest.fixture
def shown_zones(release):
    """The zoekgebieden that the map opens with."""
    zones = release[0].table
    return zones[(zones["lens"] == "basis") & (zones["periode"] == 2024)]


def text(browser, css):
    return browser.run("return document.querySelector(arguments[0])?.innerText ?? ''", css)


def texts(browser, css):
    return browser.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", css)


def choose(browser, title):
    """Click the layer with this title in Leaflet's list of layers."""
    script = """const labels = [...document.querySelectorAll('.leaflet-control-layers label')];
        labels.find((label) => label.innerText.trim() === arguments[0]).querySelector('input').click();"""
    browser.run(script, title)


def test_the_console_has_no_complaints(opened):
    for title in ("Geen", "Leegstaande panden", "Kansrijke buurten, omlijnd", "Zoekgebieden", "Score"):
        choose(opened, title)
    assert opened.complaints() == []


def test_nothing_but_the_background_is_asked_of_the_network(opened):
    asked = opened.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(one.startswith(("https://service.pdok.nl/", "data:")) for one in asked)


def test_the_page_says_what_it_is_about_and_what_it_does_not_show(opened, shown_zones):
    assert text(opened, "h1") == "Zicht op misdrijven van alle soorten"
    assert f"{len(shown_zones)} zoekgebieden" in text(opened, "#facts")
    assert CAVEAT in text(opened, ".caveat summary")
    assert text(opened, ".made-up") == "Testland: verzonnen gebieden en cijfers"
    assert "CBS & politie <2024>" in text(opened, ".leaflet-control-attribution")
    assert "Kadaster" in text(opened, ".leaflet-control-attribution")


def test_a_strength_is_rounded_down_in_the_list_and_behind_the_reasons_as_in_the_words(opened):
    assert texts(opened, "#list li")[0].count("sterkte minstens 2,5 ") == 1
    assert texts(opened, "#list li")[1].count("sterkte minstens 1,2 ") == 1
    opened.click("#list li:first-child button")
    opened.wait(f"return document.querySelector('{POPUP} table') !== null")
    cells = "return [...document.querySelectorAll('.popup table')][0].querySelector('td').textContent"
    assert opened.run(cells) == "2,5"


def test_every_zoekgebied_has_its_rank_on_the_map_and_its_name_in_the_list(opened, shown_zones):
    assert texts(opened, ".leaflet-marker-icon.rank") == [str(rank) for rank in shown_zones["rang"]]
    assert texts(opened, "#list strong") == list(shown_zones["titel"])


def test_the_table_says_the_same_as_the_map(opened, shown_zones):
    opened.run("document.querySelector('.as-table').open = true")
    assert texts(opened, "#table tbody td:nth-child(2)") == list(shown_zones["titel"])
    assert texts(opened, "#table tbody td:last-child") == list(shown_zones["toelichting"])


@pytest.mark.parametrize("shown", ["block", "none"], ids=["on its number", "inside its outline"])
def test_a_click_on_a_zoekgebied_says_why_it_is_one(opened, shown_zones, shown):
    x, y = opened.run("""const label = document.querySelector('.leaflet-marker-icon.rank');
        const {x, y} = label.getBoundingClientRect();
        label.style.display = arguments[0];
        return [x + 13, y + 13];""", shown)  # fmt: skip
    opened.click_at(x, y)
    first, said = shown_zones.iloc[0], text(opened, POPUP)
    assert first["titel"] in said
    for column in ("toelichting", "zekerheid", "handvat"):
        assert first[column] in said
    assert "Een suggestie, geen bevinding." in said
    assert not {"standaardafwijking", "standaardafwijkingen", "(q):"} & set(said.split())  # not at first sight
    opened.run(f"document.querySelector('{POPUP} details').open = true")
    assert [one.strip() for one in texts(opened, f"{POPUP} .reasons th")] == [
        "Sterkte, minstens (1 is gewoon)",
        "Gebieden in de kern",
        "Meer dan verwacht",
        "Meer dan verwacht, per km²",
        "Meer dan verwacht, naar verhouding (per 1.000 inwoners)",
        "Geregistreerde misdrijven",
        "Leegstaande panden",
        "WOZ-waarde <laag>",
        "Score",
    ]


@pytest.mark.parametrize(
    ("order", "column", "words"),
    [
        ("surplus", "meer_dan_verwacht", "meer dan verwacht"),
        ("density", "meer_per_km2", "meer per km²"),
        ("proportion", "meer_naar_verhouding", "meer per 1.000 inwoners"),
    ],
)
def test_zoekgebieden_stand_in_the_order_that_is_chosen_with_what_it_rests_on(
    opened, shown_zones, order, column, words
):
    opened.run(f"const by = document.querySelector('#order'); by.value = '{order}'; by.onchange()")
    ordered = shown_zones.sort_values([column, "rang"], ascending=[False, True])
    assert texts(opened, "#list strong") == list(ordered["titel"])
    assert words in text(opened, "#list li:first-child")
    opened.run("const by = document.querySelector('#order'); by.value = 'rank'; by.onchange()")
    assert texts(opened, "#list strong") == list(shown_zones["titel"])


def test_places_with_many_visitors_are_marked_and_can_be_left_out(opened, shown_zones):
    marked = shown_zones.loc[shown_zones["bezoekers"].notna(), "titel"]
    assert "veel bezoekers, weinig inwoners" in text(opened, "#list li:first-child")
    opened.run("document.querySelector('#visited').click()")
    assert texts(opened, "#list strong") == [one for one in shown_zones["titel"] if one not in set(marked)]
    assert len(texts(opened, ".leaflet-marker-icon.rank")) == len(shown_zones) - len(marked)
    opened.run("document.querySelector('#visited').click()")
    assert texts(opened, "#list strong") == list(shown_zones["titel"])


def test_areas_that_cannot_be_judged_are_a_list_of_their_own(opened):
    assert text(opened, "#unjudged-title") == "Niet te beoordelen: 1 buurt"
    opened.run("document.querySelector('#unjudged').open = true")
    opened.wait("return document.querySelector('#unjudged-list li')")
    assert "niet te beoordelen: er zijn te weinig cijfers bekend" in text(opened, "#unjudged-list li")


def test_the_list_works_by_keyboard_and_gives_the_focus_back(opened, shown_zones):
    opened.run("document.querySelector('#list button').focus()")
    opened.press(ENTER)
    assert shown_zones.iloc[0]["titel"] in text(opened, POPUP)
    opened.press(ESCAPE)
    opened.wait(f"return !document.querySelector('{POPUP}')")
    assert opened.run("return document.activeElement === document.querySelector('#list button')")


def test_tab_reaches_list_and_layers_and_leaves_them_again(opened):
    script = "return document.activeElement.closest('#list, .leaflet-control-layers, #legend, .caveat, body').className"
    reached = []
    for _ in range(40):
        opened.press(TAB)
        reached.append(opened.run(script))
    first_seen = [one.split()[0] for one in dict.fromkeys(reached) if one]
    assert first_seen == ["list", "leaflet-control-layers", "legend", "caveat"]
    assert reached.count("list") > len(texts(opened, "#list strong"))  # and round again


def test_names_that_look_like_markup_are_text_and_run_nothing(opened):
    for area in range(len(NASTY)):
        opened.run("""document.body.append(areaPopup(arguments[0]), areaLine(arguments[0]));""", area)
    assert [one for one in NASTY if one.strip() not in text(opened, "body")] == []
    assert opened.run("return document.title").startswith("Zicht op misdrijven van alle soorten")
    assert opened.run("return document.querySelectorAll('img[src=x], h3 b, td b, #list b').length") == 0


def test_the_map_has_the_colours_of_the_legend_that_qgis_has_too(opened, release):
    figures = release[1]
    field = next(one for one in figures.fields if one.name == "leegstand")
    shown = figures.table[(figures.table["lens"] == "basis") & (figures.table["periode"] == 2024)]
    expected = colours_of(shown.sort_values("gebiedscode")["leegstand"], legend_for(field, figures.table["leegstand"]))
    choose(opened, "Leegstaande panden")
    painted = opened.run("""const colours = [];
        map_1.eachLayer((layer) => {
          if (layer.options.area !== undefined) colours[layer.options.area] = layer.options.fillColor;
        });
        return colours;""")
    assert painted == expected


def test_the_legend_follows_the_layer_and_names_every_class(opened, release):
    assert opened.run(LEGEND_TITLE) == "Score per buurt"
    choose(opened, "Leegstaande panden")
    assert opened.run(LEGEND_TITLE) == "Leegstaande panden per buurt"
    field = next(one for one in release[1].fields if one.name == "leegstand")
    labels = legend_for(field, release[1].table["leegstand"]).labels
    assert texts(opened, "#legend li") == [*reversed(labels), "geen gegevens"]
    choose(opened, "Geen")
    assert opened.run(LEGEND_TITLE) == "Legenda"


def test_an_area_says_its_figures_in_dutch_and_why_one_is_missing(opened, release):
    figures = release[1].table
    chosen = figures[(figures["lens"] == "basis") & (figures["periode"] == 2024)].sort_values("gebiedscode")
    unknown = int(chosen["leegstand"].isna().to_numpy().nonzero()[0][0])
    said = opened.run("return areaPopup(arguments[0]).innerText", unknown)
    assert "geen gegevens: minder dan 50 inwoners" in said
    whole = opened.run("return areaPopup(arguments[0]).innerText", int(chosen["leegstand"].notna().argmax()))
    assert "keer zo veel als landelijk" in whole
    assert "standaardafwijking" not in whole
    assert "per 1.000 inwoners" in whole
    assert opened.run("return written.format(1234.5)") == "1.234,5"


def test_an_area_says_its_place_and_between_which_bounds_a_rate_lies(opened, release):
    table = release[1].table
    chosen = table[(table["lens"] == "basis") & (table["periode"] == 2024) & table["score"].notna()]
    known = chosen[chosen["misdrijven"].notna()].sort_values("score").iloc[-1]
    at = "return [...level().codes].indexOf(arguments[0])"
    assert opened.run(at, known["gebiedscode"]) >= 0
    said = opened.run("return areaPopup([...level().codes].indexOf(arguments[0])).innerText", known["gebiedscode"])
    assert f"plaats 1 van {len(chosen)}; plaats 1 van 9 onder gebieden die erop lijken" in said
    low, high = (f"{known[f'misdrijven{end}']:.3g}" for end in ("_laag", "_hoog"))
    assert f"met 95 % zekerheid tussen {low} en {high}" in said.replace(",", ".")


def test_every_figure_says_with_which_mean_it_is_compared(desktop, release, tmp_path):
    places = {INDICATORS[1]: "in Utrecht", INDICATORS[2]: f"in {NASTY[1]}"}
    export([replace(release[1], fields=layer_fields(INDICATORS, places))], tmp_path / "kaart.html")
    desktop.open(tmp_path / "kaart.html")
    figures = release[1].table
    chosen = figures[(figures["lens"] == "basis") & (figures["periode"] == 2024)].sort_values("gebiedscode")
    area = int(chosen[[one.id for one in INDICATORS]].notna().all(axis=1).argmax())
    rows = desktop.run(
        "return [...areaPopup(arguments[0]).querySelectorAll('p, tr')].map((one) => one.innerText)", area
    )
    for row, said in zip(
        (rows[1], rows[3], rows[4]), ("waar cijfers zijn", "landelijk", "gemiddeld in Utrecht"), strict=True
    ):
        assert row.partition(" (")[0].endswith(said)
    assert "afwijking van gemiddeld in Utrecht" in texts(desktop, ".deviation")
    assert f"afwijking van gemiddeld in {NASTY[1]}" in texts(desktop, ".deviation")
    assert desktop.run("return document.title").startswith("Indicatoren misdrijven")
    assert "0 is het gemiddelde waar cijfers zijn, 1 is" in desktop.run("return document.body.textContent")


def test_another_year_shows_the_zoekgebieden_of_that_year(opened, release):
    opened.run("""const year = [...document.querySelectorAll('#choices select')].at(-1);
        year.value = 1; year.dispatchEvent(new Event('change'));""")
    zones = release[0].table
    expected = zones[(zones["lens"] == "basis") & (zones["periode"] == 2023)]
    assert texts(opened, "#list strong") == list(expected["titel"])
    assert "cijfers over 2023" in text(opened, "#facts")


def of_another_theme(release):
    """The same as a theme of 2023 alone, without a lens, that has a caveat of its own."""
    kept = [one.table[(one.table["lens"] == "basis") & (one.table["periode"] == 2023)] for one in release[:2]]
    texts = {"title": "Zicht op anders: kansrijke zoekgebieden (Testland)", "caveat": "Dit is een ander voorbehoud."}
    return [
        replace(one, id=one.id.replace("misdrijven", "anders"), table=table.assign(thema="anders"), **texts)
        for one, table in zip(release, kept, strict=False)
    ]


def choose_option(browser, name, title):
    browser.run("""const select = document.querySelector(`#choices [name=${arguments[0]}]`);
        select.value = [...select.options].find((one) => one.text === arguments[1]).value;
        select.dispatchEvent(new Event('change'));""", name, title)  # fmt: skip


def test_a_theme_opens_with_its_own_newest_year_and_offers_no_choice_without_a_map(desktop, release, tmp_path):
    export([*of_another_theme(release), *release], tmp_path / "kaart.html")
    desktop.open(tmp_path / "kaart.html")
    offered = "return [...document.querySelectorAll('#choices label:not([hidden]) select')].map((one) => one.name)"
    assert text(desktop, "h1") == "Zicht op anders"
    assert "cijfers over 2023" in text(desktop, "#facts")
    assert len(texts(desktop, "#list strong")) > 0
    assert desktop.run(offered) == ["thema"]
    choose_option(desktop, "thema", "Zicht op misdrijven van alle soorten")
    assert "cijfers over 2024" in text(desktop, "#facts")
    assert desktop.run(offered) == ["thema", "lens", "periode"]
    choose_option(desktop, "lens", "haven")
    choose_option(desktop, "thema", "Zicht op anders")
    assert len(texts(desktop, "#list strong")) > 0
    choose_option(desktop, "thema", "Zicht op misdrijven van alle soorten")
    assert desktop.run("return shown.chosen.lens") == "haven"  # as the reader chose it
    assert desktop.complaints() == []


def test_each_theme_has_its_own_caveat(desktop, release, tmp_path):
    export([*of_another_theme(release), *release], tmp_path / "kaart.html")
    desktop.open(tmp_path / "kaart.html")
    assert text(desktop, "#caveat") == "Dit is een ander voorbehoud."
    choose_option(desktop, "thema", "Zicht op misdrijven van alle soorten")
    assert text(desktop, "#caveat") == CAVEAT


def test_where_nothing_was_searched_an_area_says_why(desktop, release, tmp_path):
    figures = release[1]
    none = figures.table.assign(q=float("nan"), kansrijk=False, reden="weinig_gebieden")
    export([replace(figures, table=none)], tmp_path / "kaart.html")
    desktop.open(tmp_path / "kaart.html")
    said = desktop.run("return areaPopup(5).innerText")
    assert "Niet gezocht: te weinig gebieden om in te zoeken." in said
    assert "zie de reden" not in said


def test_another_level_shows_its_own_areas_and_says_if_nothing_was_found_there(desktop, release, tmp_path):
    export([*release, made_release(made_areas(), "wijk")[1]], tmp_path / "kaart.html")
    desktop.open(tmp_path / "kaart.html")
    desktop.run("""const level = document.querySelector('#choices select');
        level.value = 1; level.dispatchEvent(new Event('change'));""")  # fmt: skip
    assert desktop.run(LEGEND_TITLE) == "Score per wijk"
    assert "160 wijken" in text(desktop, "#facts")
    assert texts(desktop, "#list li") == ["Geen zoekgebieden bij deze keuze."]
    assert desktop.run("""let drawn = 0;
        map_1.eachLayer((layer) => { drawn += layer.options.area !== undefined; });
        return drawn;""") == 160  # fmt: skip
    assert desktop.complaints() == []


def test_a_name_typed_above_the_list_leaves_only_what_matches(opened, shown_zones):
    wanted = shown_zones.iloc[-1]["titel"]
    opened.run("""const filter = document.getElementById('filter');
        filter.value = arguments[0].toUpperCase(); filter.dispatchEvent(new Event('input'));""", wanted)  # fmt: skip
    assert texts(opened, "#list strong") == [wanted]


def test_on_a_phone_the_list_folds_and_nothing_hangs_over_the_edge(phone, page, shown_zones):
    phone.open(page)
    assert not phone.run("return document.querySelector('#list').checkVisibility()")
    phone.click("#unfold")
    assert texts(phone, "#list strong") == list(shown_zones["titel"])
    assert phone.run("return document.documentElement.scrollWidth") <= 390
    phone.click("#list button")
    assert shown_zones.iloc[0]["titel"] in text(phone, POPUP)
    assert phone.complaints() == []


def test_the_language_is_dutch_and_the_page_may_be_zoomed(opened):
    assert opened.run("return document.documentElement.lang") == "nl"
    assert "user-scalable" not in json.dumps(opened.run("return document.head.outerHTML"))
    assert texts(opened, ".leaflet-control-layers-toggle") == ["Lagen"]
    assert opened.run("return deviation(1.02, {average: 'landelijk'})") == (
        "1,0 standaardafwijking opvallender dan landelijk"
    )
    assert opened.run("return deviation(-2.34, {average: 'landelijk'})") == (
        "2,3 standaardafwijkingen minder opvallend dan landelijk"
    )


def test_in_english_the_page_is_english_and_its_numbers_are(desktop, release, tmp_path):
    with speaking("en"):
        export(release, tmp_path / "map.html")
    desktop.open(tmp_path / "map.html")
    assert desktop.run("return document.documentElement.lang") == "en"
    assert desktop.run("return written.format(1234.5)") == "1,234.5"
    assert "figures of 2024" in text(desktop, "#facts")
    assert desktop.run("return deviation(-2.34, {average: 'x'})") == "2.3 standard deviations less striking than x"
    desktop.run("document.body.append(zonePopup(zoekgebieden()[0], () => {}), areaPopup(0))")
    nodes = desktop.run("""const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (nodes.nextNode()) texts.push(nodes.currentNode);
        return texts.filter((node) => !node.parentElement.closest('script')).map((node) => node.data);""")  # fmt: skip
    dutch = {say(one.template) for one in found() if one.file.startswith("services/pages/") and one.plural is None}
    english = {one.template for one in found()}
    assert not {node.strip() for node in nodes} & (dutch - english)
    assert desktop.complaints() == []


def test_areas_on_the_map_of_several_themes_can_be_drawn_and_say_why(desktop, release, tmp_path):
    page = tmp_path / "kaart.html"
    stacking = made_stacking(release)
    amid = made_association(release, ("misdrijven", "overlast"))
    export([*release, stacking, amid], page)
    desktop.open(page)
    for label, key in (
        ("Op de kaart van meer thema's: 3 buurten", "op de kaart van meer thema's"),
        ("Hoog te midden van een ander thema: 1 buurt", "hoog, met een ander thema hoog eromheen"),
    ):
        assert key not in text(desktop, "#legend")
        choose(desktop, label)
        assert key in text(desktop, "#legend")
        choose(desktop, label)
        assert key not in text(desktop, "#legend")
    code, why = stacking.table[["gebiedscode", "toelichting"]].iloc[0]
    desktop.run(
        """const area = level().codes.indexOf(arguments[0]);
        document.body.append(areaPopup(area));""", code)  # fmt: skip
    assert why in text(desktop, "article.popup")
    assert "eromheen die van 'overlast'. Dat zegt niet" in text(desktop, "article.popup")
    assert desktop.complaints() == []


def test_what_only_the_second_search_finds_can_be_drawn_and_says_so(desktop, release, tmp_path):
    zones, figures, *others = release
    lonely, both = figures.table["gebiedscode"][~figures.table["kansrijk"]].unique()[:3], figures.table["kansrijk"]
    here = (figures.table["lens"] == "basis") & (figures.table["periode"] == 2024)
    by = pd.Series(None, figures.table.index, dtype=object).mask(both & here, "beide")
    by = by.mask(figures.table["gebiedscode"].isin(lonely) & here, "alleen_tweede")
    page = tmp_path / "kaart.html"
    export([zones, replace(figures, table=figures.table.assign(tweede_zoekwijze=by)), *others], page)
    desktop.open(page)
    label, key = f"Alleen gevonden met de tweede zoekwijze: {len(lonely)} buurten", "alleen gevonden met de tweede"
    drawn = "return markedAreas('second').map((one) => level().codes[one])"
    assert sorted(desktop.run(drawn)) == sorted(lonely)
    choose(desktop, label)
    assert key in text(desktop, "#legend")
    desktop.run("document.body.append(areaPopup(level().codes.indexOf(arguments[0])))", lonely[0])
    assert "; alleen gevonden met de tweede zoekwijze" in text(desktop, "article.popup")
    choose(desktop, label)
    assert key not in text(desktop, "#legend")
    desktop.run("shown.chosen.lens = 'haven'; choose()")
    assert desktop.run(drawn) == []
    assert desktop.complaints() == []


def test_without_a_second_search_there_is_nothing_of_it_to_draw(opened):
    assert not [one for one in texts(opened, ".leaflet-control-layers label") if "tweede" in one]


def test_without_areas_on_several_maps_there_is_nothing_to_draw(opened):
    labels = texts(opened, ".leaflet-control-layers label")
    assert not [one for one in labels if "thema" in one]
