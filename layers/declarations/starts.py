"""Starts: a first version of a theme, lens or source that is right as it is, with every line explained."""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

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
    text = resources.files("layers.declarations").joinpath("starts", f"{kind}.toml").read_text(encoding="utf-8")
    text = text.replace("KOLOM", f"{name[:33]}_aantal").replace("NAAM", name)  # an id has 40 characters at most
    parsed(text, MODELS[kind], name, where)
    return text
