"""Plates of cars (kentekens), with dashes or without.

Plates have had no vowels, C or Q since 1978. Other codes of six signs look like them (24-VL-62), but all in one way;
the RDW gives out its letters and digits in several (the sidecodes).
"""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

LETTER = "[BDFGHJKLMNPRSTVWXZ]"
SIDECODES = ("LL-99-99", "99-99-LL", "99-LL-99", "LL-99-LL", "LL-LL-99", "99-LL-LL", "99-LLL-9", "9-LLL-99",
             "LL-999-L", "L-999-LL", "LLL-99-L", "L-99-LLL", "9-LL-999", "999-LL-9")  # fmt: skip
"""Of cars and motorcycles since 1951 (Regeling kentekens en kentekenplaten): L a letter, 9 a digit."""
DASHED = rf"(?:^|[^\w-])(?:{'|'.join(SIDECODES).replace('L', LETTER).replace('9', '[0-9]')})(?:$|[^\w-])"
WAYS = 3
"""Sidecodes that must be seen, where there are no dashes."""
CODES = 10
"""So many cells with dashes that are all of one sidecode are codes of something else."""
WHOLE = (*SIDECODES, *(one.replace("-", "") for one in SIDECODES))


def whole(values: pa.Array, counts: pa.Array) -> Counter[str]:
    """How many cells are a plate and nothing else, by sidecode, with dashes or without."""
    shape = pc.replace_substring_regex(pc.utf8_upper(values), rf"{LETTER}", "L")
    shape = pc.replace_substring_regex(shape, r"\d", "9")
    known = pc.is_in(shape, pa.array(WHOLE))
    seen: Counter[str] = Counter()
    for one, count in zip(shape.filter(known).to_pylist(), counts.filter(known).to_pylist(), strict=True):
        seen[one] += count
    return seen


def bare(seen: Counter[str]) -> dict[str, int]:
    """Those without dashes."""
    return {way: count for way, count in seen.items() if "-" not in way}


def codes(seen: Counter[str]) -> int:
    """How many cells have dashes as plates have, but are codes of something else."""
    dashed = [count for way, count in seen.items() if "-" in way]
    return dashed[0] if len(dashed) == 1 and dashed[0] >= CODES else 0
