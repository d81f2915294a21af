"""Measure: events and exposure per area, from which one value per area follows.

A rate (registered crimes per inhabitant) has counts for events and exposure. A level (a percentage of homes) is a rate
in disguise: events are level times weight and exposure is the weight, so that its national mean and its value for a
larger area come out right, and everything after this module treats both the same. Only `shrunk` differs: a level is
known as it stands, a rate from few events is not.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from geo.alignment import check_aligned
from geo.errors import MeasureError, first_few
from geo.messages import message
from geo.unknown import Unknown
from geo.variation import NOISE

MOST_IMPOSSIBLE = 0.05
"""Share of areas in which a share may be of more than all."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Events and exposure of one indicator in every area of an AreaFrame, in its order.

    Args:
        id: the indicator.
        events: what is counted, not negative; NaN where unknown.
        exposure: what it can happen to, not negative; NaN where unknown.
        reason: an `Unknown` exactly where there is no value, else None.
        shrunk: whether the value is an estimate that must be shrunk where exposure is small.
        interpolated: whether figures of larger areas were divided over these, by surface or by weights.
        margin: how far events may be off because their publisher rounded them; None where they are exact.
        exposure_margin: the same of exposure.
        event_keys: of confidential events, the cell key of each area (geo.disclosure.cell_keys); None where they are
            open, or perturbed.
        exposure_keys: the same of exposure.
        shrunk_events: of a rate that was divided, the events by the rates that were shrunk where they were counted
            (geo.rates.shrunk_where_counted), divided in the same way; None where it was counted as it stands.
        counted: whether the value of a level is a confidential count by itself, of which few are not shown either.
    """

    id: str
    events: pd.Series
    exposure: pd.Series
    reason: pd.Series
    shrunk: bool = True
    interpolated: bool = False
    margin: pd.Series | None = None
    exposure_margin: pd.Series | None = None
    event_keys: pd.Series | None = None
    exposure_keys: pd.Series | None = None
    shrunk_events: pd.Series | None = None
    counted: bool = False

    def __post_init__(self) -> None:
        beside = (self.margin, self.exposure_margin, self.event_keys, self.exposure_keys, self.shrunk_events)
        aligned = (self.exposure.index, self.reason.index, *(one.index for one in beside if one is not None))
        check_aligned(message("measure {id!r}", id=self.id), self.events.index, *aligned)
        for part, figures in ((message("events"), self.events), (message("exposure"), self.exposure)):
            wrong = (figures < 0) | np.isinf(figures)
            if wrong.any():
                raise MeasureError(
                    "measure {id!r}: {part} must be 0 or more and finite, found {figures}",
                    id=self.id,
                    part=part,
                    figures=first_few(f"{area} {figures[area]:g}" for area in figures.index[wrong]),
                )
        unexplained = self.known == self.reason.notna()
        if unexplained.any():
            raise MeasureError("measure {id!r}: a reason must stand exactly where there is no value", id=self.id)
        if self.shrunk_events is not None and (self.shrunk_events.isna() & self.known).any():
            raise ValueError(f"measure {self.id!r}: shrunk events must be known wherever there is a value")

    @classmethod
    def of(
        cls,
        id_: str,
        events: pd.Series,
        exposure: pd.Series,
        reason: pd.Series,
        *,
        shrunk: bool = True,
        margins: tuple[pd.Series | None, pd.Series | None] = (None, None),
    ) -> Self:
        """A measure whose `reason` still lacks why areas without exposure, or left out of a source, have no value.

        `margins` are those of events and exposure. Exposure that was rounded to 0 may be there, too small to tell.

        >>> thefts = Measure.of("thefts", pd.Series([6, 2, 1]), pd.Series([300, 100, 0]), pd.Series([None] * 3))
        >>> thefts.known.tolist(), str(thefts.reason[2]), thefts.national
        ([True, True, False], 'no_exposure', 0.0225)
        """
        unknown = events.isna() | exposure.isna()
        filled = reason.astype(object).where(unknown, None)
        filled = filled.mask(unknown & filled.isna(), Unknown.ABSENT).mask(exposure == 0, Unknown.NO_EXPOSURE)
        if margins[1] is not None:
            filled = filled.mask((exposure == 0) & (margins[1] > 0), Unknown.SMALL_EXPOSURE)
        events, exposure = events.astype(float), exposure.astype(float)
        return cls(id_, events, exposure, filled, shrunk, margin=margins[0], exposure_margin=margins[1])

    @property
    def known(self) -> "pd.Series[bool]":
        """Where there is a value: events and exposure are known, and exposure is more than 0 and not under a floor."""
        return self.events.notna() & (self.exposure > 0) & (self.reason != Unknown.SMALL_EXPOSURE)

    @property
    def confidential(self) -> bool:
        """Whether it holds counts that are to be perturbed before anything is computed from them."""
        return self.event_keys is not None or self.exposure_keys is not None

    @property
    def national(self) -> float:
        """All events over all exposure of the areas where both are known, however small: the published figure.

        Raises MeasureError where nothing is known.
        """
        both = self.events.notna() & self.exposure.notna()
        exposure = float(self.exposure[both].sum())
        if exposure == 0:
            raise MeasureError(
                "measure {id!r}: no area has both events and exposure; check source and period", id=self.id
            )
        return float(self.events[both].sum()) / exposure

    @property
    def lowest(self) -> pd.Series:
        """The fewest events that there may be."""
        return self.events if self.margin is None else (self.events - self.margin).clip(lower=0.0)

    @property
    def highest(self) -> pd.Series:
        """The most events that there may be."""
        return self.events if self.margin is None else self.events + self.margin

    @property
    def lowest_exposure(self) -> pd.Series:
        """The least exposure that there may be."""
        return self.exposure if self.exposure_margin is None else (self.exposure - self.exposure_margin).clip(lower=0.0)

    def as_share(self) -> Self:
        """The same measure without a value where events, which are a part of the exposure, are more than all of it.

        A few such areas come of a typing error. Raises MeasureError, naming them, where there are many: then events
        are no part of the exposure.
        """
        above = (self.lowest > self.highest_exposure * (1 + NOISE)) & (self.exposure > 0)
        if above.sum() > MOST_IMPOSSIBLE * self.known.sum():
            raise MeasureError(
                "measure {id!r}: a share, and more than all in {count} areas: {areas}; take events that are a part of "
                "the exposure, or declare it without share = true",
                id=self.id, count=int(above.sum()),
                areas=first_few(f"{one} {self.events[one]:g} of {self.exposure[one]:g}" for one in above.index[above]),
            )  # fmt: skip
        reason = self.reason.mask(above, Unknown.IMPOSSIBLE)
        return replace(self, events=self.events.mask(above), reason=reason)

    @property
    def highest_exposure(self) -> pd.Series:
        """The most exposure that there may be."""
        return self.exposure if self.exposure_margin is None else self.exposure + self.exposure_margin

    def with_floor(self, min_exposure: float) -> Self:
        """The same measure without a value where exposure may be under the floor: a rate of a handful says nothing."""
        small = self.known & (self.lowest_exposure < min_exposure)
        return replace(self, reason=self.reason.mask(small, Unknown.SMALL_EXPOSURE))
