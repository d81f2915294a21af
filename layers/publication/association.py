"""What is published of two themes beside one another: areas high in one, in the midst of areas high in the other.

Bivariate local Moran's I of the published scores, with p by exact conditional permutation. The areas around are the six
nearest: these need no borders that coincide, and a layer has no neighbours with it. Of each pair of themes, in either
order, q is of that pair alone.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations

import geopandas
import pandas as pd

from geo.messages import Message, joined, message
from geo.neighbors import Neighbors, nearest
from geo.statistics.bivariate import local_moran_among, quadrants_among
from geo.unknown import Unknown
from geo.variation import differs
from layers.messages import say
from layers.publication.explanations import plural_of
from layers.publication.fields import (
    AREA,
    AREA_NAME,
    EXPLANATION,
    GEMEENTE,
    GEMEENTE_NAME,
    ID,
    LEVEL,
    MADE_UP,
    PERIOD,
    VINTAGE,
    Field,
)  # fmt: skip
from layers.publication.protected import Protected
from layers.publication.reasons import CODES

AROUND = 6
"""How many of the nearest areas are around an area."""
LEAST_AREAS = 100
"""Fewest areas with a score in both themes for a pair to be tested."""
MOST_Q = 0.05
HIGH_SCORE = 1.0
"""From where a score is high: a standard deviation above the country; the quadrants ask no more than above the mean."""

HIGH = Field("thema_hoog", message("High here"), "string", message("The theme of which the score is high in the area."))
AMONG = Field(
    "thema_eromheen", message("High around it"), "string",
    message("The theme of which the score is high in the six nearest areas."),
)  # fmt: skip
Q = Field(
    "q_samenhang", message("q"), "number",
    message("Expected share of chance among areas that stand out as much, of this pair of themes."),
)  # fmt: skip
FIELDS = (
    ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, PERIOD, HIGH, AMONG, Q, EXPLANATION, MADE_UP,
)  # fmt: skip
"""The columns of `samenhang_<level>`."""


def association_of(layers: Sequence[Protected]) -> tuple[geopandas.GeoDataFrame, Message]:
    """The rows of `samenhang_<level>` from layers that stack, and what it says as a whole."""
    tables = {one.theme.id: one.table.set_index("gebiedscode").sort_index() for one in layers}
    tables = {name: table.assign(score=table["score"].where(~_estimated(table))) for name, table in tables.items()}
    shared = sorted(set.intersection(*(set(table.index) for table in tables.values())))
    tables = {name: table.loc[shared] for name, table in tables.items()}
    titles = {one.theme.id: one.theme.title for one in layers}
    areas = tables[layers[0].theme.id]
    around = nearest(areas, AROUND) if len(areas) >= LEAST_AREAS else None
    rows, counts = [areas.iloc[:0].reset_index()], list[Message]()
    for first, second in permutations(tables, 2):
        q = _high_among(tables[first]["score"], tables[second]["score"], around)
        counts.append(_counted(titles[first], titles[second], q))
        if q is not None:
            rows.append(_rows(tables[first].loc[q.index], q, (first, second), titles))
    table = geopandas.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=areas.crs)
    table["periode"] = max(one.table["periode"].max() for one in layers)
    missing = [field.name for field in FIELDS if field.name not in table]
    table = table.assign(**dict.fromkeys(missing))
    return table[[*(field.name for field in FIELDS), "geometry"]], joined(" ", _whole(layers, counts))


def _estimated(table: pd.DataFrame) -> pd.Series:
    """Where a score is of figures of other areas: one of these would be its own neighbour, so that it is not tested."""
    return table["reden"] == CODES[Unknown.INTERPOLATED]


def _high_among(first: pd.Series, second: pd.Series, around: Neighbors | None) -> pd.Series | None:
    """Q of the areas high in the first amid a high second; None where there are too few areas to tell, or they do not
    differ.
    """
    known = first.notna() & second.notna()
    if (
        around is None
        or known.sum() < LEAST_AREAS
        or not all(differs(one[known].to_numpy(float)) for one in (first, second))
    ):
        return None
    found = local_moran_among(first, second, around, alternative="greater")
    high = (quadrants_among(first, second, around) == "HH") & (first >= HIGH_SCORE)
    return found.q[high & (found.q <= MOST_Q)]


def _rows(
    areas: geopandas.GeoDataFrame, q: pd.Series, pair: tuple[str, str], titles: dict[str, str]
) -> geopandas.GeoDataFrame:
    first, second = pair
    why = message(
        "Here the score of '{first}' is high, and in the areas around it that of '{second}'. That does not say that "
        "one leads to the other.",
        first=titles[first], second=titles[second],
    )  # fmt: skip
    return areas.reset_index().assign(
        id=lambda of: of["gebiedscode"] + "-" + of["indeling"].astype(str) + f"-{first}-{second}",
        thema_hoog=first, thema_eromheen=second, q_samenhang=q.round(6).to_numpy(), toelichting=say(why),
    )  # fmt: skip


def _counted(first: str, second: str, q: pd.Series | None) -> Message:
    if q is None:
        return message("'{first}' among '{second}': too few areas to tell.", first=first, second=second)
    return message("'{first}' among '{second}': {count:,}.", first=first, second=second, count=len(q))


def _whole(layers: Sequence[Protected], counts: Sequence[Message]) -> Iterator[Message]:
    """What is tested and found, and what it does not say."""
    yield message(
        "{areas} with a score of 1 or more in one theme, of which the six nearest have high scores in another "
        "(bivariate local Moran's I, q at most 0.05 in each pair).",
        areas=plural_of(layers[0].key.level),
    )
    if any(_estimated(one.table).any() for one in layers):
        yield message("Scores that are estimated from other areas are not tested.")
    yield from counts
    yield message(
        "Whether both are high in the area itself is not tested: that is what several themes at once are about. It "
        "does not say that one leads to the other: two themes that each follow how many people live or come somewhere "
        "lie among one another by that alone."
    )
