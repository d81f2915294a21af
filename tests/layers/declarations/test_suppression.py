"""When an amount is withheld is declared, by rules that have a name and a source, and what cannot be is refused."""

import tomllib
from importlib import resources

import pytest
from pydantic import ValidationError

from geo.disclosure.contributions import SensitivityRules
from geo.errors import DeclarationError
from layers.declarations.suppression import Dominance, Suppression, known_rules
from tests.turnover import SOURCE, THEME, declared


def test_where_nothing_is_said_ten_contribute_and_none_has_more_than_half():
    """A choice, after Guidelines for the checking of output based on microdata research, 2010."""
    assert Suppression().sensitivity == SensitivityRules(10, ((1, 50.0),), None, 20.0, 0.0)
    assert "Brandt" in known_rules()["essnet"].source
    assert "the values are a choice" in known_rules()["essnet"].source


def test_the_rules_of_the_handbook_are_three_contributors_and_ten_percent():
    assert Suppression(rules="handbook").sensitivity == SensitivityRules(3, (), 10.0, 20.0, 0.0)
    assert "section 4.2: n = 3 is its common choice" in known_rules()["handbook"].source
    assert Suppression(rules="handbook", percent=15.0).sensitivity.percent == 15.0


def test_the_way_to_rules_of_your_own_that_the_file_shows_is_one():
    shown = resources.files("layers.declarations").joinpath("suppression.toml").read_text()
    lines = [line.removeprefix("#     ") for line in shown.splitlines() if line.startswith("#     ")]
    own = Suppression(**tomllib.loads("\n".join(lines))["suppression"])
    assert own.sensitivity == SensitivityRules(5, ((1, 50.0), (2, 80.0)), 10.0, 20.0, 0.0)


def test_own_rules_take_the_place_of_those_with_a_name():
    own = Suppression(min_units=3, percent=10.0, dominance=(), zero_range=5.0, margin=30.0)
    assert own.sensitivity == SensitivityRules(3, (), 10.0, 30.0, 5.0)
    two = Suppression(dominance=(Dominance(largest=2, percent=85.0),))
    assert two.sensitivity.dominance == ((2, 85.0),)


@pytest.mark.parametrize("wrong", [{"min_units": 1}, {"percent": 0.0}, {"margin": 100.0}, {"rules": "cbs"}])
def test_rules_that_protect_nothing_are_refused(wrong):
    with pytest.raises(ValidationError):
        Suppression(**wrong)


@pytest.mark.parametrize(("changed", "fault"), [
    (('publisher = "Gemeente Havermonde"', 'publisher = "Gemeente Havermonde"\nstatus = "open"'), "withheld in a conf"),
    (('formula = "omzet"\nkind = "count"', 'formula = "omzet"\nkind = "stock"'), 'add \\[table\\] and kind = "count"'),
    (('units = "zaken"', 'units = "firmas"'), "no column is called firmas; the source has omzet, zaken, grootste"),
    (('formula = "zaken"', 'formula = "zaken"\ncontributions = {units="zaken",largest="grootste",second="tweede"}'),
     "columns omzet, zaken are amounts"),
])  # fmt: skip
def test_an_amount_that_cannot_be_withheld_is_refused(tmp_path, changed, fault):
    with pytest.raises(DeclarationError, match=fault):
        declared(tmp_path, sources_omzet=SOURCE.replace(*changed))


AGAIN = '[columns.weer]\ntitle = "Weer"\nformula = "omzet"\nkind = "count"\n\n[columns.zaken]'


def test_what_an_amount_is_made_of_is_no_count_too_which_noise_of_a_few_would_show(tmp_path):
    fault = "columns weer read of what the amount omzet of source 'omzet' and its largest"
    with pytest.raises(DeclarationError, match=fault):
        declared(tmp_path, sources_omzet=SOURCE.replace("[columns.zaken]", AGAIN))
    with pytest.raises(DeclarationError, match="columns zaken read of what"):
        declared(tmp_path, sources_omzet=SOURCE.replace('formula = "zaken"', 'formula = "zaken + grootste"'))


def test_nor_in_another_source_of_the_same_file_but_one_that_everyone_may_have(tmp_path):
    other = SOURCE.replace('id = "omzet"', 'id = "ander"').replace(
        'contributions = { units = "zaken", largest = "grootste", second = "tweede" }', ""
    )  # fmt: skip
    with pytest.raises(
        DeclarationError, match="columns omzet, grootste, tweede read of what the amount omzet of source"
    ):
        declared(tmp_path, sources_ander=other)
    open_ = other.replace("vintage = 2024", 'status = "open"\nvintage = 2024')
    assert declared(tmp_path, sources_ander=open_).sources["ander"].status == "open"


@pytest.mark.parametrize(("changed", "fault"), [
    (('per = "mensen.inwoners"', ""), "value: column 'omzet' is an amount .* with `per`"),
    (('per = "mensen.inwoners"', 'per = "mensen.inwoners"\nshare = true'), "without share"),
    (('per = "mensen.inwoners"', 'per = "omzet"'), "per: column 'omzet' is an amount"),
    (('value = "omzet"', 'value = "grootste"'), "value: column 'grootste' is what one contributes"),
    (('per = "mensen.inwoners"', 'per = "mensen.inwoners"\nalso_per = ["omzet.tweede"]'), "also_per: column 'omzet.tw"),
])  # fmt: skip
def test_an_amount_is_read_as_what_can_be_withheld(tmp_path, changed, fault):
    with pytest.raises(DeclarationError, match=fault):
        declared(tmp_path, themes_proef=THEME.replace(*changed))
