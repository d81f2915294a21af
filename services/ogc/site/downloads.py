"""What of a release is had as a file: all of it in one, and each collection by itself."""

import re
from collections.abc import Sequence
from pathlib import Path

GPKG = "zicht.gpkg"
WHOLE = {GPKG: ("application/geopackage+sqlite3", "GeoPackage")}
KINDS = {
    ".parquet": ("application/vnd.apache.parquet", "GeoParquet"),
    ".fgb": ("application/flatgeobuf", "FlatGeobuf"),
    ".pmtiles": ("application/vnd.pmtiles", "PMTiles"),
}
"""How the file of a collection ends after its id, its media type and what it is called."""

PACKED = tuple(KINDS)
"""Kinds that are compressed in themselves, or read by ranges, which a compressed answer does not have."""


def media_type(name: str) -> str:
    """That of a file that may be had, "" of any other."""
    if name in WHOLE:
        return WHOLE[name][0]
    stem, dot, ending = name.partition(".")
    return KINDS.get(dot + ending, ("",))[0] if re.fullmatch(r"[a-z0-9_-]+", stem) else ""


def files_of(folder: Path, collection: str) -> Sequence[tuple[str, str, str]]:
    """The files with a collection, by its address: their names, media types and titles."""
    named = {name: kind for name, kind in WHOLE.items() if (folder / name).is_file()}
    for ending, kind in KINDS.items():
        named |= {one.name: kind for one in folder.glob(f"*{ending}") if one.stem.replace("_", "-") == collection}
    return [(name, media_type_, title) for name, (media_type_, title) in named.items()]
