"""evaluate: how much of what happened afterwards the orders of a map would have caught, beside plain orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.declarations.themes import Theme
from layers.evaluation.hits import PARTS, Hits, hits
from layers.evaluation.orders import plain_orders, surface
from layers.method.country import Country
from layers.publication.protected import Protected
from services.jobs.build import LayerRequest, OnStep, build
from services.sources import truth as truths
from services.sources.truth import Truth

SURFACE = "km2"
"""The cost that is the size of areas; the others are columns of sources."""
MOST_YEARS = 3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What orders caught, of what, and how many years they knew.

    `orders` are named in `rows`; `years` are those that plain orders knew, the last first. `notes` say what of the
    truth took no part.
    """

    layer: Protected
    counted: Indicator
    years: tuple[int, ...]
    truth: str
    rows: tuple[Hits, ...]
    notes: tuple[Message, ...] = ()


def evaluate(country: Country, request: LayerRequest, truth: Path | None, on_step: OnStep) -> Evaluation:
    """Build the layer of a period and hold it against the year after it, or the counts in a file.

    Raises SourceError where nothing is counted, or where the truth is not there or of other areas.
    """
    if request.level.resolution is not None:
        raise SourceError("figures of hexagons are not held against a truth; evaluate buurten, wijken or gemeenten")
    layer = build(country, request, on_step)
    theme, level, period = layer.theme, layer.key.level, layer.key.period
    country = country.of_theme(theme)
    counted, areas = _counted(theme), country.areas(level)
    happened = _after(country, counted, level, period) if truth is None else truths.of_file(truth, areas.ids)
    after, where = happened.counts, str(period + 1) if truth is None else truth.name
    if not (after > 0).any():
        raise SourceError("{truth}: nothing was counted in any area, so that no order can have caught it", truth=where)
    known = {year: country.counts(counted, level, year) for year in range(period, period - MOST_YEARS, -1)}
    years = {year: counts for year, counts in known.items() if counts is not None}
    if period not in years:
        raise SourceError("there are no counts of {year}: nothing to compare the map with", year=period)
    exposures = _exposures(country, theme, level, period)
    of_map = _orders_of(layer, areas.ids)
    if (per := str(counted.per).partition(".")[2]) in exposures:
        of_map["rate"] = years[period] / exposures[per].where(exposures[per] > 0)
    rows: list[Hits] = []
    for cost, units in {SURFACE: surface(areas), **exposures}.items():
        plain = plain_orders(list(years.values()), units, areas, country.neighbors(level), of_surface=cost == SURFACE)
        rows += hits({**of_map, **plain}, (cost, units), after, years[period])
        rows += [Hits("random", cost, part, part, 1.0, float("nan"), 1.0) for part in PARTS]
    return Evaluation(layer, counted, tuple(years), where, tuple(rows), (*happened.notes, *_without(after)))


def _orders_of(layer: Protected, ids: pd.Index) -> dict[str, pd.Series]:
    """The orders of the map itself."""
    table = layer.table.set_index("gebiedscode").reindex(ids)
    return {"score": table["score"], "ratio": table["verhouding"]}


def _counted(theme: Theme) -> Indicator:
    """The indicator that counts events and weighs most."""
    counting = [one for one in theme.indicator if one.per is not None and not one.share and one.weight > 0]
    if not counting:
        raise SourceError("theme {theme!r}: no indicator with weight counts events, so that there is no truth of it",
                          theme=theme.id)  # fmt: skip
    return max(counting, key=lambda one: one.weight)


def _exposures(country: Country, theme: Theme, level: AreaLevel, period: int) -> Mapping[str, pd.Series]:
    """What the theme divides by that may be added up: inhabitants, households; by the name of the column."""
    measures = country.measures(theme, level, period)
    ids = country.areas(level).ids
    exposures = {}
    for one in theme.indicator:
        source, _, column = str(one.per).partition(".")
        if one.per is not None and country.catalog.sources[source].columns[column].kind == "stock":
            exposures[column] = measures[one.id].exposure.reindex(ids)
    return exposures


def _after(country: Country, counted: Indicator, level: AreaLevel, period: int) -> Truth:
    counts = country.counts(counted, level, period + 1)
    if counts is None:
        raise SourceError(
            "there are no figures of {year} to hold {period} against; evaluate an earlier period (--period), or give "
            "the counts in a file (--truth)",
            year=period + 1, period=period,
        )  # fmt: skip
    return Truth(counts)


def _without(after: pd.Series) -> tuple[Message, ...]:
    """What is said where areas have no truth."""
    unknown = int(after.isna().sum())
    if not unknown:
        return ()
    return (
        message(
            "Of {count:,} of the {whole:,} areas it is not known what was counted afterwards: they take no part.",
            count=unknown, whole=len(after),
        ),
    )  # fmt: skip


def as_table(evaluation: Evaluation) -> pd.DataFrame:
    """All rows as a table, for a spreadsheet."""
    names = ("order", "cost", "part", "caught", "pai", "pei", "rri")
    return pd.DataFrame([[getattr(row, name) for name in names] for row in evaluation.rows], columns=list(names))
