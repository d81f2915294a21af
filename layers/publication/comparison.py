"""With what an indicator is compared: with the country, or with the gemeenten in which its figures are known.

A municipality's own records are known in that gemeente only. Their mean is its mean: to call it national would be a
wrong statement to a council member. So the figures say it themselves: an indicator is compared with the country if at
least nine in ten gemeenten have a figure in some area (that a few are secret does not make it less than the country),
else with the gemeenten that have one, be it not in all of their areas. Rejected: to read it from the `covers` of a
source, which a table with empty cells and a raster of a part of the country do not have.

A place is a few words, in the language that is published in, and all texts are made with it: "" is the country, else
"in Rotterdam", "in de 3 gemeenten met cijfers" or, where indicators or layers that share a text differ, "waar cijfers
zijn". It is published as it is (Field.against), so that a release that is read back says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.messages import say

NATIONWIDE = ""
SOMEWHERE = message("where there are figures")

References = Mapping[Indicator, str]
"""The place whose mean each indicator is compared with; the country for one that is not in it."""

NATIONAL: References = MappingProxyType({})


def references(indicators: Iterable[Indicator], local: Mapping[str, Sequence[str]]) -> References:
    """The place that each indicator is compared with. `local` has the gemeenten of those with figures in some only."""
    return {one: _place(local.get(one.id, ())) for one in indicators}


def _place(gemeenten: Sequence[str]) -> str:
    if len(gemeenten) > 1:
        return say("in the {count} gemeenten with figures", count=len(gemeenten))
    return say("in {gemeente}", gemeente=gemeenten[0]) if gemeenten else NATIONWIDE


def shared(places: Iterable[str]) -> str:
    """What is true of all these places: they are the same one, or it is somewhere."""
    distinct = set(places) or {NATIONWIDE}
    return distinct.pop() if len(distinct) == 1 else say(SOMEWHERE)


def mean(place: str) -> Message:
    """The mean of a place.

    >>> say(mean(NATIONWIDE)), say(mean("in Rotterdam"))
    ('het landelijk gemiddelde', 'het gemiddelde in Rotterdam')
    """
    return message("the mean {place}", place=place) if place else message("the national mean")


def average(place: str) -> Message:
    """What is ordinary in a place: what comes after "than" and "as", and before a figure.

    >>> say(average(NATIONWIDE)), say(average("in Rotterdam"))
    ('landelijk', 'gemiddeld in Rotterdam')
    """
    return message("on average {place}", place=place) if place else message("nationally")
