"""Local statistics by name. All give a LocalResult, which says how its p was computed or drawn.

STATISTICS are all of them, each with what it takes beside neighbours and an alternative. SEARCHES are those that one
value per area is enough for, PLACE_SEARCHES those that find whole places: a theme can search with both. A new one is a
function like these and its name here. Of the whole map: `moran`, `moran_drawn` and `join_counts`, which give a
GlobalResult.

It loads all of them, which takes a second: what only asks which names there are takes `geo.statistics.names`.

`place_scan`, a scan and trends give more than a test per area, by their own names; as `.local` it is a LocalResult too.
`scan` alarms wherever rates differ more than chance makes them, and so is offered to no theme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from geo.statistics.bivariate import local_moran_among
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.getis_ord_total import getis_ord_total
from geo.statistics.joins import local_join_counts
from geo.statistics.local_moran import local_moran
from geo.statistics.of_rates import getis_ord_i_of_rates, getis_ord_of_rates, local_moran_of_rates
from geo.statistics.places.result import PlaceResult
from geo.statistics.places.scan import place_scan
from geo.statistics.result import LocalResult, LocalStatistic
from geo.statistics.rings import getis_ord_rings
from geo.statistics.scan import scan
from geo.statistics.trends import trends
from geo.statistics.weighted import getis_ord_weighted

SEARCHES: Mapping[str, LocalStatistic] = MappingProxyType(
    {
        "getis_ord": getis_ord,
        "getis_ord_i": getis_ord_i,
        "getis_ord_total": getis_ord_total,
        "local_moran": local_moran,
    }
)

PLACE_SEARCHES: Mapping[str, Callable[..., PlaceResult]] = MappingProxyType({"place_scan": place_scan})
"""Searches that find whole places, from residuals and what they were fitted with: a theme can search with these too."""


@dataclass(frozen=True, slots=True)
class Local:
    """A local statistic: what it takes, and what makes a LocalResult of that."""

    takes: Literal[
        "values",
        "rates",
        "flags",
        "two values",
        "values and rings",
        "values and weights",
        "residuals",
        "events",
        "years",
    ]
    test: Callable[..., LocalResult]


def _scan(*figures: Any, **how: Any) -> LocalResult:
    return scan(*figures, **how).local


def _place_scan(*figures: Any, **how: Any) -> LocalResult:
    return place_scan(*figures, **how).local


def _trends(*figures: Any, **how: Any) -> LocalResult:
    return trends(*figures, **how).local


STATISTICS: Mapping[str, Local] = MappingProxyType(
    {name: Local("values", test) for name, test in SEARCHES.items()}
    | {
        "getis_ord_of_rates": Local("rates", getis_ord_of_rates),
        "getis_ord_i_of_rates": Local("rates", getis_ord_i_of_rates),
        "local_moran_of_rates": Local("rates", local_moran_of_rates),
        "local_join_counts": Local("flags", local_join_counts),
        "local_moran_among": Local("two values", local_moran_among),
        "getis_ord_rings": Local("values and rings", getis_ord_rings),
        "getis_ord_weighted": Local("values and weights", getis_ord_weighted),
        "place_scan": Local("residuals", _place_scan),
        "scan": Local("events", _scan),
        "trends": Local("years", _trends),
    }
)
