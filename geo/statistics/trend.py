"""Trend: what became of a hot spot through the years, in one word."""

from enum import StrEnum


class Trend(StrEnum):
    """What became of an area through the years.

    `NEW`: hot in the last year, never before. `GROWING`, `LASTING`, `FADING`: hot in the last year and in nearly all
    years (geo.statistics.trends), and rising, neither, or falling. `SPORADIC`: hot otherwise. `NONE`: hot in no year.
    """

    NEW = "new"
    GROWING = "growing"
    LASTING = "lasting"
    FADING = "fading"
    SPORADIC = "sporadic"
    NONE = "none"
