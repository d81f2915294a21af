"""What the tests of services share: an answer of the command, and steps that nobody reads."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo.messages import Message


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Zicht = Callable[..., Answer]


def told(step: Message | str) -> None:
    """Steps that nobody reads."""


def copy_layers(home: Path, to: Path, level: str) -> None:
    """The built layers of misdrijven of one level, with the shapes of them all, to another home."""
    for part in (Path("misdrijven", level), Path(".shapes")):
        shutil.copytree(home / "layers" / part, to / "layers" / part, dirs_exist_ok=True)
