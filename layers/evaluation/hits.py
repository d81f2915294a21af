"""How much of what happened an order of areas would have caught: shares at a part of the area, homes or inhabitants.

Areas are taken in order until they hold the part asked for; of the last one as much as fits. So two orders are compared
at exactly the same cost. Areas without any of what is counted as cost, or without a truth, take no part.

Sources: S. Chainey, L. Tompson and S. Uhlig (2008), The utility of hotspot mapping for predicting spatial patterns of
crime, Security Journal 21, 4-28, doi:10.1057/palgrave.sj.8350066 (PAI); J.M. Hunt (2016), on the forecasting challenge
of the NIJ (PEI); N. Levine (2008), The "hottest" part of a hotspot, Security Journal 21, 295-302,
doi:10.1057/sj.2008.5 (RRI).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned

PARTS = (0.01, 0.02, 0.05, 0.10)
"""Parts of the cost at which orders are compared."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hits:
    """What one order caught at one part of the cost.

    Attributes:
        order: its name.
        cost: what it costs: km2, or the name of a column.
        part: the part of all of it.
        caught: the share of what happened; recall.
        pai: predictive accuracy index: that share over the part.
        pei: predictive efficiency index: that share over the most that any order could have caught.
        rri: recapture rate index: how what is caught grew since the year before, over how all of it grew.
    """

    order: str
    cost: str
    part: float
    caught: float
    pai: float
    pei: float
    rri: float


def caught(order: pd.Series, cost: pd.Series, events: pd.Series) -> Floats:
    """The share of the events in the first `PARTS` of the cost, highest of the order first; unknown ones last.

    Of equal ones the earlier is first.
    """
    check_aligned("hits", order.index, cost.index, events.index)
    there = ((cost > 0) & events.notna()).to_numpy()
    ranks = -order.fillna(-np.inf).to_numpy(dtype=float)[there]
    at = np.argsort(ranks, kind="stable")
    costs, counts = (one.to_numpy(dtype=float)[there][at] for one in (cost, events))
    spent, found = (np.append(0.0, np.cumsum(one)) for one in (costs, counts))
    if not len(costs) or found[-1] == 0:
        return np.full(len(PARTS), np.nan)
    return np.asarray(np.interp(np.array(PARTS) * spent[-1], spent, found) / found[-1])


def hits(orders: Mapping[str, pd.Series], cost: tuple[str, pd.Series], truth: pd.Series, last: pd.Series) -> list[Hits]:
    """What each order caught of the truth, beside the events of the year before (`last`), at each part of a cost."""
    name, costs = cost
    best = caught(truth / costs.where(costs > 0), costs, truth)
    both = truth.where(last.notna())
    rows = []
    for order, values in orders.items():
        found, before = caught(values, costs, truth), caught(values, costs, last.where(both.notna()))
        rows += [
            Hits(order, name, part, float(share), float(share / part), float(share / most), float(share / earlier))
            for part, share, most, earlier in zip(PARTS, found, best, before, strict=True)
        ]
    return rows
