"""Text to numbers, by one rule for every file: written the Dutch way (1.234,5) or the English way (1,234.5).

Which of the two is declared (`decimal`), or follows from the cells. A cell that gives another number in each (1.234) is
never guessed: a total that is a thousand times too small looks like a total. In a column the other cells may decide,
and else the column is refused; among rows of records that cell is unknown. What came as numbers stays as it is.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.errors import SourceError, first_few
from geo.messages import Message, message

type Mark = Literal[",", "."]
type Floats = NDArray[np.float64]

DUTCH: Mark = ","
ENGLISH: Mark = "."
NOTHING = ("", ".")
"""What stands where there is no figure: CBS writes a lone point, or nothing."""
BLANK = r"[ \t\x{A0}\x{2009}\x{202F}]"


def _pattern(decimal: str, thousands: str) -> str:
    """A number: thousands may be parted by their mark, a blank or an apostrophe, of one kind in a number.

    An amount may end in a dash (12,-), and a number without marks between thousands in a power of ten.
    """
    grouped = "|".join(f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (thousands, BLANK, "'"))
    decimals = f"{decimal}(?:[0-9]*|-+)"
    power = "[eE][-+]?[0-9]+"
    return f"^[-+]?(?:(?:{grouped}|[0-9]+)(?:{decimals})?|[0-9]+(?:{decimal}[0-9]*)?{power}|{decimal}[0-9]+)$"


PATTERNS = {DUTCH: _pattern(",", r"\."), ENGLISH: _pattern(r"\.", ",")}


PLAIN = {mark: rf"^-?[0-9]+(?:{re.escape(mark)}[0-9]+)?$" for mark in (DUTCH, ENGLISH)}
"""Figures with no more than that mark: nearly all of a file that a computer wrote, read without more ado."""
PLAIN_PLACE = "^-?[0-9]+(?:[.,][0-9]+)?$"
PLAIN_AMOUNT = "^-?(?:[0-9]+(?:[.,](?:[0-9]{1,2}|[0-9]{4,}))?|(?:0[0-9]*|[0-9]{4,})[.,][0-9]{3})$"
"""What is one number whichever mark is that of decimals: without 1.234, where both are."""


def written(cells: pa.Array, decimal: Mark) -> Floats:
    """Numbers of which decimals stand after that mark; NaN where a cell is empty or no such number."""
    return _plain_or(cells, PLAIN[decimal], lambda rest: _written(rest, decimal))


def _plain_or(cells: pa.Array, plain: str, read: Callable[[pa.Array], Floats]) -> Floats:
    """Plain figures as they stand, other cells as `read` does, NaN where empty."""
    fits = pc.match_substring_regex(cells, plain)
    figures = pc.replace_substring(pc.if_else(fits, cells, pa.scalar(None, pa.string())), ",", ".")
    floats = _floats(figures)
    at = pc.indices_nonzero(pc.invert(pc.fill_null(fits, True)))
    if len(at):
        floats[at.to_numpy()] = read(cells.take(at))
    return floats


def _floats(figures: pa.Array) -> Floats:
    """As a computer writes them; NaN where there is none, or too large a one."""
    floats = np.array(figures.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    floats[~np.isfinite(floats)] = np.nan
    return floats


def _written(cells: pa.Array, decimal: Mark) -> Floats:
    """What `written` gives, for cells of every kind."""
    bare = _bare(cells)
    fits = pc.fill_null(pc.match_substring_regex(bare, PATTERNS[decimal]), False)
    thousands = ENGLISH if decimal == DUTCH else DUTCH
    plain = pc.replace_substring_regex(bare, rf"^\+|[{thousands}']|{BLANK}", "")
    plain = pc.replace_substring_regex(pc.replace_substring(plain, decimal, "."), r"\.-*$", "")
    return _floats(pc.if_else(fits, plain, pa.scalar(None, pa.string())))


def amounts(cells: pa.Array, decimal: Mark | None) -> Floats:
    """The number in each cell by itself; NaN where there is none, and where it can be read in two ways."""
    if decimal:
        return written(cells, decimal)
    return _plain_or(cells, PLAIN_AMOUNT, lambda rest: _either(rest, smaller=False))


def coordinates(cells: pa.Array, decimal: Mark | None) -> Floats:
    """The same, but without `decimal` 52.370 and 52,370 are decimals: no place lies at 52,370 degrees or metres."""
    if decimal:
        return written(cells, decimal)
    return _plain_or(cells, PLAIN_PLACE, lambda rest: _either(rest, smaller=True))


def column(cells: pd.Series, decimal: Mark | None, where: Message | str) -> pd.Series:
    """A whole column as numbers, NaN where empty; `where` is what to call it in a message.

    Raises SourceError for cells that are no numbers, and for a column that is written in two ways or can be read in two
    ways.
    """
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return cells.astype(float)
    objects = cells.to_numpy(dtype=object)
    is_number = np.array([isinstance(one, Real | Decimal) and not isinstance(one, bool) for one in objects], dtype=bool)
    numbers = np.full(len(cells), np.nan)
    numbers[is_number] = objects[is_number].astype(float)
    at = np.flatnonzero(cells.notna().to_numpy() & ~is_number)
    texts = pd.Series([str(one).strip() for one in objects[at]], cells.index[at], dtype=object)
    filled = ~texts.isin(NOTHING).to_numpy()
    numbers[at[filled]] = _of_texts(texts[filled], decimal, where)
    return pd.Series(numbers, cells.index, name=cells.name)


def _of_texts(texts: pd.Series, decimal: Mark | None, where: Message | str) -> Floats:
    """All of these cells as numbers, the one way that fits them all."""
    array = pa.array(texts.to_list(), pa.string())
    readings = [written(array, mark) for mark in ((decimal,) if decimal else (DUTCH, ENGLISH))]
    if (wrong := np.isnan(readings).all(axis=0)).any():
        raise SourceError(
            "{where}: {count} cells are not numbers{declared}: {cells}; write numbers or leave them empty",
            where=where, count=int(wrong.sum()),
            cells=first_few(f"{code} {text!r}" for code, text in texts[wrong].items()),
            declared=message(" with decimals after {decimal!r}, as is declared", decimal=decimal) if decimal else "",
        )  # fmt: skip
    fitting = [numbers for numbers in readings if not np.isnan(numbers).any()]
    if not fitting:
        dutch, english = (next(texts[~np.isnan(numbers)].items()) for numbers in _only(readings))
        raise SourceError(
            "{where}: some decimals stand after a comma, {dutch!r} ({dutch_code}), and some after a point, {english!r} "
            "({english_code}); write all of the column in one way",
            where=where, dutch=dutch[1], dutch_code=dutch[0], english=english[1], english_code=english[0],
        )  # fmt: skip
    first, last = fitting[0], fitting[-1]
    if (differ := np.flatnonzero(first != last)).size:
        at = differ[0]
        raise SourceError(
            "{where}: {cell!r} ({code}) can be read as {dutch:g} and as {english:g}, and no other cell tells which; "
            "declare format.decimal in the source (--decimal of a series), or write it without marks between thousands",
            where=where, cell=texts.iloc[at], code=texts.index[at], dutch=float(first[at]), english=float(last[at]),
        )  # fmt: skip
    return first


def _only(readings: list[Floats]) -> tuple[Floats, Floats]:
    """What can be read the Dutch way only, and the English way only; else NaN."""
    dutch, english = readings
    return np.where(np.isnan(english), dutch, np.nan), np.where(np.isnan(dutch), english, np.nan)


def _either(cells: pa.Array, *, smaller: bool) -> Floats:
    """The one number that a cell can be; of two that differ the smaller, or NaN."""
    dutch, english = _written(cells, DUTCH), _written(cells, ENGLISH)
    less = np.where(np.abs(dutch) < np.abs(english), dutch, english) if smaller else np.nan
    return np.where(np.isnan(dutch), english, np.where(np.isnan(english) | (dutch == english), dutch, less))


def _bare(cells: pa.Array) -> pa.Array:
    """Cells without a sign of euros, blanks around them, and what tells Excel to leave a cell as it is (="1")."""
    bare = pc.replace_substring_regex(pc.utf8_trim_whitespace(cells), r'^="(.*)"$', r"\1")
    bare = pc.replace_substring(bare, "\N{MINUS SIGN}", "-")
    return pc.replace_substring_regex(bare, rf"^([-+]?)(?:€|EUR){BLANK}*|{BLANK}*(?:€|EUR)$", r"\1")
