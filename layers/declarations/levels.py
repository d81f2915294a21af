"""At which levels a theme can be built, by what it declares."""

from collections.abc import Sequence

from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme


def check_level(theme: Theme, sources: Sequence[SourceDeclaration], level: AreaLevel) -> None:
    """Raise SourceError where a theme would spread figures of wijken or gemeenten evenly over what lies in them, or
    set each gemeente against itself.

    Only by a weight that the theme declares may they go to hexagons: gemeenten are empty for the most part.
    """
    within = [one.id for one in theme.indicator if one.relative_to is not None]
    if within and level is AreaLevel.GEMEENTE:
        raise SourceError(
            "theme {theme!r}: {indicators} is relative to the own gemeente, and of a gemeente as a whole that says "
            "nothing; build at level buurt or wijk", theme=theme.id, indicators=", ".join(within),
        )  # fmt: skip
    for source in sources:
        if level.resolution is not None and source.native is not AreaLevel.BUURT and theme.dasymetric is None:
            raise SourceError(
                "source {id!r}: has figures per {native}, which are not spread evenly over hexagons; declare "
                "[dasymetric] in theme {theme!r}, or build at level {native}",
                id=source.id, native=source.finest.value, theme=theme.id,
            )  # fmt: skip
