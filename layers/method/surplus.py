"""What was counted in a zoekgebied beside what was to be expected there.

Counted are the events of one indicator: of those with counts the one that weighs most, whose expected events the search
uses too (geo.residuals.combined). Sums are of areas of which each may be shown, and rounded to a multiple of the least
number that is: else the sum over a wijk less that over its buurten would tell a number too small to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.unknown import Unknown
from layers.method.indicator_values import IndicatorValues
from layers.publication.reasons import CODES, NOT_COUNTED

RATIO_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Counted:
    """Events, expected events and the ratio of an indicator in every area; NaN where they are not known or not shown.

    The ratio is how many times what it is compared with the rate of an area is, shrunk where that is little.
    `reason` is an `Unknown` where they are not.
    """

    indicator: str
    events: pd.Series
    expected: pd.Series
    ratio: pd.Series
    reason: pd.Series


def counted(
    indicators: Mapping[str, IndicatorValues], weights: Mapping[str, float], reasons: pd.DataFrame
) -> Counted | None:
    """What is counted of the indicators that weigh; None where they are shares and levels only.

    `reasons` are those why figures are not known or not shown.
    """
    expected = {name: fit.expected for name in weights if (fit := indicators[name].residuals) is not None}
    counts = [name for name in expected if (expected[name] > 0).any()]
    if not counts:
        return None
    name = max(counts, key=lambda one: weights[one])
    reason = reasons[name]
    ratio = indicators[name].ratio
    events, expects, times = (
        one.loc[reason.index].where(reason.isna())
        for one in (indicators[name].measure.events, expected[name], expected[name] if ratio is None else ratio)
    )
    return Counted(name, events, expects, times, reason)


def by_area(count: Counted | None, index: pd.Index, least: float) -> pd.DataFrame:
    """The columns of areas on what was counted; empty where nothing is, or where it is not shown."""
    if count is None:
        return pd.DataFrame({"geteld": None, "waargenomen": np.nan, "verwacht": np.nan, "verhouding": np.nan}, index)
    step = max(1.0, least)
    return pd.DataFrame({
        "geteld": count.indicator,
        "waargenomen": (count.events / step).round() * step,
        "verwacht": count.expected.round(1),
        "verhouding": count.ratio.round(RATIO_DECIMALS),
    }).reindex(index)  # fmt: skip


def in_proportion(more: object, exposure: pd.Series, scale: float) -> dict[str, object]:
    """The column of a zoekgebied that sets what was more than expected against the exposure of its areas."""
    whole = float(exposure.sum())
    return {"meer_naar_verhouding": round(float(str(more)) / whole * scale, 1)} if whole > 0 else {}


def surplus(count: Counted | None, areas: list[str], km2: float, least: float) -> dict[str, object]:
    """The columns of a zoekgebied on what was counted: all of them, or why they are not there.

    Args:
        count: what is counted; None where nothing is.
        areas: the codes of the zoekgebied.
        km2: how large it is.
        least: the least number that is shown.
    """
    if count is None:
        return {"zonder_telling": NOT_COUNTED}
    reasons = set(count.reason.loc[areas].dropna())
    if reasons:
        first = Unknown.SMALL_COUNT if Unknown.SMALL_COUNT in reasons else min(reasons)
        return {"geteld": count.indicator, "zonder_telling": CODES[first]}
    step = max(1.0, least)
    observed = round(float(count.events.loc[areas].sum()) / step) * step
    expected = round(float(count.expected.loc[areas].sum()), 1)
    more = observed - expected
    return {
        "geteld": count.indicator,
        "waargenomen": observed,
        "verwacht": expected,
        "meer_dan_verwacht": round(more, 1),
        "meer_per_km2": round(more / km2, 1) if km2 > 0 else None,
    }
