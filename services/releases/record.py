"""The record of a release: `release.json` and a Parquet file for each collection, from which all else can be made.

`release.json` says what was published: collections with the digest of their values, layers with their provenance, the
run and program, and the size and sha256 of every artefact. The id is a digest of what it says
(layers.publication.identity), in which `created`, `run`, `program` and the artefacts do not count.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas

from geo.errors import StoreError, first_few
from geo.messages import message
from layers.messages import LANGUAGES, language
from layers.publication.collection import Collection, typed
from layers.publication.fields import Field
from layers.publication.identity import identity, run_identity, values_digest
from layers.publication.layer import Layer
from services.files import read_errors, read_formatted
from services.program import program

MANIFEST = "release.json"
FORMAT = 2
"""The format of a release: its files and release.json. It goes up with a change that makes older readers wrong."""

OLDEST = 1
"""The oldest format that is read: its artefacts are `files`, without a size, and its id was a digest of bytes."""

BY_VALUES = 2
"""The first format of which the id is a digest of values."""

AGAIN = message("publish again")

ABOUT = ("id", "title", "description", "keywords", "attribution", "license", "caveat", "time_field", "audience")
"""What a record holds of a collection besides its fields."""


def recorded(layers: Sequence[Layer], collections: Sequence[Collection]) -> dict[str, Any]:
    """What release.json will say of these collections, but for its artefacts."""
    said = {
        "language": language(),
        "made_up": any(layer.provenance.made_up for layer in layers),
        "collections": [about(collection) for collection in collections],
        "layers": [
            {"key": asdict(one.key), "summary": dict(one.summary), "provenance": asdict(one.provenance)}
            for one in layers
        ],
    }
    said = json.loads(json.dumps(said))  # as it will be read
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    made = {"run": run_identity(layers), "program": asdict(program())}
    return {"format": FORMAT, "id": identity(said), "created": moment, **said, **made}


def about(collection: Collection) -> dict[str, Any]:
    """What a record says of a collection."""
    fields = [asdict(field) for field in collection.fields]
    counted = {"rows": len(collection.table), "values": values_digest(collection)}
    return {name: getattr(collection, name) for name in ABOUT} | {"fields": fields} | counted


def manifest(folder: Path) -> dict[str, Any]:
    """What a release says of itself, in the words of the newest format.

    Raises StoreError where it is of another format than this zicht knows, or damaged.
    """
    content = read_formatted(folder / MANIFEST, FORMAT, AGAIN, oldest=OLDEST)
    if "files" in content:  # format 1
        content["artefacts"] = {name: {"sha256": sha256} for name, sha256 in content.pop("files").items()}
    needed = ("id", "created", "collections", "layers", "artefacts")
    if lacking := [name for name in needed if name not in content]:
        raise StoreError(
            "{path}: lacks {names}; {again}", path=folder / MANIFEST, names=first_few(lacking), again=AGAIN
        )
    return content


def language_of(folder: Path) -> str:
    """The language that a release is in; Dutch where it does not say, for then there was no other."""
    spoken = manifest(folder).get("language", "nl")
    if spoken not in LANGUAGES:
        raise StoreError(
            "{path}: is in the language {language!r}, unknown to this zicht; {again}",
            path=folder / MANIFEST, language=spoken, again=AGAIN,
        )  # fmt: skip
    return str(spoken)


def collections(folder: Path) -> list[Collection]:
    """The collections of a release, read back from its record."""
    return [_collection(folder, described) for described in manifest(folder)["collections"]]


def _collection(folder: Path, described: Mapping[str, Any]) -> Collection:
    fields = tuple(Field(**one) for one in described["fields"])
    known = {name: described[name] for name in ABOUT if name in described}  # an older one lacks the last
    path = folder / f"{known['id']}.parquet"
    with read_errors(path, AGAIN):
        table = typed(geopandas.read_parquet(path), fields)
    return Collection(**known | {"keywords": tuple(known["keywords"])}, fields=fields, table=table)
