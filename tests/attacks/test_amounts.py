"""The attack on amounts: what is withheld, as all that is shown less the rest of it, over and over; and guesses of the
rules by which it is.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.disclosure.contributions import Contributions, SensitivityRules, required
from layers.declarations.protection import Protection
from layers.declarations.reading import digest_of, meaning
from layers.evaluation.disclosure import audited
from layers.publication.collections import collections
from layers.publication.provenance import publishable
from services.jobs.build import LayerRequest, build
from services.releases.record import recorded
from tests.turnover import THEME, country

PER_FIRM = THEME.replace('per = "mensen.inwoners"', 'per = "zaken"\nquotient = true')
LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE)


def subtracted(known):
    """The amounts that follow from those that are known, by subtracting parts from wholes until nothing more does."""
    known = known.copy()
    buurten, wijken = (known.index[known.index.str.startswith(one)] for one in ("BU", "WK"))
    above = pd.Series([*parents(buurten, AreaLevel.WIJK), *parents(wijken, AreaLevel.GEMEENTE)], [*buurten, *wijken])
    before = -1
    while before != (before := int(known.notna().sum())):
        for whole, parts in above.groupby(above).groups.items():
            unknown = known[parts].isna()
            if not unknown.any():
                known[whole] = known[parts].sum()
            elif unknown.sum() == 1 and pd.notna(known[whole]):
                known[parts[unknown][0]] = known[whole] - known[parts].sum()
    return known


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return country(tmp_path_factory.mktemp("omzet"))


def test_subtraction_gives_nothing_that_is_sensitive_and_did_where_only_that_was_withheld(made):
    raw = made.source.figures.set_index("buurtcode")
    sums = made.results.of(made.figure_plan.amounts_node(made.catalog.sources["omzet"], 2024))["value"].drop("NL")
    told = [raw[one].to_numpy(dtype=float) for one in ("omzet", "zaken", "grootste", "tweede")]
    alone = Contributions(*told, np.full(len(raw), -1))
    rules = SensitivityRules(min_units=3, percent=10.0, dominance=((1, 50.0),))
    sensitive = raw.index[required(alone, rules).sensitive]
    naive = subtracted(sums.mask(sums.index.isin(sensitive)))
    assert naive[sensitive].notna().sum() >= 3
    np.testing.assert_allclose(naive[sensitive].dropna(), sums[naive[sensitive].dropna().index])

    people = made.source.country.addresses.groupby("buurtcode")["inwoners"].sum()
    shown = pd.Series(np.nan, sums.index)
    for level in LEVELS:
        table = build(made, LayerRequest("proef", level, period=2024), lambda _: None).table.set_index("gebiedscode")
        there = people if level is AreaLevel.BUURT else people.groupby(parents(people.index, level)).sum()
        shown.update(table["omzet_horeca"] * there.reindex(table.index))
    assert shown.notna().sum() > 100
    assert subtracted(shown)[sensitive].isna().all()


def test_a_release_tells_neither_the_rules_nor_a_digest_by_which_to_guess_them(made):
    one = build(made, LayerRequest("proef", AreaLevel.GEMEENTE, period=2024), lambda _: None)
    origin = recorded([one], collections([one]))["layers"][0]["provenance"]
    source = made.catalog.sources["omzet"]

    def guessed(percent):
        rules = source.suppression.model_copy(update={"percent": float(percent)})
        return digest_of(meaning(source.model_copy(update={"suppression": rules})))

    assert [percent for percent in range(1, 30) if guessed(percent) == one.provenance.digests["sources/omzet"]] == [10]
    assert not [percent for percent in range(1, 30) if guessed(percent) == origin["digests"]["sources/omzet"]]
    assert origin["declarations"]["sources/omzet"]["suppression"] == {"rules": "geheim"}
    assert "min_units" not in json.dumps(origin)
    assert origin["digests"]["sources/mensen"] == one.provenance.digests["sources/mensen"]


def test_the_key_of_the_plan_a_digest_of_confidential_bytes_and_rules_is_told_of_open_layers_alone(made):
    """Who knows all rows but one, and the secret's fingerprint, could try by it which that is."""
    origin = build(made, LayerRequest("proef", AreaLevel.GEMEENTE, period=2024), lambda _: None).provenance
    planned = replace(origin, plan="0" * 64)
    assert publishable(planned).plan == ""
    assert publishable(replace(planned, sources=dict.fromkeys(origin.sources, "open"))).plan == "0" * 64


def test_how_many_have_an_amount_leaves_where_it_is_withheld_too_since_these_make_up_what_larger_areas_have(tmp_path):
    """Without them the firms of a wijk would be more than those of its buurten, and no release of both could be."""
    made = country(tmp_path, themes_proef=PER_FIRM)
    layers = [build(made, LayerRequest("proef", level, period=2024), lambda _: None) for level in LEVELS]
    every = pd.concat([one.leaving for one in layers], ignore_index=True).drop_duplicates(ignore_index=True)
    firms = every[every["count"] == "omzet: zaken / omzet.omzet"].set_index("area")["published"]
    raw = made.source.figures.set_index("buurtcode")["zaken"]
    hidden = layers[0].table.set_index("gebiedscode")["omzet_horeca_reden"] == "achtergehouden"
    assert hidden.sum() > 100
    for level in LEVELS:
        true = raw if level is AreaLevel.BUURT else raw.groupby(parents(raw.index, level)).sum()
        assert set(true.index[true > 0]) <= set(firms.index)
        assert (firms.reindex(true.index, fill_value=0) - true).abs().max() <= Protection().max_noise
    audit = audited(every)
    assert audit.passed
    assert audit.small > 100
