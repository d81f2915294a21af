"""What events are compared with: declared, and never by who lives somewhere."""

import pytest

from geo.errors import DeclarationError
from layers.declarations.catalog import load
from layers.declarations.residents import trait_of
from layers.declarations.traits import CALLED, TRAITS
from tests.layers.declared import LENS, SOURCE, THEME, catalog

EXPECTED = """
[expected]
indicators = ["misdrijven"]

[[expected.term]]
column = "tellingen.afstand"
title = "afstand tot een station"
why = "Rond een station komen mensen die er niet wonen."
"""
PEERS = """
[peers]
indicators = ["misdrijven"]
title = "even ver van een station"
why = "Zo ver weg is het overal stil."
columns = ["afstand"]
classes = [1, 5]
"""
FIRST = "\n[[indicator]]"


def theme(section, reference=None):
    changed = THEME.replace(FIRST, f"{section}{FIRST}", 1)
    return changed.replace("max_q = 0.05", f'max_q = 0.05\nreference = "{reference}"') if reference else changed


def faults(tmp_path, **files):
    with pytest.raises(DeclarationError) as raised:
        catalog(tmp_path, **files)
    return str(raised.value)


@pytest.mark.parametrize("reference", ["expected", "peers", "national", None])
def test_a_theme_says_what_its_events_are_compared_with(tmp_path, reference):
    proef = catalog(tmp_path, themes_proef=theme(EXPECTED + PEERS, reference)).theme("proef")
    assert proef.search.reference == (reference or "national")
    assert proef.peers.columns == ("tellingen.afstand",)
    assert (proef.baseline("expected"), proef.baseline("national")) == (proef.expected, None)


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        (EXPECTED.replace('afstand"', 'hoogte"', 1), "[expected]: term.1.column: source 'tellingen' has no column"),
        (EXPECTED.replace('"misdrijven"', '"huurders"'), "[expected]: huurders are no indicators that count"),
        (EXPECTED.replace('why = "Rond een station komen mensen die er niet wonen."', ""), "term.1.why: field"),
        (PEERS.replace("classes = [1, 5]", ""), "peers: needs either `classes`"),
        (PEERS.replace("[1, 5]", "[5, 1]"), "the bounds of `classes` must rise"),
        (PEERS.replace('["afstand"]', '["afstand", "inwoners"]'), "classes are of one column, and there are 2"),
        (PEERS.replace("classes = [1, 5]", "nearest = 19"), "peers.nearest: should be greater than or equal to 20"),
        (PEERS.replace('"afstand"', '"diepte"'), "[peers]: columns: no source has a column 'diepte'"),
        (EXPECTED.replace("tellingen.afstand", "tellingen.misdrijven"),
         "[expected]: term.1.column: column 'tellingen.misdrijven' is what indicator 'misdrijven' counts, and held"),
        (PEERS.replace('"afstand"', '"misdrijven"'), "[peers]: columns: column 'misdrijven' is what indicator"),
        (EXPECTED + EXPECTED[EXPECTED.index("[[") :], "columns that are a term more than once: tellingen.afstand"),
    ],
)  # fmt: skip
def test_a_baseline_that_cannot_be_made_is_refused_in_words(tmp_path, section, fault):
    assert fault in faults(tmp_path, themes_proef=theme(section))


@pytest.mark.parametrize("reference", ["expected", "peers"])
def test_a_reference_without_its_section_is_refused(tmp_path, reference):
    assert f"search.reference = '{reference}', and there is no section" in faults(
        tmp_path, themes_proef=theme("", reference)
    )
    lens = LENS.replace('theme = "proef"', f'theme = "proef"\nreference = "{reference}"')
    assert f"reference: theme 'proef' has no section [{reference}]" in faults(tmp_path, lenses_nabij=lens)


def test_a_lens_that_changes_nothing_is_refused_and_one_that_compares_otherwise_is_not(tmp_path):
    bare = 'id = "haven"\ntitle = "Haven"\ntheme = "proef"\n'
    assert "changes nothing: add a [[change]], a [[where]], or a reference" in faults(tmp_path, lenses_haven=bare)
    known = catalog(tmp_path, themes_proef=theme(EXPECTED), lenses_haven=f'{bare}reference = "expected"\n')
    assert known.lenses["haven"].reference == "expected"


@pytest.mark.parametrize(
    ("column", "trait"),
    [
        ("grote_huishoudens", "households of residents"),
        ("gem_inkomen", "income, wealth or education of residents"),
        ("inwoners_65plus", "age or sex of residents"),
        ("bijstandsuitkeringen", "benefits of residents"),
        ("niet_westers", "origin of residents"),
        ("kerkgenootschap", "religion of residents"),
        ("zorggebruik", "health of residents"),
        ("laaggeletterden", "income, wealth or education of residents"),
        ("werkzoekenden", "income, wealth or education of residents"),
        ("arbeidsmigranten", "origin of residents"),
        ("afstand_tot_moskee", "religion of residents"),
        ("zorgkosten", "health of residents"),
    ],
)
def test_a_term_that_says_something_of_residents_is_refused_whatever_it_is_called(tmp_path, column, trait):
    declared = f'\n[columns.{column}]\ntitle = "Kolom"\nformula = "a"\n'
    named = theme(EXPECTED.replace("tellingen.afstand", f"tellingen.{column}"))
    assert f"says something of {trait}" in faults(tmp_path, themes_proef=named, sources_tellingen=SOURCE + declared)
    hidden = SOURCE + f'\n[columns.druk]\ntitle = "Druk"\nformula = "{column}"\n'
    named = theme(EXPECTED.replace("tellingen.afstand", "tellingen.druk"))
    assert f"says something of {trait}" in faults(tmp_path, themes_proef=named, sources_tellingen=hidden)
    titled = SOURCE + f'\n[columns.druk]\ntitle = "{column.replace("_", " ")}"\nformula = "a"\n'
    assert f"says something of {trait}" in faults(tmp_path, themes_proef=named, sources_tellingen=titled)


def test_peers_are_not_alike_by_who_lives_there(tmp_path):
    named = theme(PEERS.replace('"afstand"', '"huishoudens"'))
    assert "[peers]: columns: column 'huishoudens' says something of households" in faults(tmp_path, themes_proef=named)


def test_what_stands_there_and_who_comes_there_may_be_a_term():
    known = load()
    columns = {term.column for one in known.themes.values() if one.expected for term in one.expected.term}
    assert {"kerncijfers.inwoners", "kerncijfers.adressendichtheid", "omgeving.land"} <= columns
    assert not any(trait_of(column, known.sources) for column in columns)


def test_every_trait_has_a_name():
    assert TRAITS.keys() == CALLED.keys()
