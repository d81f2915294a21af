"""evaluate: how much of what happened afterwards the orders of a map would have caught, beside plain orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.declarations.records import WHOLE_COUNTRY
from layers.declarations.themes import Theme
from layers.evaluation.hits import Hits
from layers.evaluation.orders import plain_orders, surface
from layers.evaluation.within import LEAST_AREAS, Held, Within, large_enough
from layers.method.country import Country
from layers.publication.protected import Protected
from services.jobs.build import LayerRequest, OnStep, build
from services.ports import Engine
from services.sources import truth as truths
from services.sources.truth import Truth

SURFACE = "km2"
"""The cost that is the size of areas; the others are columns of sources."""
MOST_YEARS = 3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What orders caught, of what, and how many years they knew.

    `orders` are named in `rows`; `years` are those that plain orders knew, the last first. `notes` say what of the
    truth took no part. `gemeenten` has the same of each gemeente by itself, by its code, where that was asked for.
    """

    layer: Protected
    counted: Indicator
    years: tuple[int, ...]
    truth: str
    rows: tuple[Hits, ...]
    notes: tuple[Message, ...] = ()
    gemeenten: Mapping[str, tuple[Hits, ...]] = field(default_factory=dict)


def evaluate(
    country: Country, request: LayerRequest, truth: Path | None, on_step: OnStep, by: Engine | None = None
) -> Evaluation:
    """Build the layer of a period and hold it against the year after it, or the counts in a file; where an engine is
    given, by it within each gemeente as well.

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
    held = []
    for cost, units in {SURFACE: surface(areas), **exposures}.items():
        plain = plain_orders(list(years.values()), units, areas, country.neighbors(level), of_surface=cost == SURFACE)
        held.append(Held(cost, units, {**of_map, **plain}, after, years[period]))
    rows = tuple(one for each in held for one in each.hits())
    notes = (*happened.notes, *_without(after))
    within = _within(held, areas, on_step, by) if by else {}
    return Evaluation(layer, counted, tuple(years), where, rows, notes, within)


def _within(held: Sequence[Held], areas: AreaFrame, on_step: OnStep, by: Engine) -> Mapping[str, tuple[Hits, ...]]:
    """What orders caught within each gemeente. Raises SourceError where an area is a gemeente, or all are too small."""
    gemeenten = dict(large_enough(areas.table["gemeente"], held[0].after))
    if not gemeenten:
        raise SourceError(
            "no gemeente has {least} areas with a truth: within one nothing can be ordered; evaluate buurten or wijken "
            "(--level), or leave out --per-gemeente",
            least=LEAST_AREAS,
        )  # fmt: skip
    on_step(message("within each of {count} gemeenten", count=len(gemeenten)))
    return dict(zip(gemeenten, by.map(Within(held), list(gemeenten.values()), seed=0), strict=True))


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
    """All rows as a table, for a spreadsheet; with the gemeente that each is of, where each was asked for."""
    names = ("order", "cost", "part", "caught", "pai", "pei", "rri")
    of_each = {WHOLE_COUNTRY: evaluation.rows, **evaluation.gemeenten}
    rows = [[of, *(getattr(row, name) for name in names)] for of, each in of_each.items() for row in each]
    table = pd.DataFrame(rows, columns=["gemeente", *names])
    return table if evaluation.gemeenten else table.drop(columns="gemeente")
