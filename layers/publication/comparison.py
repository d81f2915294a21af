"""With what an indicator is compared: with the country, or with the gemeenten in which its figures are known.

A municipality's own records are known in that gemeente only. Their mean is its mean: to call it "landelijk" would be a
wrong statement to a council member. So the figures say it themselves: an indicator is compared with the country if at
least nine in ten gemeenten have a figure in some area (that a few are secret does not make it less than the country),
else with the gemeenten that have one, be it not in all of their areas. Rejected: to read it from the `covers` of a
source, which a table with empty cells and a raster of a part of the country do not have.

In Dutch it is a few words, and all that is published is worded from them: "" is the country, else "in Rotterdam", "in
de 3 gemeenten met cijfers" or, where indicators or layers that are told of together differ, "waar cijfers zijn".
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from layers.declarations.indicators import Indicator

NATIONWIDE, SOMEWHERE = "", "waar cijfers zijn"

Against = Mapping[Indicator, str]
"""Where the mean is of with which each indicator is compared; the country for one that is not in it."""

NATIONAL: Against = MappingProxyType({})


def against(indicators: Iterable[Indicator], local: Mapping[str, Sequence[str]]) -> Against:
    """What to call that with which each indicator is compared. `local` has the gemeenten of those that have some."""
    return {one: _where(local.get(one.id, ())) for one in indicators}


def _where(gemeenten: Sequence[str]) -> str:
    if len(gemeenten) > 1:
        return f"in de {len(gemeenten)} gemeenten met cijfers"
    return f"in {gemeenten[0]}" if gemeenten else NATIONWIDE


def shared(places: Iterable[str]) -> str:
    """What is true of all these places: they are one, or it is somewhere."""
    found = set(places) or {NATIONWIDE}
    return found.pop() if len(found) == 1 else SOMEWHERE


def mean(place: str) -> str:
    """The mean of a place.

    >>> mean(COUNTRY), mean("in Rotterdam")
    ('het landelijk gemiddelde', 'het gemiddelde in Rotterdam')
    """
    return f"het gemiddelde {place}" if place else "het landelijk gemiddelde"


def average(place: str) -> str:
    """What is ordinary in a place: what comes after "dan" and "als", and before a figure.

    >>> average(COUNTRY), average("in Rotterdam")
    ('landelijk', 'gemiddeld in Rotterdam')
    """
    return f"gemiddeld {place}" if place else "landelijk"
