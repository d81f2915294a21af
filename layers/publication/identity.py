"""Identity: the digest of what a release says, not of the files that say it.

Equal values give an equal digest: with rows, collections, layers and receipts in any order, written by any version of a
library, fetched on any night. So an address of the API, a bookmark and a crawl outlive a night without news. Any value,
text, unit or declaration that changes gives another.

The canonical form of a column: of numbers which are known, and those as IEEE 754 doubles (or whole numbers of 64 bits)
from the highest byte; of text JSON, in which unknown and empty differ. Geometry is well-known binary from the highest
byte, rounded to `DECIMALS` and then normalised (rings and parts in the order and direction that GEOS calls normal), so
that the last bit of a projection or a union does not count. Rows stand in the order of their id.

Rejected: a digest of Parquet or SQLite, whose bytes change with their writers; and one of the bytes that a source was
fetched as (`sha256`), which differ from night to night where the figures in them do not.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from pandas.api.types import infer_dtype

from layers.publication.collection import Collection, texts
from layers.publication.fields import Field
from layers.publication.protected import Protected

DECIMALS = 3
"""Decimals of a metre in which outlines are compared."""

LENGTH = 12
"""Hexadecimal digits of an identity."""

ORIGIN = ("digests", "vintage", "method", "made_up")
"""What counts of a provenance besides its receipts: not by which version it was made."""

RECEIPT = ("id", "title", "where", "license", "attribution")
"""What counts of a receipt: not when it was fetched, nor the bytes."""


def values_digest(collection: Collection) -> str:
    """The sha256 of all values of a collection, geometry included, in canonical form."""
    table = collection.table.sort_values("id", kind="stable")
    content = hashlib.sha256()
    for field in collection.fields:
        for part in (field.name.encode(), field.type.encode(), *_canonical(field, table[field.name])):
            content.update(len(part).to_bytes(8))
            content.update(part)
    shapes = table.geometry.to_numpy()
    _, first, which = np.unique(np.fromiter(map(id, shapes), np.int64), return_index=True, return_inverse=True)
    rounded = shapely.normalize(shapely.transform(shapes[first], _rounded))  # rows of one area mostly share one object
    each = [_counted(one) for one in shapely.to_wkb(rounded, byte_order=0, include_srid=False)]
    for one in which:
        content.update(each[one])
    return content.hexdigest()


def _counted(shape: bytes | None) -> bytes:
    return bytes(8) if shape is None else len(shape).to_bytes(8) + shape


def identity(record: Mapping[str, Any]) -> str:
    """The identity of a release, from its record: what is said of it and its collections, and its layers.

    `record` has `language`, `made_up`, `collections` (each with the digest of its `values`) and `layers`, as JSON holds
    them.
    """
    canonical = {
        "language": record["language"],
        "made_up": record["made_up"],
        "collections": sorted(record["collections"], key=lambda one: str(one["id"])),
        "layers": sorted(map(_lineage, record["layers"]), key=_text),
    }
    return hashlib.sha256(_text(canonical).encode()).hexdigest()[:LENGTH]


def run_identity(layers: Sequence[Protected]) -> str:
    """The identity of the run that layers come from: of the bytes of all sources, the areas, made up or real, and the
    state of the program.

    Layers of one run may be built by several commands: equal data and an equal program are the same run.
    """
    origins = [layer.provenance for layer in layers]
    receipts = sorted({(receipt.id, receipt.sha256) for one in origins for receipt in one.receipts})
    states = sorted({(one.made_up, one.vintage, one.version, one.code, one.libraries) for one in origins})
    return hashlib.sha256(_text([states, receipts]).encode()).hexdigest()[:LENGTH]


def _canonical(field: Field, column: "pd.Series[Any]") -> Iterator[bytes]:
    if field.type == "string":
        held = texts(column).tolist()
        if infer_dtype(column, skipna=True) not in {"string", "empty"}:
            held = [one if one is None else str(one) for one in held]
        yield orjson.dumps(held)
        return
    known = column.notna().to_numpy()
    kind = ">f8" if field.type == "number" else ">i8"
    yield np.packbits(known).tobytes()
    yield (column[known].to_numpy(kind) + 0).tobytes()  # + 0: nothing is not negative


def _rounded(points: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float64]]":
    return np.round(points, DECIMALS) + 0.0


def _lineage(layer: Mapping[str, Any]) -> dict[str, Any]:
    origin = layer["provenance"]
    receipts = ({name: receipt[name] for name in RECEIPT} for receipt in origin["receipts"])
    counted = {name: origin[name] for name in ORIGIN}
    return {"key": layer["key"], "summary": layer["summary"], "receipts": sorted(receipts, key=_text), **counted}


def _text(content: object) -> str:
    return json.dumps(content, sort_keys=True)
