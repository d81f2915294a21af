"""Small counts: which cells are too small to show. A floor for reading; what is confidential is perturbed as well."""

import pandas as pd

from geo.measures import Measure


def too_few(measure: Measure, min_count: float, *, share: bool = False) -> "pd.Series[bool]":
    """Where a value stands on fewer events than `min_count`, none at all included: 0 says something of everyone there.

    Of a `share`, what is left of the exposure may not be less either: all says as much of everyone as none.
    A level (a percentage, a density) is not a count and has no such floor, but where it is a confidential count by
    itself; exposure has its own, set before the value.
    Of counts that were rounded, the fewest that there may be count.

    >>> counts = Measure.of("m", pd.Series([0, 4, 5, 96]), pd.Series([100] * 4), pd.Series([None] * 4))
    >>> too_few(counts, 5).tolist(), too_few(counts, 5, share=True).tolist()
    ([True, True, False, False], [True, True, False, True])
    """
    if not (measure.shrunk or measure.counted):
        return pd.Series(data=False, index=measure.events.index)
    few = measure.lowest < min_count
    if share:
        few |= measure.lowest_exposure - measure.highest < min_count
    return measure.known & few
