"""A declaration is read whole or refused with every fault in it: file, field, rule and what was found."""

import hashlib

import pytest

from geo.errors import DeclarationError
from layers.declarations.indicators import RESERVED
from layers.declarations.lenses import Lens
from layers.declarations.reading import digest, read
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.publication.fields import AREA_FIELDS, layer_fields, zoekgebied_fields
from tests.layers.declared import LENS, SOURCE, THEME


def faults(tmp_path, text, kind=Theme, name="proef.toml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as found:
        read(file, kind)
    return [str(fault) for fault in found.value.faults]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [("proef.toml", THEME, Theme), ("nabij.toml", LENS, Lens), ("tellingen.toml", SOURCE, SourceDeclaration)],
)
def test_a_good_declaration_is_read_and_cannot_be_changed(tmp_path, name, text, kind):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    made = read(file, kind)
    assert made.id == name.removesuffix(".toml")
    with pytest.raises(ValueError, match="frozen"):
        made.id = "anders"


def test_three_faults_are_all_named_with_file_field_and_what_was_found(tmp_path):
    text = THEME.replace("max_q = 0.05", "max_q = 1.5").replace("min_count = 5", "min_count = -1")
    text = text.replace("weight = 2", "wieght = 2")
    found = faults(tmp_path, text)
    assert len(found) == 3
    assert all(one.startswith("proef.toml: ") for one in found)
    told = {one.split(": ")[1]: one for one in found}
    assert set(told) == {"search.max_q", "privacy.min_count", "indicator.1.wieght"}
    assert told["search.max_q"].endswith("found 1.5")
    assert told["privacy.min_count"].endswith("found -1")
    assert "not permitted" in told["indicator.1.wieght"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('title = "Zicht op proef"', "", "title"),
        ('title = "Zicht op proef"', 'title = " "', "title"),
        ('why = "Meer misdrijven."', "", "indicator.1.why"),
        ('why = "Meer misdrijven."', 'why = ""', "indicator.1.why"),
        ('level = "buurt"', 'level = "straat"', "level"),
        ('id = "huur"', 'id = "Huur!"', "indicator.2.id"),
        ("scale = 100\n", "scale = 0\n", "indicator.2.scale"),
        ("weight = 2", "weight = -2", "indicator.1.weight"),
        ("weight = 2", 'weight = "veel"', "indicator.1.weight"),
        ("weight = 2", "weight = nan", "indicator.1.weight"),
        ("weight = 2", "weight = 1e308", "indicator.1.weight"),
        ("weight = 2", "weight = 1000.5", "indicator.1.weight"),
        ('direction = "low"', 'direction = "laag"', "indicator.3.direction"),
        ("[search]", "[zoek]", "search"),
        ('question = "Waar komt het samen?"', 'question = "Waar komt het samen?"\ncolour = "red"', "colour"),
    ],
)
def test_a_fault_names_its_field(tmp_path, before, after, field):
    assert before in THEME
    found = faults(tmp_path, THEME.replace(before, after, 1))
    assert f"proef.toml: {field}: " in "\n".join(found)


@pytest.mark.parametrize(("before", "field"), [("weight = 2", "weight"), ("scale = 1000", "scale")])
def test_an_infinite_number_is_a_fault(tmp_path, before, field):
    assert faults(tmp_path, THEME.replace(before, f"{field} = inf"))


@pytest.mark.parametrize("weight", ['"2"', "true"])
def test_a_number_is_written_as_a_number(tmp_path, weight):
    assert faults(tmp_path, THEME.replace("weight = 2", f"weight = {weight}"))


def test_the_id_must_be_the_file_name(tmp_path):
    (fault,) = faults(tmp_path, THEME, name="drugs.toml")
    assert fault == "drugs.toml: id: must be the file name 'drugs', found 'proef'"


def test_an_id_that_is_another_and_malformed_is_both_faults(tmp_path):
    assert len(faults(tmp_path, THEME.replace('id = "proef"', 'id = "1!"'))) == 2


def test_what_is_not_toml_says_where(tmp_path):
    (fault,) = faults(tmp_path, "id = proef")
    assert fault.startswith("proef.toml: not TOML: ")
    assert "line 1" in fault


