"""How firm a zoekgebied is, in sentences."""

from collections.abc import Sequence

from geo.messages import message, plural
from layers.evaluation.robustness import Firmness
from layers.messages import say

MOST_NAMED = 3
"""Of the searches in which it does not stand, how many are named; the page of the theme has all."""


def how_firm(firm: Firmness, titles: Sequence[str]) -> str | None:
    """In how many other searches it stands, and what turns it; None where no search says anything of it."""
    if not firm.runs:
        return None
    searched = plural(
        "Searched in 1 other way, it is on the map {times}.",
        "Searched in {count} other ways, it is on the map {times}.",
        count=firm.runs, times=_times(firm),
    )  # fmt: skip
    return " ".join([say(searched), *_turned(firm, [titles[at] for at in firm.falls])])


def _times(firm: Firmness) -> str:
    if firm.stands == firm.runs:
        return say("every time")
    if firm.stands == 0:
        return say("not once")
    return say(plural("1 time", "{count} times", count=firm.stands))


def _turned(firm: Firmness, falls: Sequence[str]) -> list[str]:
    """What it falls by, and a warning where that is more than half."""
    if not falls:
        return []
    named = "; ".join(falls[:MOST_NAMED])
    more = len(falls) - MOST_NAMED
    dropped = message("It is not on it {titles}.", titles=named)
    if more > 0:
        dropped = plural("It is not on it {titles}; nor in 1 way more.",
                         "It is not on it {titles}; nor in {count} ways more.", count=more, titles=named)  # fmt: skip
    sentences = [say(dropped)]
    if firm.share < 1 / 2:
        sentences.append(say("So whether it stands out depends on how one searches."))
    return sentences
