"""analyse(): the method, from measures to what may be published of them. Pure: values in, values out.

    measure ─► rate ─► deviation ─► score ───────────────┐
       └─────► quantile residual ─► weighed ─► Gi* ─► zoekgebieden ─► suppression ─► analysis

What is shown is the score, from shrunk rates: the best guess of each area. What is searched in are quantile residuals,
weighed in the same way: shrunk rates are equal where inhabitants are, and give zoekgebieden where there is no pattern
(geo.residuals). Shares and levels, which chance hardly moves, are searched in as they are shown.

That choice was measured (`make calibrate`; 2,400 maps with planted clusters, 1,300 without). Of what it flags 0.5 % is
far from any cluster, 3.8 % in the worst setting; on maps without a cluster it flags something on 4.5 % at most. Shrunk
rates gave 27 % and 45 %, local Moran 27 % and 58 %. It flags 30 % of all planted areas and finds 61 % of the clusters.
Rates standardised by Assunção and Reis are as fair, but among a few stations they find nothing (0 %, to 28 % for
residuals). Kulldorff's scan flags more (70 % of planted areas), but every station too, and takes rates that merely
differ for clusters, on 65 % of such maps. What both find is right more often (97 % of it is planted, to 91 %), but a
scan counts the events of one indicator and cannot be asked about a score.

The statistic uses every figure, because a neighbour with a low value left out would make the others look hot. What is
too small to show is suppressed in what comes after: an area with a suppressed figure has no published score,
contribution or q, and joins no zoekgebied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from geo import deviations
from geo.areas import AreaFrame
from geo.disclosure import too_few
from geo.measures import Measure, Unknown
from geo.neighbors import Neighbors
from geo.rates import rates
from geo.residuals import residuals
from geo.scores import Score, combine
from geo.statistics import SEARCHES, LocalResult
from geo.zoekgebieden import Zoekgebied, find
from layers.declarations.indicators import Indicator
from layers.declarations.lenses import BASIS, Lens
from layers.declarations.themes import Theme
from layers.method.coverage import gemeenten_with_figures

SCALES: Mapping[str, Callable[[pd.Series, float], pd.Series]] = {
    "rate": deviations.relative,
    "share": deviations.log_odds,
    "level": deviations.absolute,
}
"""How far a value is from the national one, for each kind of indicator."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is published of a theme, before it is put into words: a row an area, suppressed figures already NaN.

    `national` is the mean that each indicator is compared with; `local` has the gemeenten that this mean is of, for the
    indicators of which it is not that of the country (layers.publication.comparison).
    """

    areas: AreaFrame
    values: pd.DataFrame
    deviations: pd.DataFrame
    score: Score
    result: LocalResult
    zoekgebieden: tuple[Zoekgebied, ...]
    reasons: pd.DataFrame
    reason: pd.Series
    exposure: pd.DataFrame
    tested: int
    national: Mapping[str, float]
    local: Mapping[str, tuple[str, ...]]


def analyse(
    theme: Theme,
    lens: Lens | None,
    period: int,
    areas: AreaFrame,
    measures: Mapping[str, Measure],
    neighbors: Neighbors,
) -> Analysis:
    """Score every area of the country on the theme under the lens and find its zoekgebieden.

    Args:
        theme: what is looked for.
        lens: other weights, or None for the theme's own.
        period: the year of the figures; it goes into the ids of zoekgebieden.
        areas: all areas, in the order of the measures.
        measures: one per indicator of the theme, with its floor of exposure set.
        neighbors: who borders whom.
    """
    weights = theme.weights if lens is None else lens.weights(theme)
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    values = pd.DataFrame({name: rates(measure) for name, measure in measures.items()}, index=areas.ids)
    deviation = {one.id: _deviation(one, measures[one.id], values[one.id]) for one in theme.indicator}
    score = combine(deviation, weights)
    residual = combine(
        {one.id: _residual(one, measures[one.id], deviation[one.id]) for one in theme.indicator}, weights
    )
    result = _search(theme, residual.value, neighbors, interpolated=any(measures[name].spread for name in weights))
    suppressed = pd.DataFrame(
        {one.id: too_few(measures[one.id], theme.privacy.min_count, share=one.share) for one in theme.indicator}
    )
    publishable = ~suppressed[list(weights)].any(axis=1)
    published = Score(score.value.where(publishable), score.contributions.where(publishable, axis=0))
    kind = f"{theme.id}-{BASIS if lens is None else lens.id}-{areas.level}-{period}-{areas.vintage}"
    reasons = pd.DataFrame({name: measure.reason for name, measure in measures.items()})
    return Analysis(
        areas=areas,
        values=values.mask(suppressed) * pd.Series({one.id: one.scale for one in theme.indicator}),
        deviations=pd.DataFrame(deviation).mask(suppressed),
        score=published,
        result=result.where(publishable, Unknown.SMALL_COUNT),
        zoekgebieden=tuple(find(published, result, neighbors, max_q=theme.search.max_q, kind=kind)),
        reasons=reasons.mask(suppressed, Unknown.SMALL_COUNT),
        reason=_why_no_score(score, publishable, result, neighbors),
        exposure=pd.DataFrame({name: measure.exposure for name, measure in measures.items()}),
        tested=result.tested,
        national={one.id: measures[one.id].national * one.scale for one in theme.indicator},
        local={name: local for name, measure in measures.items() if (local := gemeenten_with_figures(measure, areas))},
    )


def _deviation(indicator: Indicator, measure: Measure, values: pd.Series) -> pd.Series:
    """Standard deviations from the national value; positive is what the theme looks for."""
    scale = "share" if indicator.share else "rate" if indicator.per else "level"
    standard = deviations.standardise(SCALES[scale](values, measure.national))
    return standard if indicator.direction == "high" else -standard


def _residual(indicator: Indicator, measure: Measure, deviation: pd.Series) -> pd.Series:
    """What is searched in: the quantile residual of a rate, the deviation of a share or level."""
    if indicator.share or not measure.shrunk:
        return deviation
    residual = residuals(measure)
    return residual if indicator.direction == "high" else -residual


def _search(theme: Theme, residual: pd.Series, neighbors: Neighbors, *, interpolated: bool) -> LocalResult:
    """The local statistic over all areas. Not over figures that were interpolated: there one buurt would count as
    often as it has cells, and be its own neighbour.
    """
    if interpolated:
        return LocalResult.none(residual.index, Unknown.SPREAD)
    return SEARCHES[theme.search.statistic](residual, neighbors, alternative="greater")


def _why_no_score(score: Score, publishable: "pd.Series[bool]", result: LocalResult, neighbors: Neighbors) -> pd.Series:
    """Why an area has no score, or has one but was not tested; None where it was tested and may be shown."""
    amid_unknown = (result.reason == Unknown.ISLAND) & ~result.reason.index.isin(neighbors.islands)
    reason = result.reason.mask(amid_unknown, Unknown.NO_KNOWN_NEIGHBOR)
    return reason.mask(score.value.isna(), Unknown.FEW_INDICATORS).mask(~publishable, Unknown.SMALL_COUNT)
