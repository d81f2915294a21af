"""Cells as text, and the types of cells that can be read."""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.errors import SourceError
from services.formats import mixed

LARGEST = 2.0**53
"""Below it whole numbers are exact."""
NOTHING = pa.scalar(None, pa.string())
ERRORS = r"^\s*#(?:N/?[AB]|(?:DIV|DEEL)/0!|REF!|VERW!|VALUE!|WAARDE!|NAME\?|NAAM\?|NUM!|GETAL!|NULL!|LEEG!|SPILL!)\s*$"
"""What a workbook shows where a formula has no outcome, in English and in Dutch; an export has it as text."""
READABLE = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_integer, pa.types.is_floating,
    pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_boolean, pa.types.is_null,
)  # fmt: skip
"""Types of columns that hold text, numbers or dates."""


def check(where: str, columns: pa.RecordBatch, geometry: str | None) -> None:
    """Raise SourceError for a column of a kind that holds neither text, numbers nor dates; `geometry` must be WKB."""
    for field in columns.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if field.name == geometry:
            kind = field.type.storage_type if isinstance(kind, pa.ExtensionType) else kind
            if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                continue
            raise SourceError(
                "{where}: geometry {name!r} is {kind}; write it as WKB, as GeoParquet and QGIS do",
                where=where,
                name=field.name,
                kind=kind,
            )
        if not mixed.is_mixed(kind) and not any(one(kind) for one in READABLE):
            raise SourceError(
                "{where}: column {name!r} is {kind}; write it as text, numbers or dates",
                where=where,
                name=field.name,
                kind=kind,
            )


def lacking(column: pa.Array) -> dict[str, int]:
    """How many cells have no value though they are not blank, by why (services.formats.mixed.REASONS)."""
    if mixed.is_mixed(column.type):
        return mixed.reasons(column)
    if not pa.types.is_string(column.type):
        return {}
    marked = column.filter(pc.match_substring(column, "#"))  # hardly any: a pattern costs more than a search
    errors = pc.sum(matching(marked, ERRORS)).as_py()
    return {mixed.ERROR: int(errors)} if errors else {}


def text(column: pa.Array) -> pa.Array:
    """Cells as text without blanks around them; numbers that are whole without a point."""
    if mixed.is_mixed(column.type):
        column = mixed.text(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), LARGEST))
        if pc.all(whole).as_py():
            column = column.cast(pa.int64())
    bare = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if pc.any(pc.starts_with(bare, '="')).as_py():  # how a cell is marked that Excel leaves as it is
        bare = pc.replace_substring_regex(bare, r'^="(.*)"$', r"\1")
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)


def matches(column: pa.Array, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the cell is one of the codes, capitals or not; `*` at the end of a code stands for any rest."""
    lower = pc.utf8_lower(text(column))
    if not all(one.isascii() for one in codes):  # é may be one sign or two
        lower, codes = pc.utf8_normalize(lower, "NFC"), tuple(unicodedata.normalize("NFC", one) for one in codes)
    whole = pa.array([one.lower() for one in codes if not one.endswith("*")], pa.string())
    matched = pc.fill_null(pc.is_in(lower, whole), False)
    for start in (one[:-1].lower() for one in codes if one.endswith("*")):
        matched = pc.or_(matched, pc.fill_null(pc.starts_with(lower, start), False))
    return np.asarray(matched.to_numpy(zero_copy_only=False), dtype=np.bool_)


def matching(cells: pa.Array, pattern: str) -> pa.Array:
    """Where a cell matches a pattern; an empty cell matches none."""
    return pc.fill_null(pc.match_substring_regex(cells, pattern), False)
