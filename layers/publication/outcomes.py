"""What the search says of every area: why it is on the map or not, and what it is to its zoekgebied.

Codes, as in layers.publication.reasons: they never change, what they are called may.
"""

from collections.abc import Mapping
from enum import StrEnum

from geo.messages import Message, message
from geo.roles import Role


class Outcome(StrEnum):
    """Why an area is on the map or not; every area has one."""

    IN_ZOEKGEBIED = "in_zoekgebied"
    IN_ZONE = "in_zone"
    NO_PLACE = "geen_plaats"
    NOT_HIGH = "niet_hoog"
    TOO_SMALL = "te_klein"
    UNKNOWN = "onbekend"
    NOT_SEARCHED = "niet_gezocht"


OUTCOMES: Mapping[str, Message] = {
    Outcome.IN_ZOEKGEBIED.value: message("in a zoekgebied"),
    Outcome.IN_ZONE.value: message("high, in a larger pattern but not in one of its strongest parts"),
    Outcome.NO_PLACE.value: message("high by itself, but chance may explain it: not clearly so with its surroundings"),
    Outcome.NOT_HIGH.value: message("not higher than what it is compared with"),
    Outcome.TOO_SMALL.value: message(
        "cannot be judged: one of its numbers is too small to show, or too few people live there"
    ),
    Outcome.UNKNOWN.value: message("cannot be judged: too few figures are known"),
    Outcome.NOT_SEARCHED.value: message("not searched; see the reason without a test"),
}

UNJUDGED = (Outcome.TOO_SMALL, Outcome.UNKNOWN, Outcome.NOT_SEARCHED)
"""Those of areas that the map says nothing of, high or low; they are a list of their own."""

ROLE_CODES: Mapping[Role, str] = {Role.CORE: "kern", Role.MEMBER: "hoort_bij"}
ROLES: Mapping[str, Message] = {
    ROLE_CODES[Role.CORE]: message("core: surely part of it"),
    ROLE_CODES[Role.MEMBER]: message("probably part of it"),
}

SHARES: Mapping[str, float] = {"1_op_1000": 0.001, "1_op_100": 0.01, "1_op_20": 0.05, "gewoon": 1.0}
"""Codes of how many areas are as high, rarest first, each with the most of all areas that it stands for."""
SHARE_LABELS: Mapping[str, Message] = {
    "1_op_1000": message("at most 1 in 1,000 areas"),
    "1_op_100": message("at most 1 in 100 areas"),
    "1_op_20": message("at most 1 in 20 areas"),
    "gewoon": message("more than 1 in 20 areas"),
}


class Searches(StrEnum):
    """By which of the searches of a theme that has two an area is found."""

    BOTH = "beide"
    FIRST = "alleen_eerste"
    SECOND = "alleen_tweede"


SEARCHES: Mapping[str, Message] = {
    Searches.BOTH.value: message("found by both searches"),
    Searches.FIRST.value: message("found by the first search only"),
    Searches.SECOND.value: message("found by the second search only"),
}

MANY_VISITORS = "veel"
VISITORS: Mapping[str, Message] = {MANY_VISITORS: message("many visitors, few inhabitants")}
