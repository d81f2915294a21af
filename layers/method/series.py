"""Series: the counts of several years on one vintage, as one table, and the balance of every total.

The total before is the total after, plus what lies outside the boundaries, plus what went to areas that are unknown
because another part of them is. Areas of gemeenten to which no row of any file leads are left out: who counts in one
gemeente asks nothing of the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.counts import Counts
from boundaries.crosswalk import Crosswalk
from boundaries.rd import RD_NEW
from boundaries.route_kinds import RouteKind
from boundaries.routes import Route
from boundaries.series import COLUMNS, Year, harmonised
from geo.areas import NAMES, Areas
from geo.messages import Message, message
from geo.packed import Slices
from geo.polygons import Floats, Polygons
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

PART = 100_000
"""Areas of which the rows, and the polygons, are made at once: of a series of hexagons all rows take gigabytes."""


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
    """The counts of every year on the areas of one vintage. Of hexagons there are millions: the table is had in parts.

    Attributes:
        of: what is counted.
        target: all areas of the vintage, `reached` those of gemeenten to which some row of a file leads.
        values: a row an area and year, of all areas (boundaries.series).
        reasons: for each year the code of why an area is unknown; None where it is known.
        balances: where the counts of every year went.
        notes: what was left out or guessed.
    """

    of: str
    target: Areas
    reached: NDArray[np.bool_]
    values: pd.DataFrame
    reasons: Mapping[int, NDArray[np.object_]]
    balances: Mapping[int, Balance]
    notes: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """How many areas are of gemeenten to which no row leads."""
        return int((~self.reached).sum())

    @property
    def rows(self) -> int:
        """How many rows the table has: one an area and year."""
        return int(self.reached.sum()) * len(self.balances)

    @property
    def whys(self) -> tuple[str, ...]:
        """By which route each year came, and why."""
        return tuple(
            say("{year}, {route}: {reason}", year=year, route=ROUTE_KINDS[balance.kind], reason=balance.why)
            for year, balance in self.balances.items()
        )

    @property
    def title(self) -> str:
        """What the table is called."""
        return say(
            "{counts} through the years, on the {areas} of {vintage}",
            counts=self.of, areas=plural_of(self.target.level), vintage=self.target.vintage,
        )  # fmt: skip

    @property
    def collection(self) -> Collection:
        """The whole table with its polygons."""
        return self._collection(slice(None))

    def collections(self) -> Iterator[Collection]:
        """The same in parts of `PART` areas; one of no rows where there are none."""
        return (self._collection(part) for part in self._parts())

    def tables(self) -> Iterator[pd.DataFrame]:
        """The parts without polygons."""
        return (self._table(part) for part in self._parts())

    def _parts(self) -> Iterator[slice]:
        """Slices of the areas that are in the table."""
        firsts = range(0, max(int(self.reached.sum()), 1), PART)
        return (slice(first, first + PART) for first in firsts)

    def _collection(self, part: slice) -> Collection:
        about = say("Counts of every year, converted to one vintage; not protected.")
        at = np.flatnonzero(self.reached)[part]
        polygons = _at(self.target.polygons, at)
        areas = geopandas.GeoDataFrame(self._table(part), geometry=np.repeat(polygons, len(self.balances)), crs=RD_NEW)
        return Collection(
            id="reeks",
            title=self.title,
            description=" ".join((about, *(f"{why}." for why in self.whys))),
            keywords=(say("series"), self.of),
            fields=fields.SERIES_FIELDS,
            table=typed(areas, fields.SERIES_FIELDS),
            attribution=say("areas: CBS, Kadaster; figures: own files"),
            license=say("areas: CC BY 4.0"),
            caveat=say(CAVEAT),
            time_field=fields.PERIOD.name,
        )  # fmt: skip

    def _table(self, part: slice) -> pd.DataFrame:
        """A part of the table under its published names."""
        years, count = sorted(self.balances), len(self.balances)
        at = np.flatnonzero(self.reached)[part]
        areas, which = np.repeat(at, count), np.tile(np.arange(count), len(at))
        codes = self.target.ids.take(areas)
        about = self.target.names(_span(at)).iloc[areas - _span(at).start]
        values = self.values.iloc[(at[:, None] * count + np.arange(count)).ravel()]
        columns = [
            codes + pd.Index([f"-{year}" for year in years]).take(which), codes, *(about[name].array for name in NAMES),
            self.target.level.value, self.target.vintage, np.take(years, which), self.of,
            *(values[column].to_numpy() for column in COLUMNS),
            np.column_stack([self.reasons[year][at] for year in years]).ravel(),
            pd.Index([ROUTE_CODES[self.balances[year].kind] for year in years], dtype="str").take(which),
        ]  # fmt: skip
        return pd.DataFrame(dict(zip(names(fields.SERIES_FIELDS), columns, strict=True)))


def apportioned(of: str, counted: Mapping[int, Counted], routes: Mapping[int, Route], target: Areas) -> Series:
    """The counts of every year on the areas of `target`, to which all routes lead."""
    years = {
        year: Year(Counts(of, counted[year].counts.figures), routes[year].crosswalk, routes[year].unweighted)
        for year in sorted(counted)
    }
    values = harmonised(years)
    reached = _reached(counted, routes, target)
    value, split = values["value"].to_numpy(), values["split"].to_numpy()
    balances = {
        year: _balance(years[year], routes[year], *(part[at :: len(years)][reached] for part in (value, split)))
        for at, year in enumerate(years)
    }
    reasons = {year: _reasons(counted[year], routes[year].crosswalk) for year in years}
    notes = [
        say("{year}: {note}", year=year, note=note)
        for year, one in counted.items()
        for note in dict.fromkeys(said(note) for note in (*one.notes, *routes[year].crosswalk.notes))
    ]
    return Series(of, target, reached, values, reasons, balances, tuple(notes))


def _reached(counted: Mapping[int, Counted], routes: Mapping[int, Route], target: Areas) -> NDArray[np.bool_]:
    """All areas of the gemeenten to which some listed area leads, in any year."""
    reached = np.zeros(len(target), dtype=np.bool_)
    for year, one in counted.items():
        crosswalk = routes[year].crosswalk
        source, to = crosswalk.at
        reached[to[crosswalk.sources.isin(one.listed)[source]]] = True
    parts = [slice(first, first + PART) for first in range(0, len(target), PART)]
    of_parts = [pd.Categorical(target.names(part)["gemeente"]) for part in parts]
    gemeenten = {code for part, codes in zip(parts, of_parts, strict=True) for code in codes[reached[part]].unique()}
    return np.concatenate([np.empty(0, np.bool_), *(codes.isin(list(gemeenten)) for codes in of_parts)])


def _span(at: NDArray[np.intp]) -> slice:
    """From the first to the last of these positions."""
    return slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0)


def _at(polygons: Slices, at: NDArray[np.intp]) -> Polygons:
    """The polygons at sorted positions."""
    span = _span(at)
    these: Polygons = polygons[span][at - span.start]
    return these


def _balance(year: Year, route: Route, value: Floats, split: Floats) -> Balance:
    """Totals over all areas; areas are counted by their value, and the share of it that came in parts, of this year in
    the table that is published.
    """
    after = year.crosswalk.sum(year.counts).figures.to_numpy()
    known = Counts(year.counts.of, year.counts.figures.fillna(0.0))
    of_known = year.crosswalk.sum(known).figures.to_numpy()
    unknown = np.isnan(value)
    return Balance(
        route.kind, route.why,
        before=year.counts.total,
        after=float(np.nansum(after)),
        outside=year.crosswalk.left(known).total,
        to_unknown=float(np.nansum(of_known[np.isnan(after)])),
        whole=int((~unknown & (split == 0)).sum()),
        split=int((split > 0).sum()),
        unknown=int(unknown.sum()),
    )  # fmt: skip


def _reasons(counted: Counted, crosswalk: Crosswalk) -> NDArray[np.object_]:
    """Why each target is unknown: the reason of the first source that is; None where all of its sources are known."""
    source, target = crosswalk.at
    why = counted.reason.map(CODES).to_numpy(dtype=object)[source]
    reasons = np.full(len(crosswalk.targets), None, dtype=object)
    unknown = np.flatnonzero(pd.notna(why))[::-1]
    reasons[target[unknown]] = why[unknown]
    reasons[np.bincount(target, minlength=len(reasons)) == 0] = NOWHERE_FROM
    return reasons
