"""Series: the counts of several years on one vintage, as one table, and the balance of every total.

The total before is the total after, plus what lies outside the boundaries, plus what went to areas that are unknown
because another part of them is. Areas of gemeenten to which no row of any file leads are left out: who counts in one
gemeente asks nothing of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from boundaries.counts import Counts
from boundaries.crosswalk import Crosswalk
from boundaries.route_kinds import RouteKind
from boundaries.routes import Route
from boundaries.series import Year, harmonised
from geo.areas import AreaFrame
from geo.messages import Message, message
from layers.messages import said, say
from layers.publication import fields
from layers.publication.collection import Collection, names, typed
from layers.publication.explanations import plural_of
from layers.publication.reasons import CODES, NOWHERE_FROM
from layers.publication.routes import CODES as ROUTE_CODES
from layers.publication.routes import ROUTE_KINDS

CAVEAT = message(
    "Values of areas that were split are estimates: the column fout says how far they may be off at the worst "
    "(standard error)."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one year, for all areas of its vintage.

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
        kind: the route that was taken, `why` that one.
        before: all that was known.
        after: all that is known on the vintage of the series.
        outside: lies outside the boundaries of the series.
        to_unknown: went to areas that are unknown, because another part of them is.
        whole: number of areas of which the value came whole, `split` partly from areas that were split, `unknown`
            without value.
    """

    kind: RouteKind
    why: Message
    before: float
    after: float
    outside: float
    to_unknown: float
    whole: int
    split: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Series:
    """The table, the balance of every year, notes on what was left out or guessed, and how many areas were left out."""

    collection: Collection
    balances: Mapping[int, Balance]
    notes: tuple[str, ...]
    left_out: int

    @property
    def whys(self) -> tuple[str, ...]:
        """By which route each year came, and why."""
        return tuple(
            say("{year}, {route}: {reason}", year=year, route=ROUTE_KINDS[balance.kind], reason=balance.why)
            for year, balance in self.balances.items()
        )


def apportioned(of: str, counted: Mapping[int, Counted], routes: Mapping[int, Route], target: AreaFrame) -> Series:
    """The counts of every year on the areas of `target`, to which all routes lead."""
    years = {
        year: Year(Counts(of, one.counts.figures), routes[year].crosswalk, routes[year].unweighted)
        for year, one in counted.items()
    }
    table = harmonised(years)
    reached = _reached(counted, routes, target)
    table = table[table.index.get_level_values("area_id").isin(reached)]
    balances = {year: _balance(years[year], routes[year], table.loc[(slice(None), year), :]) for year in years}
    notes = [
        say("{year}: {note}", year=year, note=note)
        for year, one in counted.items()
        for note in dict.fromkeys(said(note) for note in (*one.notes, *routes[year].crosswalk.notes))
    ]
    named = _named(table, of, counted, routes, target)
    series = Series(_collection(of, named, target), balances, tuple(notes), len(target) - len(reached))
    description = " ".join((series.collection.description, *(f"{why}." for why in series.whys)))
    return replace(series, collection=replace(series.collection, description=description))


def _reached(counted: Mapping[int, Counted], routes: Mapping[int, Route], target: AreaFrame) -> pd.Index:
    """All areas of the gemeenten to which some listed area leads, in any year."""
    reached = np.zeros(len(target), dtype=bool)
    for year, one in counted.items():
        crosswalk = routes[year].crosswalk
        source, to = crosswalk.at
        reached[to[crosswalk.sources.isin(one.listed)[source]]] = True
    gemeente = target.table["gemeente"]
    areas: pd.Index = target.ids[gemeente.isin(gemeente[reached].unique())]
    return areas


def _balance(year: Year, route: Route, table: pd.DataFrame) -> Balance:
    """Totals over all areas; areas are counted in the table of this year that is published."""
    after = year.crosswalk.sum(year.counts).figures
    known = Counts(year.counts.of, year.counts.figures.fillna(0.0))
    of_known = year.crosswalk.sum(known).figures
    value = table["value"]
    return Balance(
        route.kind, route.why,
        before=year.counts.total,
        after=float(after.sum()),
        outside=year.crosswalk.left(known).total,
        to_unknown=float(of_known[after.isna()].sum()),
        whole=int((value.notna() & (table["split"] == 0)).sum()),
        split=int((table["split"] > 0).sum()),
        unknown=int(value.isna().sum()),
    )  # fmt: skip


def _reasons(counted: Counted, crosswalk: Crosswalk) -> pd.Series:
    """Why each target is unknown: the reason of the first source that is; None where all of its sources are known."""
    source, target = crosswalk.at
    why = counted.reason.to_numpy()[source]
    unknown = pd.notna(why)
    first = pd.Series(why[unknown], index=crosswalk.targets[target[unknown]]).groupby(level=0).first()
    codes = first.map(CODES)
    nobody = np.bincount(target, minlength=len(crosswalk.targets)) == 0
    reasons: pd.Series = codes.reindex(crosswalk.targets).astype(object).mask(nobody, NOWHERE_FROM)
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
        reasons.reindex(table.index).to_numpy(), [ROUTE_CODES[routes[year].kind] for year in years],
    ]  # fmt: skip
    named = dict(zip(names(fields.SERIES_FIELDS), columns, strict=True))
    return pd.DataFrame(named).assign(geometry=about.geometry.to_numpy())


def _collection(of: str, table: pd.DataFrame, target: AreaFrame) -> Collection:
    located = target.table[["geometry"]].iloc[:0]
    areas = type(located)(table, geometry="geometry", crs=located.crs)
    return Collection(
        id="reeks",
        title=say(
            "{counts} through the years, on the {areas} of {vintage}",
            counts=of, areas=plural_of(target.level), vintage=target.vintage,
        ),
        description=say("Counts of every year, converted to one vintage; not protected."),
        keywords=(say("series"), of),
        fields=fields.SERIES_FIELDS,
        table=typed(areas, fields.SERIES_FIELDS),
        attribution=say("areas: CBS, Kadaster; figures: own files"),
        license=say("areas: CC BY 4.0"),
        caveat=say(CAVEAT),
        time_field=fields.PERIOD.name,
    )  # fmt: skip
