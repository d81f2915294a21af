"""Files written whole or not at all, by one process at a time, and read where they are said to be; with errors that say
which file and what to do.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

from geo.errors import SourceError, StoreError
from geo.messages import Message, message

UNFINISHED = ".unfinished-"
"""How a file or folder under construction begins; what a crash leaves behind is recognised by it."""


def check_format(where: Path, version: int, known: int, again: Message | str, oldest: int | None = None) -> None:
    """Refuse a file of another format than is `known`, or than `oldest` to `known` where older ones are read as well.

    `version` 0 is one from before formats had numbers.

    Raises StoreError with the way out: another zicht for a newer format, to make it `again` for an older one.
    """
    if version > known:
        raise StoreError(
            "{path}: has format {version}, and this zicht knows formats up to {known}; upgrade zicht",
            path=where, version=version, known=known,
        )  # fmt: skip
    if version < (known if oldest is None else oldest):
        raise StoreError(
            "{path}: was written by an older zicht (format {version}); {again}",
            path=where,
            version=version,
            again=again,
        )


def read_formatted(
    path: Path, known: int, again: Message | str, oldest: int | None = None, *, damaged: Message | str | None = None
) -> dict[str, Any]:
    """A JSON object that says its `format`, as `check_format` wants it.

    Raises StoreError, with the same ways out, where it cannot be read or is no such object; where it cannot be read
    with that of what is `damaged`, if it is another.
    """
    with read_errors(path, again if damaged is None else damaged):
        content = json.loads(path.read_text(encoding="utf-8"))
    written = content.get("format", 0) if isinstance(content, dict) else None
    if type(written) is not int:
        raise StoreError("{path}: does not say its format as a number; {again}", path=path, again=again)
    check_format(path, written, known, again, oldest)
    return dict(content)


@contextmanager
def read_errors(path: Path, again: Message | str) -> Iterator[None]:
    """Turn what a library says of a file that is damaged or gone into a StoreError with the way out."""
    try:
        yield
    except (OSError, ValueError) as fault:
        raise StoreError(
            "{path}: cannot be read: {fault}; {again}", path=path, fault=str(fault), again=again
        ) from fault


def below(root: Path, path: str | Path) -> Path:
    """A file below a folder, there or not. Raises SourceError where a link leads out of the folder: what is read is
    what was put there, and nothing else of this computer. A shapefile is several files.
    """
    file = root / path
    beside = file.suffix.lower() == ".shp" and file.is_file()
    for one in (file, *(other for other in file.parent.iterdir() if other.stem == file.stem)) if beside else (file,):
        if not one.resolve().is_relative_to(root.resolve()):
            raise SourceError(
                "{file}: leads out of its folder, to {target}; put the file itself there, or give the folder that it "
                "is in",
                file=one, target=one.resolve(),
            )  # fmt: skip
    return file


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to; what is there becomes `path` at the end, in one step, or is removed on any fault."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove(unfinished)
            unfinished.touch()  # here: what a library says where it may not write differs per library
            unfinished.unlink()
            yield unfinished
            unfinished.replace(path)
    finally:
        with suppress(OSError):  # where nothing can be written, nothing can be removed; the first fault says it
            _remove(unfinished)


@contextmanager
def whole_folder(path: Path, mark: str) -> Iterator[Path]:
    """A folder to write into; it becomes `path` at the end, in one step, or is removed on any fault.

    What stood at `path` goes. Raises StoreError where that is anything but an empty folder or one with the file `mark`,
    by which it is known to be an earlier one of the same kind.
    """
    unfinished, earlier = (path.with_name(f"{UNFINISHED}{path.name}{end}") for end in ("", "-earlier"))
    with disk_errors(path):
        if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / mark).is_file())):
            raise StoreError(
                "{path}: is there already, and is not of an earlier time that this was written; name a new folder",
                path=path,
            )
    try:
        with disk_errors(path):
            for one in (unfinished, earlier):
                _remove(one)
            readable_folder(unfinished)
            yield unfinished
            if path.exists():
                path.replace(earlier)
            unfinished.replace(path)
    finally:
        for one in (unfinished, earlier):
            with suppress(OSError):
                _remove(one)


def made_readable(path: Path) -> None:
    """Let every user of this computer read a file, or a folder with all that is in it, whatever the umask: what is
    published is served by another user than publishes it.
    """
    for one in (path, *path.rglob("*")) if path.is_dir() else (path,):
        one.chmod(0o755 if one.is_dir() else 0o644)


def readable_folder(path: Path) -> None:
    """Make a folder that every user may enter, with those it lies in; one that is there keeps its mode."""
    for one in reversed([one for one in (path, *path.parents) if not one.exists()]):
        one.mkdir(exist_ok=True)
        one.chmod(0o755)


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone; where one was there already it is made so."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o777 != 0o700:
        path.chmod(0o700)


@contextmanager
def locked(path: Path, kind: int) -> Iterator[None]:
    """Hold a lock of `fcntl.flock` on a file, made where there is none; it goes with the process, however that ends.

    Raises BlockingIOError where `kind` has LOCK_NB and another process holds it.
    """
    with disk_errors(path):
        file = path.open("w")
    with file:
        fcntl.flock(file, kind)
        yield


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as fault:
        raise StoreError(
            "{path}: cannot be written: {why}; nothing that was there has changed", path=path, why=_why(fault)
        ) from fault


def _why(fault: OSError) -> Message | str:
    """What the disk says, and the way out where it is known."""
    if fault.errno in {ENOSPC, EDQUOT}:
        return message("the disk is full; free some space and run it again")
    if isinstance(fault, FileExistsError | NotADirectoryError):
        return message("a part of its path is a file and no folder; name another")
    if fault.errno is None:
        return str(fault)
    return message("{fault}; name a folder that may be written to", fault=os.strerror(fault.errno))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
        for journal in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + journal).unlink(missing_ok=True)
