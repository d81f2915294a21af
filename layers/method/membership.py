"""What each area is to the places that were found, and why it is on the map or not: an answer for every area.

Only of areas whose score may be shown: that an area with a suppressed figure lies in a place would say that it is high.
"""

from collections.abc import Iterable

import pandas as pd

from geo.roles import Role
from geo.statistics.places.result import role
from geo.unknown import Unknown
from geo.zoekgebieden import Zoekgebied
from layers.method.build import Analysis
from layers.method.second import agreement
from layers.publication.outcomes import ROLE_CODES, Outcome

TOO_SMALL = (Unknown.SMALL_EXPOSURE, Unknown.NO_EXPOSURE)
"""Why a figure is not known where there is too little for one."""


def membership(analysis: Analysis) -> pd.DataFrame:
    """For each area its `zoekgebied`, `rol` and `gewicht` in it, the `zone` around it, `waarom` and `tweede_zoekwijze`.

    Of a test per area there are no roles, weights and zones.
    """
    weights = {area: weight for one in analysis.zoekgebieden for area, weight in one.weights.items()}
    columns = {
        "zoekgebied": _ids(analysis.zoekgebieden),
        "rol": {area: ROLE_CODES[role(weight)] for area, weight in weights.items()},
        "zone": _ids(analysis.zones),
    }
    index = analysis.score.value.index
    table = pd.DataFrame(
        {name: [ids.get(area) for area in index] for name, ids in columns.items()}, index, dtype=object
    )
    table["gewicht"] = pd.Series(weights, dtype=float).reindex(index)
    second = agreement(analysis, table["zoekgebied"].notna() | table["zone"].notna())
    return table.assign(waarom=_outcomes(analysis, table), tweede_zoekwijze=second)


def core_count(zoekgebied: Zoekgebied) -> int:
    """How many of its areas are core."""
    return sum(role(weight) is Role.CORE for weight in zoekgebied.weights.values())


def zone_of(zoekgebied: Zoekgebied, zones: Iterable[Zoekgebied]) -> Zoekgebied | None:
    """The zone in which most of its areas lie; None where that is none."""
    areas = set(zoekgebied.areas)
    return next((zone for zone in zones if 2 * len(areas.intersection(zone.areas)) > len(areas)), None)


def _ids(places: Iterable[Zoekgebied]) -> dict[str, str]:
    return {area: one.id for one in places for area in one.areas}


def _outcomes(analysis: Analysis, table: pd.DataFrame) -> pd.Series:
    """The `Outcome` of each area: of several that are true, the last one here."""
    score, weighed = analysis.score.value, list(analysis.weights)
    decisive = score if analysis.decisive is None else analysis.deviations[analysis.decisive]
    scoreless = score.isna()
    small = scoreless & analysis.reasons[weighed].isin(TOO_SMALL).any(axis=1)
    outcomes = pd.Series(str(Outcome.NO_PLACE), index=score.index, dtype=object)
    for outcome, where in (
        (Outcome.IN_ZONE, table["zone"].notna()),
        (Outcome.NOT_HIGH, (score <= 0) | (decisive <= 0)),
        (Outcome.UNKNOWN, decisive.isna()),
        (Outcome.NOT_SEARCHED, analysis.reason.notna()),
        (Outcome.UNKNOWN, scoreless),
        (Outcome.TOO_SMALL, small | (analysis.reason == Unknown.SMALL_COUNT)),
        (Outcome.IN_ZOEKGEBIED, table["zoekgebied"].notna()),
    ):
        outcomes = outcomes.mask(where, str(outcome))
    return outcomes
