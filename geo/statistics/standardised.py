"""Standardised rates: how far each lies above the overall rate, in standard deviations of its own.

A rate from few inhabitants varies by chance alone. Compared with its neighbours as it stands it hides a pattern or
makes one; divided by its standard deviation it does neither. These values are what Moran's I, local Moran, Gi and Gi*
take to become their empirical-Bayes forms: `moran(standardised(measure), neighbors, ...)`.
"""

import numpy as np
import pandas as pd

from geo.deviations import absolute
from geo.measures import Measure


def standardised(measure: Measure) -> pd.Series:
    """Each rate less the overall rate, in standard deviations of its own; NaN where unknown.

    With events e and exposure x of the m areas that are known: b = sum e / sum x is the overall rate, s2 the variance
    of the rates around it weighted by exposure, a = s2 - b / (sum x / m) what of that is not chance, and the variance
    of one rate v = a + b / x, or b / x where that is not above 0. Without any events all values are 0.

    Source: R.M. Assunção and E.A. Reis (1999), A new proposal to adjust Moran's I for population density, Statistics
    in Medicine 18(16), 2147-2162. Their index takes the mean out of the denominator only; Moran's I takes it out of
    both, as Assunção later agreed it should (spdep, EBImoran, `subtract_mean_in_numerator`).

    >>> events, exposure = pd.Series([1, 30, 120]), pd.Series([10, 1000, 2000])
    >>> standardised(Measure.of("m", events, exposure, pd.Series([None] * 3))).round(2).tolist()
    [0.69, -1.4, 0.73]
    """
    known = measure.known
    events, exposure = (part[known].to_numpy(dtype=float) for part in (measure.events, measure.exposure))
    if not events.any():
        return (measure.events * 0.0).where(known)
    rates, overall = events / exposure, events.sum() / exposure.sum()
    around = (exposure * (rates - overall) ** 2).sum() / exposure.sum()
    between, chance = around - overall / exposure.mean(), overall / exposure
    variance = np.where(between + chance <= 0, chance, between + chance)
    apart = absolute(pd.Series(rates, index=measure.events.index[known]), overall)
    return pd.Series(apart / np.sqrt(variance), index=apart.index).reindex(known.index)
