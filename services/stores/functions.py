"""Functions of CQL2 that SQLite lacks: case and accents of all of Unicode, and arithmetic that never stops a query.

An unknown value stays unknown, and so does what has no answer: a division by zero, a root of a negative number. The
remainder has the sign of what is divided and a whole division rounds toward zero, as in SQL.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any


def casei(text: str) -> str:
    """The text as it compares without regard to case: full case folding of Unicode."""
    return text.casefold()


def accenti(text: str) -> str:
    """The text as it compares without regard to accents: what is written over or under a letter is left out."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(one for one in apart if not unicodedata.combining(one)))


def lower(text: str) -> str:
    """The text in small letters, each by itself: a sigma at the end of a word is as any other, as in `casei`."""
    return text.replace("\N{GREEK CAPITAL LETTER SIGMA}", "\N{GREEK SMALL LETTER SIGMA}").lower()


def _known[V](function: Callable[..., V]) -> Callable[..., V | None]:
    def answered(*values: Any) -> V | None:
        if None in values:
            return None
        try:
            return function(*values)
        except (ArithmeticError, ValueError):
            return None

    return answered


TEXTS: Mapping[str, Callable[[str], str]] = {"casei": casei, "accenti": accenti, "lower": lower, "upper": str.upper}
"""Functions of one text to a text, by their names in CQL2 and in SQL."""

ARITHMETIC: Mapping[str, tuple[str, Callable[[float, float], float]]] = {
    "/": ("divided", lambda one, other: one / other),
    "^": ("power", math.pow),
    "%": ("remainder", math.fmod),
    "div": ("whole", lambda one, other: float(math.trunc(one / other))),
}
"""Operators of CQL2 to the name of the function that answers them, and the function; `+`, `-` and `*` are SQL's."""

FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    **{f"zicht_{name}": (1, _known(function)) for name, function in TEXTS.items()},
    **{f"zicht_{name}": (2, _known(function)) for name, function in ARITHMETIC.values()},
}
"""What a store adds to SQL: the number of arguments and the function, by name. All give the same answer each time."""