def test_what_is_not_utf_8_says_at_which_byte(tmp_path):
    file = tmp_path / "proef.toml"
    file.write_bytes(b'id = "caf\xe9"')
    with pytest.raises(DeclarationError, match=r"proef.toml: not UTF-8 text: byte 9"):
        read(file, Theme)


def test_an_empty_file_lacks_every_required_field(tmp_path):
    fields = {one.split(": ")[1] for one in faults(tmp_path, "")}
    assert fields == {"id", "title", "question", "level", "search", "privacy", "indicator"}


def test_indicators_are_distinct(tmp_path):
    (fault,) = faults(tmp_path, THEME.replace('id = "huur"', 'id = "misdrijven"'))
    assert "indicators declared more than once: misdrijven" in fault


def test_a_theme_weighs_something(tmp_path):
    text = THEME.replace("weight = 2", "weight = 0").replace('unit = "%"', "weight = 0")
    (fault,) = faults(tmp_path, text)
    assert "every indicator has weight 0" in fault


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('direction = "low"', "quotient = true", "a location quotient needs `per`, such as all establishments"),
        ("scale = 1000\n", 'since = "eerder"\n', "`since` is of a level, and one with `per` is a rate"),
        ("scale = 1000\n", 'relative_to = "gemeente"\n', "`relative_to` is of a level with `mean_weight`"),
        ('mean_weight = "huishoudens"', 'relative_to = "gemeente"', "`relative_to` is of a level with `mean_weight`"),
        ("weight = 2", 'handvat = { text = "Ga kijken." }', "reference: field required"),
        ("weight = 2", 'phrase = "zijn er veel misdrijven"', "phrase: has no single {more}"),
    ],
)
def test_an_indicator_is_of_one_kind_and_a_handvat_says_what_it_rests_on(tmp_path, before, after, said):
    assert said in "\n".join(faults(tmp_path, THEME.replace(before, after)))


def test_a_theme_per_gemeente_sets_none_of_them_against_itself(tmp_path):
    text = THEME.replace('direction = "low"', 'relative_to = "gemeente"')
    (fault,) = faults(tmp_path, text.replace('level = "buurt"', 'level = "gemeente"'))
    assert "afstand is relative to the own gemeente; take level buurt or wijk" in fault


def test_the_basis_is_not_a_name_for_a_lens(tmp_path):
    found = faults(tmp_path, LENS.replace('"nabij"', '"basis"'), Lens, "basis.toml")
    assert "'basis' is the name of the map without a lens" in found[0]


def test_a_lens_says_why_it_changes_a_weight(tmp_path):
    found = faults(tmp_path, LENS.replace('why = "Dichtbij telt."', ""), Lens, "nabij.toml")
    assert found[0].startswith("nabij.toml: change.1.why: ")


@pytest.mark.parametrize("extra", ["max_q = 0.5", "privacy.min_count = 0", 'indicator = "x"'])
def test_a_lens_adds_no_figures_and_relaxes_no_protection(tmp_path, extra):
    found = faults(tmp_path, f"{extra}\n{LENS}", Lens, "nabij.toml")
    assert any("no field of a lens" in one for one in found)


@pytest.mark.parametrize("gemeente", ["0363", "GM363", "gm0363", "WK036300"])
def test_the_gemeente_of_a_lens_is_a_code(tmp_path, gemeente):
    found = faults(tmp_path, f'gemeente = "{gemeente}"\n{LENS}', Lens, "nabij.toml")
    assert found[0].startswith("nabij.toml: gemeente: ")
    assert found[0].endswith(f"found '{gemeente}'")


def test_a_lens_changes_an_indicator_once(tmp_path):
    twice = LENS + '\n[[change]]\nindicator = "huur"\nweight = 9\nwhy = "Toch wel."\n'
    assert faults(tmp_path, twice, Lens, "nabij.toml")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ('indicator = "afstand"', "bounds nothing"),
        ('indicator = "afstand"\nat_least = 3\nat_most = 2', "at_least 3 is more than at_most 2"),
        ('indicator = "afstand"\nat_most = "veel"', "at_most"),
    ],
)
def test_where_a_lens_searches_lies_between_bounds(tmp_path, where, said):
    (fault,) = faults(tmp_path, f'{LENS}\n[[where]]\n{where}\nwhy = "Daar."\n', Lens, "nabij.toml")
    assert said in str(fault)


