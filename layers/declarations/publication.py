"""What of the built layers is published, and for whom: a decision that a person writes, in `publication.toml`.

[[layer]]
theme    = "misdrijven"
level    = "buurt"      # without one: every level; so for lens and period
lens     = "basis"
period   = 2024
audience = "publiek"    # everyone, or "intern": colleagues only
"""

import re
from typing import Annotated, Literal

from pydantic import Field

from geo.areas import AreaLevel
from layers.declarations.indicators import Declared, Id, Text

CLOSED = re.compile(r"niet[ -]openbaar|vertrouwelijk|\bintern\b|confidential|not public", re.IGNORECASE)
"""How licenses say that not everyone may have the figures."""


class PublishedLayers(Declared):
    """Layers of a theme that are published, and for whom: all of them, or those of a level, lens or period."""

    theme: Id
    level: AreaLevel | None = None
    lens: Text | None = None
    period: int | None = None
    audience: Literal["intern", "publiek"]

    def covers(self, theme: str, level: AreaLevel, lens: str, period: int) -> bool:
        """Whether a layer is among them."""
        wanted = ((self.level, level), (self.lens, lens), (self.period, period))
        return self.theme == theme and all(said is None or said == found for said, found in wanted)

    def includes(self, other: "PublishedLayers") -> bool:
        """Whether it covers every layer that another covers."""
        pairs = ((self.level, other.level), (self.lens, other.lens), (self.period, other.period))
        return self.theme == other.theme and all(said is None or said == found for said, found in pairs)


class PublicationList(Declared):
    """All that is published of a home. A layer is published as the first that covers it says."""

    layer: Annotated[tuple[PublishedLayers, ...], Field(min_length=1)]


def closed_licenses(licenses: set[str]) -> list[str]:
    """The licenses by which not everyone may have figures."""
    return sorted(one for one in licenses if CLOSED.search(one))
