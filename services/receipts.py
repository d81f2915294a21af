"""The receipts of a folder of fetched figures and maps: for each file where it came from, when, and what is in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from geo.errors import SourceError
from layers.publication.layer import Receipt
from services.files import digest, whole_file

RECEIPTS = "receipts.json"


def read(folder: Path) -> dict[str, Receipt]:
    """The receipts by file, below `folder`; none where nothing was fetched. Raises SourceError for one that is none."""
    path = folder / RECEIPTS
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {file: Receipt(**one | {"notes": tuple(one["notes"])}) for file, one in told.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise SourceError(f"{path}: not a list of receipts: {fault}; remove it and fetch again: zicht fetch") from None


def add(folder: Path, new: Mapping[str, Receipt]) -> None:
    """Write the receipts of `new` files beside those that are there."""
    told = {file: asdict(one) for file, one in sorted({**read(folder), **new}.items())}
    with whole_file(folder / RECEIPTS) as path:
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def checked(folder: Path, file: str, known: Mapping[str, Receipt]) -> Receipt:
    """The receipt of a file. Raises SourceError where it is not there, or not what was fetched."""
    path = folder / file
    if file not in known or not path.is_file():
        raise SourceError(
            f"{path}: was not fetched; it has {', '.join(known) or 'nothing'}; run `zicht fetch --to {folder}`"
        )
    if digest(path) != known[file].sha256:
        raise SourceError(f"{path}: changed since it was fetched; fetch it again: zicht fetch --to {folder}")
    return known[file]
