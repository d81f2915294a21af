"""How the counts of a year came to the areas of a series, as it is published in the column `wijze`."""

from collections.abc import Mapping

from boundaries.routes import RouteKind
from geo.messages import Message, message

ROUTE_KINDS: Mapping[RouteKind, Message] = {
    RouteKind.OWN: message("own vintage"),
    RouteKind.PAIRS: message("table of codes"),
    RouteKind.YEARLY: message("year by year"),
    RouteKind.OVERLAP: message("by location"),
    RouteKind.STRAIGHT: message("straight"),
}
