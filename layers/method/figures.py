"""Figures: the declared columns of one source for every area, with why a figure is not known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.alignment import check_aligned
from geo.messages import Message
from geo.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Figures:
    """`values` (area by `source.column`, NaN where unknown) and `reasons` (an `Unknown` exactly there, else None).

    `margins` say how far the columns that were rounded may be off; a column that is not there is exact. `blank` are
    areas elsewhere of which the table has a row and no figure: of another year, unless another source has figures.
    `keys` are the cell keys of the columns that are confidential; one that is not there is open. `interpolated` are the
    columns that were estimated from areas with other borders, `notes` what to know of how (layers.method.postcodes).
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    margins: pd.DataFrame | None = None
    keys: pd.DataFrame | None = None
    blank: pd.Index | None = None
    interpolated: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        keys = () if self.keys is None else (self.keys.index,)
        check_aligned("figures", self.values.index, self.reasons.index, *keys)
        check_aligned("figures (columns)", self.values.columns, self.reasons.columns)
        if not (self.values.isna() == self.reasons.notna()).all(axis=None):
            raise ValueError("figures: a reason must stand exactly where there is no value")

    def elsewhere(self, areas: pd.Index) -> pd.Index:
        """The codes after those of `areas` of which there are figures."""
        after = self.values.index[len(areas) :]
        return after if self.blank is None else after.difference(self.blank)

    def of(self, areas: pd.Index) -> "Figures":
        """The figures of these areas, in this order; those that are not listed are unknown."""
        if areas.equals(self.values.index):
            return self
        reasons = self.reasons.reindex(areas).astype(object)
        reasons = reasons.where(reasons.notna(), None)
        reasons[~areas.isin(self.reasons.index)] = Unknown.ABSENT
        margins = None if self.margins is None else self.margins.reindex(areas).fillna(0.0)
        keys = None if self.keys is None else self.keys.reindex(areas, fill_value=np.uint64(0))
        return Figures(self.values.reindex(areas), reasons, margins, keys, None, self.interpolated)

    def joined(self, other: "Figures") -> "Figures":
        """These columns and those of `other` that are not among them."""
        more = [column for column in other.values if column not in self.values]
        return Figures(
            pd.concat([self.values, other.values[more]], axis=1),
            pd.concat([self.reasons, other.reasons[more]], axis=1),
            _beside(self.margins, other.margins),
            _beside(self.keys, other.keys),
            None,
            self.interpolated + other.interpolated,
        )

    def margin(self, column: str) -> pd.Series | None:
        """How far a column may be off by rounding; None where it is exact."""
        return self.margins[column] if self.margins is not None and column in self.margins else None

    def key(self, column: str | None) -> pd.Series | None:
        """The cell keys of a column; None where it is open."""
        return self.keys[column] if self.keys is not None and column in self.keys else None


def _beside(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.DataFrame | None:
    """The columns of both; None where there are none."""
    both = [one for one in (first, second) if one is not None]
    return pd.concat(both, axis=1) if both else None
