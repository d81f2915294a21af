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

from layers.messages import language
from layers.publication.collection import Collection, typed
from layers.publication.fields import Field
from layers.publication.identity import identity, run_identity, values_digest
from layers.publication.protected import Protected
from layers.publication.provenance import publishable
from services.files import read_errors
from services.program import program
from services.releases.manifest import AGAIN, FORMAT, manifest

ABOUT = ("id", "title", "description", "keywords", "attribution", "license", "caveat", "time_field", "audience")
"""What a record holds of a collection besides its fields."""


def recorded(layers: Sequence[Protected], collections: Sequence[Collection]) -> dict[str, Any]:
    """What release.json will say of these collections, but for its artefacts."""
    said = {
        "language": language(),
        "made_up": any(layer.provenance.made_up for layer in layers),
        "collections": [about(collection) for collection in collections],
        "layers": [
            {"key": asdict(one.key), "summary": dict(one.summary), "provenance": asdict(publishable(one.provenance))}
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
