"""Unknown, apart from the measures that have them: what only names a reason loads no numpy or pandas."""

from enum import StrEnum


class Unknown(StrEnum):
    """Why a figure is not known. These are different facts, and none of them is zero.

    `IMPOSSIBLE`: a share of more than all. `INTERPOLATED`: a local statistic is not computed over figures that were
    interpolated from larger areas. `OUTSIDE`: where a lens does not search. `WITHHELD`: an amount that is known here,
    and would tell of one who contributes to it (geo.disclosure.suppression).
    """

    SECRET = "secret"  # noqa: S105  # a figure that CBS keeps secret
    WITHHELD = "withheld"
    LATER = "later"
    DISCONTINUED = "discontinued"
    ABSENT = "absent"
    PARTLY = "partly"
    NO_EXPOSURE = "no_exposure"
    SMALL_EXPOSURE = "small_exposure"
    SMALL_COUNT = "small_count"
    FEW_INDICATORS = "few_indicators"
    ISLAND = "island"
    NO_KNOWN_NEIGHBOR = "no_known_neighbor"
    INTERPOLATED = "interpolated"
    TOO_FEW_AREAS = "too_few_areas"
    IMPOSSIBLE = "impossible"
    OUTSIDE = "outside"
