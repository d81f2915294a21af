"""What a sheet of an .xlsx shows beside its values: errors, formulas without an outcome, hidden rows.

Read from the XML itself, in one pass without keeping it (ECMA-376 part 1, 18.3.1.4 c, 18.3.1.73 row). Other workbooks
(.xls, .ods) tell nothing of the kind.
"""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from services.formats.mixed import ERROR, UNCOMPUTED

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
BLOCK = 1 << 20
CELL = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass(slots=True)
class Shown:
    """By column and row (from 0) why a cell has no value; and the rows that are hidden."""

    lacking: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Cells:
    """The handlers of one pass."""

    shown: Shown
    _at: str = ""
    _kind: str = ""
    _formula: bool = False
    _value: bool = False
    _reading: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what is in it."""
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._at, self._kind = attributes.get("r", ""), attributes.get("t", "n")
            self._formula = self._value = False
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "is"}:
            self._reading = True
        elif tag == "row" and attributes.get("hidden") in {"1", "true"}:
            self.shown.hidden.add(int(attributes.get("r", "0")) - 1)

    def text(self, text: str) -> None:
        """A value."""
        self._value = self._value or (self._reading and bool(text))

    def end(self, name: str) -> None:
        """A cell is whole: does it show what it has no value of?"""
        tag = name.rpartition(":")[2]
        if tag in {"v", "is"}:
            self._reading = False
        elif tag == "c" and (place := CELL.fullmatch(self._at)):
            why = ERROR if self._kind == "e" else UNCOMPUTED
            if self._kind == "e" or (self._formula and not self._value and self._kind != "str"):
                self.shown.lacking.setdefault(_number(place[1]), {})[int(place[2]) - 1] = why


def shown(path: Path, position: int) -> Shown:
    """What the sheet at a position of a workbook shows; nothing of other kinds than .xlsx."""
    about = Shown()
    if not zipfile.is_zipfile(path):
        return about
    with zipfile.ZipFile(path) as packed:
        name = _sheet(packed, position)
        if name is None:
            return about
        cells, parser = _Cells(about), expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end
        parser.CharacterDataHandler = cells.text
        with packed.open(name) as content:
            while block := content.read(BLOCK):
                parser.Parse(block, False)  # positional in expat
    return about


def _sheet(packed: zipfile.ZipFile, position: int) -> str | None:
    """The entry of the sheet; None where it is no .xlsx."""
    entries = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= entries:
        return None
    book = ET.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314  # expat refuses what expands
    relations = ET.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  # likewise
    sheets = [one.get(RELATION) for one in book.iter() if one.tag.endswith("}sheet")]
    targets = {one.get("Id"): one.get("Target") or "" for one in relations}
    target = targets.get(sheets[position], "") if position < len(sheets) else ""
    name = posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]
    return name if name in entries else None


def _number(letters: str) -> int:
    """The position of a column: A is 0, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
