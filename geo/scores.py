"""Scores: standardised deviations weighed into one score, with what each contributed."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.alignment import check_aligned

ROUNDING = 1e-9
MIN_KNOWN = 2 / 3
"""Least share of the weight that must be known for an area to have a score."""


@dataclass(frozen=True, slots=True)
class Score:
    """One score per area and the contributions (one column an indicator) that add up to it; NaN where unknown."""

    value: pd.Series
    contributions: pd.DataFrame

    def __post_init__(self) -> None:
        check_aligned("score", self.value.index, self.contributions.index)


def combine(deviations: Mapping[str, pd.Series], weights: Mapping[str, float]) -> Score:
    """The weighted mean of the known deviations, where they hold at least `MIN_KNOWN` of all weight.

    An unknown indicator thus counts as the mean of the others, not as 0; its own contribution is NaN.

    >>> deviations = {"a": pd.Series([1.0, 1.0]), "b": pd.Series([3.0, 3.0]), "c": pd.Series([2.0, float("nan")])}
    >>> combine(deviations, {"a": 1, "b": 1, "c": 2}).value.tolist()
    [2.0, nan]
    >>> combine(deviations, {"a": 2, "b": 2, "c": 1}).value.tolist()
    [2.0, 2.0]
    """
    table = pd.DataFrame({name: deviations[name] for name in weights})
    weight = pd.Series(dict(weights), dtype=float)
    known_weight = table.notna().mul(weight, axis=1).sum(axis=1)
    enough = (known_weight >= MIN_KNOWN * weight.sum() * (1 - ROUNDING)) & (known_weight > 0)
    contributions = table.mul(weight, axis=1).div(known_weight.where(enough), axis=0)
    return Score(contributions.sum(axis=1, min_count=1), contributions)
