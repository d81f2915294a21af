"""Beside the search of all indicators weighed, a search of each by itself: a weighed sum dilutes, and a zoekgebied says
which of its indicators would have found it without the others.
"""

from collections.abc import Mapping, Sequence

from geo.errors import StatisticError
from geo.statistics.places.result import PlaceResult
from layers.method.build import search
from layers.method.indicator_values import IndicatorValues
from layers.method.places import StudyArea

SHARE = 0.5
"""Of the areas of a zoekgebied, how many an indicator finds by itself to have found it."""


def found_alone(
    study: StudyArea, indicator: IndicatorValues, *, statistic: str, max_q: float, largest: int
) -> tuple[str, ...]:
    """The areas that a search of one indicator finds, sorted; none where its values leave nothing to compare."""
    try:
        found = search(study, indicator, statistic=statistic, weights={"": 1.0}, max_q=max_q, largest=largest)
    except StatisticError:
        return ()
    if isinstance(found, PlaceResult):
        return tuple(sorted(area for part in found.parts for area in part.areas))
    return tuple(sorted(found.q.index[found.q <= max_q]))


def by_indicator(*areas: tuple[str, ...], indicators: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """What each of the indicators finds by itself."""
    return dict(zip(indicators, areas, strict=True))


def finders(alone: Mapping[str, tuple[str, ...]], areas: Sequence[str]) -> list[str]:
    """The indicators that find at least half of these areas by themselves."""
    return [name for name, found in alone.items() if len(set(found).intersection(areas)) >= SHARE * len(areas)]
