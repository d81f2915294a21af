"""Figures in words: how precisely a number is said, and how many times another it is.

A ratio is that of the two numbers as they are said, so that a reader who divides them finds the same. Few figures are
said: 111 and 32, not 111.4 and 31.6, for more would pretend.
"""

import math
from functools import lru_cache

from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.messages import language, number, say
from layers.publication.comparison import average

WHOLE_FROM = 10
"""From here on numbers are said without decimals, and ratios too."""
MOST_DECIMALS = 4
EQUAL, LITTLE, MUCH = 1.05, 1.3, 2.5
"""Up to where a ratio is called equal, a little more, and (upside down) less rather than far less."""

SENTENCES = "nl"
"""The language of the sentences that declarations have."""


def rounded(value: float) -> float:
    """A number as it is said: whole from ten on, else two figures.

    >>> rounded(111.4), rounded(8.94), rounded(0.0261), rounded(0.0)
    (111.0, 8.9, 0.026, 0.0)
    """
    if math.isnan(value) or value == 0:
        return value
    if abs(value) >= WHOLE_FROM:
        return float(round(value))
    return round(value, min(1 - math.floor(math.log10(abs(value))), MOST_DECIMALS))


def readable(value: float) -> str:
    """The same as text.

    >>> readable(1234.5), readable(0.0261)
    ('1.234', '0,026')
    """
    return number(rounded(value), None)


def times(ratio: float) -> str:
    """How many times as many that is, of numbers as they are said."""
    return number(ratio, 0) if round(ratio, 1) >= WHOLE_FROM else number(round(ratio, 1), None)


def more(ratio: float) -> tuple[Message, Message]:
    """How many more that is, and the "as" or "than" that comes before what it is compared with."""
    if ratio >= LITTLE:
        return message("{ratio} times as many", ratio=times(ratio)), message("as")
    if 1 / EQUAL <= ratio <= EQUAL:
        return message("about as many"), message("as")
    if ratio > 1:
        return message("slightly more"), message("than")
    if ratio >= 1 / LITTLE:
        return message("slightly fewer"), message("than")
    return (message("fewer") if ratio >= 1 / MUCH else message("far fewer")), message("than")


def beside(ratio: float, place: str) -> str:
    """How many times the usual figure of a place that is.

    >>> beside(3.47, ""), beside(0.9, "in Rotterdam")
    ('3,5 keer zo veel als landelijk', 'iets minder dan gemiddeld in Rotterdam')
    """
    return _beside(float(ratio), place, language())  # the float of numpy is as great, and rounds in another way


@lru_cache(maxsize=8192)  # all lenses of a period have the same ratios
def _beside(ratio: float, place: str, spoken: str) -> str:  # noqa: ARG001  # what is said depends on the language
    size, than = more(ratio)
    return say("{size} {than} {average}", size=size, than=than, average=average(place))


def comparison(indicator: Indicator, place: str, value: float, usual: float) -> str:
    """A sentence on a figure here beside the usual one of a place, in the words of its declaration where it has any."""
    return _comparison(indicator, place, rounded(value), rounded(usual), language())


@lru_cache(maxsize=8192)  # in the country few figures differ once they are rounded
def _comparison(indicator: Indicator, place: str, value: float, usual: float, spoken: str) -> str:
    figures = {"value": number(value, None), "unit": indicator.unit, "average": average(place),
               "usual": number(usual, None), "title": indicator.title}  # fmt: skip
    if math.isnan(usual) or indicator.relative_to:  # what it is relative to is in its unit, and of the country the same
        relative, alone = (
            message("{title}: {value}, {unit}.", **figures),
            message("{title}: {value} {unit}.", **figures),
        )
        return say(relative if indicator.relative_to else alone)
    if usual <= 0 or indicator.since:  # of what became of a level the two figures say it all
        return say("{title}: {value} {unit}, {average} {usual}.", **figures)
    size, than = more(value / usual)
    compared = message("{than} {average}", than=than, average=average(place))
    if indicator.phrase is None or spoken != SENTENCES:
        return say("{title}: {value} {unit}, {average} it is {usual}; that is {more}.", **figures, more=size)
    words = {"phrase": indicator.phrase.replace("{more}", say(size)), "compared": compared}
    if indicator.quotient:
        return say("Here {phrase} {compared}.", **words)
    if indicator.share or indicator.per is None:
        return say("Here {phrase} {compared} ({value} against {usual} {unit}).", **words, **figures)
    return say("Here {phrase} {compared} (cautiously estimated {value} against {usual} {unit}).", **words, **figures)
