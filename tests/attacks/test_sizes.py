"""Hexagons of two sizes of the same records: small ones nearly make up a large one, and what is left is few records."""

import numpy as np
import pandas as pd
import pytest

from boundaries.hexagons import cells_at, hexagons
from geo.areas import AreaFrame, AreaLevel
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.perturbation import Noise, perturbed
from layers.evaluation.disclosure import audited
from layers.evaluation.overlay import overlay_of_sizes
from layers.publication.perturbed import perturbed_counts
from tests.attacks.inverting import determined

SIZES, GEMEENTE = (AreaLevel.H3_8, AreaLevel.H3_9), "GM9107"


@pytest.fixture(scope="module")
def released(testland, buurten):
    """What leaves of the crimes of a gemeente, per hexagon of two sizes; and the true counts."""
    mine = buurten.table[buurten.table["gemeente"] == GEMEENTE]
    areas, crimes = AreaFrame(AreaLevel.BUURT, 2024, mine), testland.incidents.sjoin(mine[["geometry"]])
    keys = record_keys(map(str, crimes.index), b"secret")
    tables, true = [], []
    for size in SIZES:
        ids, at = hexagons(areas, size).ids, cells_at(crimes.geometry, size)
        counts = pd.Series(1.0, at).groupby(level=0).sum().reindex(ids, fill_value=0.0)
        of_cells = pd.Series(keys, at).groupby(level=0).sum().reindex(ids, fill_value=0).astype(np.uint64)
        safe = pd.Series(perturbed(counts.to_numpy(), of_cells.to_numpy(), Noise()), ids)
        tables.append(perturbed_counts("m", size, 2024, safe, Noise(), 5.0))
        true.append(counts.to_numpy())
    return pd.concat(tables, ignore_index=True), np.concatenate(true)


def in_common(relations, counts):
    """What the relations determine of what two hexagons have in common: in an empty one nothing lies."""
    parts = relations.parts.toarray()
    possible = np.flatnonzero(~parts[counts == 0].any(axis=0))
    known = determined(parts[:, possible])
    found = np.linalg.lstsq(parts[:, possible], counts, rcond=None)[0].round()
    return pd.Series(found[known], possible[known])


def test_two_sizes_give_away_what_two_hexagons_have_in_common_and_with_noise_no_more_than_a_guess(released):
    table, true = released
    relations = overlay_of_sizes(table, *map(str, SIZES))
    exact, of_ours = (in_common(relations, of[relations.cells]) for of in (true, table["published"].to_numpy()))
    assert exact.between(1, 4).sum() > 30
    some = exact[exact > 0]
    assert (of_ours.reindex(some.index) == some).mean() < 0.3
    audit = audited(table)
    assert audit.passed
    assert (audit.overlays, audit.contradicting) == (1, 0)
    assert audit.small > 500
    assert audit.insiders >= 3


def test_what_is_determined_of_exact_counts_is_so(testland, buurten, released):
    """The attack is right: against the crimes themselves, each in the hexagons that it lies in."""
    table, true = released
    relations = overlay_of_sizes(table, *map(str, SIZES))
    mine = buurten.table[buurten.table["gemeente"] == GEMEENTE]
    crimes = testland.incidents.sjoin(mine[["geometry"]])
    both = [f"{one} / {other}" for one, other in zip(*(cells_at(crimes.geometry, one) for one in SIZES), strict=True)]
    counted = pd.Series(both).value_counts()
    assert set(both) <= set(relations.names)
    exact = in_common(relations, true[relations.cells])
    names = [relations.names[at] for at in exact.index]
    assert (counted.reindex(names, fill_value=0).to_numpy() == exact.to_numpy()).mean() > 0.95
