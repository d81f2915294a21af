"""Buurten and hexagons of two sizes of the same records, all at once: three have fewer records in common than two."""

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import eye_array, vstack

from boundaries.hexagons import cells_at, hexagons, outlines_of
from boundaries.overlaps import overlaps
from geo.areas import AreaFrame, AreaLevel
from geo.disclosure import overlays
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.intervals import Bounds
from geo.disclosure.overlays import narrowest
from geo.disclosure.perturbation import Noise, perturbed
from geo.errors import DisclosureError
from layers.evaluation.audit import Audit
from layers.evaluation.disclosure import audited
from layers.evaluation.overlay import overlay_of_three
from layers.method.overlay import overlapped, reached
from layers.publication.perturbed import perturbed_counts
from services.jobs import audit
from services.vault.ledger import Ledger
from services.vault.secret import Vault

SIZES, GEMEENTE, LEAST = (AreaLevel.H3_8, AreaLevel.H3_9), "GM9107", 5.0


@pytest.fixture(scope="module")
def areas(buurten):
    """Some buurten of a gemeente."""
    return AreaFrame(AreaLevel.BUURT, 2024, buurten.table[buurten.table["gemeente"] == GEMEENTE].head(12))


@pytest.fixture(scope="module")
def records(testland, areas):
    """Of each crime the buurt and the hexagons of both sizes that it lies in."""
    crimes = testland.incidents[testland.incidents["jaar"] == 2024].sjoin(areas.table[["geometry"]])
    at = {size: cells_at(crimes.geometry, size) for size in SIZES}
    return pd.DataFrame({AreaLevel.BUURT: crimes["area_id"], **at}).reset_index(drop=True)


@pytest.fixture(scope="module")
def released(areas, records):
    """What leaves of these crimes, and the true counts."""
    keys = record_keys(map(str, records.index), b"secret")
    tables, true, lie = [], [], {}
    for level in (AreaLevel.BUURT, *SIZES):
        frame = areas if level is AreaLevel.BUURT else hexagons(areas, level)
        counts = records[level].value_counts().reindex(frame.ids, fill_value=0).to_numpy(dtype=float)
        of_cells = pd.Series(keys).groupby(records[level]).sum().reindex(frame.ids, fill_value=0).to_numpy(np.uint64)
        safe = pd.Series(perturbed(counts, of_cells, Noise()), frame.ids)
        tables.append(perturbed_counts("m", level, 2024, safe, Noise(), LEAST))
        true.append(counts)
        if level is not AreaLevel.BUURT:
            both = overlaps(*(one.table.geometry.to_numpy() for one in (areas, frame)))
            lie |= overlapped(both, areas, frame, frame.ids, reached(both, areas, frame)).to_dict()
    table = pd.concat(tables, ignore_index=True)
    return table.assign(overlaps=table["area"].map(lie)), np.concatenate(true)


@pytest.fixture(scope="module")
def relations(released):
    return overlay_of_three(released[0], *map(str, SIZES))


def test_every_record_lies_in_what_three_have_in_common_and_these_add_up_to_all_counts(records, released, relations):
    parts = records[AreaLevel.BUURT] + " / " + records[SIZES[1]] + " / " + records[SIZES[0]]
    counted = parts.value_counts()
    assert set(counted.index) <= set(relations.names)
    of_parts = counted.reindex(relations.names, fill_value=0).to_numpy()
    np.testing.assert_array_equal(relations.parts @ of_parts, released[1][relations.cells])


def test_what_three_have_in_common_is_what_their_polygons_do(areas, relations):
    """A second implementation, by shapely: no part is one in which nothing can lie, and none is missing."""
    names = pd.Series(relations.names).str.split(" / ", expand=True)
    inside = names[(names != "+").all(axis=1)]
    shapes = [areas.table.geometry.loc[inside[0]].to_numpy(), outlines_of([*inside[1]]), outlines_of([*inside[2]])]
    surface = shapely.area(shapely.intersection(shapely.intersection(shapes[0], shapes[1]), shapes[2]))
    assert (surface > 0).all()
    of_pairs = pd.Series(surface).groupby([inside[0].to_numpy(), inside[1].to_numpy()]).sum()
    whole = shapely.area(shapely.intersection(
        areas.table.geometry.loc[of_pairs.index.get_level_values(0)].to_numpy(),
        outlines_of([*of_pairs.index.get_level_values(1)]),
    ))  # fmt: skip
    np.testing.assert_allclose(of_pairs, whole, atol=0.01)


def test_exact_counts_tell_what_three_have_in_common_and_perturbed_ones_do_not(released, relations):
    table, true = released
    counts, parts = true[relations.cells], len(relations.names)
    sums = vstack([relations.parts, eye_array(parts)])
    naive = Bounds(np.append(counts, np.zeros(parts)), np.append(counts, np.full(parts, np.inf)))
    some = np.flatnonzero(relations.parts[counts == 0].sum(axis=0) == 0)[:120]  # something may lie in these
    found = narrowest(naive, sums, len(counts) + some, 2, whole=True)
    known = (found.width == 0) & (found.lowest > 0)
    assert (known & (found.lowest < LEAST)).sum() > 2
    safe = audited(table)
    assert safe.passed
    assert (safe.overlays, safe.contradicting) == (4, 0)
    assert safe.insiders >= 3


def test_what_is_too_much_to_find_out_is_not_published_nor_after_a_release_of_the_rest(released, tmp_path, monkeypatch):
    """In one release, or in two of which the first had no small hexagons and the second nothing else."""
    table, _ = released
    monkeypatch.setattr(overlays, "MOST_PARTS", 9)
    monkeypatch.setenv("ZICHT_VAULT", str(tmp_path / "vault"))
    small = table["level"] == str(SIZES[1])
    with pytest.raises(DisclosureError, match="publish areas, or hexagons of one size, and not both"):
        audit._check("alles", table)
    audit._check("eerst", table[~small])
    Ledger(Vault(tmp_path / "vault")).add("2026-01-01", tmp_path / "home", "eerst", table[~small])
    with pytest.raises(DisclosureError, match="publish areas, or hexagons of one size, and not both"):
        audit._check("daarna", table[small])


def test_a_third_size_of_a_count_is_refused_in_one_release_or_the_next_and_for_areas_of_whatever_year(
    released, tmp_path, monkeypatch
):
    """What hexagons of three sizes tell of one another is not found out, so nobody may have them all."""
    table, _ = released
    third = table[table["level"] == str(SIZES[0])].assign(level="h3-7", count="m / mensen.huishoudens", vintage=2023)
    monkeypatch.setenv("ZICHT_VAULT", str(tmp_path / "vault"))
    refused = "hexagons of h3-7, h3-8, h3-9 of m have left, in this release or those before it"
    with pytest.raises(DisclosureError, match=refused):
        audit._check("alles", pd.concat([table, third]))
    Ledger(Vault(tmp_path / "vault")).add("2026-01-01", tmp_path / "home", "eerst", table)
    with pytest.raises(DisclosureError, match=refused):
        audit._check("daarna", third)
    monkeypatch.setattr(audit, "audited", lambda _: Audit(0, 0, 0, 1.0, ()))
    audit._check("iets anders", third.assign(count="n"))
