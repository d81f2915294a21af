"""Coordinates in a form that no field of a Place reads: both in one cell, in kilometres, in another system than RD.

They are said and not read: a file says its system nowhere, and what lies in one by its numbers may be another's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.crs import system_of
from geo.messages import Message, message
from services.formats import numbers

FIRST, SECOND = (
    r"(?:^|[^a-z])(?:rd_?)?x(?:[^a-z]|$|co)|east|lon|lng",
    r"(?:^|[^a-z])(?:rd_?)?y(?:[^a-z]|$|co)|north|lat",
)
"""What columns with coordinates are called."""
NUMBER = r"-?\d+(?:[.,]\d+)?"
BOTH = rf"^[(\[]?\s*(?P<first>{NUMBER})(?:\s*[,;/|]\s*|\s+)(?P<second>{NUMBER})\s*[)\]]?$"
MOST = 0.8
"""Share of the filled cells that must hold two numbers."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The columns with such coordinates, and what is to be done."""

    columns: tuple[str, ...]
    why: Message


def unread(columns: Mapping[str, pa.Array], cells: Mapping[str, pa.Array]) -> Unread | None:
    """The first such column or pair of columns, all of which have filled `cells`; None where there is none."""
    for name in columns:
        parts = pc.extract_regex(cells[name], BOTH)
        if parts.null_count < (1 - MOST) * len(parts):
            known = parts.drop_null()
            if system := _system(pc.struct_field(known, "first"), pc.struct_field(known, "second")):
                return Unread((name,), message(
                    "cells of {column!r} hold both coordinates, as places have them in {system}; give each a column of "
                    "its own: metres in RD New as x and y, or degrees as lon and lat",
                    column=name, system=system,
                ))  # fmt: skip
    pair = tuple(next((name for name in columns if re.search(one, name, re.IGNORECASE)), "") for one in (FIRST, SECOND))
    if all(pair) and (system := _system(*(columns[name] for name in pair))):
        return Unread(pair, message(
            "columns {columns!r} lie as places do in {system}; give them as metres in RD New (x and y) or as degrees "
            "(lon and lat)",
            columns=list(pair), system=system,
        ))  # fmt: skip
    return None


def _system(first: pa.Array, second: pa.Array) -> Message | None:
    """The system in which such coordinates lie in the Netherlands; None for none."""
    x, y = (numbers.coordinates(one, None) for one in (first, second))
    known = np.isfinite(x) & np.isfinite(y)
    return system_of(x[known], y[known]) if known.any() else None
