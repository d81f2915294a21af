"""The words of a map: what its trends are called, what it does not show, and the name of a zoekgebied."""

from collections.abc import Sequence

from geo.areas import AreaLevel
from geo.messages import Message, message
from geo.statistics.result import How
from geo.statistics.trend import Trend
from layers.messages import said, say
from layers.publication.comparison import NATIONAL, SOMEWHERE, References, average, mean, shared

MADE_UP = message("Testland: areas and figures are made up.")

TRENDS = {
    Trend.NEW: message("new"),
    Trend.GROWING: message("growing"),
    Trend.LASTING: message("lasting"),
    Trend.FADING: message("fading"),
    Trend.SPORADIC: message("sporadic"),
    Trend.NONE: message("none"),
}
"""What became of a hot spot through the years, as it is called on the map."""

PLURALS = {
    AreaLevel.GEMEENTE: message("gemeenten"),
    AreaLevel.WIJK: message("wijken"),
    AreaLevel.BUURT: message("buurten"),
}


def plural_of(level: AreaLevel) -> str:
    """What several areas of this level are called."""
    return say(PLURALS.get(level, message("hexagons")))


def singular_of(level: AreaLevel) -> Message | str:
    """What one area of this level is called."""
    return str(level) if level.resolution is None else message("hexagon (H3 {resolution})", resolution=level.resolution)


def how_searched(how: How) -> str:
    """How p was found."""
    return said(how.message)


def caveat(references: References = NATIONAL, *, perturbed: bool = False) -> str:
    """What a map does not show; what is not compared with the country, where other things are; and that figures
    carry noise or were left out, where some are confidential.
    """
    general = _not_shown(references)
    if not perturbed:
        return general
    return say(
        "{caveat} Figures that are confidential were changed a little or left out on purpose, so that nobody can be "
        "recognised in them; therefore totals do not add up exactly.",
        caveat=general,
    )


def _not_shown(references: References) -> str:
    place = shared(references.values())
    general = say(
        "This map shows where a pattern, measured in this way, occurs more often than {average}. That need not be an "
        "undesirable deviation, and never says anything about a person, address or business.",
        average=average(place),
    )
    if place != say(SOMEWHERE):
        return general
    local = "; ".join(
        say("{title} (but with {mean})", title=one.title, mean=mean(where))
        for one, where in references.items()
        if where
    )
    return say("{caveat} Not compared with the whole country: {indicators}.", caveat=general, indicators=local)


def title(area_names: Sequence[str], level: AreaLevel) -> str:
    """The name of a zoekgebied: its strongest area, and how many others there are."""
    first, *others = area_names
    if not others:
        return first
    if len(others) == 1:
        return say("{first} and {last}", first=first, last=others[0])
    return say("{first} and {count} other {areas}", first=first, count=len(others), areas=plural_of(level))
