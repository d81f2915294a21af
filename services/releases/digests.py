"""How each artefact of a release is told: by its size and its digest; apart from what makes them, so that what serves
loads no tables.

An artefact is a file or a folder. Its digest is the sha256 of the file; of a folder that of its files with their names.
It names the bytes, so that what serves them can use it as an ETag; it is no part of the identity of the release.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geo.messages import Message, message
from services.files import digest


def described(folder: Path) -> dict[str, dict[str, Any]]:
    """The size in bytes and the digest of every artefact in a folder, by name."""
    return {one.name: {"size": size(one), "sha256": digest_of(one)} for one in sorted(folder.iterdir())}


def size(artefact: Path) -> int:
    """How many bytes its files have."""
    return sum(file.stat().st_size for file in files(artefact))


def digest_of(artefact: Path) -> str:
    """The sha256 of a file, or of the names and sha256 of all files in a folder."""
    if not artefact.is_dir():
        return digest(artefact)
    listed = (f"{file.relative_to(artefact).as_posix()}\0{digest(file)}\n" for file in files(artefact))
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def fault(folder: Path, name: str, wanted: Mapping[str, Any]) -> Message | None:
    """What is wrong with an artefact of a release; None where it is as it was written."""
    if (found := fault_of_size(folder, name, wanted)) is not None:
        return found
    path = folder / name
    try:
        sha256 = digest_of(path)
    except OSError as refused:
        return _unread(path, refused)
    if sha256 != wanted["sha256"]:
        return message("{path}: was changed since it was written: its sha256 is another", path=path)
    return None


def fault_of_size(folder: Path, name: str, wanted: Mapping[str, Any]) -> Message | None:
    """What is wrong with an artefact, as far as its size tells, which is known without reading it."""
    path = folder / name
    if not path.exists():
        return message("{path}: is not there", path=path)
    try:
        bytes_ = size(path)
    except OSError as refused:
        return _unread(path, refused)
    if bytes_ != wanted.get("size", bytes_):
        return message("{path}: has {found:,} bytes, and {size:,} were written",
                       path=path, found=bytes_, size=wanted["size"])  # fmt: skip
    return None


def _unread(path: Path, refused: OSError) -> Message:
    return message("{path}: cannot be read: {fault}", path=path, fault=os.strerror(refused.errno or 0))


def files(artefact: Path) -> Iterator[Path]:
    """The files of an artefact, in order: itself where it is one."""
    if artefact.is_dir():
        yield from (file for file in sorted(artefact.rglob("*")) if file.is_file())
    else:
        yield artefact
