"""The catalogue: all text that a person reads, in Dutch (nl.po) and in English (the code itself).

One language is spoken at a time, by the whole process: Dutch, unless `--lang` or ZICHT_LANG chooses English. Rejected:
a language as an argument of all that names a column or a reason; every function of publication would pass it on, and a
release with columns in two languages would be possible. Numbers and dates are written as Babel knows them.

Text of declarations (TOML) is in the language of who wrote it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from geo.errors import UnknownNameError
from geo.messages import Message

LANGUAGES = ("nl", "en")

_spoken = "nl"


def language() -> str:
    """The language that is spoken now."""
    return _spoken


def speak(wanted: str) -> None:
    """Speak another language from now on. Raises UnknownNameError listing those there are."""
    global _spoken  # noqa: PLW0603  # see above
    if wanted not in LANGUAGES:
        raise UnknownNameError("language", wanted, LANGUAGES)
    _spoken = wanted


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak another language for a while."""
    before = language()
    speak(wanted)
    try:
        yield
    finally:
        speak(before)


def say(text: Message | str, /, **values: Any) -> str:
    """A message in the language that is spoken; a template with its values is one as well.

    >>> say("unknown {kind} {name!r}; known: {known}", kind="thema", name="wapens", known="drugs")
    "thema 'wapens' is onbekend; bekend: drugs"
    """
    told = Message(text, values) if isinstance(text, str) else text
    return told.said(_template, _written)


def number(value: float, digits: int = 1) -> str:
    """A number with so many decimals.

    >>> number(-12345.678)
    '-12.345,7'
    """
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(round(value, digits) + 0.0, format=pattern, locale=_locale(language()))


def age(moment: datetime) -> str:
    """How long ago that was."""
    return format_timedelta(datetime.now(UTC) - moment, locale=_locale(language()))


def _template(template: str, plural: str | None, count: int | None) -> str:
    """The template in the language that is spoken; in English where the catalogue does not have it."""
    one = plural is None or count == 1
    found = catalogue(language()).get(template) if language() != "en" else None
    if found is None or not found.string:
        return template if one else str(plural)
    return found.string if isinstance(found.string, str) else found.string[0 if one else 1]


def _written(figures: str) -> str:
    """A number as Python writes it (1,234.5) with the marks of the language."""
    locale = _locale(language())
    return figures.translate(str.maketrans(",.", get_group_symbol(locale) + get_decimal_symbol(locale)))


@cache
def catalogue(wanted: str) -> Catalog:
    """All messages of a language, by their English."""
    with resources.files("layers.messages").joinpath(f"{wanted}.po").open("rb") as content:
        return read_po(content, locale=wanted, abort_invalid=True)


@cache
def _locale(wanted: str) -> Locale:
    return Locale.parse(wanted)
