"""The catalogue: all text that a person reads, in Dutch (nl.po) and in English (the code itself).

One language is spoken at a time, by the whole process: Dutch, unless `--lang` or ZICHT_LANG chooses English. Rejected:
a language as an argument of all that names a column or a reason; every function of publication would pass it on, and a
release with columns in two languages would be possible. Numbers and dates are written as Babel knows them.

Text of declarations (TOML) is in the language of who wrote it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

from geo.errors import UnknownNameError
from geo.messages import Message, message

LANGUAGES = ("nl", "en")

_spoken = "nl"


def language() -> str:
    """The language that is spoken now."""
    return _spoken


def speak(wanted: str) -> None:
    """Speak another language from now on. Raises UnknownNameError listing those there are."""
    global _spoken  # noqa: PLW0603  # see above
    if wanted not in LANGUAGES:
        raise UnknownNameError(message("language"), wanted, LANGUAGES)
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

    >>> say("unknown {kind} {name!r}; known: {known}", kind="thema", name="wapens", known="misdrijven")
    "thema 'wapens' is onbekend; bekend: misdrijven"
    """
    return _translated(Message(text, values) if isinstance(text, str) else text, language())


def said(text: Message | str) -> str:
    """A message in the language that is spoken; text of a declaration or an earlier release stays as it is."""
    return say(text) if isinstance(text, Message) else text


def translations(text: Message) -> frozenset[str]:
    """What a message is in every language: to recognise it in what was published before."""
    return frozenset(_translated(text, wanted) for wanted in LANGUAGES)


def number(value: float, digits: int | None = 1) -> str:
    """A number with so many decimals; None is as many as it has.

    >>> number(-12345.678), number(0.25, None), number(250.0, None)
    ('-12.345,7', '0,25', '250')
    """
    rounded = (value if digits is None else round(value, digits)) + 0.0  # nothing is not negative
    return _written(language(), f"{rounded:,}".removesuffix(".0") if digits is None else f"{rounded:,.{digits}f}")


def age(moment: datetime) -> str:
    """How long ago that was."""
    return format_timedelta(datetime.now(UTC) - moment, locale=_locale(language()))


def _translated(text: Message, wanted: str) -> str:
    return text.said(partial(_template, wanted), partial(_written, wanted))


def _template(wanted: str, template: str, plural: str | None, count: int | None) -> str:
    """The template in a language; in English where its catalogue does not have it."""
    one = plural is None or count == 1
    entry = catalogue(wanted).get(template) if wanted != "en" else None
    if entry is None or not entry.string:
        return template if one else str(plural)
    return entry.string if isinstance(entry.string, str) else entry.string[0 if one else 1]


def _written(wanted: str, figures: str) -> str:
    """A number as Python writes it (1,234.5) with the marks of a language."""
    return figures.translate(_marks(wanted))


@cache
def _marks(wanted: str) -> dict[int, int]:
    locale = _locale(wanted)
    return str.maketrans(",.", get_group_symbol(locale) + get_decimal_symbol(locale))


@cache
def catalogue(wanted: str) -> Catalog:
    """All messages of a language, by their English."""
    with resources.files("layers.messages").joinpath(f"{wanted}.po").open("rb") as content:
        return read_po(content, locale=wanted, abort_invalid=True)


@cache
def _locale(wanted: str) -> Locale:
    return Locale.parse(wanted)
