"""Where many more people come than live, by the rule that a theme declares ([visitors]).

There is no open figure of who comes where. What can be seen is that more happens than inhabitants alone explain, in
surroundings full of addresses; or so much more that no inhabitants explain it, as at an airport or a business park, of
which the surroundings are often not known. It is a mark, and changes no score.
"""

from collections.abc import Mapping

import pandas as pd

from layers.declarations.themes import Visitors
from layers.method.indicator_values import IndicatorValues
from layers.method.surplus import Counted

MOST = 0.5
"""Share of what is counted in a zoekgebied that is counted in marked areas, for it to be marked itself."""


def visited(
    rule: Visitors | None, indicators: Mapping[str, IndicatorValues], reasons: pd.DataFrame
) -> "pd.Series[bool]":
    """Which areas have many visitors; none without a rule, and not where a figure is unknown or not shown."""
    if rule is None:
        return pd.Series(data=False, index=reasons.index)
    rate, around = indicators[rule.rate], indicators[rule.surroundings]
    times = rate.value.loc[reasons.index] / rate.national if rate.national > 0 else rate.value.loc[reasons.index] * 0.0
    dense = (around.value.loc[reasons.index] >= rule.least) & reasons[rule.surroundings].isna()
    anywhere = False if rule.anywhere is None else times >= rule.anywhere
    return ((times >= rule.times) & dense | anywhere) & reasons[rule.rate].isna()


def is_visited(areas: list[str], marked: "pd.Series[bool]", count: Counted | None) -> bool:
    """Whether most of what is counted in a zoekgebied is counted in marked areas; of its areas, where nothing is."""
    of_areas = marked.loc[areas]
    if count is None or not count.events.loc[areas].sum() > 0:
        return float(of_areas.mean()) >= MOST
    events = count.events.loc[areas].fillna(0.0)
    return float(events[of_areas].sum()) >= MOST * float(events.sum())
