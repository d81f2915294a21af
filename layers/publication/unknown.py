"""Where nothing is known there is no map: one without zoekgebieden would say that nothing stands out there."""

from collections import Counter

from geo.errors import SourceError, first_few
from geo.unknown import Unknown
from layers.messages import say
from layers.publication.protected import Protected
from layers.publication.reasons import CODES, LABELS

HIDDEN = {CODES[one] for one in (Unknown.SMALL_COUNT, Unknown.SMALL_EXPOSURE, Unknown.WITHHELD)}
"""What is known, and not shown."""


def check_something_known(layer: Protected) -> None:
    """Raise SourceError where no area of a part of the country has a figure of any indicator, and say why not.

    What is known and too small to be shown is no reason: then the map says that of each area.
    """
    if layer.key.gemeente is None:
        return
    indicators = [one.id for one in layer.theme.indicator]
    if layer.table[indicators].notna().any(axis=None):
        return
    reasons = Counter(reason for one in indicators for reason in layer.table[f"{one}_reden"])
    if HIDDEN & reasons.keys():
        return
    raise SourceError(
        "{theme}: no figure of {gemeente} is known in {period} ({reasons}), so there is no map: an empty one would say "
        "that nothing stands out; take another period, or get the figures of that gemeente",
        theme=layer.theme.title, gemeente=layer.table["gemeentenaam"].iloc[0], period=layer.key.period,
        reasons=first_few(say(LABELS[reason]) for reason, _ in reasons.most_common()),
    )  # fmt: skip
