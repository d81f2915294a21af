"""Whether a release is still what was published: its record, the size and digest of each artefact, and its values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.identity import identity, values_digest
from services.releases import digests
from services.releases.manifest import BY_VALUES, MANIFEST, manifest
from services.releases.record import collections


def faults(folder: Path) -> list[Message]:
    """What is wrong with the record and the artefacts of a release; nothing where each is as it was written."""
    try:
        content = manifest(folder)
    except StoreError as fault:
        return [fault.message]
    found = [digests.fault(folder, name, wanted) for name, wanted in content["artefacts"].items()]
    return [one for one in (*found, _fault_of_identity(folder, content)) if one is not None]


def faults_of_record(folder: Path) -> list[Message]:
    """What is wrong with the record alone: with what it says, or with values that are not those that were published."""
    content = manifest(folder)
    said = _fault_of_identity(folder, content)
    return [said] if said is not None else faults_of_values(folder)


def _fault_of_identity(folder: Path, content: Mapping[str, Any]) -> Message | None:
    if content["format"] < BY_VALUES or content["id"] == _identity(content) == folder.name:
        return None
    return message("{path}: was changed since it was written: its id is another", path=folder / MANIFEST)


def _identity(content: Mapping[str, Any]) -> str | None:
    try:
        return identity(content)
    except (KeyError, TypeError):  # not what was written
        return None


def faults_of_values(folder: Path) -> list[Message]:
    """Collections of a sound record of which the values are not those that were published, by their own digest."""
    content = manifest(folder)
    if content["format"] < BY_VALUES:
        return []
    recorded = {one["id"]: one["values"] for one in content["collections"]}
    return [
        message("{path}: its values are not those that were published", path=folder / f"{one.id}.parquet")
        for one in collections(folder)
        if values_digest(one) != recorded[one.id]
    ]
