"""Figures: the declared columns of one source for every area, with why a figure is not known."""

from dataclasses import dataclass

import pandas as pd

from geo.measures import Measure, check_aligned
from layers.indicators import Indicator


@dataclass(frozen=True, slots=True)
class Figures:
    """`values` (area by column, NaN where unknown) and `reasons` (an `Unknown` exactly there, else None)."""

    values: pd.DataFrame
    reasons: pd.DataFrame

    def __post_init__(self) -> None:
        check_aligned("figures", self.values.index, self.reasons.index)
        check_aligned("figures (columns)", self.values.columns, self.reasons.columns)
        if not (self.values.isna() == self.reasons.notna()).all(axis=None):
            raise ValueError("figures: a reason must stand exactly where there is no value")

    def joined(self, other: "Figures") -> "Figures":
        """These columns and those of `other` that are not among them."""
        more = [column for column in other.values if column not in self.values]
        return Figures(
            pd.concat([self.values, other.values[more]], axis=1), pd.concat([self.reasons, other.reasons[more]], axis=1)
        )


def measure(indicator: Indicator, figures: Figures) -> Measure:
    """The events and exposure of an indicator (see geo.measures for how a level has them too)."""
    values, reasons = figures.values, figures.reasons
    reason = reasons[list(indicator.columns)].bfill(axis=1).iloc[:, 0]
    value = values[indicator.value]
    if indicator.per is not None:
        return Measure.of(indicator.id, value, values[indicator.per], reason)
    weight = (
        values[indicator.mean_weight] if indicator.mean_weight else value.notna().astype(float).where(value.notna())
    )
    return Measure.of(indicator.id, value * weight, weight, reason, shrunk=False)
