"""What became of each zoekgebied since the period before it, of the periods that a publication has.

A zoekgebied is the one of the period before with which it shares at least half of the areas of the smaller (geo.moves).
It grows where its strength, a lower bound, is at least `GROWTH` times what it was, and fades where it is as much less.
What went is in the list of the period before. Across a change of boundaries areas are others, so that nothing is said.
"""

from collections.abc import Collection, Hashable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.messages import Message, message
from geo.moves import moves

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
    OTHER_AREAS = "andere_indeling"


LABELS: Mapping[str, Message] = {
    Development.NEW: message("new: not there in the period before"),
    Development.GROWING: message("grows: stronger than in the period before"),
    Development.LASTING: message("lasts: about as strong as in the period before"),
    Development.FADING: message("fades: weaker than in the period before"),
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
    made = moves(*([frozenset(codes.split(",")) for codes in one["gebiedscodes"]] for one in (before, after)))
    was, now = before["sterkte"].astype(float).tolist(), after["sterkte"].astype(float).tolist()
    return [
        str(Development.NEW) if one.before is None else _change(was[one.before - 1], now[at])
        for at, one in enumerate(made[: len(after)])
    ]


def _change(was: float, now: float) -> str:
    """A strength that is not known, as of a test per area, says nothing of growth."""
    if now >= GROWTH * was:
        return str(Development.GROWING)
    return str(Development.FADING if now * GROWTH <= was else Development.LASTING)
