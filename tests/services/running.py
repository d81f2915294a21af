"""What the tests of services share: an answer of the command, and steps that nobody reads."""

from collections.abc import Callable
from dataclasses import dataclass

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
