"""The names of what a theme can search with, for who declares or shows one: what is behind them takes a second to load
(geo.statistics.by_name).
"""

SEARCH_NAMES = ("getis_ord", "getis_ord_i", "getis_ord_total", "local_moran")
"""Those that test every area."""

PLACE_SEARCH_NAMES = ("place_scan",)
"""Those that find whole places."""
