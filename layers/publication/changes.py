"""What changed between two releases: how many areas there are, the mean of each indicator, and which areas are flagged.

Per collection, lens and period; a period that is new is held against the newest one before it, so that a year of which
the figures are ten times too high is seen. Rejected: comparing areas one by one; that in one buurt a figure doubles is
what the map is for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pandas as pd

from geo.messages import Message, message
from layers.publication.collection import Collection
from layers.publication.fields import AREA, FLAG, LENS, PERIOD

AMONG = (AREA.name, LENS.name, PERIOD.name, FLAG.name)
"""The columns that each table has, besides its indicators."""
FEWEST = 5
"""So many flags may come and go without a word: of few, half is chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is another in `collection` under a lens, in `period`, than it was in the period `earlier`.

    `what` counts areas, is the mean of `indicator` over the areas that have it, or counts flagged areas. `share` is by
    how much of what it was; of flags, the share of all areas flagged in either that are not in both.
    """

    collection: str
    lens: str
    period: int
    earlier: int
    what: Literal["areas", "mean", "flags"]
    indicator: str
    before: float
    after: float
    share: float

    def said(self) -> Message:
        """It in one sentence."""
        where = {"collection": self.collection, "lens": self.lens, "period": self.period, "earlier": self.earlier}
        numbers = {"before": self.before, "after": self.after}
        if self.what == "flags":
            return Message(FLAGS.template, {**where, **numbers, "share": self.share})
        if self.what == "areas":
            return Message(AREAS.template, {**where, **numbers})
        return Message(MEAN.template, {**where, **numbers, "indicator": self.indicator})


FLAGS = message(
    "{collection}, lens {lens}: {after:.0f} flagged areas in {period} and {before:.0f} in {earlier}; {share:.0%} are "
    "in one of the two only"
)
AREAS = message("{collection}, lens {lens}: {after:.0f} areas in {period} and {before:.0f} in {earlier}")
MEAN = message(
    "{collection}, lens {lens}: the mean of {indicator} is {after:.4g} in {period} and {before:.4g} in {earlier}"
)


def compared_columns(collection: Collection) -> list[str]:
    """The columns of a collection that are compared; none where it has no indicators."""
    names = [field.name for field in collection.fields]
    if not {*AMONG} <= {*names}:
        return []
    return [*AMONG, *(name for name in names if f"{name}_reden" in names)]


def changes(collection: str, before: pd.DataFrame, after: pd.DataFrame) -> list[Change]:
    """What changed in a collection, the greatest first; both tables have its `compared_columns`."""
    found: list[Change] = []
    for (lens, period), now in after.groupby([LENS.name, PERIOD.name]):
        of_lens = before[before[LENS.name] == lens]
        years = of_lens[PERIOD.name]
        earlier = years[years <= period].max()
        if pd.notna(earlier):
            of_period = partial(Change, collection, str(lens), int(str(period)), int(earlier))
            found += _differences(of_period, of_lens[years == earlier], now)
    return sorted(found, key=lambda one: -one.share)


def _differences(change: Callable[..., Change], then: pd.DataFrame, now: pd.DataFrame) -> Iterator[Change]:
    if len(then) != len(now):
        yield change("areas", "", len(then), len(now), _share(len(then), len(now)))
    for name in (name for name in now.columns if name not in AMONG and name in then.columns):
        old, new = float(then[name].mean()), float(now[name].mean())
        if share := _share(old, new):
            yield change("mean", str(name), old, new, share)
    old_flags, new_flags = ({*table.loc[table[FLAG.name].astype(bool), AREA.name]} for table in (then, now))
    if len(others := old_flags ^ new_flags) > FEWEST:
        yield change("flags", "", len(old_flags), len(new_flags), len(others) / len(old_flags | new_flags))


def _share(old: float, new: float) -> float:
    """By how much of the old value the new one differs; all of it where one is unknown or the old one is 0."""
    if pd.isna(old) and pd.isna(new):
        return 0.0
    if pd.isna(old) or pd.isna(new):
        return 1.0
    return abs(new - old) / abs(old) if old else float(new != old)
