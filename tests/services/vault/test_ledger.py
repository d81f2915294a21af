"""What was published is remembered: it can be added to, and whoever changes it is found out."""

import json
import stat

import pandas as pd
import pytest

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise
from geo.errors import StoreError
from layers.publication.perturbed import COLUMNS, perturbed_counts
from services.vault.ledger import Ledger
from services.vault.secret import Vault


def counts(number: float = 7.0) -> pd.DataFrame:
    return perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series([number, 0.0], ["BU1", "BU2"]), Noise(), 5.0)


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(Vault(tmp_path / "vault"))
    for nth, release in enumerate(("aaa", "bbb", "ccc")):
        made.add(f"2026-01-0{nth + 1}", tmp_path / "home", release, counts(7.0 + nth))
    return made


def test_all_that_was_published_is_remembered_in_order(ledger):
    known = ledger.counts()
    assert known["release"].tolist() == ["aaa", "aaa", "bbb", "bbb", "ccc", "ccc"]
    assert known["published"].tolist() == [7, 0, 8, 0, 9, 0]
    assert set(known["fingerprint"]) == {ledger.vault.fingerprint}
    assert list(known.columns) == [*COLUMNS, "fingerprint", "release"]
    modes = {stat.S_IMODE(file.stat().st_mode) for file in ledger.vault.folder.iterdir()}
    assert modes == {0o600}


def test_the_same_release_of_a_home_is_remembered_once(ledger, tmp_path):
    ledger.add("2026-02-01", tmp_path / "home", "ccc", counts(9.0))
    assert [one.release for one in ledger.entries()] == ["aaa", "bbb", "ccc"]
    ledger.add("2026-02-01", tmp_path / "other", "ccc", counts(9.0))
    ledger.add("2026-02-01", tmp_path / "home", "aaa", counts(7.0))
    assert [one.release for one in ledger.entries()] == ["aaa", "bbb", "ccc", "ccc", "aaa"]


def test_what_is_left_of_a_release_has_no_other_counts_and_the_secret_of_that(ledger, tmp_path, monkeypatch):
    before = ledger.entries()[1]
    monkeypatch.setattr("services.vault.secret.HOW", "another way")
    ledger.add_remainder("2026-02-01", tmp_path / "home", "bbb", "ddd")
    left = ledger.entries()[-1]
    assert (left.release, left.counts, left.fingerprint) == ("ddd", before.counts, before.fingerprint)
    assert ledger.counts()["published"].tolist() == [7, 0, 8, 0, 9, 0, 8, 0]


def test_what_is_left_of_a_release_that_had_no_counts_is_not_remembered(ledger, tmp_path):
    ledger.add_remainder("2026-02-01", tmp_path / "home", "open", "eee")
    Ledger(Vault(tmp_path / "none")).add_remainder("2026-02-01", tmp_path / "home", "aaa", "eee")
    assert len(ledger.entries()) == 3
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("change", [
    lambda lines: [lines[0], lines[2]],
    lambda lines: [lines[1], lines[0], lines[2]],
    lambda lines: [lines[0], json.dumps(json.loads(lines[1]) | {"release": "xxx"}), lines[2]],
])  # fmt: skip
def test_an_entry_that_was_changed_or_taken_out_is_found_out(ledger, change):
    path = ledger.vault.folder / "ledger.jsonl"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    with pytest.raises(StoreError, match="does not follow the one before it"):
        ledger.entries()


def test_counts_that_were_changed_are_found_out(ledger):
    path = ledger.vault.folder / f"counts-{ledger.entries()[0].counts[:16]}.parquet"
    counts(6.0).to_parquet(path, index=False)
    with pytest.raises(StoreError, match="is not what was published in release aaa"):
        ledger.counts()


def test_before_anything_was_published_nothing_is_known(tmp_path):
    assert Ledger(Vault(tmp_path / "vault")).counts() is None
