"""The method, from what is known of each indicator to what may be published of all. Pure: values in, values out.

    measure ─► rate ─► deviation ─► score ───────────────┐
       └─────► quantile residual ─► weighed ─► place scan ─► zoekgebieden ─► suppression ─► analysis

What is shown is the score, from shrunk rates: the best guess of each area. What is searched in are quantile residuals,
weighed in the same way: shrunk rates are equal where inhabitants are, and give zoekgebieden where there is no pattern
(geo.residuals). Shares and levels, which chance hardly moves, are searched in as they are shown.

Searched for are whole places (geo.statistics.places.scan): an area is tested with its surroundings as one, its own
figures along. A flag means high: a member has a score above 0, and above the national value on what weighs most.

A theme may search with a test per area instead. What was measured of those (`make calibrate`; 2,400 maps with planted
clusters, 1,300 without): of what Gi* flags 0.5 % is far from any cluster, 3.8 % in the worst setting; on maps without a
cluster it flags something on 4.5 % at most. Shrunk rates gave 27 % and 45 %, local Moran 27 % and 58 %. Gi* flags 30 %
of all planted areas and finds 61 % of the clusters. Rates standardised by Assunção and Reis are as fair, but among a
few stations they find nothing (0 %, to 28 % for residuals). Kulldorff's scan of events flags more (70 % of planted
areas), but every station too, and takes rates that merely differ for clusters, on 65 % of such maps.

The statistic uses every figure, because a neighbour with a low value left out would make the others look hot. What is
too small to show is suppressed in what comes after: an area with a suppressed figure has no published score,
contribution or q, and joins no zoekgebied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from geo.areas import AreaFrame
from geo.disclosure.small_counts import too_few
from geo.measures import Measure
from geo.neighbors import Neighbors
from geo.quotients import location_quotient
from geo.residuals import Residuals, combined
from geo.scores import Score, combine
from geo.statistics.places.result import PlaceResult
from geo.statistics.result import LocalResult
from geo.unknown import Unknown
from geo.zoekgebieden import Zoekgebied, find, of_places
from layers.declarations.baselines import Baseline
from layers.declarations.indicators import Indicator
from layers.declarations.lenses import BASIS, Lens
from layers.declarations.themes import Theme
from layers.method.baseline import BaselineReport
from layers.method.beside import Beside, Flags
from layers.method.coverage import gemeenten_with_figures
from layers.method.indicator_measures import within
from layers.method.indicator_values import IndicatorValues
from layers.method.places import StudyArea
from layers.method.restriction import inside
from layers.method.striking import striking
from layers.method.surplus import Counted, counted
from layers.method.visitors import visited

if TYPE_CHECKING:  # it loads what is compiled
    from geo.statistics.places.scan import Places

LEAST_SEARCHED = 100
"""Fewest areas of a part of the country for a search of its own."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is published of a theme, before it is put into words: a row an area, suppressed figures already NaN.

    `national` is the mean that each indicator is compared with; `local` has the gemeenten that this mean is of, for the
    indicators of which it is not that of the country (layers.publication.comparison). `zones` are the larger patterns
    around zoekgebieden. `decisive` is the indicator on which a member must be high, None where the score alone counts.
    `baselines` say what indicators were compared with in place of the national value, `visited` where many more people
    come than live. `alone` has the areas that each indicator finds by itself, where there are several
    (layers.method.alone), `lowest` and `highest` between which bounds a value lies, of rates (geo.rates.intervals),
    `striking` how unusual each score is, and those around it (layers.method.striking), `second`
    what a second search finds, of a theme that has one (layers.method.second), `alike` the class of each area, of which
    the others are its peers.
    """

    areas: AreaFrame
    values: pd.DataFrame
    deviations: pd.DataFrame
    score: Score
    result: LocalResult
    zoekgebieden: tuple[Zoekgebied, ...]
    zones: tuple[Zoekgebied, ...]
    reasons: pd.DataFrame
    reason: pd.Series
    exposure: pd.DataFrame
    tested: int
    national: Mapping[str, float]
    local: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]
    decisive: str | None
    counted: Counted | None
    baselines: Mapping[str, BaselineReport]
    visited: "pd.Series[bool]"
    alone: Mapping[str, tuple[str, ...]]
    lowest: pd.DataFrame
    highest: pd.DataFrame
    striking: pd.DataFrame
    second: Flags | None
    alike: pd.Series | None = None


def search(
    study: StudyArea,
    *indicators: IndicatorValues,
    statistic: str,
    weights: Mapping[str, float],
    max_q: float,
    largest: int,
) -> LocalResult | PlaceResult:
    """The places, or the local statistic over all areas, in what is searched in of the indicators that weigh, weighed.

    Not over figures that were interpolated: there one buurt would count as often as it has cells, and be its own
    neighbour. Nor over a part of the country with few areas: each of them would be compared with a handful of others.

    Args:
        study: the areas, and who borders whom.
        indicators: those of `weights`, in that order.
        statistic: its name in geo.statistics.by_name.SEARCHES or PLACE_SEARCHES.
        weights: what each indicator weighs, none of them 0.
        max_q: the q at or under which there is a place.
        largest: areas in a part of a place at most.
    """
    from geo.statistics.by_name import PLACE_SEARCHES, SEARCHES  # noqa: PLC0415  # loads all statistics: a second
    from geo.statistics.places.scan import Places  # noqa: PLC0415  # likewise

    searched = {name: one.searched for name, one in zip(weights, indicators, strict=True)}
    residual = combine(searched, weights).value
    ids = study.areas.ids
    if any(one.measure.interpolated for one in indicators):
        return LocalResult.none(ids, Unknown.INTERPOLATED)
    if study.gemeenten is not None and len(study.areas) < LEAST_SEARCHED:
        return LocalResult.none(ids, Unknown.TOO_FEW_AREAS)
    if statistic in SEARCHES:
        return SEARCHES[statistic](residual.loc[ids], study.neighbors, alternative="greater")
    by_name = dict(zip(weights, indicators, strict=True))
    fits = {name: one.residuals for name, one in by_name.items() if one.residuals is not None}
    score = combine({name: one.deviation for name, one in by_name.items()}, weights).value
    high = (score > 0) & (by_name[heaviest(weights)].deviation > 0)
    places = Places("rate" if study.gemeenten is None else "whole", max_q, largest)
    return _places(combined(fits, residual, weights), high, study, places, PLACE_SEARCHES[statistic])


def _places(
    residuals: Residuals,
    high: "pd.Series[bool]",
    study: StudyArea,
    places: "Places",
    find_places: Callable[..., PlaceResult],
) -> PlaceResult:
    """The places of the study area, of areas that are `high` themselves.

    The country has many places: what is bounded there is the share of them that is wrong. In a part of it, it is the
    chance of any wrong one.
    """
    ids = study.areas.ids
    here = replace(residuals, values=residuals.values.loc[ids], expected=residuals.expected.loc[ids])
    points = shapely.get_coordinates(shapely.centroid(study.areas.table.geometry.to_numpy()))
    return find_places(here, study.neighbors, points, may_join=high.loc[ids], places=places)


def analysis(
    study: StudyArea,
    found: LocalResult | PlaceResult,
    beside: Beside,
    *indicators: IndicatorValues,
    theme: Theme,
    lens: Lens | None,
    period: int,
) -> Analysis:
    """Score every area on the theme under the lens and find its zoekgebieden.

    Rates, deviations and scores are computed with all that the measures know, also of the rest of the country; of what
    lies outside the study area nothing else is used or shown.

    Args:
        study: the areas, and who borders whom.
        found: by the search under the lens.
        beside: what was found by other searches.
        indicators: those of the theme, in its order.
        theme: what is looked for.
        lens: other weights, or None for the theme's own.
        period: the year of the figures; it goes into the ids of zoekgebieden.
    """
    areas, neighbors = study.areas, study.neighbors
    weights = weights_of(theme, lens)
    made = {one.id: values for one, values in zip(theme.indicator, indicators, strict=True)}
    result = _of_lens(found.local if isinstance(found, PlaceResult) else found, theme, lens, made)
    deviation = {name: one.deviation for name, one in made.items()}
    score = _within(combine(deviation, weights), areas.ids)
    local = {name: gemeenten_with_figures(one.measure, areas, study.gemeenten) for name, one in made.items()}
    measures = {name: within(one.measure, areas.ids) for name, one in made.items()}
    suppressed = _suppressed(theme, measures)
    publishable = ~suppressed[list(weights)].any(axis=1)
    published = Score(score.value.where(publishable), score.contributions.where(publishable, axis=0))
    shown = {one.id: _shown(one, made[one.id]) for one in theme.indicator}
    kind = f"{theme.id}-{BASIS if lens is None else lens.id}-{areas.level}-{period}-{areas.vintage}"
    reasons = pd.DataFrame({name: measure.reason for name, measure in measures.items()})
    reasons = reasons.mask(suppressed, Unknown.SMALL_COUNT)
    reason = _why_no_score(score, publishable, result, neighbors)
    return Analysis(
        areas=areas,
        values=pd.DataFrame({name: values for name, (values, _) in shown.items()}).loc[areas.ids].mask(suppressed),
        deviations=pd.DataFrame(deviation).loc[areas.ids].mask(suppressed),
        score=published,
        result=result.where(publishable, Unknown.SMALL_COUNT),
        zoekgebieden=tuple(
            of_places(published, found.parts, kind=kind)
            if isinstance(found, PlaceResult)
            else find(published, result, neighbors, max_q=theme.search.max_q, kind=kind)
        ),
        zones=tuple(of_places(published, found.zones, kind=f"{kind}-zone")) if isinstance(found, PlaceResult) else (),
        reasons=reasons,
        reason=reason,
        exposure=pd.DataFrame({name: measure.exposure for name, measure in measures.items()}),
        tested=result.tested,
        national={name: national for name, (_, national) in shown.items()},
        local={name: gemeenten for name, gemeenten in local.items() if gemeenten},
        weights=weights,
        decisive=heaviest(weights) if isinstance(found, PlaceResult) else None,
        counted=counted(made, weights, reasons),
        visited=visited(theme.visitors, made, reasons),
        baselines={name: one.baseline for name, one in made.items() if one.baseline is not None},
        alone=beside.alone,
        lowest=_bounds(theme, made, "lowest").loc[areas.ids].mask(suppressed),
        highest=_bounds(theme, made, "highest").loc[areas.ids].mask(suppressed),
        striking=striking(published.value.where(reason.isna()), neighbors),
        second=beside.second,
    )


def _of_lens(result: LocalResult, theme: Theme, lens: Lens | None, made: Mapping[str, IndicatorValues]) -> LocalResult:
    """The result, in which areas where the lens does not search say so."""
    if lens is None or not lens.where:
        return result
    there = inside(lens.where, made, {one.id: one.scale for one in theme.indicator})
    outside = ~there.loc[result.q.index] & result.q.isna()
    return replace(result, reason=result.reason.mask(outside, Unknown.OUTSIDE))


def reference_of(theme: Theme, lens: Lens | None) -> Baseline:
    """What a map is compared with: what its lens says, else its theme."""
    return theme.search.reference if lens is None or lens.reference is None else lens.reference


def weights_of(theme: Theme, lens: Lens | None) -> dict[str, float]:
    """The weights under a lens, or without one, of the indicators that have any."""
    weights = theme.weights if lens is None else lens.weights(theme)
    return {name: weight for name, weight in weights.items() if weight > 0}


def _shown(indicator: Indicator, made: IndicatorValues) -> tuple[pd.Series, float]:
    """The value of every area as it is shown, and the national one beside it."""
    if indicator.quotient:
        return location_quotient(made.value, made.national), 1.0
    return made.value * indicator.scale, made.national * indicator.scale


def _bounds(theme: Theme, made: Mapping[str, IndicatorValues], side: Literal["lowest", "highest"]) -> pd.DataFrame:
    """A bound of the interval of each indicator, as its value is shown; unknown of one that has none."""
    return pd.DataFrame({
        one.id: _shown(one, replace(of, value=bound))[0] if bound is not None else of.value * np.nan
        for one, of, bound in ((one, made[one.id], getattr(made[one.id], side)) for one in theme.indicator)
    })  # fmt: skip


def heaviest(weights: Mapping[str, float]) -> str:
    """The indicator that weighs most; of equal ones the first."""
    return max(weights, key=lambda name: weights[name])


def _suppressed(theme: Theme, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """Where a figure is too small to show, for each indicator."""
    least = theme.privacy.min_count
    return pd.DataFrame({one.id: too_few(measures[one.id], least, share=one.share) for one in theme.indicator})


def _within(score: Score, ids: pd.Index) -> Score:
    return Score(score.value.loc[ids], score.contributions.loc[ids])


def _why_no_score(score: Score, publishable: "pd.Series[bool]", result: LocalResult, neighbors: Neighbors) -> pd.Series:
    """Why an area has no score, or has one but was not tested; None where it was tested and may be shown."""
    amid_unknown = (result.reason == Unknown.ISLAND) & ~result.reason.index.isin(neighbors.islands)
    reason = result.reason.mask(amid_unknown, Unknown.NO_KNOWN_NEIGHBOR)
    return reason.mask(score.value.isna(), Unknown.FEW_INDICATORS).mask(~publishable, Unknown.SMALL_COUNT)
