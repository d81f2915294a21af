"""How the counts of a year came to the areas of a series: its code in the column `wijze`, and what that is called."""

from collections.abc import Mapping

from boundaries.route_kinds import RouteKind
from geo.messages import Message, message

ROUTE_KINDS: Mapping[RouteKind, Message] = {
    RouteKind.OWN: message("own vintage"),
    RouteKind.PAIRS: message("table of codes"),
    RouteKind.YEARLY: message("year by year"),
    RouteKind.OVERLAP: message("by location"),
    RouteKind.STRAIGHT: message("straight"),
}

CODES: Mapping[RouteKind, str] = {
    RouteKind.OWN: "eigen_indeling",
    RouteKind.PAIRS: "codetabel",
    RouteKind.YEARLY: "per_jaar",
    RouteKind.OVERLAP: "ligging",
    RouteKind.STRAIGHT: "rechtstreeks",
}

LABELS: Mapping[str, Message] = {CODES[kind]: label for kind, label in ROUTE_KINDS.items()}
