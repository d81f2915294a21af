"""What identifies a person: names of columns that a municipality's own records may not have, and why (persons.toml).

zicht shows patterns over areas and never a person. What is refused when it is read needs no protection later, so what
is not needed for a count per area is refused, also where nobody would use it (AVG art. 5(1)(c)).

The words by which people's names, places and nationalities are recognised in cells stand in the same declaration.
Its texts are English and part of the catalogue, as are those in code.
"""

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import translate
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated

from pydantic import BeforeValidator, Field

from geo.messages import Message
from layers.declarations.indicators import Declared, Text
from layers.declarations.reading import read

LEAST_PREFIX = 4
"""Fewest letters of a prefix (turk*) for it to say which word is meant."""

Words = tuple[Text, ...]
Said = Annotated[Message, BeforeValidator(Message)]
"""Text that is said in the language of the reader."""


class PersonalData(Declared):
    """One kind of personal data: the words in the name of a column by which it is recognised, and why it is refused.

    `of_areas` says that it is refused of areas too: no share or count of it may put a place on the map.
    """

    what: Said
    words: Words = Field(min_length=1)
    unless: Words = ()
    harmless: Words = ()
    roles: Words = ()
    of_areas: bool = False
    why: Said

    def matches(self, header: str) -> bool:
        """Whether the name of a column says that it is of this kind."""
        words = _words(header)
        if _any(words, self.unless):
            return False
        beside = (name for one in self.roles for name in (f"{one}naam", f"naam{one}"))
        named = not words.isdisjoint({"naam", "namen"}) and _any(words, self.roles)
        return named or _any(words, beside) or _any(words, self.words)


class Days(Declared):
    """Words in the names of columns whose dates are of things."""

    of_things: Words


class Names(Declared):
    """Names of people that are common here, what stands between and before them, and headers of columns of names."""

    expected: Words
    agents: Words
    given: Words
    family: Words
    words: Words
    between: Words
    address: Words
    trades: Words
    titles: Words


class PlaceWords(Declared):
    """Words, and ends of words, of which a cell is a place or a business."""

    words: Words
    ends: Words


class Origin(Declared):
    """Words for where people come from; small and without accents."""

    nationalities: Words
    countries: Words
    groups: Words
    dutch: Words

    def peoples(self) -> tuple[str, ...]:
        """Words for people and not for countries, in both their forms: turks and turkse."""
        stems = (*self.nationalities, *self.groups)
        return tuple(form for one in stems for form in (one, _inflected(one)))

    def foreign(self) -> tuple[str, ...]:
        """All words but those for the Dutch and the Netherlands."""
        return (*self.peoples(), *self.countries)


class Persons(Declared):
    """All kinds by the names of columns, and the words by which persons are recognised in cells."""

    kind: tuple[PersonalData, ...] = Field(min_length=1)
    days: Days
    names: Names
    places: PlaceWords
    origin: Origin

    def kind_of(self, header: str) -> PersonalData | None:
        """The kind of personal data that the name of a column says it holds; None for none."""
        return next((one for one in self.kind if one.matches(header)), None)

    def may_name(self, header: str) -> bool:
        """Whether the name of a column holds a word for names or a role, so that people's names are likely in it."""
        words = _words(header)
        return _any(words, self.names.expected) or any(_any(words, one.roles) for one in self.kind)

    def is_role(self, header: str) -> bool:
        """Whether the name of a column says who people are: eigenaar, wie."""
        words = _words(header)
        return any(_any(words, one.roles) for one in self.kind)

    def is_agent(self, header: str) -> bool:
        """Whether the name of a column may be what people do, or firms: aannemer, vrijwilliger."""
        return _any(_words(header), self.names.agents)

    def dates_things(self, header: str) -> bool:
        """Whether the name of a column says that its dates are of things, not of people."""
        return _any(_words(header), self.days.of_things)


@cache
def persons() -> Persons:
    """The shipped declaration. Raises DeclarationError with its faults."""
    return read(resources.files("layers.declarations").joinpath("persons.toml"), Persons)


def origin_in(words: Iterable[str]) -> str | None:
    """The first of these codes that selects people by origin (Turkse, Marokko, turk*); None where none does."""
    foreign = persons().origin.foreign()
    for word in words:
        plain = without_accents(word).casefold().strip()
        start = plain.removesuffix("*")
        if plain in foreign or (
            start != plain and len(start) >= LEAST_PREFIX and any(name.startswith(start) for name in foreign)
        ):
            return word
    return None


def without_accents(text: str) -> str:
    """The text with bare letters: patiënt is patient."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text).replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _inflected(word: str) -> str:
    """The form before a noun: pools and poolse, chinees and chinese, statushouder and statushouders."""
    if word.endswith("ees"):
        return f"{word[:-3]}ese"
    if word.endswith("aas"):
        return f"{word[:-3]}ase"
    if word.endswith("toon"):
        return f"{word[:-4]}tonen"
    return f"{word}e" if word.endswith("s") else f"{word}s" if word.endswith("r") else word


@lru_cache(maxsize=4096)  # every kind asks of every name
def _words(header: str) -> frozenset[str]:
    """The words of a name of a column, and all of them as one: eigenaar_naam and EigenaarNaam are eigenaar and naam.

    Capitals in a row are an abbreviation, of which the last begins a word or not: BSNAanvrager, BSNaanvrager.
    """
    plain = without_accents(header)
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    readings = (re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", " ", split), re.sub(r"(?<=[A-Z]{2})(?=[a-z])", " ", split))
    words = {word for one in readings for word in re.findall(r"[^\W\d_]+", one.casefold())}
    return frozenset(words | {"".join(re.findall(r"[^\W\d_]+", plain.casefold()))})


def _any(words: Iterable[str], patterns: Iterable[str]) -> bool:
    """Whether a word matches a pattern with `*` for any letters."""
    matches = _compiled(tuple(patterns)).match
    return any(matches(word) for word in words)


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """These patterns as one, for a header is held against some hundreds; `(?!)` matches nothing."""
    return re.compile("|".join(map(translate, patterns)) or "(?!)")
