"""What is said of figures that were corrected: a reader must see what is not the publisher's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from boundaries.codes import LENGTHS, parents
from geo.areas import AreaLevel
from geo.messages import plural
from layers.messages import number, say

type Effect = Literal["changed", "needless", "unused"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A figure that is not what its source said.

    Attributes:
        source: the title of the source.
        area: the code of the area, at the level of the source.
        figure: which figure.
        period: of when.
        before: what the source says; None where it says nothing, or where it may not be shown.
        after: what it should be; None where that may not be shown.
        why: the reason.
        role: in which role someone decided so.
        effect: whether it changed a figure; `needless` is where the source says the same, `unused` where figures of
            other areas are read.
    """

    source: str
    area: str
    figure: str
    period: str
    before: float | None
    after: float | None
    why: str
    role: str
    effect: Effect = "changed"

    def shown(self, least: float) -> "Corrected":
        """The same without figures that are too small to show."""
        before, after = (None if one is None or one < least else one for one in (self.before, self.after))
        return replace(self, before=before, after=after)


def sentence(one: Corrected) -> str:
    """What was corrected and why, for a reader of the map."""
    said = {"figure": one.figure, "period": one.period, "area": one.area, "why": one.why.rstrip("."), "role": one.role}
    if one.before is None or one.after is None:
        return say("Of {area} the figure {figure} of {period} was corrected by the {role}: {why}.", **said)
    return say(
        "Of {area} the figure {figure} of {period} was corrected from {before} to {after} by the {role}: {why}.",
        before=number(one.before, None), after=number(one.after, None), **said,
    )  # fmt: skip


def with_corrections(texts: pd.Series, corrections: Sequence[Corrected], level: AreaLevel) -> pd.Series:
    """The texts of areas, each with what was corrected of it, or of the smaller areas in it."""
    texts = texts.copy()
    for area, sentences in _by_area(corrections, level).items():
        if area in texts.index:
            texts[area] = " ".join([*([texts[area]] if isinstance(texts[area], str) else []), *sentences])
    return texts


def limits_with(text: object, corrections: Sequence[Corrected], areas: Sequence[str], level: AreaLevel) -> str | None:
    """What limits a zoekgebied, with what was corrected in its areas."""
    said = [one for area, sentences in _by_area(corrections, level).items() if area in areas for one in sentences]
    return " ".join([*([text] if isinstance(text, str) else []), *said]) or None


def _by_area(corrections: Sequence[Corrected], level: AreaLevel) -> dict[str, list[str]]:
    """The sentences by area; none by hexagon, in which no area lies whole."""
    said: dict[str, list[str]] = {}
    for one in corrections if level in LENGTHS else ():
        if len(one.area) >= LENGTHS[level]:
            said.setdefault(parents(pd.Index([one.area]), level)[0], []).append(sentence(one))
    return said


def counted(corrections: Sequence[Corrected]) -> str:
    """How many figures of a map were corrected."""
    return say(plural("1 figure of its sources was corrected; the page on the method says which, and why.",
                      "{count} figures of its sources were corrected; the page on the method says which, and why.",
                      count=len({(one.source, one.area, one.figure, one.period) for one in corrections})))  # fmt: skip


def without_effect(one: Corrected) -> str:
    """That a correction is not needed, or not used."""
    named = {"source": one.source, "area": one.area, "figure": one.figure, "period": one.period}
    if one.effect == "needless":
        return say("correction of {figure} of {area}, {period}: {source} says the same by now; it can be removed",
                   **named)  # fmt: skip
    return say("correction of {figure} of {area}, {period}: not used, since figures of larger areas in {source} are "
               "read; correct those", **named)  # fmt: skip
