"""The local statistics of rates, in their empirical-Bayes form: of `standardised(measure)`.

Areas without a rate come back with the reason that the measure has for it.
"""

from dataclasses import replace

from geo.measures import Measure
from geo.neighbors import Neighbors
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.local_moran import local_moran
from geo.statistics.result import Alternative, LocalResult, LocalStatistic
from geo.statistics.standardised import standardised


def local_moran_of_rates(measure: Measure, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
    """Local Moran of rates: the local form of the index of Assunção and Reis."""
    return _of(local_moran, measure, neighbors, alternative)


def getis_ord_of_rates(measure: Measure, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
    """Gi* of rates."""
    return _of(getis_ord, measure, neighbors, alternative)


def getis_ord_i_of_rates(measure: Measure, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
    """Gi of rates."""
    return _of(getis_ord_i, measure, neighbors, alternative)


def _of(test: LocalStatistic, measure: Measure, neighbors: Neighbors, alternative: Alternative) -> LocalResult:
    found = test(standardised(measure), neighbors, alternative=alternative)
    return replace(found, reason=found.reason.mask(~measure.known, measure.reason))
