"""Local statistics by name: those that a theme can search with. A new one is a function like these and its name here.

What takes more than one value per area gives the same result type and is called by its own name: local_moran_among
(where does A lie among B), local_join_counts (flags), getis_ord_rings and getis_ord_weighted (weights), scan, trends.
"""

from collections.abc import Mapping
from types import MappingProxyType

from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.local_moran import local_moran
from geo.statistics.result import Alternative, How, LocalResult, LocalStatistic

STATISTICS: Mapping[str, LocalStatistic] = MappingProxyType(
    {"getis_ord": getis_ord, "getis_ord_i": getis_ord_i, "local_moran": local_moran}
)

__all__ = ["STATISTICS", "Alternative", "How", "LocalResult", "LocalStatistic"]
