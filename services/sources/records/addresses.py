"""An address in one cell, as "Dorpsstraat 1a, 3511 AB Utrecht": its postcode, and its house number with what follows.

The last postcode in the cell counts. The number is the last one before it, with the letter and addition behind it, or
where none is before it the one right behind. A number of four digits from 1900 on with another behind it is part of the
name of a street (Plein 1940 12). What cannot be read so has no postcode or no number, and is listed as such.
"""

import re
from collections.abc import Sequence

POSTCODE = re.compile(r"(?<![\w-])([1-9]\d{3}) ?((?!S[ADS])[A-Z]{2})(?!\w)", re.IGNORECASE)
NAMED_AFTER_A_YEAR = r"(?:1[89]|20)\d{2}(?=\s+\d)"
ADDITION = r"(?:\s?[a-z](?![a-z]))?(?:\s?[-/+]\s?\w{1,4}|\s(?:hs|huis|bis|[ivx]{1,4}|[a-z]|\d{1,3}|[a-z]\d{1,2}))?"
NUMBER = rf"(?!{NAMED_AFTER_A_YEAR})\d{{1,5}}{ADDITION}"
BEFORE = re.compile(rf"(?:^|[\s,])({NUMBER})[\s,;]*$", re.IGNORECASE)
BEHIND = re.compile(rf"^[\s,;]*({NUMBER})(?:$|[\s,;])", re.IGNORECASE)


def parted(addresses: Sequence[str | None]) -> tuple[list[str | None], list[str | None]]:
    """The postcodes and the house numbers of addresses, each None where there is none."""
    parts = [_parts(address or "") for address in addresses]
    return [postcode for postcode, _ in parts], [number for _, number in parts]


def _parts(address: str) -> tuple[str | None, str | None]:
    found = list(POSTCODE.finditer(" ".join(address.split())))
    if not found:
        return None, None
    last = found[-1]
    number = BEFORE.search(last.string[: last.start()]) or BEHIND.search(last.string[last.end() :])
    return f"{last[1]}{last[2]}".upper(), number[1] if number else None
