"""What other searches found, beside the one by which a theme has its zoekgebieden: that of each indicator by itself
(layers.method.alone), and a second one of the same residuals (layers.method.second).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

type Flags = pd.Series
"""Whether each area is found: True, False, or None where it was not tested."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The areas that each of several indicators finds alone, and what the second search finds, where there is one."""

    alone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    second: Flags | None = None


def beside(alone: Mapping[str, tuple[str, ...]], *second: Flags) -> Beside:
    """What was found beside the search of a theme, with a second search or without."""
    return Beside(alone, *second)


def nothing_beside() -> Beside:
    """Of a search that is held against others only."""
    return Beside()
