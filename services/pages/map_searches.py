"""The zoekgebieden of each choice, in order of rank, with all that is said of them."""

from collections.abc import Sequence

import geopandas

from layers.messages import said
from layers.publication.collection import Collection
from layers.publication.fields import (
    AREA_CODES,
    AREA_COUNT,
    CERTAINTY,
    CORE_COUNT,
    COUNTED,
    DEVELOPMENT,
    EXPLANATION,
    GEMEENTEN,
    LIMITATIONS,
    RANK,
    SCORE,
    STRENGTH,
    SUGGESTION,
    SURPLUS,
    SURPLUS_DENSITY,
    SURPLUS_RATE,
    TITLE,
    VINTAGE,
    VISITORS,
    Field,
    Q,
)
from services.pages.map_choices import CHOICE, choice_of
from services.pages.map_columns import Packed, column_of, figures_as_read, texts_of
from services.pages.map_outlines import closed, in_degrees, simplified_outlines


def searches_of(zoekgebieden: Collection, named: dict[str, Field]) -> list[Packed]:
    """The zoekgebieden of each choice, in order of rank."""
    contributions = [one for one in zoekgebieden.fields if one.name.endswith("_bijdrage")]
    reasons = [said(named.get(one.name.removesuffix("_bijdrage"), one).title) for one in contributions]
    units = {name: said(one.unit) for name, one in named.items()}
    return [
        choice_of(key)
        | {"vintage": int(rows[VINTAGE.name].max()), "reasons": reasons, "zones": _zones(rows, contributions, units)}
        for key, rows in zoekgebieden.table.sort_values(RANK.name).groupby([one.name for one in CHOICE], sort=False)
    ]


def _zones(ranked: geopandas.GeoDataFrame, contributions: Sequence[Field], units: dict[str, str]) -> list[Packed]:
    codes = {code: said(label) for code, label in DEVELOPMENT.codes.items()}
    shown = {
        "rank": ranked[RANK.name].astype(int).tolist(),
        "title": ranked[TITLE.name].tolist(),
        "score": figures_as_read(ranked[SCORE.name]),
        "q": figures_as_read(ranked[Q.name]),
        "strength": figures_as_read(column_of(ranked, STRENGTH)),
        "core": figures_as_read(column_of(ranked, CORE_COUNT)),
        "surplus": figures_as_read(column_of(ranked, SURPLUS)),
        "density": figures_as_read(column_of(ranked, SURPLUS_DENSITY)),
        "proportion": figures_as_read(column_of(ranked, SURPLUS_RATE)),
        "unit": [units.get(str(one), "") for one in column_of(ranked, COUNTED)],
        "visited": column_of(ranked, VISITORS).notna().tolist(),
        "count": ranked[AREA_COUNT.name].astype(int).tolist(),
        "codes": [codes.replace(" ", "").split(",") for codes in ranked[AREA_CODES.name]],
        "gemeenten": ranked[GEMEENTEN.name].tolist(),
        "why": ranked[EXPLANATION.name].tolist(),
        "development": [None if one is None else codes.get(one, one) for one in texts_of(ranked, DEVELOPMENT)],
        "certainty": texts_of(ranked, CERTAINTY),
        "limits": texts_of(ranked, LIMITATIONS),
        "suggestion": texts_of(ranked, SUGGESTION),
        "contributions": [figures_as_read(row) for row in ranked[[one.name for one in contributions]].to_numpy(float)],
        "shape": in_degrees(simplified_outlines(closed(ranked.geometry))),
        "label": in_degrees(ranked.representative_point()),
    }
    return [dict(zip(shown, zone, strict=True)) for zone in zip(*shown.values(), strict=True)]
