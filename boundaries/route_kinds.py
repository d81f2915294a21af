"""RouteKind, apart from the routes: what only names kinds loads no boundaries."""

from enum import StrEnum


class RouteKind(StrEnum):
    """How the counts of a year came to the areas of the series; published by the words of layers.publication.routes."""

    OWN = "own"
    PAIRS = "pairs"
    YEARLY = "yearly"
    OVERLAP = "overlap"
    STRAIGHT = "straight"
