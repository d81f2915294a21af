"""The ledger: which perturbed counts were published, in which release and when. It is added to and never changed.

Each entry holds the sha256 of the one before, and that of the table of its counts: who removes or alters one breaks the
chain. A release that was withdrawn stays in it, for what was in the world once, others may have. It lies in the vault:
its counts are those that left, but also those too small to show.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path

import pandas as pd

from geo.errors import StoreError
from geo.messages import message
from layers.publication.perturbed import COLUMNS
from services.files import locked, read_errors
from services.vault.secret import Vault

LEDGER, START = "ledger.jsonl", "0" * 64
"""The file, and what the first entry has for the sha256 of the one before."""
BACK = message("put the vault back from a copy")


@dataclass(frozen=True, slots=True)
class Entry:
    """A release with confidential counts: when, in which home, by which secret, and the sha256 of the table of them.

    `previous` is the sha256 of the entry before.
    """

    at: str
    home: str
    release: str
    fingerprint: str
    counts: str
    previous: str

    @property
    def digest(self) -> str:
        """The sha256 of what it says."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a vault."""

    vault: Vault

    def entries(self) -> list[Entry]:
        """All entries, the first one first. Raises StoreError where the chain is broken."""
        path = self.vault.folder / LEDGER
        if not path.exists():
            return []
        with read_errors(path, BACK):
            entries = [Entry(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        previous = START
        for number, entry in enumerate(entries, 1):
            if entry.previous != previous:
                raise StoreError(
                    "{path}: line {number}: does not follow the one before it: one was changed or taken out; {back}",
                    path=path, number=number, back=BACK,
                )  # fmt: skip
            previous = entry.digest
        return entries

    def counts(self) -> pd.DataFrame | None:
        """All counts that were ever published, the first ones first, each with the fingerprint of its secret and its
        release; None where there are none.
        """
        tables = [
            self._table(entry).assign(fingerprint=entry.fingerprint, release=entry.release) for entry in self.entries()
        ]
        return pd.concat(tables, ignore_index=True) if tables else None

    def add(self, at: str, home: Path, release: str, counts: pd.DataFrame) -> None:
        """Add a release, unless the last entry of this home is the same."""
        content = BytesIO()
        counts.to_parquet(content, index=False)
        digest = hashlib.sha256(content.getbuffer()).hexdigest()
        fingerprint = self.vault.fingerprint  # the folder is there
        with self._locked():
            entries, here = self.entries(), str(home.resolve())
            before = [one for one in entries if one.home == here]
            if before and (before[-1].release, before[-1].counts) == (release, digest):
                return
            self.vault.keep(self._path(digest).name, content.getvalue())
            self._append(entries, Entry(at, here, release, fingerprint, digest, START))

    def add_remainder(self, at: str, home: Path, before: str, release: str) -> None:
        """Add a release that holds a part of one before it, and so no other counts than that; nothing where that one
        is not here.
        """
        if not any(one.release == before for one in self.entries()):
            return
        with self._locked():
            entries = self.entries()
            last = [one for one in entries if one.release == before][-1]
            self._append(entries, replace(last, at=at, home=str(home.resolve()), release=release))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        (self.vault.folder / ".ledger").touch(mode=0o600)
        with locked(self.vault.folder / ".ledger", fcntl.LOCK_EX):
            yield

    def _append(self, entries: Sequence[Entry], entry: Entry) -> None:
        """Write all entries and one more, which follows the last."""
        last = replace(entry, previous=entries[-1].digest if entries else START)
        lines = [json.dumps(asdict(one), sort_keys=True) + "\n" for one in (*entries, last)]
        self.vault.keep(LEDGER, "".join(lines).encode())

    def _path(self, digest: str) -> Path:
        return self.vault.folder / f"counts-{digest[:16]}.parquet"

    def _table(self, entry: Entry) -> pd.DataFrame:
        path = self._path(entry.counts)
        with read_errors(path, BACK):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != entry.counts:
                raise StoreError(
                    "{path}: is not what was published in release {release}; {back}",
                    path=path, release=entry.release, back=BACK,
                )  # fmt: skip
            table = pd.read_parquet(BytesIO(content))
        return table.assign(**{name: None for name in COLUMNS if name not in table})  # an earlier zicht said less
