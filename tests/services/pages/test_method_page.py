"""The page that says how a map was made says what the record says, escapes it, and runs nothing."""

import re
from copy import deepcopy

import pytest
from scipy.stats import binomtest

from layers.evaluation.calibration import measured
from layers.messages import number, speaking
from layers.publication.collections import collections
from services.pages.method_page import file_of, write
from services.releases.record import recorded
from tests.layers.declared import LENS, THEME, built, catalog, layer
from tests.readability import flesch_douma

SCANNED = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"')


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    known = catalog(tmp_path_factory.mktemp("declared"), themes_proef=SCANNED, lenses_nabij=LENS)
    theme = known.theme("proef")
    layers = [layer(known, built(known, lens=one), lens=one) for one in ("basis", "nabij")]
    made = recorded(layers, collections(layers))
    for one, lens in zip(made["layers"], ("basis", "nabij"), strict=True):
        one["provenance"]["declarations"] = known.meanings_of(theme, known.lens(lens, theme))
    return made


@pytest.fixture
def page(record, tmp_path):
    write(record, tmp_path)
    return (tmp_path / file_of("proef")).read_text(encoding="utf-8")


def test_it_says_what_was_asked_looked_at_weighed_and_read(page):
    for text in ("Waar komt het samen?", "Meer misdrijven.", "Meer huurders.", "Gewicht: 2", "Testbureau", "CC0"):
        assert text in page
    assert re.search(r"Landelijk in 2024: 39 per 1\.000 inwoners", page)


def test_a_location_quotient_is_said_to_be_one_and_not_that_it_is_1_nationally(record, tmp_path):
    other = deepcopy(record)
    for one in other["layers"]:
        one["provenance"]["declarations"]["themes/proef"]["indicator"][0]["quotient"] = True
    write(other, tmp_path)
    page = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert "2 is twee keer zo veel. Van een aandeel heet dat een locatiequotiënt (P. Haggett, 1965)." in page
    assert "Landelijk in 2024: 39 per" not in page


def test_where_nothing_was_searched_it_says_why(record, page, tmp_path):
    assert "is niet gezocht" not in page
    other = deepcopy(record)
    other["layers"][0]["summary"] |= {"tested": 0, "without_score": {"too_few_areas": 72, "absent": 4}}
    write(other, tmp_path)
    said = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert said.count("is niet gezocht: te weinig gebieden om in te zoeken.") == 1


def test_what_is_withheld_is_not_said_to_be_changed_a_little(record, tmp_path):
    other = deepcopy(record)
    amount = {"status": "vertrouwelijk", "columns": {"omzet": {"contributions": {"units": "zaken"}}}}
    for one in other["layers"]:
        one["provenance"]["declarations"] |= {read["id"]: amount for read in one["provenance"]["receipts"]}
    write(other, tmp_path)
    said = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert "Vertrouwelijk: wat te veel over één bedrijf zegt, is weggelaten." in said
    assert "met opzet een beetje veranderd" not in said.partition("<h2>Bronnen</h2>")[2].partition("</table>")[0]


def test_a_floor_of_its_own_is_said_with_the_indicator(record, tmp_path):
    other = deepcopy(record)
    for one in other["layers"]:
        one["provenance"]["declarations"]["themes/proef"]["indicator"][0]["min_exposure"] = 10
    write(other, tmp_path)
    said = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert said.count("Niet getoond waar het is afgezet tegen minder dan 10.") == 1


def test_a_lens_says_its_title_and_why_of_each_change(page):
    assert "<h3>Nabij</h3>" in page
    assert "Afstand tot het centrum krijgt gewicht 3. Dichtbij telt." in page


def test_it_has_what_was_measured_of_the_search_to_the_number(page):
    kept = measured()["place_scan"]
    assert len(kept.alarm) == 3
    for one in kept.alarm:
        assert f"{one.what}</td><td>{one.maps}</td><td>{one.alarms}</td>" in page
    assert len(kept.recall) >= 4
    for one in kept.recall:
        assert f"{one.what}</td><td>{one.maps}</td><td>{100 * one.flagged:.0f} %</td>" in page


def test_what_was_measured_is_in_the_language_of_the_page(record, tmp_path):
    with speaking("en"):
        write(record, tmp_path)
    said = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    kept = measured()["place_scan"]
    for one in (*kept.alarm, *kept.recall):
        assert f"<td>{one.in_english}</td>" in said
        assert one.what not in said