COLUMNS = [
    "id", "gebiedscode", "gebiedsnaam", "gemeentecode", "gemeentenaam", "thema", "lens", "periode", "niveau",
    "indeling", "score", "q", "kansrijk", "reden", "rang", "titel", "aantal_gebieden", "gebiedscodes", "gemeenten",
    "zekerheid", "beperkingen", "handvat", "verloop", "standvastig", "hoogte_zelf", "hoogte_rondom", "tweede_zoekwijze",
    "toelichting", "fictief", "zoekgebied", "rol", "gewicht", "zone", "waarom", "sterkte", "aantal_kern",
    "niet_getoond", "geteld", "waargenomen", "verwacht", "meer_dan_verwacht", "meer_per_km2", "zonder_telling",
    "meer_naar_verhouding", "rang_score", "rang_score_van", "rang_gelijken", "rang_gelijken_van",
    "verhouding", "bezoekers", "alleen_gevonden",
]  # fmt: skip


def test_the_columns_that_an_indicator_may_not_be_called_are_those_that_are_published():
    fields = (*layer_fields([]), *zoekgebied_fields([]), *AREA_FIELDS)
    assert sorted(RESERVED) == sorted(COLUMNS) == sorted({field.name for field in fields})


@pytest.mark.parametrize(
    "taken",
    [
        *sorted(set(COLUMNS) - {"q"}),
        "geometry",
        "geom",
        "fid",
        "misdrijven_afwijking",
        "misdrijven_bijdrage",
        "misdrijven_reden",
        "misdrijven_verhouding",
    ],
)
def test_an_indicator_is_not_called_after_another_column(tmp_path, taken):
    (fault,) = faults(tmp_path, THEME.replace('id = "huur"', f'id = "{taken}"'))
    assert fault == f"proef.toml: file: ids of indicators give columns that the layer has already: {taken}"


def test_a_section_that_is_called_otherwise_now_is_named_beside_all_other_faults(tmp_path):
    text = THEME.replace("weight = 2", "weight = -2") + '\n[spread]\nsource = "vierkanten"\ncolumn = "mensen"\n'
    assert sorted(faults(tmp_path, text)) == [
        "proef.toml: indicator.1.weight: should be greater than or equal to 0, found -2",
        "proef.toml: spread: is called dasymetric now; rename it",
    ]


def test_the_mark_that_notepad_writes_before_the_text_is_no_fault(tmp_path):
    file = tmp_path / "proef.toml"
    file.write_bytes(b"\xef\xbb\xbf" + THEME.encode())
    assert read(file, Theme).id == "proef"


def test_what_cannot_be_opened_is_a_fault(tmp_path):
    (tmp_path / "proef.toml").mkdir()
    with pytest.raises(DeclarationError, match=r"proef.toml: cannot be read; is it a file that you may open\?"):
        read(tmp_path / "proef.toml", Theme)


def test_the_digest_is_of_the_bytes(tmp_path):
    file = tmp_path / "proef.toml"
    file.write_bytes(b"# een\r\n")
    assert digest(file) == hashlib.sha256(b"# een\r\n").hexdigest()


def test_a_list_of_which_every_item_is_faulty_is_not_called_too_short_as_well(tmp_path):
    text = LENS.replace("weight = 3", "weight = -3")
    assert [one.split(": ")[1] for one in faults(tmp_path, text, Lens, "nabij.toml") if "change" in one] == [
        "change.1.weight"
    ]


def test_what_a_rule_itself_names_is_not_said_twice(tmp_path):
    text = SOURCE.replace('formula = "inwoners"', 'formula = "in woners"')
    (fault,) = faults(tmp_path, text, SourceDeclaration, "tellingen.toml")
    assert fault.count("'in woners'") == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [('id = "\n', "line 1, column 7"), ("id = [", "it ends too soon"), ("x = 1\nx = 2\n", "line 2, ")],
)
def test_what_is_no_toml_is_said_with_its_place_in_the_language_of_the_screen(tmp_path, text, where):
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("proef.toml: not TOML: ")
    assert where in fault
    assert "Illegal" not in fault
