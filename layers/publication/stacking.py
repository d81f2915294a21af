"""What is published of stacking: the areas that are on the map of several themes, beside what chance would give.

An area stands out in a theme where it is part of a kansrijk zoekgebied of it, without a lens, in the newest period that
was built. Only areas that stand out in two themes or more have a row. Themes that read the same columns stack by what
they share, and the description names them.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import geopandas
import pandas as pd

from geo.messages import Message, joined, message
from geo.stacking import Stacking, stacked
from layers.declarations.lenses import BASIS
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

LEAST = 2
"""Fewest themes in which an area stands out to have a row."""

COUNT = Field("aantal_themas", message("Themes"), "integer", message("Number of themes in which the area stands out."))
THEMES = Field("themas", message("Which themes"), "string", message("Those themes, parted by commas."))
JUDGED = Field(
    "themas_getoetst", message("Themes that were tested"), "integer",
    message("Number of themes in which the area was tested; of the others it is not known whether it stands out."),
)  # fmt: skip
EXPECTED = Field(
    "themas_verwacht", message("Themes expected"), "number",
    message("Number of themes in which such an area would stand out if themes had nothing to do with one another."),
)  # fmt: skip
CHANCE = Field(
    "kans_op_stapeling", message("Chance of as many"), "number",
    message("Chance that an area stands out in so many themes or more if themes had nothing to do with one another."),
)  # fmt: skip
FIELDS = (
    ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, PERIOD, COUNT, THEMES, JUDGED, EXPECTED, CHANCE,
    EXPLANATION, MADE_UP,
)  # fmt: skip
"""The columns of `stapeling_<level>`."""


def stackable(layers: Sequence[Protected]) -> list[Protected]:
    """Of the layers of one level those that stack: of each theme the newest without a lens, on the vintage that most of
    them have. Nothing where they are of fewer than two themes, or of different parts of the country.
    """
    newest: dict[tuple[str, int], Protected] = {}
    for layer in layers:
        name = (layer.theme.id, layer.provenance.vintage)
        if layer.key.lens == BASIS and (name not in newest or newest[name].key.period < layer.key.period):
            newest[name] = layer
    vintages = [vintage for _, vintage in newest]
    most = max(sorted(set(vintages)), key=vintages.count, default=None)
    chosen = [layer for (_, vintage), layer in newest.items() if vintage == most]
    return chosen if len(chosen) >= LEAST and len({one.key.gemeente for one in chosen}) == 1 else []


def stacking_of(layers: Sequence[Protected]) -> tuple[geopandas.GeoDataFrame, Message]:
    """The rows of `stapeling_<level>` from layers that stack, and what it says as a whole."""
    tables = {one.theme.id: one.table.set_index("gebiedscode") for one in layers}
    flags = pd.DataFrame({
        name: table["kansrijk"].astype(float).where(table["reden"].isna()) for name, table in tables.items()
    })  # fmt: skip
    made = stacked(flags)
    areas = pd.concat([table.reset_index() for table in tables.values()]).drop_duplicates("gebiedscode")
    areas = areas.set_index("gebiedscode").reindex(flags.index)
    rows = areas.index[made.count >= LEAST].sort_values()
    titles = {one.theme.id: one.theme.title for one in layers}
    on_map = flags.loc[rows].to_numpy() == 1
    names = [[name for name, there in zip(titles, row, strict=True) if there] for row in on_map]
    table = areas.loc[rows].reset_index().assign(
        id=lambda of: of["gebiedscode"] + "-" + of["indeling"].astype(str),
        periode=max(one.table["periode"].max() for one in layers),
        aantal_themas=made.count[rows].to_numpy(),
        themas=[",".join(those) for those in names],
        themas_getoetst=made.judged[rows].to_numpy(),
        themas_verwacht=made.expected[rows].round(3).to_numpy(),
        kans_op_stapeling=made.p[rows].round(6).to_numpy(),
        toelichting=[
            say(_explanation(made, area, [titles[one] for one in those]))
            for area, those in zip(rows, names, strict=True)
        ],
    )  # fmt: skip
    whole = joined(" ", [_whole(made, layers), *_shared(layers)])
    return table[[*(field.name for field in FIELDS), "geometry"]], whole


def _explanation(made: Stacking, area: str, titles: Sequence[str]) -> Message:
    """Why an area has a row, for a council member."""
    return message(
        "On the map of {count} of the {judged} themes that were tested here: {themes}. If themes had nothing to do "
        "with one another, {expected:.2f} were to be expected.",
        count=made.count[area], judged=made.judged[area], themes="; ".join(titles), expected=made.expected[area],
    )  # fmt: skip


def _whole(made: Stacking, layers: Sequence[Protected]) -> Message:
    """How many areas stack, and how many would by chance."""
    observed, expected = made.areas(LEAST)
    return message(
        "Areas that are on the map of two or more of {themes} themes at once: {observed} {areas}. If themes had "
        "nothing to do with one another {expected:.1f} were to be expected. {few:,} {areas} were tested in fewer than "
        "two themes, and cannot be here. Areas on a map lie together, so that many of them in one place say less than "
        "as many apart.",
        themes=len(layers), observed=observed, areas=plural_of(layers[0].key.level), expected=expected,
        few=int((made.judged < LEAST).sum()),
    )  # fmt: skip


def _shared(layers: Sequence[Protected]) -> Iterator[Message]:
    """Themes that weigh the same column, and so stand out together by themselves."""
    counted = {
        one.theme.title: {(of.source, of.value) for of in one.theme.indicator if of.weight > 0} for one in layers
    }
    for first, second in combinations(counted, 2):
        if counted[first] & counted[second]:
            yield message(
                "'{first}' and '{second}' read some of the same figures: that they stack says little.",
                first=first, second=second,
            )  # fmt: skip