def test_it_says_how_to_look_outside_the_map_too(page):
    assert "Het commando zicht sample trekt ze." in page


def test_fair_searches_give_an_alarm_on_one_map_in_twenty():
    for one in measured()["place_scan"].alarm[:2]:
        assert binomtest(one.alarms, one.maps).proportion_ci().low <= 0.05


def test_a_search_that_was_not_measured_is_said_to_be_so(record, tmp_path):
    other = deepcopy(record)
    for one in other["layers"]:
        one["provenance"]["declarations"]["themes/proef"]["search"]["statistic"] = "getis_ord"
    write(other, tmp_path)
    assert "is niet zo gemeten" in (tmp_path / file_of("proef")).read_text(encoding="utf-8")


def test_a_second_search_is_said_where_there_is_one(record, page, tmp_path):
    assert "tweede zoekwijze" not in page
    other = deepcopy(record)
    for one in other["layers"]:
        one["provenance"]["declarations"]["themes/proef"]["search"]["second"] = "getis_ord_total"
    write(other, tmp_path)
    (said,) = re.findall(r"<p>(Een tweede zoekwijze.*?)</p>", (tmp_path / file_of("proef")).read_text(encoding="utf-8"))
    assert "(getis_ord_total)" in said
    assert "hooguit 5 % toeval" in said
    assert flesch_douma(said.replace(" (getis_ord_total)", "")) >= 55


def test_text_of_a_declaration_never_becomes_markup_and_nothing_runs(record, tmp_path):
    nasty = deepcopy(record)
    for one in nasty["layers"]:
        theme = one["provenance"]["declarations"]["themes/proef"]
        theme["question"] = "<script>alert(1)</script>?"
        theme["indicator"][0]["why"] = '<img src=x onerror="alert(1)">'
    write(nasty, tmp_path)
    text = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert not re.search(r'(?:src|href)="(?!kaart\.html")', text)


def test_the_sentences_above_the_tables_read_at_b1(page):
    prose = " ".join(re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<p>(?!<a)(.*?)</p>", page)[:8])
    assert flesch_douma(prose) >= 55


def test_a_record_without_declarations_has_no_page(record, tmp_path):
    older = deepcopy(record)
    for one in older["layers"]:
        del one["provenance"]["declarations"]
    write(older, tmp_path)
    assert not list(tmp_path.iterdir())


def test_each_layer_says_how_many_areas_were_tested(page, record):
    for one in record["layers"]:
        tested, areas = (number(one["summary"][name], 0) for name in ("tested", "areas"))
        assert f"{tested} van {areas} gebieden getoetst" in page


def test_it_has_every_other_search_with_how_many_zoekgebieden_stood_in_it(record, page, tmp_path):
    assert "Hoe vast het staat" not in page
    firm = deepcopy(record)
    firm["layers"][0]["summary"]["robustness"] = [
        {"id": "zonder_huur", "title": "zonder <huur>", "says": 7, "stands": 5}
    ]
    write(firm, tmp_path)
    made = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
    assert made.count("<h2>Hoe vast het staat</h2>") == 1
    assert "<td>zonder &lt;huur&gt;</td><td>7</td><td>5</td>" in made


def test_areas_high_amid_another_theme_are_counted_on_the_pages_of_themes_that_take_part(record, tmp_path):
    amid = {
        "id": "samenhang_buurt",
        "title": "Samen",
        "description": "'Proef' te midden van 'Ander': 7.",
    }
    both, other = ["proef", "ander"], ["ander"]
    for keywords, audience, of_theme, there in (
        (both, "publiek", "publiek", True),
        (other, "publiek", "publiek", False),
        (both, "intern", "publiek", False),  # it names a theme that not everybody may know of
        (both, "intern", "intern", True),
    ):
        told = deepcopy(record)
        for one in told["collections"]:
            one["audience"] = of_theme
        told["collections"].append(amid | {"keywords": keywords, "audience": audience})
        write(told, tmp_path)
        page = (tmp_path / file_of("proef")).read_text(encoding="utf-8")
        assert ("<h2>Samen</h2>" in page) == ("&#39;Ander&#39;: 7." in page) == there
