"""What is nested in the text of a cell: JSON, what Python prints of it, XML, and pairs of a name and a value.

A GeoJSON property that holds another object, a column that an export packed, an hstore of PostGIS: each part is given
by its name, as if it were a column.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pyarrow as pa
import pyarrow.compute as pc

OPENS = r"""^\s*(?:[\[{(]|<[A-Za-z?!]|"\s*(?:\\"|[\[{])|'\s*(?:\\'|["\[{]))"""
"""How a cell begins that is nothing but something nested, or that as text in text, also as Python prints it."""
NAMES, VALUES = frozenset({"name", "key", "field", "naam", "veld", "k"}), frozenset({"value", "waarde", "val", "v"})
"""What a part and its value are called where they stand beside one another."""
PAIR = re.compile(r"""["']?([A-Za-z_][A-Za-z_ -]{1,30}?)["']?\s*(?:=>|[:=])\s*["']?([^"';,|&\n{}\[\]<>]+)""")
"""A name and its value: "naam"=>"X", naam: X, naam=X."""
PAIRS = r"[A-Za-z_]{2}[\"']?\s*(?:=>|[:=])\s*[^\s/]"
UNSEARCHABLE = 0.05
"""Share of cells that are nested and cannot be opened, above which a column is refused."""
DEEP = 20


def is_structured(cells: pa.Array) -> bool:
    """Whether most filled cells are nothing but something nested."""
    return bool(len(cells)) and pc.mean(pc.match_substring_regex(cells, OPENS).cast(pa.int8())).as_py() > 0.5


def parts(cells: pa.Array) -> tuple[dict[str, list[str]], int]:
    """The values of each part by its name, and how many cells are nested and cannot be opened."""
    found: dict[str, list[str]] = {}
    unsearchable = 0
    opens = pc.match_substring_regex(cells, OPENS)
    for cell in cells.filter(opens).to_pylist():
        content = _opened(cell)
        try:
            pairs = list(_leaves(content)) if content is not None else PAIR.findall(cell)
        except RecursionError:
            pairs, content = [], None
        unsearchable += not pairs and content is None and re.search(r"[\"'=:]", cell) is not None
        for name, value in pairs:
            found.setdefault(name, []).append(value)
    rest = cells.filter(pc.invert(opens))
    for cell in rest.filter(pc.match_substring_regex(rest, PAIRS)).to_pylist():
        for name, value in PAIR.findall(cell):
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found, unsearchable


def _opened(cell: str) -> Any:
    """What is nested in a cell; None where it cannot be opened."""
    if cell.lstrip().startswith("<"):
        try:
            return ET.fromstring(cell)  # noqa: S314  # expat refuses what expands
        except ET.ParseError:
            return None
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        pass
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _leaves(content: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every value that is not itself nested, with the nearest name above it. Raises RecursionError beyond `DEEP`."""
    if content is None:
        return
    if depth > DEEP:
        raise RecursionError
    if isinstance(content, ET.Element):
        yield from _of_xml(content)
    elif isinstance(content, dict | list | tuple | set):
        named = _named(content).items() if isinstance(content, dict) else ((name, value) for value in content)
        for key, value in named:
            yield from _leaves(value, str(key), depth + 1)
    elif isinstance(content, str) and re.match(OPENS, content) and (inside := _opened(content)) is not None:
        yield from _leaves(inside, name, depth + 1)
    elif str(content).strip():
        yield name, str(content)


def _named(content: dict[Any, Any]) -> dict[Any, Any]:
    """An object; with its value under its name where the two stand beside one another: {"name": "x", "value": 1}."""
    lower = {str(key).lower(): key for key in content}
    names, values = lower.keys() & NAMES, lower.keys() & VALUES
    if len(names) != 1 or len(values) != 1 or not isinstance(name := content[lower[names.pop()]], str):
        return content
    return content | {name: content[lower[values.pop()]]}


def _of_xml(root: ET.Element) -> Iterator[tuple[str, str]]:
    """The text and the attributes of every element; its text by its name too, where it has one: <Data name="x">."""
    for element in root.iter():
        yield from ((key, value) for key, value in element.attrib.items() if value.strip())
        if name := next((value for key, value in element.attrib.items() if key.lower() in NAMES), ""):
            yield from ((name, text.strip()) for text in element.itertext() if text.strip())
        if element.text and element.text.strip():
            yield element.tag.rpartition("}")[2], element.text.strip()
