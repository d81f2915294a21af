"""Codes of CBS: of gemeenten, wijken and buurten (parse, parent, level), and of figures that are missing.

CBS codes are letters and digits since Amsterdam renumbered in 2022 (`BU0363AF08`); only the four after the first two
letters, the gemeente, are always digits.

Areas of another country, and cells of a grid of Europe, have codes of another form (`BE_11001`), and are of one level:
that of gemeenten. None lies in another.
"""

import re

import pandas as pd

from geo.areas import AreaLevel
from geo.unknown import Unknown

ELSEWHERE = r"[A-Z]{2}_\S+|CRS[0-9]+RES[0-9]+mN[0-9]+E[0-9]+"
"""Codes of Eurostat: of local administrative units (GISCO_ID), and of cells of its grid (GRD_ID)."""

PATTERNS = {
    AreaLevel.GEMEENTE: rf"GM[0-9]{{4}}|{ELSEWHERE}",
    AreaLevel.WIJK: r"WK[0-9]{4}[0-9A-Z]{2}",
    AreaLevel.BUURT: r"BU[0-9]{4}[0-9A-Z]{4}",
}

LENGTHS = {AreaLevel.GEMEENTE: 6, AreaLevel.WIJK: 8, AreaLevel.BUURT: 10}
PREFIXES = {AreaLevel.GEMEENTE: "GM", AreaLevel.WIJK: "WK", AreaLevel.BUURT: "BU"}

CBS_MISSING = {
    -99997: Unknown.SECRET, -99998: Unknown.ABSENT, -99995: Unknown.LATER, -99991: Unknown.DISCONTINUED,
    -99999999: Unknown.ABSENT,
}  # fmt: skip
"""What CBS writes where there is no figure. They are different facts, and none of them is zero.
-99998 stands in squares of older years."""


def is_code(code: str, level: AreaLevel) -> bool:
    """Whether `code` has the shape of a code of this level."""
    return re.fullmatch(PATTERNS[level], code) is not None


def malformed(codes: pd.Series, level: AreaLevel) -> pd.Series:
    """Those of `codes` that do not have the shape of this level."""
    return codes[~codes.astype(str).str.fullmatch(PATTERNS[level])]


def of_elsewhere(codes: "pd.Series[str]") -> "pd.Series[bool]":
    """Which codes are of another country, or of a cell of a grid."""
    return codes.str.fullmatch(ELSEWHERE)


def level_of(code: str) -> AreaLevel:
    """The level of an area of this code; BUURT where it has none that we know.

    >>> level_of("WK036300").value, level_of("BE_11001").value
    ('wijk', 'gemeente')
    """
    return next((level for level in PATTERNS if is_code(code, level)), AreaLevel.BUURT)


def parents(codes: pd.Index, level: AreaLevel) -> pd.Index:
    """The wijk or gemeente that each buurt or wijk lies in, read from its code; one of another country is its own.

    >>> parents(pd.Index(["BU03630102", "BE_11001"]), AreaLevel.GEMEENTE).tolist()
    ['GM0363', 'BE_11001']
    """
    inside = PREFIXES[level] + codes.str[2 : LENGTHS[level]]
    own = codes.str.fullmatch(ELSEWHERE)
    return inside.where(~own, codes) if own.any() else inside
