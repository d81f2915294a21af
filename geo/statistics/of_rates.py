"""The local statistics of rates, in their empirical-Bayes form: of `standardised(measure)`.

Areas without a rate come back with the reason that the measure has for it.
"""

from dataclasses import replace

from geo.measures import Measure
from geo.neighbors import AnyNeighbors
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.local_moran import local_moran
from geo.statistics.result import Alternative, LocalResult, LocalStatistic
from geo.statistics.standardised import standardised


def local_moran_of_rates(
    measure: Measure, neighbors: AnyNeighbors, *, alternative: Alternative = "two-sided"
) -> LocalResult:
    """Local Moran of rates: the local form of the index of Assunção and Reis. See `local_moran`."""
    return _of(local_moran, measure, neighbors, alternative)


def getis_ord_of_rates(
    measure: Measure, neighbors: AnyNeighbors, *, alternative: Alternative = "greater"
) -> LocalResult:
    """Gi* of rates, by default of those that are high. See `getis_ord`."""
    return _of(getis_ord, measure, neighbors, alternative)


def getis_ord_i_of_rates(
    measure: Measure, neighbors: AnyNeighbors, *, alternative: Alternative = "greater"
) -> LocalResult:
    """Gi of rates, by default of those that are high. See `getis_ord_i`."""
    return _of(getis_ord_i, measure, neighbors, alternative)


def _of(test: LocalStatistic, measure: Measure, neighbors: AnyNeighbors, alternative: Alternative) -> LocalResult:
    """The test of standardised rates, with the reasons of the measure where it has no rate."""
    result = test(standardised(measure), neighbors, alternative=alternative)
    return replace(result, reason=result.reason.mask(~measure.known, measure.reason))
