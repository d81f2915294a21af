"""The pictures of the map: of each choice the classes and figures of its measures, and why an area is on it or not."""

from collections.abc import Sequence
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.messages import said, say
from layers.publication.collection import Collection
from layers.publication.fields import (
    AREA,
    FLAG,
    HIGHEST,
    LEVEL,
    LOWEST,
    OUTCOME,
    OWN_SHARE,
    PEER_RANK,
    PEER_RANKED,
    REASON,
    ROLE,
    SCORE,
    SCORE_RANK,
    SCORE_RANKED,
    SECOND,
    SHARE_AROUND,
    TIMES,
    VINTAGE,
    Field,
    Q,
)
from layers.publication.in_words import beside
from layers.publication.legend import MISSING, Legend, classes, legend_for
from layers.publication.outcomes import UNJUDGED, Outcome, Searches
from services.pages.map_choices import CHOICE, choice_of
from services.pages.map_columns import Columns, Packed, column_of, each_once, labelled


def pictures_of(figures: Collection, levels: dict[str, geopandas.GeoDataFrame], columns: Columns) -> list[Packed]:
    """One picture per choice: the columns of its measures, in the order of the areas of its level."""
    measures = _measures(figures.fields)
    legends = {one.name: legend_for(one, figures.table[one.name]) for one in measures}
    pictures = []
    table = pd.DataFrame(figures.table.drop(columns=figures.table.geometry.name))
    for key, rows in table.groupby([one.name for one in CHOICE], sort=False):
        chosen = choice_of(key)
        ordered = rows.set_index(AREA.name).reindex(levels[str(chosen[LEVEL.name])].index)
        picture = {
            "vintage": int(rows[VINTAGE.name].max()),
            "q": columns.add_figures(_figures(ordered, Q.name)),
            "unsearched": _unsearched(rows),
            "why": columns.add(labelled(_why(ordered, figures.fields))),
            "unjudged": columns.add(_with_codes(ordered, figures.fields, OUTCOME, UNJUDGED)),
            "second": _with_codes(ordered, figures.fields, SECOND, (Searches.SECOND,)),
            "role": columns.add(labelled(column_of(ordered, ROLE))),
            "places": [
                {
                    "at": columns.add_figures(_figures(ordered, at.name)),
                    "of": columns.add_figures(_figures(ordered, of.name)),
                }
                for at, of in ((SCORE_RANK, SCORE_RANKED), (PEER_RANK, PEER_RANKED))
            ],
            "flagged": columns.add(ordered[FLAG.name].eq(True).fillna(False).astype(int).tolist()),
            "measures": [_measure(one, ordered, legends[one.name], columns) for one in measures],
        }
        pictures.append(chosen | picture)
    return pictures


def _why(areas: pd.DataFrame, fields: Sequence[Field]) -> "pd.Series[Any]":
    """Why each area is on the map or not: of one that is high without a place also how high it is, and around
    it; where there are two searches, by which it is found.
    """
    why, own, around = (column_of(areas, one) for one in (OUTCOME, OWN_SHARE, SHARE_AROUND))
    lonely = next((said(one.codes[Outcome.NO_PLACE]) for one in fields if one.name == OUTCOME.name), None)
    asked = pd.DataFrame({"own": own, "around": around})[(why == lonely) & own.notna() & around.notna()]
    words = {
        row: say("{own} have such a score, {around} such neighbors", own=row[0], around=row[1])
        for row in asked.drop_duplicates().itertuples(index=False, name=None)
    }
    texts = why.astype(object)
    texts[asked.index] = [f"{lonely} ({words[row]})" for row in asked.itertuples(index=False, name=None)]
    twice = column_of(areas, SECOND).dropna()
    texts[twice.index] = texts[twice.index] + "; " + twice
    return texts


def _with_codes(areas: pd.DataFrame, fields: Sequence[Field], field: Field, codes: Sequence[str]) -> list[int]:
    """Positions of the areas that have one of these codes."""
    labels = {said(one.codes[code]) for one in fields if one.name == field.name for code in codes}
    at: list[int] = np.flatnonzero(column_of(areas, field).isin(labels)).tolist()
    return at


def _unsearched(rows: pd.DataFrame) -> str | None:
    """Why nothing was searched, as most areas have it; None where some area was tested."""
    if rows[Q.name].notna().any() or rows[REASON.name].isna().all():
        return None
    return str(rows[REASON.name].mode()[0])


def _measures(fields: Sequence[Field]) -> list[Field]:
    """The score, then each indicator: its value and its deviation."""
    named = {one.name: one for one in fields}
    indicators = [name for name in named if f"{name}_afwijking" in named]
    return [named[SCORE.name], *(named[name + end] for name in indicators for end in ("", "_afwijking"))]


def _measure(field: Field, areas: pd.DataFrame, legend: Legend, columns: Columns) -> Packed:
    values, ratios = (_figures(areas, name) for name in (field.name, f"{field.name}{TIMES}"))
    bounds = [_figures(areas, f"{field.name}{end}") for end in (LOWEST, HIGHEST)]
    reason = REASON.name if field.name == SCORE.name else f"{field.name}_reden"
    return {
        "name": field.name,
        "title": field.title,
        "of": field.name.removesuffix("_afwijking") if field.name.endswith("_afwijking") else None,
        "why": field.description,
        "unit": field.unit,
        "average": field.average,
        "legend": {
            "unit": "" if field.is_standardised else field.unit,  # its classes are words, which say it all
            "colours": legend.colours,
            "labels": legend.labels,
            "missing": [legend.missing_colour, legend.missing_label],
        },
        "values": columns.add_figures(values),
        "between": [columns.add_figures(one) for one in bounds]
        if any(np.isfinite(one).any() for one in bounds)
        else [],
        "classes": columns.add_once(
            ("classes", values.tobytes(), legend), lambda: _of_classes(classes(values, legend))
        ),
        "reasons": columns.add(labelled(areas[reason]) if reason in areas else None),
        "beside": columns.add_once(
            ("beside", ratios.tobytes(), field.against), lambda: labelled(_beside(ratios, field.against))
        ),
    }


def _figures(areas: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """The figures of a column, unknown where there is none of that name."""
    return areas[name].to_numpy(float) if name in areas else np.full(len(areas), np.nan)


def _of_classes(classes: npt.NDArray[np.int64]) -> str:
    """A digit for each class, a dot where there is none."""
    return np.where(classes == MISSING, ord("."), ord("0") + classes).astype(np.uint8).tobytes().decode()


def _beside(ratios: npt.NDArray[np.float64], against: str) -> "pd.Series[Any]":
    """How each figure compares with the usual one, in words; few differ, so that they are stored once each."""
    return each_once(pd.Series(ratios), lambda ratio: beside(ratio, against))
