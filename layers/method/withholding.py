"""Withholding: an amount of a confidential source is shown where it does not tell too much of who contributes to it.

Decided once for a source and period, over all buurten, wijken, gemeenten and the country at once: so all levels, lenses
and themes show and withhold the same. What is shown is exact, and everything else is computed from that alone.
Hexagons get a part of what buurten show, so they tell nothing more.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from boundaries.cbs import COARSENESS
from boundaries.codes import PREFIXES, parents
from geo.disclosure.contributions import Contributions, required
from geo.disclosure.suppression import withheld
from geo.errors import SourceError, first_few
from geo.measures import Measure
from geo.unknown import Unknown
from layers.declarations.indicators import qualified
from layers.declarations.sources import SourceDeclaration, fill
from layers.method.indicator_measures import figures_per_area
from layers.method.places import Boundaries
from layers.method.ports import Read
from layers.publication.perturbed import amounts_that_leave

COUNTRY = "NL"
"""The code of all areas together; its sum may be withheld too, and is shown nowhere."""
EQUAL = 1e-9
"""Part of a sum by which two that are added up in another order may differ."""


def amounts(
    read: Read[pd.DataFrame], boundaries: Boundaries, *, source: SourceDeclaration, period: int, spare: frozenset[str]
) -> pd.DataFrame:
    """The `value` of the amount in each area and in those that it lies in, indexed by code, and whether it is `shown`.

    Raises SourceError, naming areas, where it is not known what is contributed, or that cannot be.
    """
    (name, named), *_ = source.amounts.items()
    needed = (name, named.units, named.largest, named.second)
    columns = {one: source.columns[one] for one in needed}
    in_the_open = source.model_copy(update={"status": "open", "columns": columns})
    figures = figures_per_area(read, boundaries, source=in_the_open, period=period, spare=spare)
    table = figures.values[[qualified(source.id, one) for one in needed]]
    table = table[table.iloc[:, 0].notna()]
    _check(table, source)
    codes, parent = _hierarchy(table.index, source)
    value, units, largest, second = (table[one].to_numpy(dtype=float) for one in table)
    sums = Contributions.summed((value, units, largest, second), parent)
    hidden = withheld(sums, required(sums, source.suppression.sensitivity))
    return pd.DataFrame({"value": sums.value, "shown": ~hidden}, index=codes)


def _hierarchy(finest: pd.Index, source: SourceDeclaration) -> tuple[pd.Index, np.ndarray]:
    """The codes of the finest areas, of those that they lie in and of the country; where the one above each stands."""
    codes, above = [finest], []
    for level in COARSENESS[COARSENESS.index(source.finest) + 1 :]:
        larger = parents(codes[-1], level)
        above.append(larger)
        codes.append(larger.unique().sort_values())
    above += [pd.Index([COUNTRY] * len(codes[-1])), pd.Index([""])]
    every = pd.Index(np.concatenate([*codes, [COUNTRY]]))
    return every, every.get_indexer(np.concatenate(above))


def _check(table: pd.DataFrame, source: SourceDeclaration) -> None:
    value, units, largest, second = (table[one] for one in table)
    slack = EQUAL * value.max()
    wrong = table.isna().any(axis=1) | (second > largest + slack) | (largest + second > value + slack)
    wrong |= (units < 1) & (value > 0)
    wrong |= (units == 1) & (largest < value - slack)
    if wrong.any():
        raise SourceError(
            "source {id!r}: what is contributed to {name} is unknown or cannot be in {count} areas: {areas}; give how "
            "many contribute and the largest two, which are no more than all together and all of it where there is "
            "one; or leave out the amount of these areas",
            id=source.id, name=next(iter(source.amounts)), count=int(wrong.sum()), areas=first_few(table.index[wrong]),
        )  # fmt: skip


def without_keys(measure: Measure, *, sides: Sequence[str]) -> Measure:
    """The measure with the amounts that `sides` of it are as they are: no noise is put on them, whatever their keys."""
    events, exposure = (None if side in sides else keys for side, keys in
                        (("events", measure.event_keys), ("exposure", measure.exposure_keys)))  # fmt: skip
    return replace(measure, event_keys=events, exposure_keys=exposure)


def shown(measure: Measure, *amounts: pd.DataFrame, sides: Sequence[str]) -> Measure:
    """The measure with what may be shown of the amounts that it is of, `sides` of it: its events, its exposure or both.
    The rest is withheld, whether it is sensitive or betrays others; where one of two is, the measure is, since a rate
    and one of its sides tell the other.

    Of an area in which something has no exposure the measure lacks a part of the amount. It is not shown either: beside
    the whole it would tell that part.
    """
    events, exposure, reason = measure.events, measure.exposure, measure.reason
    told = pd.Series(True, events.index)
    for side, amount in zip(sides, amounts, strict=True):
        of_areas = amount.reindex(events.index)
        figures = events if side == "events" else exposure
        may = of_areas["shown"].eq(True)  # an area without an amount is neither
        whole = np.isclose(figures, of_areas["value"], rtol=EQUAL, atol=0)
        known = figures.notna()
        reason = reason.mask(known & ~may, Unknown.WITHHELD)
        reason = reason.mask(known & may & ~whole & (reason != Unknown.WITHHELD), Unknown.PARTLY)
        told &= may & whole
    if "exposure" not in sides:
        margins = (None, measure.exposure_margin)
        return Measure.of(measure.id, events.where(told), exposure, reason, shrunk=False, margins=margins)
    return Measure.of(measure.id, events.where(told), exposure.where(told), reason, shrunk=False)


def said(source: SourceDeclaration, period: int) -> str:
    """What the amount of a source is called where it leaves: its name and formula."""
    name = next(iter(source.amounts))
    return f"{qualified(source.id, name)}: {fill(source.columns[name].formula, period)}"


def leaving(counts: pd.DataFrame | None, *tables: pd.DataFrame, amounts: Sequence[str], vintage: int) -> pd.DataFrame:
    """The perturbed counts that a layer follows from, and all that is shown of the amounts that it follows from."""
    rows = [] if counts is None else [counts]
    levels = {prefix: level for level, prefix in PREFIXES.items()}
    for said, table in zip(amounts, tables, strict=True):
        for prefix, of_level in table.drop(COUNTRY).groupby(lambda code: code[:2]):
            rows.append(
                amounts_that_leave(said, levels[str(prefix)], vintage, of_level["value"].where(of_level["shown"]))
            )
    return pd.concat(rows, ignore_index=True)
