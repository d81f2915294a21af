"""Why a zoekgebied or an area is on the map, in sentences that a council member can read; no figure that is not there.

Four texts, each a column: what stands out against what; how certain that is; what limits it; and what one may do first,
as a suggestion. What stands out are the indicators that add to the score and of which the figure, as it is said, lies
beyond the usual one, those that add most first. Rejected: all in one paragraph, of which nobody reads the end; all that
add, for the mean of areas may lie under the usual one while the deviations of most lie above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from geo.areas import AreaLevel
from geo.messages import Message, message, plural
from layers.declarations.indicators import Indicator
from layers.messages import language, number, said, say
from layers.publication.explanations import plural_of
from layers.publication.in_words import comparison, readable, rounded

MOST_SHOWN = 3
"""Of the indicators that stand out, how many are said; a table beside the text has all."""
CHANCES = ((0.001, 1_000), (0.01, 100), (0.05, 20), (0.1, 10))
"""Up to which q one in so many places like it is expected to be chance."""
LEAST_STRENGTH = 1.1
"""From where on it is said how strong a pattern is."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside the usual one of the place that it is compared with, and what it adds to the score."""

    indicator: Indicator
    place: str
    value: float
    usual: float
    contribution: float

    @property
    def striking(self) -> bool:
        """Whether a reader of the two figures sees why it adds to the score; an unknown usual one says nothing else."""
        more = rounded(self.value) - rounded(self.usual)
        return self.contribution > 0 and not (more if self.indicator.direction == "high" else -more) <= 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, how many there were, rounded, and how many were to be expected: in an ordinary area, or else by
    what the lens compares with.
    """

    title: str
    observed: float
    expected: float
    ordinary: bool = True


@dataclass(frozen=True, slots=True)
class Certainty:
    """How certain a zoekgebied is.

    Attributes:
        q: the share of places like it that are expected to be chance, at most.
        strength: how many times what was to be expected its areas have, at least; None of a test per area.
        core: how many of its areas are core; None of a test per area.
        around: how many areas the larger pattern has in which it lies; 0 where there is none.
        alone: titles of the indicators that would have found it by themselves; None where there is one indicator only.
        second: how many of its areas the second search finds too; None where there is none, or it tested none of them.
    """

    q: float
    strength: float | None = None
    core: int | None = None
    around: int = 0
    alone: tuple[str, ...] | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader must know that the figures do not say.

    Attributes:
        hidden: how many areas amid it have a score that may not be shown.
        unknown: in how many of its areas an indicator is not known, by title.
        visited: whether many more people come there than live there.
        perturbed: titles of the indicators whose counts carry noise.
        compared: what it is compared with, where that is not the country.
    """

    hidden: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    visited: bool = False
    perturbed: tuple[str, ...] = ()
    compared: Message | None = None


def why(
    level: AreaLevel, area_count: int, gemeenten: Sequence[str], compared: Sequence[Compared], counts: Counts | None
) -> str:
    """Where a zoekgebied lies and what stands out in it; `compared` has, largest contribution first, what weighs."""
    sentences = [_location(level, area_count, gemeenten), *stands_out(compared, counts)]
    sentences.append(say("That need not be a problem, and says nothing about a person, address or business."))
    return " ".join(sentences)


def stands_out(compared: Sequence[Compared], counts: Counts | None = None) -> list[str]:
    """A sentence on each indicator that is striking, and one that names the others; what was counted stands with the
    indicator that it is of.
    """
    adding, others = [], []
    for one in compared:
        if one.striking:
            adding.append(one)
        else:
            others.append(one.indicator.title)
    sentences = [comparison(one.indicator, one.place, one.value, one.usual) for one in adding[:MOST_SHOWN]]
    several = len(sentences) > 1
    if counts is not None:
        titles = [one.indicator.title for one in adding[:MOST_SHOWN]]
        place = titles.index(counts.title) + 1 if counts.title in titles else len(titles)
        sentences.insert(place, _counted(counts, named=counts.title not in titles))
    if several:
        sentences.append(_order(language()))
    if others:
        sentences.append(_not_striking("; ".join(others), language()))
    return sentences


@cache  # said of thousands of areas, as is the next
def _order(_spoken: str) -> str:
    return say("What counts most comes first.")


@lru_cache(maxsize=1024)
def _not_striking(titles: str, _spoken: str) -> str:
    return say("Not striking here: {titles}.", titles=titles)


def how_certain(level: AreaLevel, area_count: int, certainty: Certainty) -> str:
    """How certain a zoekgebied is, in words."""
    sentences = [_chance(certainty.q), *_strength(certainty.strength), *_core(level, area_count, certainty.core)]
    if certainty.around > area_count:
        areas = plural_of(level)
        sentences.append(say("It lies in a larger pattern of {count} {areas}.", count=certainty.around, areas=areas))
    return " ".join([*sentences, *_alone(certainty.alone), *_second(level, area_count, certainty.second)])


def _chance(q: float) -> str:
    for limit, many in CHANCES:
        if q <= limit:
            return say(
                "Of {many} places that stand out this much, at most 1 is expected to be due to chance.",
                many=number(many, 0),
            )
    return say("That this is chance cannot be ruled out.")


