"""Codes of CBS: of gemeenten, wijken and buurten (parse, parent, level), and of figures that are missing.

CBS codes are letters and digits since Amsterdam renumbered in 2022 (`BU0363AF08`); only the four after the first two
letters, the gemeente, are always digits.
"""

import re

import pandas as pd

from geo.areas import AreaLevel
from geo.unknown import Unknown

PATTERNS = {
    AreaLevel.GEMEENTE: r"GM[0-9]{4}",
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


def parents(codes: pd.Index, level: AreaLevel) -> pd.Index:
    """The wijk or gemeente that each buurt or wijk lies in, read from its code."""
    return PREFIXES[level] + codes.str[2 : LENGTHS[level]]
