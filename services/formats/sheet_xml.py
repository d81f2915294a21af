"""What a sheet of an .xlsx shows beside its values: errors, formulas without an outcome, hidden rows, its last cell.

Read from the XML itself, in one pass without keeping it (ECMA-376 part 1, 18.3.1.4 c, 18.3.1.73 row, 18.4.8 si, 18.2.28
workbookPr). Other workbooks (.xls, .ods) tell nothing of the kind.
"""

import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from services.formats.mixed import ERROR, UNCOMPUTED

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
BLOCK = 1 << 20
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
ROW = re.compile(r"[1-9][0-9]{0,6}")


@dataclass(slots=True)
class Shown:
    """By column and row (from 0) why a cell has no value; the rows that are hidden; and how many rows and columns there
    are up to the last cell with a value. `strange` is whether a place is written as no program does: another reader may
    see another place in it.
    """

    lacking: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0
    strange: bool = False


@dataclass(slots=True)
class _Cells:
    """The handlers of one pass."""

    shown: Shown
    _row: int = 0
    _column: int = 0
    _kind: str = ""
    _formula: bool = False
    _value: bool = False
    _reading: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what is in it."""
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._place(attributes.get("r", ""))
            self._kind, self._formula, self._value = attributes.get("t", "n"), False, False
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "is"}:
            self._reading = True
        elif tag == "row":
            written = attributes.get("r", str(self._row + 1))
            self.shown.strange |= ROW.fullmatch(written) is None
            self._row, self._column = int(written), 0
            if attributes.get("hidden") in {"1", "true"}:
                self.shown.hidden.add(self._row - 1)

    def _place(self, written: str) -> None:
        """Where a cell is, counted from 1: what it says, else behind the one before."""
        self._column += 1
        if place := CELL.fullmatch(written):
            self._column, self._row = _number(place[1]) + 1, int(place[2])
        else:
            self.shown.strange |= written != ""

    def text(self, text: str) -> None:
        """A value."""
        self._value = self._value or (self._reading and bool(text))

    def end(self, name: str) -> None:
        """A cell is whole: does it show what it has no value of?"""
        tag = name.rpartition(":")[2]
        if tag in {"v", "is"}:
            self._reading = False
        elif tag == "c":
            why = ERROR if self._kind == "e" else UNCOMPUTED
            if self._kind == "e" or (self._formula and not self._value and self._kind != "str"):
                self.shown.lacking.setdefault(self._column - 1, {})[self._row - 1] = why
            if self._value:
                self.shown.rows = max(self.shown.rows, self._row)
                self.shown.columns = max(self.shown.columns, self._column)


@dataclass(slots=True)
class _Strings:
    """The handlers of a pass through the strings that cells share."""

    longest: int = 0
    _length: int = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """A string begins."""
        if name.rpartition(":")[2] == "si":
            self._length = 0

    def text(self, text: str) -> None:
        """A part of it."""
        self._length += len(text)

    def end(self, _name: str) -> None:
        """Of an element, also of a whole string."""
        self.longest = max(self.longest, self._length)


def shown(path: Path, position: int) -> Shown:
    """What the sheet at a position of a workbook shows; nothing of other kinds than .xlsx."""
    about = Shown()
    if not zipfile.is_zipfile(path):
        return about
    with zipfile.ZipFile(path) as packed:
        name = _sheets(packed).get(position)
        if name is not None:
            _parsed(packed, name, _Cells(about))
    return about


def longest_string(path: Path) -> int:
    """How many letters the longest string has that cells of an .xlsx share."""
    strings = _Strings()
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.lower().endswith("sharedstrings.xml"):
                _parsed(packed, name, strings)
    return strings.longest


def sheet_names(path: Path) -> Sequence[str]:
    """The names of the sheets of an .xlsx, in order; none of other kinds."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as packed:
        return [one.get("name", "") for one in _listed(packed)]


def counts_from_1904(path: Path) -> bool:
    """Whether the days of an .xlsx are counted from 1904, as Excel for Macintosh did, and not from 1900."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        if "xl/workbook.xml" not in packed.namelist():
            return False
        book = ET.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314  # expat refuses what expands
    about = next((one for one in book.iter() if one.tag.endswith("}workbookPr")), None)
    return about is not None and about.get("date1904") in {"1", "true"}


def _parsed(packed: zipfile.ZipFile, name: str, handlers: _Cells | _Strings) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = handlers.start, handlers.end
    parser.CharacterDataHandler = handlers.text
    with packed.open(name) as content:
        while block := content.read(BLOCK):
            parser.Parse(block, False)  # positional in expat


def _listed(packed: zipfile.ZipFile) -> Sequence[ET.Element]:
    """The sheets as the workbook lists them; none where it is no .xlsx."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= set(packed.namelist()):
        return ()
    book = ET.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314  # expat refuses what expands
    return [one for one in book.iter() if one.tag.endswith("}sheet")]


def _sheets(packed: zipfile.ZipFile) -> dict[int, str]:
    """The entries of the sheets by their position; nothing where it is no .xlsx."""
    sheets = _listed(packed)
    if not sheets:
        return {}
    relations = ET.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  # likewise
    targets = {one.get("Id"): one.get("Target") or "" for one in relations}
    entries = set(packed.namelist())
    found = {}
    for at, one in enumerate(sheets):
        target = targets.get(one.get(RELATION), "")
        name = posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]
        if name in entries:
            found[at] = name
    return found


def _number(letters: str) -> int:
    """The position of a column: A is 0, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
