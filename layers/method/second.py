"""A second search beside that of a theme, by another statistic of the same residuals: where the two agree, and what one
of them finds that the other does not.

It makes no zoekgebied and moves none. Rejected: zoekgebieden of both, of which the false alarms would add up.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo.errors import StatisticError
from geo.statistics.result import LocalResult
from layers.method.beside import Flags
from layers.method.build import Analysis, search
from layers.method.indicator_values import IndicatorValues
from layers.method.places import StudyArea
from layers.publication.outcomes import Searches


def second_search(study: StudyArea, *indicators: IndicatorValues, max_q: float, **how: Any) -> Flags:
    """Whether a test of each area finds it, as `search` is asked; nothing is tested where nothing differs."""
    try:
        found = search(study, *indicators, max_q=max_q, **how)
    except StatisticError:
        return pd.Series(None, study.areas.ids, dtype=object)
    if not isinstance(found, LocalResult):
        raise TypeError("a second search tests every area")
    return (found.q <= max_q).astype(object).where(found.q.notna(), None)


def agreement(analysis: Analysis, flagged: "pd.Series[bool]") -> pd.Series:
    """By which of the searches each area is found: a code of `Searches`, None where that is none or is not known.

    Args:
        analysis: what both searches say. As of the first, only areas are found that may be shown and are high.
        flagged: of the areas that are asked about, which the first search finds.
    """
    areas = flagged.index
    codes = pd.Series(None, areas, dtype=object)
    if analysis.second is None:
        return codes
    second, score = analysis.second.loc[areas], analysis.score.value.loc[areas]
    decisive = score if analysis.decisive is None else analysis.deviations[analysis.decisive].loc[areas]
    shown = second.notna() & score.notna() & analysis.reason.loc[areas].isna()
    found = shown & (second == True) & (score > 0) & (decisive > 0)  # noqa: E712  # of a column with None
    codes[flagged & found] = Searches.BOTH.value
    codes[flagged & shown & ~found] = Searches.FIRST.value
    codes[~flagged & found] = Searches.SECOND.value
    return codes.where(codes.notna(), None)  # where a mask is assigned by, pandas makes NaN of None elsewhere


def found_twice(analysis: Analysis, areas: Sequence[str]) -> int | None:
    """How many areas of a zoekgebied the second search finds too; None where it tested none of them."""
    codes = agreement(analysis, pd.Series(True, pd.Index(areas)))
    return int((codes == Searches.BOTH).sum()) if codes.notna().any() else None
