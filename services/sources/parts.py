"""Sources that lie in several files, each a part that is read by whom it may be: which, and what is said of them."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from geo.errors import SourceError
from geo.messages import Message, message
from services.files import below
from services.formats import object_storage
from services.formats.object_storage import UnreachableError, is_stored


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part that cannot be read, or not as it is declared, and why."""

    where: str
    why: Message


def files_of(path: str, root: Path, known: Sequence[str]) -> tuple[str, list[str]]:
    """What to call what lies at a path below `root`, or at an address in object storage, and the paths of its files:
    the one, or every file of a folder whose name ends as is `known`, by name.

    Raises SourceError for a folder without such files.
    """
    if is_stored(path):
        found = object_storage.listed(path)
        return path, found if found == [path] else _known(path, found, known)
    folder = below(root, path)
    if not folder.is_dir():
        return path, [path]
    return str(folder), _known(str(folder), [one.relative_to(root).as_posix() for one in folder.rglob("*")], known)


def _known(folder: str, paths: Iterable[str], known: Sequence[str]) -> list[str]:
    """Those of the files of a folder that are read, by name."""
    shown = (one for one in paths if not any(f"/{mark}" in f"/{one}" for mark in "._"))
    read = sorted(one for one in shown if one.lower().endswith(tuple(known)))
    if not read:
        raise SourceError("{folder}: a folder without files to count; put some there, of {known}",
                          folder=folder, known=", ".join(known))  # fmt: skip
    return read


def or_left_out[State](read: Callable[[], State], where: str, root: Path) -> State | Unreadable:
    """What is read of a part; where it cannot be read, that as a value.

    A file that is not there for who reads it, and a storage that does not answer, raise SourceError: what is left out
    may not depend on these.
    """
    try:
        return read()
    except UnreachableError:
        raise
    except SourceError as fault:
        if not is_stored(where) and not os.access(below(root, where), os.R_OK):
            raise
        path = where if is_stored(where) else str(below(root, where))
        return Unreadable(where, _renamed(fault.message, path, where))


def _renamed(told: Message, path: str, where: str) -> Message:
    """What is said of a file with its path below the folder of the source: it is published, and must be the same on
    whatever computer the file was read.
    """
    values = {name: _renamed_value(value, path, where) for name, value in told.values.items()}
    return replace(told, values=values)


def _renamed_value(value: Any, path: str, where: str) -> Any:
    if isinstance(value, Message):
        return _renamed(value, path, where)
    return str(value).replace(path, where) if isinstance(value, str | PurePath | Exception) else value


def check_some_read(where: str, unreadable: Mapping[str, Message], files: int) -> None:
    """Raise SourceError where none of the files can be read."""
    if len(unreadable) == files:
        raise SourceError("{where}: none of its {count} files can be read: {first}",
                          where=where, count=files, first=next(iter(unreadable.values())))  # fmt: skip


def left_out(unreadable: Mapping[str, Message]) -> Iterator[Message]:
    """What is lacking, in sight."""
    for why in unreadable.values():
        yield message("WARNING: a file is left out, and its rows are in no count: {why}", why=why)


def digest_of(paths: Sequence[str], digests: Sequence[str]) -> str:
    """Of the bytes of one file, or of the digests of several and their names."""
    if len(paths) == 1:
        return digests[0]
    lines = (f"{one}  {path}\n" for one, path in zip(digests, paths, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
