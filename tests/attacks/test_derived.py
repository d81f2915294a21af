"""What follows from rates and national values that were published: of suppressed counts the counts themselves, of
perturbed ones the perturbed ones.
"""

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.evaluation.disclosure import audited
from tests.attacks.country import confidential, crimes, layers, suppressed
from tests.attacks.inverting import counts_of, determined

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE)


@pytest.fixture(scope="module")
def worlds(testland, tmp_path_factory):
    """Layers of the crimes of three levels, suppressed and perturbed; of each level the true counts and inhabitants."""
    rows = crimes(testland)
    naive, ours = (of(rows, tmp_path_factory.mktemp("land")) for of in (suppressed, confidential))
    theme = naive.catalog.theme("proef")
    true = {level: naive.measures(theme, level, 2024)["misdrijven"] for level in LEVELS}
    return layers(naive, *LEVELS), layers(ours, *LEVELS), true


def shown(layer, true):
    """The counts that the rates of a layer give."""
    rates = layer.table.set_index("gebiedscode")["misdrijven"] / 1000
    return counts_of(rates, true[layer.key.level].exposure, layer.summary["national"]["misdrijven"] / 1000)


def withheld(made, true):
    """What the relations between levels, and the national value, determine of the buurten that are left out."""
    of_buurten, *of_larger = (shown(layer, true) for layer in made)
    exposure = true[AreaLevel.BUURT].exposure
    left_out = exposure.index[exposure.notna() & ~exposure.index.isin(of_buurten.index)]
    everyone = {"": made[0].summary["national"]["misdrijven"] / 1000 * exposure.sum()}
    sums = pd.concat([pd.Series(everyone), *of_larger])
    inside = np.array([left_out.str[2:].str.startswith(area[2:]) for area in sums.index], dtype=float)
    parts = [of_buurten[of_buurten.index.str[2:].str.startswith(area[2:])].sum() for area in sums.index]
    known = determined(inside)
    found = np.linalg.lstsq(inside, sums.to_numpy() - parts, rcond=None)[0].round()
    return pd.Series(found[known], left_out[known])


def test_rates_give_every_suppressed_count_away_and_of_perturbed_ones_the_perturbed_one(worlds):
    naive, ours, true = worlds
    for layer in naive:
        of_level = shown(layer, true)
        assert (of_level == true[layer.key.level].events[of_level.index]).mean() == 1.0, layer.key.level
    of_buurten = shown(ours[0], true)
    leaving = ours[0].leaving.set_index("area")["published"]
    assert (of_buurten == leaving[of_buurten.index]).all()
    assert (of_buurten == true[AreaLevel.BUURT].events[of_buurten.index]).mean() < 0.3


def test_relations_determine_counts_that_were_left_out_and_with_noise_no_more_than_a_guess(worlds):
    naive, ours, true = worlds
    found, of_ours = withheld(naive, true), withheld(ours, true)
    events = true[AreaLevel.BUURT].events
    assert (found == events[found.index]).all()
    assert (found < 5).sum() > 10
    assert len(of_ours) > 10
    assert (of_ours == events[of_ours.index]).mean() < 0.3
    assert audited(pd.concat([layer.leaving for layer in ours], ignore_index=True)).passed


@pytest.mark.parametrize("derived", ["misdrijven", *(f"misdrijven{one}" for one in ("_afwijking", "_bijdrage"))])
def test_of_a_count_that_is_left_out_nothing_derived_is_shown(worlds, derived):
    table = worlds[1][0].table
    left_out = table["misdrijven_reden"] == "klein_aantal"
    assert left_out.sum() > 10
    assert table.loc[left_out, [derived, "score", "q"]].isna().all(axis=None)
