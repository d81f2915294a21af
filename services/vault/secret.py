"""The secret that keys are made with: who has it can take the noise off everything that was ever published.

It is made where there is none, in a folder for its owner alone (0700, the file 0600), and never leaves it. It is to be
kept: with another secret the same counts get other noise, and two releases together then tell more than one.
"""

import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from geo.disclosure.cell_keys import Keys, record_keys
from geo.errors import StoreError
from services.files import disk_errors, whole_file

SECRET = "secret"  # noqa: S105  # the name of a file
LENGTH = 32
"""Bytes of a secret."""
HOW = "mixed keys"
"""How noise follows from keys. Whoever changes that says so here: the same counts then get other noise, as they do with
another secret, and what was published before is a second opinion.
"""


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder with the secret; it is made when the secret is first asked for."""

    folder: Path

    @property
    def fingerprint(self) -> str:
        """What tells the noise of this secret from that of another, and from what came of it before (`HOW`)."""
        return f"{int(record_keys([f'fingerprint of {HOW}'], self._secret())[0]):016x}"

    def keys(self, source: str, records: Iterable[str]) -> Keys:
        """The key of each record of a source, by what identifies it there."""
        secret = self._secret()
        return record_keys((f"{source}\0{record}" for record in records), secret)

    def keep(self, name: str, content: bytes) -> Path:
        """Write a file of the vault, for its owner alone: the whole file or nothing. Returns its path."""
        self._secret()  # the folder is there, and private
        path = self.folder / name
        with whole_file(path) as unfinished:
            _write(unfinished, content)
        return path

    def _secret(self) -> bytes:
        """The secret. Raises StoreError where others can read it, or it is damaged."""
        path = self.folder / SECRET
        with disk_errors(path):
            if not path.exists():
                _make(path)
            for one in (self.folder, path):
                _check_private(one)
            secret = path.read_bytes()
        if len(secret) != LENGTH:
            raise StoreError(
                "{path}: is not whole: {found} bytes, where a secret has {length}; put it back from a copy",
                path=path, found=len(secret), length=LENGTH,
            )  # fmt: skip
        return secret


def _make(path: Path) -> None:
    """A new secret, whole or not at all; of two processes that make one, the first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".unfinished-{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    _write(unfinished, secrets.token_bytes(LENGTH))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _write(path: Path, content: bytes) -> None:
    """A new file for its owner alone, on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _check_private(path: Path) -> None:
    """Raise StoreError where others than its owner can do anything with it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise StoreError(
            "{path}: others than its owner can get at it (mode {mode:o}), and who has it can take the noise off what "
            "was published; run `chmod go= {path}`, and see who had it",
            path=path, mode=mode,
        )  # fmt: skip
