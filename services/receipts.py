"""The receipts of a folder of fetched files: for each where it came from, when, and what is in it.

Notes of a receipt are written in the language that was spoken when it was fetched.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from geo.errors import SourceError
from geo.messages import message
from layers.method.ports import Identity
from layers.publication.layer import Receipt
from services.files import below, digest, whole_file

RECEIPTS = "receipts.json"


def read(folder: Path) -> dict[str, Receipt]:
    """The receipts by file, below `folder`; none where nothing was fetched. Raises SourceError for a damaged list."""
    path = folder / RECEIPTS
    if not path.is_file():
        return {}
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return {file: Receipt(**fields | {"notes": tuple(fields["notes"])}) for file, fields in listed.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise SourceError(
            "{path}: not a list of receipts: {fault}; remove it and fetch again: zicht fetch", path=path, fault=fault
        ) from None


def add(folder: Path, new: Mapping[str, Receipt]) -> None:
    """Write the receipts of `new` files beside those of the other files."""
    listed = {file: asdict(receipt) for file, receipt in sorted({**read(folder), **new}.items())}
    with whole_file(folder / RECEIPTS) as path:
        path.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def checked(folder: Path, file: str, receipts: Mapping[str, Receipt]) -> Receipt:
    """The receipt of a file. Raises SourceError where the file is not there, or not what was fetched."""
    path = below(folder, file)
    if file not in receipts or not path.is_file():
        raise SourceError(
            "{path}: was not fetched; it has {files}; run `zicht fetch --to {folder}`",
            path=path, files=list(receipts) or message("nothing"), folder=folder,
        )  # fmt: skip
    if digest(path) != receipts[file].sha256:
        raise SourceError(
            "{path}: changed since it was fetched; fetch it again: zicht fetch --to {folder}", path=path, folder=folder
        )
    return receipts[file]


def identity(folder: Path, files: Iterable[str], receipts: Mapping[str, Receipt]) -> Identity:
    """What identifies the bytes of these files below `folder`, and what their receipts say; a file may be absent."""
    content, said = hashlib.sha256(), hashlib.sha256()
    for file in sorted(files):
        path = below(folder, file)
        content.update(f"{file}\0{digest(path) if path.is_file() else ''}\0".encode())
        said.update(f"{file}\0{receipts.get(file)!r}\0".encode())
    return Identity(content.hexdigest(), said.hexdigest())
