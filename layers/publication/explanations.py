"""The words of a zoekgebied: its name and why it is on the map, so that a council member can read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.areas import AreaLevel
from geo.measures import Unknown
from geo.messages import Message, message, plural
from geo.statistics import How
from geo.statistics.trends import Trend
from layers.declarations.indicators import Indicator
from layers.messages import number, said, say
from layers.publication.comparison import NATIONAL, SOMEWHERE, References, average, mean, shared

MADE_UP = message("Testland: areas and figures are made up.")

REASONS = {
    Unknown.SECRET: message("secret at the source"),
    Unknown.LATER: message("comes later at the source"),
    Unknown.DISCONTINUED: message("no longer published by the source"),
    Unknown.ABSENT: message("absent from the source"),
    Unknown.PARTLY: message("too few parts of this area are known"),
    Unknown.NO_EXPOSURE: message("nothing to set the number against"),
    Unknown.SMALL_EXPOSURE: message("too small to show a ratio"),
    Unknown.SMALL_COUNT: message("too small a number to show"),
    Unknown.FEW_INDICATORS: message("too few indicators known"),
    Unknown.ISLAND: message("no neighboring areas"),
    Unknown.NO_KNOWN_NEIGHBOR: message("no neighboring area with a score"),
    Unknown.INTERPOLATED: message("estimated from larger areas; these are not searched"),
    Unknown.TOO_FEW_AREAS: message("too few areas to search in"),
    Unknown.IMPOSSIBLE: message("impossible: more of them than there are"),
}
"""What each reason is called on the map."""

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


def how_searched(how: How) -> str:
    """How p was found."""
    return said(how.message)


def caveat(references: References = NATIONAL, *, perturbed: bool = False) -> str:
    """What a map does not show; what is not compared with the country, where other things are; and that counts carry
    noise, where they do.
    """
    general = _not_shown(references)
    if not perturbed:
        return general
    return say(
        "{caveat} Counts that are confidential were changed a little on purpose, so that nobody can be recognised in "
        "them; therefore totals do not add up exactly.",
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


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader must know beside the figures.

    Args:
        compared: what it is compared with, where that is not the country; None where it is.
        visited: whether many more people come there than live there.
    """

    compared: Message | None = None
    visited: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a place scan says of a zoekgebied.

    Args:
        strength: how many times what was to be expected its areas have, at least.
        core: how many of its areas are core.
        around: how many areas the larger pattern has in which it lies; 0 where there is none.
        surplus: title of what was counted, how many were observed and expected; None where these are not there.
        hidden: how many areas amid it have a score that may not be shown.
        context: what a reader must know beside the figures.
        alone: titles of the indicators that would have found it by themselves; None where there is one indicator only.
    """

    strength: float
    core: int
    around: int
    surplus: tuple[str, float, float] | None
    hidden: int = 0
    context: Context = Context()
    alone: tuple[str, ...] | None = None


def explanation(
    level: AreaLevel,
    area_count: int,
    gemeenten: Sequence[str],
    compared: Mapping[str, tuple[float, float]],
    references: References,
    found: Found | None = None,
) -> str:
    """Why a zoekgebied is on the map. `compared` has, largest contribution first, the value of each indicator in the
    zoekgebied and the mean of the place that `references` compares it with; `found` is of a place scan.
    """
    by_id = {one.id: (one, place) for one, place in references.items()}
    sentences = [_location(level, area_count, gemeenten)]
    sentences += [] if found is None else _pattern(found, level, area_count)
    sentences += [_comparison(*by_id[name], *values) for name, values in compared.items()]
    sentences += [] if found is None else [*_surplus(found), *_alone(found), *_context(found.context)]
    return " ".join(sentences)


def _pattern(found: Found, level: AreaLevel, area_count: int) -> list[str]:
    """How strong it is, how much of it is core, and the larger pattern around it."""
    areas = plural_of(level)
    sentences = []
    if found.strength > 1:
        times = number(found.strength)
        strong = message("The pattern is at least {times} times as strong here as was to be expected.", times=times)
        sentences.append(say(strong))
    if area_count > 1:
        core = {"core": found.core, "count": area_count, "areas": areas}
        sentences.append(
            say("All {count} {areas} are core: they are surely part of it.", **core)
            if found.core == area_count
            else say("{core} of {count} {areas} are core; the others are probably part of it.", **core)
        )
    if found.hidden:
        amid = plural(
            "One area amid them may not be shown, and counts in nothing here.",
            "{count} areas amid them may not be shown, and count in nothing here.",
            count=found.hidden,
        )
        sentences.append(say(amid))
    if found.around > area_count:
        sentences.append(say("This lies in a larger pattern of {count} {areas}.", count=found.around, areas=areas))
    return sentences


def _surplus(found: Found) -> list[str]:
    if found.surplus is None:
        return []
    title, observed, expected = found.surplus
    figures = {
        "title": title,
        "observed": number(observed, 0),
        "expected": number(expected, 0),
        "more": number(abs(observed - expected), 0),
    }
    if observed < expected:
        return [say("{title}: about {observed}, where {expected} were to be expected: {more} fewer.", **figures)]
    return [say("{title}: about {observed}, where {expected} were to be expected: {more} more.", **figures)]


def _context(context: Context) -> list[str]:
    sentences = [] if context.compared is None else [said(context.compared)]
    if context.visited:
        sentences.append(
            say(
                "Many visitors, few inhabitants: far more happens here per inhabitant than elsewhere, and many "
                "addresses stand around it, so that more people will come here than live here."
            )
        )
    return sentences


def _alone(found: Found) -> list[str]:
    if found.alone is None:
        return []
    if not found.alone:
        return [say("No indicator would have found this by itself; together they do.")]
    by_itself = plural(
        "By itself this one would have found it too: {titles}.",
        "Each of these would have found it by itself too: {titles}.",
        count=len(found.alone),
        titles="; ".join(found.alone),
    )
    return [say(by_itself)]


def _location(level: AreaLevel, area_count: int, gemeenten: Sequence[str]) -> str:
    *first, last = gemeenten
    places = message("{first} and {last}", first=", ".join(first), last=last) if first else last
    located = plural(
        "One area in {places}, with neighboring areas that score high too.",
        "{count} {areas} in {places} that lie together.",
        count=area_count,
        areas=plural_of(level),
        places=places,
    )
    return say(located)


def _comparison(indicator: Indicator, place: str, value: float, usual: float) -> str:
    figures = message(
        "{title}: {value} {unit}, {average} {mean}",
        title=indicator.title,
        value=number(value),
        unit=indicator.unit,
        average=average(place),
        mean=number(usual),
    )
    if usual == 0 or indicator.quotient or indicator.since:  # these say themselves how many times
        return say("{figures}.", figures=figures)
    return say("{figures} ({times}).", figures=figures, times=_times(value / usual))


def _times(ratio: float) -> Message:
    if 0.95 <= ratio <= 1.05:
        return message("about equal")
    return message("{ratio} times as many", ratio=number(ratio))
