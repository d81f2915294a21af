"""Why a figure is not known, as it is published: a code in the data, and what each code is called.

A code never changes: a filter or a script that has it goes on working whatever a reason comes to be called, in whatever
language. Rejected: the words themselves in the data, which is how releases before format 2 have them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geo.messages import Message, message
from geo.unknown import Unknown
from layers.messages import translations

if TYPE_CHECKING:  # the labels are served, and what serves makes no tables
    import pandas as pd

REASONS: Mapping[Unknown, Message] = {
    Unknown.SECRET: message("secret at the source"),
    Unknown.WITHHELD: message("secret: it would tell something of one firm or person"),
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
    Unknown.OUTSIDE: message("this lens does not search here"),
}
"""What each reason is called on the map."""

CODES: Mapping[Unknown, str] = {
    Unknown.SECRET: "geheim",
    Unknown.WITHHELD: "achtergehouden",
    Unknown.LATER: "volgt_later",
    Unknown.DISCONTINUED: "vervallen",
    Unknown.ABSENT: "ontbreekt",
    Unknown.PARTLY: "deels_bekend",
    Unknown.NO_EXPOSURE: "geen_noemer",
    Unknown.SMALL_EXPOSURE: "kleine_noemer",
    Unknown.SMALL_COUNT: "klein_aantal",
    Unknown.FEW_INDICATORS: "weinig_indicatoren",
    Unknown.ISLAND: "geen_buurgebied",
    Unknown.NO_KNOWN_NEIGHBOR: "geen_bekend_buurgebied",
    Unknown.INTERPOLATED: "geschat",
    Unknown.TOO_FEW_AREAS: "weinig_gebieden",
    Unknown.IMPOSSIBLE: "onmogelijk",
    Unknown.OUTSIDE: "buiten_lens",
}

NOWHERE_FROM = "zonder_herkomst"
"""The code in a series for an area in which no area of that year ends up."""
NOT_COUNTED = "niet_geteld"
"""The code of a zoekgebied for which no indicator counts events."""

LABELS: Mapping[str, Message] = {code: REASONS[reason] for reason, code in CODES.items()}
COUNT_LABELS: Mapping[str, Message] = {
    **LABELS,
    NOT_COUNTED: message("nothing is counted: the indicators are shares and levels"),
}
SERIES_LABELS: Mapping[str, Message] = {
    **LABELS,
    NOWHERE_FROM: message("no area of that year ends up in this one"),
}


def coded(reasons: "pd.Series") -> "pd.Series":
    """The code of each `Unknown`; None where there is none."""
    return reasons.map(CODES, na_action="ignore").astype(object).where(reasons.notna(), None)


def recoded(texts: "pd.Series", labels: Mapping[str, Message | str]) -> "pd.Series":
    """The codes of texts that were published as words, in any language; what is none of these stays as it is."""
    messages = {code: label for code, label in labels.items() if isinstance(label, Message)}
    code_of = {words: code for code, label in messages.items() for words in translations(label)}
    coded = texts.replace(code_of) if code_of.keys() & set(texts.dropna().unique()) else texts
    return coded.astype(object).where(texts.notna(), None)
