"""All that leaves follows from perturbed counts: other records that give the same ones give the same publication.

So whatever is computed from what was published, of rates, scores, plateaus of q, ranks, lenses or explanations, and
however it is combined, tells of confidential counts no more than the perturbed ones do; these are what `zicht audit`
starts from.
"""

from dataclasses import asdict, replace
from hashlib import sha256

import pandas as pd
import pytest

from geo.areas import AreaLevel
from geo.errors import DisclosureError
from layers.method import measure_plan
from layers.method.protection import protected
from layers.publication.collections import collections
from services.releases.record import recorded
from tests.attacks.country import confidential, crimes, layers

LEVELS = (AreaLevel.BUURT, AreaLevel.H3_8)
OF_KEYS = "sources/tellingen"


@pytest.fixture(scope="module")
def pair(testland, tmp_path_factory):
    """Layers of the crimes, and of other crimes, perturbed to the same counts."""
    seen, differing = {}, []

    def seeing(measure, **noise):
        seen[measure.id, len(measure.events)] = protected(measure, **noise)
        return seen[measure.id, len(measure.events)]

    def the_same(measure, **noise):
        as_before = seen[measure.id, len(measure.events)]
        differing.append((protected(measure, **noise).events != as_before.events).sum())
        return as_before

    rows = crimes(testland)
    others = pd.concat([rows.sample(frac=0.8, random_state=1), rows.sample(300, random_state=2)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure_plan, "protected", seeing)
        first = layers(confidential(rows, tmp_path_factory.mktemp("waar")), *LEVELS)
        patch.setattr(measure_plan, "protected", the_same)
        second = layers(confidential(others, tmp_path_factory.mktemp("anders")), *LEVELS)
    assert min(differing) > 100
    return first, second


def test_what_is_recorded_of_a_release_does_not_depend_on_confidential_records(pair):
    first, second = (recorded(made, collections(made)) for made in pair)
    assert first["id"] == second["id"]
    assert first["collections"] == second["collections"]
    for one, other in zip(first["layers"], second["layers"], strict=True):
        assert one["summary"] == other["summary"]
        for part in one["provenance"].keys() - {"receipts"}:
            assert one["provenance"][part] == other["provenance"][part]
        receipts, others = ({each["id"]: each for each in layer["provenance"]["receipts"]} for layer in (one, other))
        del receipts[OF_KEYS]["sha256"], others[OF_KEYS]["sha256"]
        assert receipts == others


def test_the_tables_and_what_the_ledger_remembers_are_the_same(pair):
    for one, other in zip(*pair, strict=True):
        pd.testing.assert_frame_equal(one.table, other.table)
        pd.testing.assert_frame_equal(one.zoekgebieden, other.zoekgebieden)
        pd.testing.assert_frame_equal(one.leaving, other.leaving)


def test_a_receipt_of_confidential_rows_tells_how_many_there_are_nowhere(pair, testland):
    (layer, _), _ = pair
    receipt = asdict(next(one for one in layer.provenance.receipts if one.id == OF_KEYS))
    assert receipt["rows"] is None
    assert receipt["notes"] == ("grondslag: Gemeentewet art. 172",)
    this_year = int((testland.incidents["jaar"] == 2024).sum())
    assert not {str(this_year), str(len(testland.incidents))} & {*str(receipt).split()}


def test_a_layer_that_tells_how_many_rows_a_confidential_source_has_does_not_pass(pair):
    """As an earlier zicht built it. Nor do hexagons that do not say what they overlap, or counts that noise never
    gives, or values where no count leaves.
    """
    (layer, of_cells), _ = pair
    told = tuple(replace(one, rows=9) for one in layer.provenance.receipts)
    with pytest.raises(DisclosureError, match="it says how many rows sources/tellingen has"):
        replace(layer, provenance=replace(layer.provenance, receipts=told))
    with pytest.raises(DisclosureError, match="its hexagons do not say which areas they overlap"):
        replace(of_cells, leaving=of_cells.leaving.assign(overlaps=None))
    with pytest.raises(DisclosureError, match="it does not say which perturbed counts they follow from"):
        replace(layer, leaving=None)
    with pytest.raises(DisclosureError, match="no noise gives such counts"):
        replace(layer, leaving=layer.leaving.assign(published=1.0))
    with pytest.raises(DisclosureError, match="it shows Misdrijven where no count leaves that may be shown"):
        replace(layer, leaving=layer.leaving.assign(published=4.0))


def test_hexagons_may_have_figures_that_are_counted_in_them_beside_those_that_are_divided_over_them(pair):
    """Of what is divided no count leaves per hexagon; of what is counted one must, and no other counts for it."""
    (_, of_cells), _ = pair
    other = of_cells.leaving.head(1).assign(count="tellingen: branden_2024 / None")
    divided = of_cells.leaving.assign(level="buurt", overlaps=None)
    assert replace(of_cells, leaving=pd.concat([divided, other])).perturbed
    with pytest.raises(DisclosureError, match="it shows Misdrijven where no count leaves that may be shown"):
        replace(of_cells, leaving=pd.concat([divided, of_cells.leaving.head(1), other]))


def test_who_knows_all_rows_but_one_cannot_try_which_it_is_by_the_digest(pair, testland, tmp_path):
    """With the sha256 of the bytes a try a year finds the last row; that of a receipt is none of these."""
    (layer, _), _ = pair
    receipt = next(one for one in layer.provenance.receipts if one.id == OF_KEYS)
    rows = crimes(testland)

    def digest(year):
        guess = rows.assign(jaar=[*rows["jaar"][:-1], year])
        guess.to_csv(tmp_path / "poging.csv", sep=";", decimal=",", index=False)
        return sha256((tmp_path / "poging.csv").read_bytes()).hexdigest()

    tried = {year: digest(year) for year in sorted(rows["jaar"].unique())}
    assert [year for year, one in tried.items() if one == digest(rows["jaar"].iloc[-1])] == [rows["jaar"].iloc[-1]]
    assert len(receipt.sha256) == 64
    assert receipt.sha256 not in tried.values()
