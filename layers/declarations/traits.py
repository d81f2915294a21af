"""Traits of residents, by the words in a name: what says something of persons (persons.toml), and what stands here."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from geo.messages import Message, message
from layers.declarations.persons import persons, without_accents

TRAITS: Mapping[str, tuple[str, ...]] = {
    "income": ("*inkomen*", "*income*", "*vermogen*", "*koopkracht*", "*armoede*", "*minima", "*sociaalminimum*",
               "*schuld*", "*welvaart*", "*seswoa*", "*sociaaleconomisch*", "*opleiding*", "*opgeleid*",
               "*geletterd*", "*daklo*", "*werklo*", "*werkzoekend*", "*voedselbank*"),
    "household": ("*huishoud*", "*household*", "*gezinnen*", "*gezinsgrootte*", "*alleenstaand*", "*eenouder*"),
    "benefits": ("*uitkering*", "*bijstand*", "*benefit*", "*wajong*", "wao", "wia", "*toeslag*"),
    "origin": ("*herkomst*", "*migratie*", "*nationalit*", "*afkomst*", "*westers*", "*geboorteland*", "*origin*",
               "*migrant*", "*vluchteling*"),
    "religion": ("*religie*", "*godsdienst*", "*gelovig*", "*kerkgenootschap*", "*religion*",
                 "*moskee*", "*synagoge*", "kerk", "kerken", "*gebedshui*"),
    "age": ("*65plus*", "*jongeren*", "*ouderen*", "*leeftijd*", "*0tot15*", "*15tot25*", "mannen", "vrouwen",
            "*geslacht*"),
    "health": ("*zorggebruik*", "*gezondheid*", "*ziekte*", "*jeugdzorg*", "*health*", "*zorgkosten*",
               "*eenzaam*"),
}  # fmt: skip
"""The words by which each trait is known; `*` is any letters. How near a house of prayer is tells who lives there."""

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


PROTECTED = ("income", "benefits", "origin", "religion", "health")
"""Traits of which no count or share may put a place on the map. How old people are and how they live together may: a
theme may ask where young people are at risk.
"""


@lru_cache(maxsize=4096)  # many indicators are about the same columns, as is the next
def protected(name: str) -> tuple[Message, ...]:
    """The protected traits that a name tells of."""
    named = [trait for trait in traits(name) if any(trait == CALLED[one] for one in PROTECTED)]
    kind = persons().kind_of(name)
    return (*named, kind.what) if kind is not None and kind.of_areas else (*named,)


@lru_cache(maxsize=4096)
def traits(name: str) -> tuple[Message, ...]:
    """The traits that a name tells of."""
    kind = persons().kind_of(name)
    return (*_by_words(name), kind.what) if kind is not None else (*_by_words(name),)


def _by_words(name: str) -> Iterator[Message]:
    plain = without_accents(name).casefold()
    words = {*re.findall(r"[^\W_]+", plain), "".join(re.findall(r"[^\W_]+", plain))}
    for trait, patterns in TRAITS.items():
        if any(fnmatchcase(word, pattern) for word in words for pattern in patterns):
            yield CALLED[trait]
