"""Origin, income, benefits, religion and health of residents put no place on the map, whatever the column is called."""

import pytest

from geo.errors import DeclarationError
from layers.declarations.catalog import load
from layers.declarations.residents import protected_trait_of
from layers.declarations.traits import PROTECTED, protected
from tests.layers.declared import SOURCE, THEME, catalog

INDICATOR = """
[[indicator]]
id = "wie"
title = "Wie"
why = "Wie er woont."
source = "tellingen"
value = "{column}"
per = "inwoners"
weight = 0
"""


def faults(folder, column, source):
    with pytest.raises(DeclarationError) as caught:
        catalog(folder, themes_proef=THEME + INDICATOR.format(column=column), sources_tellingen=SOURCE + source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "trait"),
    [
        ("niet_westers", "origin of residents"),
        ("nationaliteit", "origin of residents"),
        ("statushouders", "origin or nationality"),
        ("gem_inkomen", "income, wealth or education of residents"),
        ("bijstandsuitkeringen", "benefits of residents"),
        ("kerkgenootschap", "religion of residents"),
        ("zorggebruik", "health of residents"),
    ],
)
def test_a_protected_column_is_no_indicator_by_its_name_its_formula_or_its_title(tmp_path, column, trait):
    said = f"indicator 'wie': value: column '{{}}' says something of {trait}: that is no reason to look in a place"
    named = f'\n[columns.{column}]\ntitle = "Kolom"\nformula = "a"\n'
    assert said.format(column) in faults(tmp_path, column, named)
    read = f'\n[columns.druk]\ntitle = "Druk"\nformula = "{column}"\n'
    assert said.format("druk") in faults(tmp_path, "druk", read)
    titled = f'\n[columns.druk]\ntitle = "{column.replace("_", " ")}"\nformula = "a"\n'
    assert said.format("druk") in faults(tmp_path, "druk", titled)


@pytest.mark.parametrize(
    ("names", "trait"),
    [
        ("a_nl_all a_neu_al a_geb_ne a_nw_all a_marok P_NW_MIG_A P_NL_ACHTG Marokko_19 BuitenEuropa_20", "origin"),
        ("a_inkont g_ink_po p_hh_osm P_LINK_HH a_opl_lg", "income, wealth or education"),
        ("a_soz_wb UITKMINAOW", "benefits"),
        ("a_jz_tn", "health"),
        ("moslims katholieken", "religion"),
    ],
)
def test_what_cbs_calls_a_protected_column_is_known(names, trait):
    for name in names.split():
        assert f"{trait} of residents" in [str(one) for one in protected(name)], name


@pytest.mark.parametrize(
    "name", ["a_woning", "p_leegsw", "a_bed_gi", "g_wozbag", "a_inw", "WON_NBEW", "a_pau", "marokko"]
)
def test_other_columns_of_cbs_may_be_an_indicator(name):
    assert not list(protected(name))


@pytest.mark.parametrize("column", ["jongeren", "huishoudens_klein", "koopwoningen", "vestigingen", "leegstand"])
def test_young_people_households_homes_and_firms_may_be_an_indicator(tmp_path, column):
    named = f'\n[columns.{column}]\ntitle = "Kolom"\nformula = "a"\n'
    theme = THEME + INDICATOR.format(column=column)
    assert catalog(tmp_path, themes_proef=theme, sources_tellingen=SOURCE + named).themes["proef"]


def test_no_shipped_theme_reads_anything_protected():
    shipped = load()
    assert PROTECTED == ("income", "benefits", "origin", "religion", "health")
    assert not list(protected("misdrijven"))
    columns = {name for theme in shipped.themes.values() for one in theme.indicator for name in one.columns}
    assert not [name for name in columns if protected_trait_of(name, shipped.sources)]


def test_another_exposure_may_say_nothing_of_residents_either_and_must_be_there(tmp_path):
    source = '\n[columns.bijstandsuitkeringen]\ntitle = "Uitkeringen"\nformula = "uitkeringen"\n'
    also = 'per = "inwoners"\nalso_per = ["bijstandsuitkeringen", "niets"]'
    with pytest.raises(DeclarationError) as caught:
        catalog(tmp_path, themes_proef=THEME.replace('per = "inwoners"', also), sources_tellingen=SOURCE + source)
    assert "niets" in str(caught.value)
    known = THEME.replace('per = "inwoners"', also.replace(', "niets"', ""))
    with pytest.raises(DeclarationError, match="benefits of residents"):
        catalog(tmp_path, themes_proef=known, sources_tellingen=SOURCE + source)


def test_a_share_and_a_level_have_no_other_exposure(tmp_path):
    for name, field in (("share = true", 'per = "inwoners"'), ("weight = 0", "")):
        indicator = INDICATOR.format(column="misdrijven").replace('per = "inwoners"', field)
        indicator = indicator.replace("weight = 0", f'{name}\nalso_per = ["huishoudens"]')
        with pytest.raises(DeclarationError, match="also_per"):
            catalog(tmp_path, themes_proef=THEME + indicator)


RESIDENTS = """
id = "bewoners"
title = "Bewoners"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org"
attribution = "Testbureau"
status = "open"
use = "evaluation"
key = "buurtcode"
vintage = 2024
periods = [2024]
table = { path = "tellingen.csv" }

[columns.sterren]
title = "Sterren"
formula = "sterren"
"""


def test_what_is_only_held_against_a_map_puts_no_place_on_it_whatever_it_is_called(tmp_path):
    indicator = INDICATOR.format(column="bewoners.sterren")
    with pytest.raises(DeclarationError, match="only held against what is found"):
        catalog(tmp_path, themes_proef=THEME + indicator, sources_bewoners=RESIDENTS)
    catalog(tmp_path, themes_proef=THEME, sources_bewoners=RESIDENTS)


def test_a_plain_name_never_means_what_is_only_held_against_a_map(tmp_path):
    same = RESIDENTS + '\n[columns.inwoners]\ntitle = "Inwoners"\nformula = "inwoners"\n'
    made = catalog(tmp_path, sources_bewoners=same)
    assert made.theme("proef").indicator[0].per == "tellingen.inwoners"


def test_what_is_held_against_a_map_is_open(tmp_path):
    with pytest.raises(DeclarationError, match="open figures per buurt"):
        catalog(tmp_path, sources_bewoners=RESIDENTS.replace('status = "open"\n', ""))
