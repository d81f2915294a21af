"""Local statistics by name. A new one is a function like these and its name here."""

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
