"""A column that is refused wrongly comes in with the reason, one not used stays unread; a BSN never comes in."""

import pandas as pd
import pytest

from geo.errors import SourceError
from services.sources.records.tally import RecordsInput, tally
from tests.services.persons.test_scan import bsn
from tests.services.sources.records.declared import AREAS, expected, rows, source


def tallied(folder, table, **records):
    table.to_csv(folder / "rijen.csv", index=False)
    return tally(source(**records), AREAS, RecordsInput(folder))


def test_an_exempted_column_comes_in_and_the_notes_say_why(tmp_path):
    table = rows(50).assign(Herkomst="wijkteam", onbekend="x")
    with pytest.raises(SourceError, match=r"'Herkomst' .*drop = \[...\] in \[records\]; .*\[records.exempt\]"):
        tallied(tmp_path, table)
    given = tallied(tmp_path, table, exempt={"herkomst": "hoe de melding binnenkwam"})
    assert [note for note in given.notes if "hoe de melding binnenkwam" in note and "'herkomst'" in note]
    pd.testing.assert_frame_equal(given.table, expected(table), check_names=False)


def test_an_exemption_that_is_not_needed_or_of_no_column_is_not_noted(tmp_path):
    given = tallied(tmp_path, rows(50), exempt={"zaak": "een zaaknummer", "telefoon": "staat er niet meer in"})
    assert not [note for note in given.notes if "zaak" in note or "staat er" in note]


def test_what_is_nested_in_an_exempted_column_comes_in_with_it(tmp_path):
    table = rows(50).assign(kenmerk='{"herkomst": "balie"}')
    with pytest.raises(SourceError, match=r"'kenmerk\.herkomst'"):
        tallied(tmp_path, table, exempt={"ken": "een ander"})
    assert any("balies" in note for note in tallied(tmp_path, table, exempt={"kenmerk": "balies"}).notes)


def test_numbers_of_persons_cannot_be_exempted(tmp_path):
    table = rows(50).assign(ref=bsn(50))
    with pytest.raises(SourceError, match=r"'ref' \(50 of 50 numbers"):
        tallied(tmp_path, table, exempt={"ref": "dossiernummers"})


def test_a_dropped_column_stays_unread_whatever_it_is_called_or_holds(tmp_path):
    table = rows(50).assign(BSN=bsn(50), opmerking="piet@example.nl")
    given = tallied(tmp_path, table, drop=["bsn", "opmerking", "ontbreekt"])
    assert [note for note in given.notes if "bsn, opmerking" in note and "ontbreekt" not in note]
    pd.testing.assert_frame_equal(given.table, expected(table), check_names=False)
