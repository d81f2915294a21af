"""Files written whole or not at all, with errors that say which file and what to do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path

from geo.errors import StoreError

UNFINISHED = ".unfinished-"
"""How a file or folder under construction begins; what a crash leaves behind is recognised by it."""


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to; what is there becomes `path` at the end, in one step, or is removed on any fault."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        with spoken(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove(unfinished)
            yield unfinished
            unfinished.replace(path)
    finally:
        _remove(unfinished)


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as fault:
        full = fault.errno in {ENOSPC, EDQUOT}
        why = "the disk is full; free some space and run it again" if full else os.strerror(fault.errno or 0)
        raise StoreError(f"{path}: cannot be written: {why}; nothing that was there has changed") from fault


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
        for journal in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + journal).unlink(missing_ok=True)
