"""Options that may stand anywhere on the command line, before the command or after it.

They are taken off before typer reads the rest: the language must be known before the commands, with the text of their
help, are imported.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from layers.messages import speak
from services.settings import Settings, overridden, override

VALUED = ("--lang", "--layers")
VERSION = "--version"


@dataclass(frozen=True, slots=True)
class Anywhere:
    """What was given of them; None where it was not."""

    lang: str | None = None
    layers: str | None = None
    version: bool = False


def split(arguments: Sequence[str]) -> tuple[Anywhere, list[str]]:
    """These options, and what is left for the command; what stands after `--` is no option.

    Where one lacks its value, it is all that is left, so that typer says so.

    >>> split(["build", "--lang", "en", "misdrijven", "--layers=own", "--layers", "more"])
    (Anywhere(lang='en', layers='own:more', version=False), ['build', 'misdrijven'])
    """
    values: dict[str, list[str]] = {name: [] for name in VALUED}
    rest: list[str] = []
    version = False
    remaining = iter(arguments)
    for argument in remaining:
        name, equals, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *remaining]
        elif argument == VERSION:
            version = True
        elif name in VALUED:
            text = value if equals else next(remaining, "")
            if not text:
                return Anywhere(), [name]
            values[name].append(text)
        else:
            rest.append(argument)
    layers = os.pathsep.join(values["--layers"])
    return Anywhere(values["--lang"][-1] if values["--lang"] else None, layers or None, version), rest


def given_layers() -> list[str]:
    """The folders of own declarations as they were given on this command line, for the next to be given them too."""
    folders = overridden("LAYERS").split(os.pathsep)
    return [part for folder in folders if folder for part in ("--layers", folder)]


def apply(given: Anywhere) -> None:
    """Let them go before the environment, and speak the language. Raises UnknownNameError for one there is not."""
    override("LANG", given.lang)
    override("LAYERS", given.layers)
    speak(Settings().lang)
