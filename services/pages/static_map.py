"""The map for a server of files: the page, tiles beside it, and one file of figures of which it reads parts.

It looks and works as the map in one file (services.pages.map). What differs is where areas come from: their shapes from
the archive of tiles of their level, their classes as whole columns (14,568 buurten are 5 kB), and the rest, such as the
figures of an area that is opened, in blocks of areas that follow one another by code and so mostly lie together.
Rejected: scores from the tiles, of which a second lens would need all tiles again, 4 MB in place of 5 kB; a file for
each area or gemeente, thousands of small ones to upload. Each part is compressed by itself, so that a server needs
nothing but ranges; where it has none, the page reads the file as a whole.
"""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from layers.publication.collection import Collection
from services.files import whole_file
from services.pages.map import page_of, write
from services.pages.map_columns import Packed
from services.pages.map_content import Content, content_of, packed_areas
from services.ports import ENDING

PAGE, FIGURES = "index.html", "figures.bin"
SCRIPTS = ("map_words.js", "archive.js", "area_tiles.js", "map.js")
BLOCK = 64
"""Areas of which the figures are read at once."""

FILES = {".parquet": "GeoParquet", ".fgb": "FlatGeobuf", ENDING: "PMTiles"}
"""What stands beside the page for each collection."""

COLOURING = ("unjudged", "flagged", "why")
"""Columns of a choice that the map opens with, beside the classes of its first measure."""


def export(collections: Sequence[Collection], folder: Path) -> None:
    """Write `index.html` and `figures.bin` into a folder with the tiles of these collections.

    Raises StoreError if there is nothing to show or a file cannot be written.
    """
    content = content_of(collections)
    figures = Figures(content)
    with whole_file(folder / FIGURES) as unfinished:
        unfinished.write_bytes(b"".join(figures.parts))
    levels = {
        level: packed_areas(areas) | {"tiles": _tiles(level, collections)} for level, areas in content.levels.items()
    }
    methods = [one.id.removeprefix("zoekgebieden_") for one in collections if one.id.startswith("zoekgebieden_")]
    page = content.about | {"levels": levels, "columns": {}, "figures": figures.about(), "methods": methods}
    write(page_of(collections, page, SCRIPTS, FILES), folder / PAGE)


def _tiles(level: str, collections: Sequence[Collection]) -> str:
    """The archive with the areas of a level: of its areas alone, else of figures, which has more than is needed."""
    ids = [one.id for one in collections if len(one.table)]
    of_level = [one for one in ids if one == f"gebieden_{level}"] + [
        one for one in ids if one.startswith("indicatoren_") and one.endswith(f"_{level}")
    ]
    return f"{of_level[0]}{ENDING}"


class Figures:
    """The parts of the file of figures, each compressed; says of each picture where its parts are."""

    def __init__(self, content: Content) -> None:
        self.parts: list[bytes] = []
        self._size = 0
        self._whole: dict[int, tuple[int, int]] = {}
        self._columns = content.columns.content()
        for picture in content.about["pictures"]:
            self._colouring(picture)
            areas = len(content.levels[picture["niveau"]])
            picture["blocks"] = self._blocks(picture, areas)

    def about(self) -> Packed:
        """Where the page finds what."""
        texts = [at for at, column in enumerate(self._columns) if isinstance(column, dict)]
        return {"file": FIGURES, "block": BLOCK, "whole": {str(at): place for at, place in self._whole.items()},
                "texts": texts}  # fmt: skip

    def _colouring(self, picture: Packed) -> None:
        """What a choice opens with as one part, then the classes of each other measure."""
        first, *others = [one["classes"] for one in picture["measures"]]
        for numbers in ([*(picture[name] for name in COLOURING), first], *([one] for one in others)):
            wanted = [one for one in dict.fromkeys(numbers) if one not in self._whole]
            if wanted:
                place = self._add({str(one): self._columns[one] for one in wanted})
                self._whole |= dict.fromkeys(wanted, place)

    def _blocks(self, picture: Packed, areas: int) -> Packed:
        """The rest, areas by areas: the figures of each column, as texts where it is one of texts."""
        named = [picture["role"]]
        named += [one[name] for one in picture["measures"] for name in ("values", "reasons", "beside")]
        named += [number for one in picture["measures"] for number in one["between"]]
        named += [number for place in picture["places"] for number in place.values()]
        columns = {str(one): _each(self._columns[one]) for one in dict.fromkeys(named)}
        known = {number: values for number, values in columns.items() if values is not None}
        start = self._size
        cuts = range(0, areas, BLOCK)
        lengths = [self._add({one: values[at : at + BLOCK] for one, values in known.items()})[1] for at in cuts]
        return {"at": start, "lengths": lengths}

    def _add(self, part: Mapping[str, Any]) -> tuple[int, int]:
        """Where a part begins in the file, and its length."""
        packed = gzip.compress(orjson.dumps(part), mtime=0)
        self.parts.append(packed)
        place = (self._size, len(packed))
        self._size += len(packed)
        return place


def _each(column: Any) -> list[Any] | None:
    """The figure of each area; None where the column has none."""
    if not isinstance(column, dict):
        return None if column is None else list(column)
    labels = [*column["labels"], None]  # an index of -1: the last
    return [labels[at] for at in column["index"]]
