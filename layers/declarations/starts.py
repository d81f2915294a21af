"""Starts: a first version of a theme, lens or source that is right as it is, with every line explained."""

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from types import MappingProxyType

from geo.areas import AreaLevel
from geo.errors import DeclarationError, UnknownNameError
from geo.messages import message
from layers.declarations.faults import ID_PATTERN, PATTERN_RULES
from layers.declarations.indicators import Declared
from layers.declarations.lenses import Lens
from layers.declarations.reading import parsed
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme

FOLDERS: Mapping[str, str] = MappingProxyType({"theme": "themes", "lens": "lenses", "source": "sources"})
"""The folder that each kind of declaration stands in."""
MODELS: Mapping[str, type[Declared]] = MappingProxyType({"theme": Theme, "lens": Lens, "source": SourceDeclaration})


def start(kind: str, name: str) -> str:
    """The text of a first declaration of that name: a theme of crimes and rent, a lens of crimes, a source for a CSV.

    Raises UnknownNameError for another kind, DeclarationError for a name that cannot be an id.
    """
    if kind not in MODELS:
        raise UnknownNameError(message("kind of declaration"), kind, MODELS)
    text = _template(kind).replace("KOLOM", f"{name[:33]}_aantal")  # an id has 40 characters at most
    return _named(text, kind, name)


def series_source(name: str, path: str, level: AreaLevel, vintage: int, years: Sequence[int]) -> str:
    """The text of a source that reads the table of `zicht series` at this path, each year as a period of its own.

    Raises DeclarationError for a name that cannot be an id.
    """
    text = _template("series").replace("NIVEAU", level).replace("INDELING", str(vintage))
    text = text.replace("PERIODEN", str([*years])).replace("PAD", json.dumps(path, ensure_ascii=False))
    return _named(text, "source", name)


def _template(kind: str) -> str:
    return resources.files("layers.declarations").joinpath("starts", f"{kind}.toml").read_text(encoding="utf-8")


def _named(text: str, kind: str, name: str) -> str:
    where = f"{FOLDERS[kind]}/{name}.toml"
    if not re.fullmatch(ID_PATTERN, name):
        fault = message(
            "{where}: {field}: {rule}, found {value!r}",
            where=where,
            field="id",
            rule=PATTERN_RULES[ID_PATTERN],
            value=name,
        )
        raise DeclarationError([fault])
    text = text.replace("NAAM", name)
    parsed(text, MODELS[kind], name, where)
    return text
