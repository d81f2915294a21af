"""read(): one TOML file in, one checked object or all its faults at once."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from geo.errors import DeclarationError
from geo.messages import Message, message
from layers.declarations.faults import RENAMED, fields_at, listed, rule_of
from layers.declarations.indicators import Declared

SCHEMA = 1
"""The version of how declarations are written; a file that does not say its `schema` is of version 1."""

AT = re.compile(r"line (\d+), column (\d+)")
"""The place of a fault, as tomllib says it."""


def read[Kind: Declared](file: Traversable, kind: type[Kind], where: str | None = None) -> Kind:
    """Read and check one declaration. Its id must be its file name; so its faults call it, or by `where`.

    Raises DeclarationError with every fault: file, field, rule and what was found.
    """
    where = where or file.name
    try:
        text = file.read_text(encoding="utf-8-sig")  # Notepad writes a mark before the text
    except UnicodeDecodeError as fault:
        raise DeclarationError(
            [message("{where}: not UTF-8 text: byte {byte}; save it as UTF-8", where=where, byte=fault.start)]
        ) from None
    except OSError:
        raise DeclarationError(
            [message("{where}: cannot be read; is it a file that you may open?", where=where)]
        ) from None
    return parsed(text, kind, file.name.removesuffix(".toml"), where)


def parsed[Kind: Declared](text: str, kind: type[Kind], id_: str, where: str) -> Kind:
    """The declaration that a text in TOML holds; its id must be `id_`. Raises DeclarationError as `read` does."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise DeclarationError([_not_toml(where, str(fault))]) from None
    faults = []
    if (schema := content.pop("schema", 1)) != SCHEMA or isinstance(schema, bool):
        raise DeclarationError([_other_schema(where, schema)])
    if content.get("id", id_) != id_:
        name = content["id"]
        faults.append(
            message("{where}: id: must be the file name {id!r}, found {name!r}", where=where, id=id_, name=name)
        )
    try:
        declared = kind.model_validate(content)
    except ValidationError as broken:
        faults += [_fault(where, content, one["loc"], _rule(one, kind)) for one in _own_faults(broken.errors())]
    if faults:
        raise DeclarationError(faults)
    return declared


def digest(file: Traversable) -> str:
    """The sha256 of the bytes of a declaration, by which layers of format 1 name it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def meaning(declared: Declared) -> dict[str, Any]:
    """What a declaration says, as JSON holds it: without comments, order of keys and what is left out by default."""
    said: dict[str, Any] = declared.model_dump(mode="json", exclude_defaults=True)
    return said


def digest_of(said: Mapping[str, Any]) -> str:
    """The sha256 of what a declaration says."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def differences(before: object, after: object, place: str = "") -> list[str]:
    """Where two declarations say something else, as `indicator.misdrijven.why`.

    Items of a list are told apart by their `id`, or by the `indicator` they are about; any other list is one value.
    """
    first, second = _named(before), _named(after)
    if first is None or second is None:
        return [] if before == after else [place]
    found: list[str] = []
    for name in sorted({**first, **second}):
        found += differences(first.get(name), second.get(name), f"{place}.{name}" if place else name)
    return found


def _named(value: object) -> dict[str, Any] | None:
    """The parts of a value by name, where they have one."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        named = {str(one.get("id", one.get("indicator"))): one for one in value}
        return named if len(named) == len(value) and "None" not in named else None
    return value if isinstance(value, dict) else None


def _other_schema(where: str, schema: object) -> Message:
    if isinstance(schema, int) and schema > SCHEMA:
        return message(
            "{where}: schema: has version {version}, and this zicht knows versions up to {known}; upgrade zicht",
            where=where, version=schema, known=SCHEMA,
        )  # fmt: skip
    return message(
        "{where}: schema: must be a version from 1 to {known}, found {found!r}; leave it out for 1",
        where=where, known=SCHEMA, found=str(schema),
    )  # fmt: skip


def _not_toml(where: str, fault: str) -> Message:
    """Where the text stops being TOML; what tomllib says of it is English, and no more than that."""
    if (place := AT.search(fault)) is None:
        return message(
            "{where}: not TOML: it ends too soon; close the quote or bracket that is still open", where=where
        )
    return message(
        "{where}: not TOML: line {line}, column {column}; look there for a quote or bracket that is not closed, text "
        "without quotes, or a name that stands there twice",
        where=where, line=int(place[1]), column=int(place[2]),
    )  # fmt: skip


def _own_faults(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """The faults without those of a list that is only too short because pydantic leaves out its faulty items."""
    return [
        one
        for one in faults
        if one["type"] != "too_short"
        or not any(other["loc"][: len(one["loc"])] == one["loc"] for other in faults if other is not one)
    ]


def _rule(fault: ErrorDetails, kind: type[Declared]) -> Message:
    """The rule that was broken; of a field that is not known, what its declaration says of that, and those that are."""
    if fault["type"] != "extra_forbidden" or fault["loc"][-1] in RENAMED:
        return rule_of(fault)
    rule = kind.unknown if kind.unknown is not None else rule_of(fault)
    known = fields_at(kind, fault["loc"][:-1])
    return message("{rule}; here may stand {known}", rule=rule, known=listed(known)) if known else rule


def _fault(where: str, content: dict[str, Any], place: tuple[int | str, ...], rule: Message) -> Message:
    """One line: file, field, rule and what was found there, unless that is a section or list, or named by the rule."""
    value: object = content
    for step in place:
        value = value[step] if isinstance(value, dict) and step in value else _item(value, step)
    field = ".".join(str(step + 1) if isinstance(step, int) else step for step in place) or message("file")
    if value is None or isinstance(value, dict | list) or value in rule.values.values():
        return message("{where}: {field}: {rule}", where=where, field=field, rule=rule)
    return message("{where}: {field}: {rule}, found {value!r}", where=where, field=field, rule=rule, value=value)


def _item(value: object, step: int | str) -> object:
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
