"""Local statistics, and what is made of them. All by name stand in `geo.statistics.by_name`, and can be had from here:
these load numba, which a search needs and nothing else.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # as what is asked for
    """The tables of statistics by name, loaded when they are asked for."""
    if name in ("STATISTICS", "SEARCHES", "PLACE_SEARCHES"):
        from geo.statistics import by_name  # noqa: PLC0415

        return getattr(by_name, name)
    raise AttributeError(f"module 'geo.statistics' has no attribute {name!r}")
