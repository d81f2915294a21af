"""Protection: confidential counts become perturbed ones, before anything else is computed from them.

What is computed from perturbed counts cannot tell more than they do: rate, deviation, score, what is searched in, q,
ranks and explanations. Rejected: a search in the counts as they are, of which only roles and classes leave. Those tell
something of the counts too, nobody can say how much, and the noise costs the search next to nothing.
"""

from dataclasses import replace

import pandas as pd

from geo.disclosure.perturbation import Noise, perturbed
from geo.measures import Measure


def protected(measure: Measure, *, events: Noise | None, exposure: Noise | None, part: bool) -> Measure:
    """The measure with perturbed counts in the place of those that are confidential.

    Args:
        measure: with the keys of what is confidential in it.
        events: the noise on its events; None where these are open.
        exposure: the noise on its exposure, likewise.
        part: whether events are a part of the exposure; noise does not make them more than all of it.

    Raises MeasureError for figures that are no whole counts.
    """
    of_events = _perturbed(measure.events, measure.event_keys, events)
    of_exposure = _perturbed(measure.exposure, measure.exposure_keys, exposure)
    if part:
        of_events = of_events.mask((of_events > of_exposure) & (measure.events <= measure.exposure), of_exposure)
    margins = (measure.margin, measure.exposure_margin)
    safe = Measure.of(measure.id, of_events, of_exposure, measure.reason, shrunk=measure.shrunk, margins=margins)
    return replace(safe, interpolated=measure.interpolated)


def _perturbed(counts: pd.Series, keys: pd.Series | None, noise: Noise | None) -> pd.Series:
    if keys is None and noise is None:
        return counts
    if keys is None or noise is None:
        raise TypeError("confidential counts need both keys and noise")
    return pd.Series(perturbed(counts.to_numpy(dtype=float), keys.to_numpy(), noise), counts.index, name=counts.name)
