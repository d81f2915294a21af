"""read(): one TOML file in, one checked object or all its faults at once."""

import hashlib
import tomllib
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from geo.errors import DeclarationError
from layers.declarations.indicators import Declared


def read[Kind: Declared](file: Traversable, kind: type[Kind]) -> Kind:
    """Read and check one declaration. Its id must be its file name.

    Raises DeclarationError with every fault: file, field, rule and what was found.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise DeclarationError([f"{file.name}: not TOML: {fault}"]) from None
    except UnicodeDecodeError as fault:
        raise DeclarationError([f"{file.name}: not UTF-8 text: byte {fault.start}"]) from None
    faults = []
    expected = file.name.removesuffix(".toml")
    if raw.get("id", expected) != expected:
        faults.append(f"{file.name}: id: must be the file name {expected!r}, found {raw['id']!r}")
    try:
        declared = kind.model_validate(raw)
    except ValidationError as found:
        faults += [_fault(file.name, raw, one["loc"], one["msg"]) for one in found.errors()]
    if faults:
        raise DeclarationError(faults)
    return declared


def digest(file: Traversable) -> str:
    """The sha256 of a declaration, for provenance."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _fault(name: str, raw: object, place: tuple[int | str, ...], rule: str) -> str:
    """One line: file, field, rule, what was found there."""
    found = raw
    for step in place:
        found = found[step] if isinstance(found, dict) and step in found else _item(found, step)
    shown = "" if found is None or isinstance(found, dict | list) else f", found {found!r}"
    field = ".".join(str(step + 1) if isinstance(step, int) else step for step in place) or "file"
    return f"{name}: {field}: {rule[0].lower()}{rule[1:]}{shown}"


def _item(found: object, step: int | str) -> object:
    return found[step] if isinstance(found, list) and isinstance(step, int) and step < len(found) else None