def _strength(strength: float | None) -> list[str]:
    """An index and no ratio of what was counted: all figures are in it, and peaks are cut off. A lower bound is rounded
    down.
    """
    if strength is None or strength < LEAST_STRENGTH:
        return []
    least = number(int(strength * 10 + 1e-9) / 10, None)
    return [say("The strength of the pattern is at least {least}, where 1 is ordinary. All figures count towards it, "
                "and extreme values are capped.", least=least)]  # fmt: skip


def _core(level: AreaLevel, area_count: int, core: int | None) -> list[str]:
    if core is None or area_count == 1:
        return []
    areas, others = plural_of(level), area_count - core
    if others == 0:
        return [say("All {count} {areas} surely belong to it.", count=area_count, areas=areas)]
    if core == 0:
        return [say("The {count} {areas} probably belong to it.", count=area_count, areas=areas)]
    rest = plural("the other one probably does.", "the other {count} probably do.", count=others)
    sure = plural("One of the {all} {areas} surely belongs to it; {rest}",
                  "{count} of the {all} {areas} surely belong to it; {rest}",
                  count=core, all=area_count, areas=areas, rest=rest)  # fmt: skip
    return [say(sure)]


def _alone(titles: tuple[str, ...] | None) -> list[str]:
    if titles is None:
        return []
    if not titles:
        return [say("No figure would have found this area by itself; together they do.")]
    by_itself = plural(
        "This figure alone would have found it too: {titles}.",
        "Each of these figures alone would have found it too: {titles}.",
        count=len(titles), titles="; ".join(titles),
    )  # fmt: skip
    return [say(by_itself)]


def _second(level: AreaLevel, area_count: int, found: int | None) -> list[str]:
    if found is None:
        return []
    if not found:
        return [say("The second search finds nothing here: the two searches do not agree on this place.")]
    if found == area_count:
        return [say(plural("The second search finds this area too.", "The second search finds all {count} {areas} too.",
                           count=area_count, areas=plural_of(level)))]  # fmt: skip
    also = plural("The second search finds one of the {all} {areas} too.",
                  "The second search finds {count} of the {all} {areas} too.",
                  count=found, all=area_count, areas=plural_of(level))  # fmt: skip
    return [say(also)]


def limits(level: AreaLevel, area_count: int, found: Limits) -> str | None:
    """What limits what can be said; None where nothing does."""
    sentences = [] if found.compared is None else [said(found.compared)]
    if found.visited:
        sentences.append(say("Many visitors come here and few people live here. Figures per inhabitant then say less."))
    if found.hidden:
        amid = plural(
            "One area in between may not be shown. It is not counted in any of this.",
            "{count} areas in between may not be shown. They are not counted in any of this.",
            count=found.hidden,
        )
        sentences.append(say(amid))
    sentences += [_unknown(level, area_count, *one) for one in found.unknown.items()]
    if found.perturbed:
        titles = "; ".join(found.perturbed)
        sentences.append(say("Changed a little on purpose, so that nobody can be recognised: {titles}.", titles=titles))
    return " ".join(sentences) or None


def _unknown(level: AreaLevel, area_count: int, title: str, count: int) -> str:
    if count == area_count:
        return say("Not known here: {title}.", title=title)
    known = plural(
        "Not known in one of the {all} {areas}: {title}.",
        "Not known in {count} of the {all} {areas}: {title}.",
        count=count, all=area_count, areas=plural_of(level), title=title,
    )  # fmt: skip
    return say(known)


def suggestion(compared: Sequence[Compared]) -> str | None:
    """What one may do first where what adds most stands out, and on what that rests; None where nothing is declared."""
    carrying = (one.indicator.handvat for one in compared if one.striking)
    first: Any = next((one for one in carrying if one is not None), None)
    if first is None:
        return None
    return say("{text} Based on: {reference}.", text=first.text, reference=first.reference.removesuffix("."))


def _location(level: AreaLevel, area_count: int, gemeenten: Sequence[str]) -> str:
    *first, last = gemeenten
    places = message("{first} and {last}", first=", ".join(first), last=last) if first else last
    if level is AreaLevel.GEMEENTE:
        together = plural(
            "One gemeente, with neighboring gemeenten that score high too: {places}.",
            "{count} gemeenten that lie together: {places}.",
            count=area_count, places=places,
        )  # fmt: skip
        return say(together)
    located = plural(
        "One area in {places}, with neighboring areas that score high too.",
        "{count} {areas} in {places} that lie together.",
        count=area_count,
        areas=plural_of(level),
        places=places,
    )
    return say(located)


def _counted(counts: Counts, *, named: bool) -> str:
    """Neither number is said more precisely than it is published; `named` says of what they are.

    How many were to be expected is said only where no sentence before it compares: against ordinary areas the count is
    another ratio than the shrunk rate against the mean, and of two ratios a reader cannot tell which holds.
    """
    observed = number(counts.observed, 0)
    if not named:
        return say("About {observed} were counted.", observed=observed)
    expected = say("less than 1") if counts.expected < 1 else say("about {count}", count=readable(counts.expected))
    figures = {"title": counts.title, "observed": observed, "expected": expected}
    if counts.ordinary:
        return say("{title}: about {observed} were counted; in an ordinary area of this size {expected}.", **figures)
    return say("{title}: about {observed} were counted; {expected} were to be expected.", **figures)
