"""What became of each zoekgebied since the period before it, of the periods that a publication has.

A zoekgebied is the one of the period before with which it shares at least half of the areas of the smaller (geo.moves).
It grows where its strength, a lower bound, is at least `GROWTH` times what it was, and fades where it is as much less.
One of which at least half of the areas were on the map, in several zoekgebieden or in one that another goes on from, is
no new place: it is regrouped. Of misdrijven per inhabitant from 2021 to 2025, 2 of the 15 that would be new were such.
What is new on the map had not always less before: of the other 13 two had more, per inhabitant beside the country (a
place that others of the map kept out before), which is why the label says so.
What went is in the list of the period before. Across a change of boundaries areas are others, so that nothing is said.
"""

from collections.abc import Collection, Hashable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.messages import Message, message
from geo.moves import SHARED, moves

if TYPE_CHECKING:  # the labels are served, and what serves makes no tables
    import geopandas
    import pandas as pd

GROWTH = 1.25
"""Times as strong as it was, or as weak, for a zoekgebied to grow or fade."""


class Development(StrEnum):
    """What became of a zoekgebied."""

    NEW = "nieuw"
    GROWING = "groeit"
    LASTING = "blijft"
    FADING = "dooft"
    REGROUPED = "anders_ingedeeld"
    OTHER_AREAS = "andere_indeling"


LABELS: Mapping[str, Message] = {
    Development.NEW: message("new: not on the map in the period before; its figures need not have risen"),
    Development.GROWING: message("grows: stronger than in the period before"),
    Development.LASTING: message("lasts: about as strong as in the period before"),
    Development.FADING: message("fades: weaker than in the period before"),
    Development.REGROUPED: message("regrouped: most of its areas were in other zoekgebieden in the period before"),
    Development.OTHER_AREAS: message("cannot be compared: the areas of the period before are others"),
}
"""What each is called."""


def developed(
    zoekgebieden: "geopandas.GeoDataFrame", searched: Mapping[tuple[str, str], Collection[int]]
) -> "geopandas.GeoDataFrame":
    """The zoekgebieden of a theme with what became of each; empty in the first period that there is.

    `searched` are the periods of each level and lens of which the map was searched: one on which nothing was found is
    one of them, and what comes after it is new.
    """
    import pandas as pd  # noqa: PLC0415  # as above

    found: dict[Hashable, str] = {}
    for (level, lens), periods in searched.items():
        rows = zoekgebieden[(zoekgebieden["niveau"] == level) & (zoekgebieden["lens"] == lens)].sort_values("rang")
        maps = [rows[rows["periode"] == period] for period in sorted(periods)]
        for before, after in pairwise(maps):
            found |= zip(after.index, _since(before, after), strict=True)
    said = [found.get(one) for one in zoekgebieden.index]
    return zoekgebieden.assign(verloop=pd.Series(said, zoekgebieden.index, dtype=object))


def _since(before: "pd.DataFrame", after: "pd.DataFrame") -> list[str]:
    if len(before) and len(after) and before["indeling"].iloc[0] != after["indeling"].iloc[0]:
        return [str(Development.OTHER_AREAS)] * len(after)
    areas = [[frozenset(codes.split(",")) for codes in one["gebiedscodes"]] for one in (before, after)]
    made, on_map = moves(*areas), frozenset().union(*areas[0])
    was, now = before["sterkte"].astype(float).tolist(), after["sterkte"].astype(float).tolist()
    return [
        _came(areas[1][at], on_map) if one.before is None else _change(was[one.before - 1], now[at])
        for at, one in enumerate(made[: len(after)])
    ]


def _came(areas: frozenset[str], on_map: frozenset[str]) -> str:
    """Of what is no zoekgebied of the period before: whether its areas were on that map all the same."""
    known = len(areas & on_map) >= SHARED * len(areas)
    return str(Development.REGROUPED if known else Development.NEW)


def _change(was: float, now: float) -> str:
    """A strength that is not known, as of a test per area, says nothing of growth."""
    if now >= GROWTH * was:
        return str(Development.GROWING)
    return str(Development.FADING if now * GROWTH <= was else Development.LASTING)
