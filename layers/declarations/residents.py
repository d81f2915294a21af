"""Traits of residents, by which no area may be expected to have more or fewer events.

Who lives somewhere is no reason to look there, nor to look away: a term of [expected], or a column in which peers are
alike, says what stands in an area and who comes there. Refused by name, that of the column, of what its formula reads
and of the topic behind it: what says something of persons (persons.toml), and what stands here.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from geo.messages import Message, message
from layers.declarations.persons import persons, without_accents
from layers.declarations.references import Sources
from layers.declarations.sources import columns_of

TRAITS: Mapping[str, tuple[str, ...]] = {
    "income": ("*inkomen*", "*income*", "*vermogen*", "*koopkracht*", "*armoede*", "*minima", "*sociaalminimum*",
               "*schuld*", "*welvaart*", "*seswoa*", "*sociaaleconomisch*", "*opleiding*", "*opgeleid*"),
    "household": ("*huishoud*", "*household*", "*gezinnen*", "*gezinsgrootte*", "*alleenstaand*", "*eenouder*"),
    "benefits": ("*uitkering*", "*bijstand*", "*benefit*", "*wajong*", "wao", "wia", "*toeslag*"),
    "origin": ("*herkomst*", "*migratie*", "*nationalit*", "*afkomst*", "*westers*", "*geboorteland*", "*origin*"),
    "religion": ("*religie*", "*godsdienst*", "*gelovig*", "*kerkgenootschap*", "*religion*"),
    "age": ("*65plus*", "*jongeren*", "*ouderen*", "*leeftijd*", "*0tot15*", "*15tot25*", "mannen", "vrouwen",
            "*geslacht*"),
    "health": ("*zorggebruik*", "*gezondheid*", "*ziekte*", "*jeugdzorg*", "*health*"),
}  # fmt: skip
"""The words by which each trait is known; `*` is any letters."""

CALLED: Mapping[str, Message] = {
    "income": message("income, wealth or education of residents"),
    "household": message("households of residents"),
    "benefits": message("benefits of residents"),
    "origin": message("origin of residents"),
    "religion": message("religion of residents"),
    "age": message("age or sex of residents"),
    "health": message("health of residents"),
}
"""What each trait is called."""


def trait_of(reference: str, sources: Sources) -> Message | None:
    """What a column `source.column` says of residents, as far as names tell; None for nothing."""
    name, _, column_name = reference.partition(".")
    source = sources[name]
    column = source.columns[column_name]
    read = {one for period in source.periods for one in columns_of(column.formula, period)}
    topics = source.statline.column if source.statline else {}
    headers = source.table.column if source.table else {}
    names = [
        column_name, column.title, *sorted(read),
        *(topics[one].title for one in sorted(read) if one in topics),
        *(headers[one].header for one in sorted(read) if one in headers),
    ]  # fmt: skip
    return next((trait for one in names for trait in _traits(one)), None)


def _traits(name: str) -> Iterator[Message]:
    """The traits that a name tells of."""
    plain = without_accents(name).casefold()
    words = {*re.findall(r"[^\W_]+", plain), "".join(re.findall(r"[^\W_]+", plain))}
    for trait, patterns in TRAITS.items():
        if any(fnmatchcase(word, pattern) for word in words for pattern in patterns):
            yield CALLED[trait]
    if (kind := persons().kind_of(name)) is not None:
        yield kind.what
