"""Carrying: the counts of several years on one division, as one table, and an account of every total.

What was known before is what is known after, and what went over the edge of the map, and what went to areas that are
unknown since another part of them is. Areas of gemeenten to which no row of any file leads are left out: who counts in
one gemeente asks nothing of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from boundaries.counts import Counts
from boundaries.crosswalk import Crosswalk
from boundaries.routes import Route, RouteKind
from boundaries.series import Year, harmonised
from geo.areas import AreaFrame
from geo.messages import Message
from layers.messages import say
from layers.publication import fields
from layers.publication.collection import Collection, names, typed
from layers.publication.explanations import REASONS, plural
from layers.publication.routes import ROUTE_KINDS

CAVEAT = (
    "Waarden van gesplitste gebieden zijn schattingen: de kolom fout zegt hoever zij er in het slechtste geval naast "
    "zitten (standaardfout)."
)
NOBODY = "geen gebied van dat jaar komt hierin uit"


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one year, for all areas of its division.

    Attributes:
        counts: named after their column; NaN where unknown.
        reason: why, an `Unknown` exactly where the count is NaN; else None.
        listed: the areas that have a row in the file, known or not.
        notes: what was left out.
    """

    counts: Counts
    reason: pd.Series
    listed: pd.Index
    notes: tuple[Message | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the counts of one year went, and how the areas of the series came by theirs.

    Attributes:
        kind: the route, and `why` it was this one.
        before: all that was known.
        after: all that is known on the division of the series.
        lost: went over the edge of the map.
        hidden: went to areas that are unknown, since another part of them is.
        whole: areas of which the value came whole, `split` partly from areas that were split, `unknown` without value.
    """

    kind: RouteKind
    why: Message
    before: float
    after: float
    lost: float
    hidden: float
    whole: int
    split: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Series:
    """The table, what became of every year's total, what to know of it in Dutch, and how many areas were left out."""

    collection: Collection
    balances: Mapping[int, Balance]
    notes: tuple[str, ...]
    left_out: int

    @property
    def whys(self) -> tuple[str, ...]:
        """By which route each year came, and why, as it is published."""
        return tuple(
            say("{year}, {kind}: {why}", year=year, kind=ROUTE_KINDS[balance.kind], why=balance.why)
            for year, balance in self.balances.items()
        )


def apportioned(of: str, counted: Mapping[int, Counted], routes: Mapping[int, Route], target: AreaFrame) -> Series:
    """The counts of every year on the areas of `target`, to which all roads lead."""
    years = {
        year: Year(Counts(of, one.counts.figures), routes[year].crosswalk, routes[year].unweighted)
        for year, one in counted.items()
    }
    table = harmonised(years)
    kept = _reached(counted, routes, target)
    table = table[table.index.get_level_values("area_id").isin(kept)]
    balances = {year: _balance(years[year], routes[year], table.loc[(slice(None), year), :]) for year in years}
    notes = [
        f"{year}: {note}"
        for year, one in counted.items()
        for note in dict.fromkeys(say(note) for note in (*one.notes, *routes[year].crosswalk.notes))
    ]
    named = _named(table, of, counted, routes, target)
    told = Series(_collection(of, named, target), balances, tuple(notes), len(target) - len(kept))
    description = " ".join((told.collection.description, *(f"{why}." for why in told.whys)))
    return replace(told, collection=replace(told.collection, description=description))


def _reached(counted: Mapping[int, Counted], routes: Mapping[int, Route], target: AreaFrame) -> pd.Index:
    """All areas of the gemeenten to which some listed area leads, in any year."""
    reached = np.zeros(len(target), dtype=bool)
    for year, one in counted.items():
        crosswalk = routes[year].crosswalk
        source, to = crosswalk.at
        reached[to[crosswalk.sources.isin(one.listed)[source]]] = True
    gemeente = target.table["gemeente"]
    kept: pd.Index = target.ids[gemeente.isin(gemeente[reached].unique())]
    return kept


def _balance(one: Year, route: Route, table: pd.DataFrame) -> Balance:
    """Totals over the whole map; areas are counted in the table, of this year, that is shown."""
    after = one.crosswalk.sum(one.counts).figures
    known = Counts(one.counts.of, one.counts.figures.fillna(0.0))
    came = one.crosswalk.sum(known).figures
    value = table["value"]
    return Balance(
        route.kind, route.why,
        before=one.counts.total,
        after=float(after.sum()),
        lost=one.crosswalk.left(known).total,
        hidden=float(came[after.isna()].sum()),
        whole=int((value.notna() & (table["split"] == 0)).sum()),
        split=int((table["split"] > 0).sum()),
        unknown=int(value.isna().sum()),
    )  # fmt: skip


def _reasons(one: Counted, crosswalk: Crosswalk) -> pd.Series:
    """Why each target is unknown: the reason of the first source that is; None where all of its sources are known."""
    source, target = crosswalk.at
    why = one.reason.to_numpy()[source]
    there = pd.notna(why)
    first = pd.Series(why[there], index=crosswalk.targets[target[there]]).groupby(level=0).first().map(REASONS)
    nobody = np.bincount(target, minlength=len(crosswalk.targets)) == 0
    reasons: pd.Series = first.reindex(crosswalk.targets).astype(object).mask(nobody, NOBODY)
    return reasons


def _named(
    table: pd.DataFrame, of: str, counted: Mapping[int, Counted], routes: Mapping[int, Route], target: AreaFrame
) -> pd.DataFrame:
    """The table under its published names."""
    reasons = pd.concat({year: _reasons(one, routes[year].crosswalk) for year, one in counted.items()}).swaplevel()
    areas, years = (table.index.get_level_values(level) for level in ("area_id", "year"))
    about = target.table.loc[areas]
    values = [table[column].to_numpy() for column in ("value", "split", "error", "disagreement")]
    columns = [
        areas + "-" + years.astype(str), areas, about["name"].to_numpy(), about["gemeente"].to_numpy(),
        about["gemeente_name"].to_numpy(), target.level.value, target.vintage, years, of, *values,
        reasons.reindex(table.index).to_numpy(), [say(ROUTE_KINDS[routes[year].kind]) for year in years],
    ]  # fmt: skip
    named = dict(zip(names(fields.SERIES_FIELDS), columns, strict=True))
    return pd.DataFrame(named).assign(geometry=about.geometry.to_numpy())


def _collection(of: str, table: pd.DataFrame, target: AreaFrame) -> Collection:
    located = target.table[["geometry"]].iloc[:0]
    made = type(located)(table, geometry="geometry", crs=located.crs)
    return Collection(
        id="reeks",
        title=f"{of} door de jaren, op de {plural(target.level)} van {target.vintage}",
        description="Tellingen van elk jaar, overgezet naar één indeling; niet beveiligd.",
        keywords=("reeks", of),
        fields=fields.SERIES_FIELDS,
        table=typed(made, fields.SERIES_FIELDS),
        attribution="gebieden: CBS, Kadaster; cijfers: eigen bestanden",
        license="gebieden: CC BY 4.0",
        caveat=CAVEAT,
        time_field=fields.PERIOD.name,
    )
