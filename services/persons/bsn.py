"""Numbers of persons (BSN) among other numbers, whatever way they were written.

Every BSN passes the elfproef; of arbitrary numbers one in eleven does. So a column holds them where more pass than
chance would have it. RSIN numbers pass too: that of a one-man business is the BSN of its owner.
"""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import betainc

FEW = 3
"""Fewer numbers than this prove nothing."""
BY_CHANCE, LEAST = 1 / 11, 1 / 8
"""Share of arbitrary numbers that pass, and the share that must."""
SURE, SURE_OF_MOST = 1e-6, 1e-3
"""Probability that chance lets as many pass: below it they are BSNs; and where most pass, as few numbers may."""

DAY = r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
SEVEN = r"\d(?:[ .,-]?\d){6}"
POWER = r"^\d[.,]\d{6,8}[eE]\+?0?[78]$"
GROUPED = r"^(\d{3})[ .-](\d{3})[ .-](\d{3})$|^(\d{4})[ .-](\d{2})[ .-](\d{3})$"


def passing(numbers: Collection[str]) -> int | None:
    """How many of the numbers pass, where chance does not explain it; None where it does."""
    passed, tested = sum(elfproef(number) for number in numbers), len(numbers)
    if tested < FEW or passed < LEAST * tested:
        return None
    sure = SURE_OF_MOST if passed > tested / 2 else SURE
    return passed if at_least(passed, tested) < sure else None


def at_least(passed: int, tested: int) -> float:
    """The probability that chance lets at least so many (1 or more) of the tested pass.

    The upper tail of a binomial distribution, by the incomplete beta function (DLMF 8.17.5): `scipy.stats.binom.sf`
    gives the same, and takes a second to import.
    """
    return float(betainc(passed, tested - passed + 1, BY_CHANCE))


def elfproef(number: str) -> bool:
    """Whether a number passes the elfproef of the BSN.

    Digits times 9, 8, ... 2 and -1 add up to a multiple of 11, and not all are 0. A number of eight digits has lost
    a zero in front, as numbers do in a spreadsheet.
    """
    digits = [int(one) for one in number.zfill(9)]
    total = sum(digit * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return any(digits) and total % 11 == 0


def numbers(cells: pa.Array) -> pa.Array:
    """All numbers of nine digits in the cells: in groups, with zeros before or behind, beside others or amid text.

    Of eight digits, only where the cell is nothing else and no date.
    """
    digits = cells.filter(pc.match_substring_regex(cells, SEVEN))
    whole = _replaced(digits, (r"^(\d{8,12})[.,]0+$", r"\1"))
    whole = pc.if_else(pc.match_substring_regex(whole, POWER), _written_out(whole), whole)
    whole = _replaced(whole, (DAY, ""), (r"^(\d{8})$", r"0\1"))
    parts = _split(whole, r"[^\d .-]+")
    parts = _replaced(parts, (r"^[ .-]+|[ .-]+$", ""), (GROUPED, r"\1\2\3\4\5\6"))
    parts = _replaced(_split(parts, r"[ -]+"), (r"^0{1,3}(\d{9})$", r"\1"))
    return parts.filter(pc.match_substring_regex(parts, r"^(?:[1-9]\d{8}|0[1-9]\d{7})$"))


def _written_out(cells: pa.Array) -> pa.Array:
    """1.23456782E+08 as a spreadsheet shows it, in digits; other cells are 0."""
    power = pc.match_substring_regex(cells, POWER)
    powers = pc.if_else(power, pc.replace_substring(cells, ",", "."), "0")
    return pc.round(powers.cast(pa.float64())).cast(pa.int64()).cast(pa.string())


def _split(cells: pa.Array, separator: str) -> pa.Array:
    return pc.list_flatten(pc.split_pattern_regex(cells, separator))


def _replaced(cells: pa.Array, *pairs: tuple[str, str]) -> pa.Array:
    for pattern, replacement in pairs:
        cells = pc.replace_substring_regex(cells, pattern, replacement)
    return cells
