"""Files written whole or not at all, with errors that say which file and what to do."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path

from geo.errors import StoreError

UNFINISHED = ".unfinished-"
"""How a file or folder under construction begins; what a crash leaves behind is recognised by it."""


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to; what is there becomes `path` at the end, in one step, or is removed on any fault."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        with spoken(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove(unfinished)
            unfinished.touch()  # here, since a library that may not write says so in words of its own
            unfinished.unlink()
            yield unfinished
            unfinished.replace(path)
    finally:
        with suppress(OSError):  # where nothing can be written, which was told, nothing can be removed
            _remove(unfinished)


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as fault:
        raise StoreError(f"{path}: cannot be written: {_why(fault)}; nothing that was there has changed") from fault


def _why(fault: OSError) -> str:
    """What the disk says, and the way out where it is known."""
    if fault.errno in {ENOSPC, EDQUOT}:
        return "the disk is full; free some space and run it again"
    if isinstance(fault, FileExistsError | NotADirectoryError):
        return "a part of its path is a file and no folder; name another"
    return f"{os.strerror(fault.errno)}; name a folder that may be written to" if fault.errno else str(fault)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
        for journal in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + journal).unlink(missing_ok=True)
