"""Buurten and hexagons of the same records: what is left out of the one, the other gives away where they overlap."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import eye_array, vstack

from boundaries.hexagons import cells_at, hexagons
from boundaries.overlaps import overlaps
from geo.areas import AreaFrame, AreaLevel
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.intervals import Bounds
from geo.disclosure.overlays import narrowest
from geo.disclosure.perturbation import Noise, perturbed
from layers.evaluation.disclosure import audited
from layers.evaluation.overlay import overlay
from layers.method.overlay import overlapped, reached
from layers.publication.perturbed import perturbed_counts

H3, LEAST = AreaLevel.H3_8, 5.0


@pytest.fixture(scope="module")
def released(testland, buurten):
    """What leaves of the crimes of a few gemeenten, per buurt and per hexagon; and the true counts."""
    gemeenten = sorted(buurten.table["gemeente"].unique())[:2]
    mine = buurten.table[buurten.table["gemeente"].isin(gemeenten)]
    areas = AreaFrame(AreaLevel.BUURT, 2024, mine)
    cells = hexagons(areas, H3)
    crimes = testland.incidents[testland.incidents["jaar"] == 2024].sjoin(mine[["geometry"]])
    both = overlaps(*(one.table.geometry.to_numpy() for one in (areas, cells)))
    lie = overlapped(both, areas, cells, cells.ids, reached(both, areas, cells))
    keys = record_keys(map(str, crimes.index), b"secret")
    tables, true = [], []
    for level, ids, at in (
        (AreaLevel.BUURT, areas.ids, crimes["area_id"].to_numpy()),
        (H3, cells.ids, cells_at(crimes.geometry, H3)),
    ):
        counts = pd.Series(1.0, at).groupby(level=0).sum().reindex(ids, fill_value=0.0)
        of_cells = pd.Series(keys, at).groupby(level=0).sum().reindex(ids, fill_value=0).astype(np.uint64)
        safe = pd.Series(perturbed(counts.to_numpy(), of_cells.to_numpy(), Noise()), ids)
        tables.append(perturbed_counts("m", level, 2024, safe, Noise(), LEAST))
        true.append(counts.to_numpy())
    table = pd.concat(tables, ignore_index=True)
    return table.assign(overlaps=table["area"].map(lie)), np.concatenate(true)


def test_exact_counts_tell_what_buurten_and_hexagons_have_in_common_and_perturbed_ones_do_not(released):
    """Of what is known exactly some is a few records in a corner where a buurt and a hexagon meet."""
    table, true = released
    relations = overlay(table, "h3-8")
    counts, parts = true[relations.cells], len(relations.names)
    sums = vstack([relations.parts, eye_array(parts)])
    naive = Bounds(np.append(counts, np.zeros(parts)), np.append(counts, np.full(parts, np.inf)))
    found = narrowest(naive, sums, len(counts) + np.arange(parts), 2)
    known = (found.width == 0) & (found.lowest > 0)
    assert (known & (found.lowest < LEAST)).sum() > 5
    audit = audited(table)
    assert audit.passed
    assert (audit.overlays, audit.contradicting) == (1, 0)
    assert audit.small > 100
    assert audit.insiders >= 3


def test_noise_does_not_average_out_over_all_sums_that_overlap(released):
    """Generalised least squares on all relations at once leaves what the audit says of the noise, but for little."""
    table, true = released
    relations = overlay(table, "h3-8")
    published, counts = (one[relations.cells] for one in (table["published"].to_numpy(), true))
    parts = relations.parts.toarray()
    best = parts @ np.linalg.lstsq(parts, published, rcond=None)[0]
    noise, left = (np.mean((one - counts) ** 2) for one in (published, best))
    assert left > 0.9 * noise
    assert (best.round() == counts)[counts > 0].mean() < 0.5
