"""The secret is made once, for its owner alone, and the same records have the same keys as long as it is there."""

import os
import stat

import numpy as np
import pytest

from geo.errors import StoreError
from services.vault import secret
from services.vault.secret import Vault


def test_a_secret_is_made_once_in_a_folder_for_its_owner_alone(tmp_path):
    os.umask(0o022)
    vault = Vault(tmp_path / "own" / "vault")
    first = vault.keys("meldingen", ["1", "2"])
    assert [stat.S_IMODE((vault.folder / name).stat().st_mode) for name in ("", "secret")] == [0o700, 0o600]
    assert [file.name for file in vault.folder.iterdir()] == ["secret"]
    assert (vault.folder / "secret").stat().st_size == 32
    np.testing.assert_array_equal(Vault(vault.folder).keys("meldingen", ["1", "2"]), first)
    assert Vault(vault.folder).fingerprint == vault.fingerprint


def test_another_source_or_another_vault_gives_other_keys(tmp_path):
    one, other = Vault(tmp_path / "one"), Vault(tmp_path / "other")
    assert one.fingerprint != other.fingerprint
    assert one.keys("meldingen", ["1"])[0] not in {one.keys("overlast", ["1"])[0], other.keys("meldingen", ["1"])[0]}


def test_noise_that_follows_otherwise_from_keys_is_told_apart_as_that_of_another_secret_is(tmp_path, monkeypatch):
    """Else the audit would take what was published before for counts of other records."""
    vault = Vault(tmp_path / "vault")
    before = vault.fingerprint
    monkeypatch.setattr(secret, "HOW", "keys as they are")
    assert vault.fingerprint != before


@pytest.mark.parametrize(("what", "mode"), [("", 0o750), ("secret", 0o640), ("secret", 0o604)])
def test_a_secret_that_others_can_get_at_is_not_used(tmp_path, what, mode):
    vault = Vault(tmp_path / "vault")
    vault.keys("meldingen", ["1"])
    (vault.folder / what).chmod(mode)
    with pytest.raises(StoreError, match=f"mode {mode:o}.*chmod go="):
        vault.keys("meldingen", ["1"])


def test_a_damaged_secret_is_not_replaced_by_another(tmp_path):
    vault = Vault(tmp_path / "vault")
    vault.keys("meldingen", ["1"])
    (vault.folder / "secret").write_bytes(b"half")
    with pytest.raises(StoreError, match="4 bytes, where a secret has 32; put it back"):
        vault.keys("meldingen", ["1"])


def test_where_nothing_may_be_written_it_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        Vault(tmp_path / "file" / "vault").keys("meldingen", ["1"])
