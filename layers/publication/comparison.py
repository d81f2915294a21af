"""With what an indicator is compared: with the country, or with the gemeenten in which its figures are known.

A municipality's own records are known in that gemeente only. Their mean is its mean: to call it national would be a
wrong statement to a council member. So the figures say it themselves: an indicator is compared with the country if at
least nine in ten gemeenten have a figure in some area (that a few are secret does not make it less than the country),
else with the gemeenten that have one, be it not in all of their areas. Rejected: to read it from the `covers` of a
source, which a table with empty cells and a raster of a part of the country do not have.

What is compared with what is to be expected given what is there, or with areas that are alike, is not compared with a
place; in texts that stands where a place does.

A place is a few words, in the language that is published in, and all texts are made with it: "" is the country, else
"in Rotterdam", "in de 3 gemeenten met cijfers" or, where indicators or layers that share a text differ, "waar cijfers
zijn". It is published as it is (Field.against), so that a release that is read back says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.messages import Message, message
from layers.messages import say, translations

if TYPE_CHECKING:  # what serves names places, and declares nothing
    from layers.declarations.indicators import Indicator

NATIONWIDE = ""
SOMEWHERE = message("where there are figures")
GIVEN, ALIKE, BY_LENS, OR_BY_LENS = (
    message("given what is there"), message("among areas that are alike"), message("as the lens compares"),
    message("nationally or as the lens compares"),
)  # fmt: skip
"""What is no place but stands for one: what is to be expected, peers, and either of these where layers differ, or the
country without a lens.
"""

BASELINES: Mapping[str, Message] = {"expected": GIVEN, "peers": ALIKE}
"""By the `reference` of a theme or lens."""

WORDS: Mapping[str, tuple[Message, Message]] = {
    GIVEN.template: (
        message("what is to be expected given what is there"), message("what is to be expected there")
    ),
    ALIKE.template: (message("the mean of areas that are alike"), message("areas that are alike")),
    BY_LENS.template: (message("what the lens compares with"), message("what the lens compares with")),
    OR_BY_LENS.template: (
        message("the national mean, or what the lens compares with"),
        message("nationally, or what the lens compares with"),
    ),
}  # fmt: skip
"""What their mean is called, and what comes after "than", "as" and "from"."""

type References = Mapping[Indicator, str]
"""The place whose mean each indicator is compared with; the country for one that is not in it."""

NATIONAL: References = MappingProxyType({})


def references(
    indicators: "Iterable[Indicator]",
    local: Mapping[str, Sequence[str]],
    baselines: Mapping[str, str] = MappingProxyType({}),
) -> References:
    """The place that each indicator is compared with. `local` has the gemeenten of those with figures in some only,
    `baselines` the reference of those that are compared with something else.
    """
    return {
        one: say(BASELINES[baselines[one.id]]) if one.id in baselines else _place(local.get(one.id, ()))
        for one in indicators
    }


def _place(gemeenten: Sequence[str]) -> str:
    if len(gemeenten) > 1:
        return say("in the {count} gemeenten with figures", count=len(gemeenten))
    return say("in {gemeente}", gemeente=gemeenten[0]) if gemeenten else NATIONWIDE


def shared(places: Iterable[str]) -> str:
    """What is true of all these places: they are the same one, it depends on the lens, or it is somewhere."""
    distinct = set(places) or {NATIONWIDE}
    if len(distinct) == 1:
        return distinct.pop()
    if not all(one == NATIONWIDE or _words(one) for one in distinct):
        return say(SOMEWHERE)
    of_country = any(one == NATIONWIDE or one in translations(OR_BY_LENS) for one in distinct)
    return say(OR_BY_LENS if of_country else BY_LENS)


def _words(place: str) -> tuple[Message, Message] | None:
    """The words for what is no place, in whatever language it was published."""
    known = (GIVEN, ALIKE, BY_LENS, OR_BY_LENS)
    return next((WORDS[one.template] for one in known if place in translations(one)), None)


def mean(place: str) -> Message:
    """The mean of a place.

    >>> say(mean(NATIONWIDE)), say(mean("in Rotterdam"))
    ('het landelijk gemiddelde', 'het gemiddelde in Rotterdam')
    """
    if (words := _words(place)) is not None:
        return words[0]
    return message("the mean {place}", place=place) if place else message("the national mean")


def average(place: str) -> Message:
    """What is ordinary in a place: what comes after "than" and "as", and before a figure.

    >>> say(average(NATIONWIDE)), say(average("in Rotterdam"))
    ('landelijk', 'gemiddeld in Rotterdam')
    """
    if (words := _words(place)) is not None:
        return words[1]
    return message("on average {place}", place=place) if place else message("nationally")
