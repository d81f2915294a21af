"""Columns that cannot be searched: lists, groups of columns and bytes, as Parquet may hold them.

Geometries are spared, as bytes (WKB) and as coordinates in groups (GeoArrow, the bbox of GeoParquet).
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from geo.messages import Message, message
from layers.declarations.persons import persons

COORDINATES = frozenset({"x", "y", "z", "m", "xy", "xyz", "xmin", "ymin", "zmin", "xmax", "ymax", "zmax"})
FLAGS = r"[\x00\x20\x40\x80\xa0\xc0\xe0]"
WKB = rf"(?s)^(?:\x01.[\x00\x03\x07\x0b]\x00{FLAGS}|\x00{FLAGS}\x00[\x00\x03\x07\x0b].)"
"""How a geometry begins: the order of bytes, and its kind, plain or with more dimensions or an SRID."""


def is_opaque(column: pa.Array) -> bool:
    """Whether the cells of a column are not text when written out."""
    return bool(pa.types.is_nested(column.type) or is_bytes(column.type))


def refusal(column: pa.Array) -> Message | None:
    """Why an opaque column may not come in and what to do; None where it is a geometry."""
    if is_bytes(column.type):
        geometry = pc.match_substring_regex(column.drop_null().cast(pa.large_binary()), WKB)
        if pc.all(geometry).as_py() in {True, None}:
            return None
        return message("bytes, which cannot be searched for persons: write them as text or leave the column out")
    parts = list(_parts(column.type))
    if all(_is_coordinate(name, kind) for name, kind in parts if not pa.types.is_nested(kind)):
        return None
    for name, _ in parts:
        if kind := persons().kind_of(name):
            return message(
                "nested, with {name!r} ({kind}), which cannot be searched for persons: flatten it or leave it out",
                name=name, kind=kind.what,
            )  # fmt: skip
    return message("nested, which cannot be searched for persons: flatten it or leave it out")


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column is of bytes, which are text only where somebody knows how."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _is_coordinate(name: str, kind: pa.DataType) -> bool:
    return name in COORDINATES and bool(pa.types.is_floating(kind))


def _parts(kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """The name and type of every field of a nested type, however deep."""
    for at in range(kind.num_fields):
        part = kind.field(at)
        yield part.name, part.type
        yield from _parts(part.type)
