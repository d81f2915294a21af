"""Ways to reach a person: addresses of e-mail and of computers, mobile numbers, bank accounts, profiles, plates."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.messages import Message, message
from services.persons import plates

MOBILE = (
    r"(?:\+|\b00)31[ ()0-]*6(?:[ -]?\d){8}\b"  # +31 (0)6 12345678
    r"|(?:^|[^\d./-])06(?:-| ?- ?| )\d(?:[ -]?\d){7}\b"  # 06-12345678, 06 12 34 56 78
    r"|[a-z]\W{1,3}06\d{8}\b"  # bel 0612345678
)
OCTET, HUNDREDS = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)", r"(?:25[0-5]|2[0-4]\d|1\d\d)"
FOUR = "|".join(r"\.".join([OCTET] * at + [HUNDREDS] + [OCTET] * (3 - at)) for at in range(4))
"""Nearly all addresses have a number of three digits; numbers of articles and versions (2.11.2.1) have none."""
IP = (
    rf"(?:^|[^\d.])(?:{FOUR})(?:$|[^\d.])|\b(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}}\b"
    r"|\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){1,6}::[0-9a-f]{1,4}\b"
)
PROFILE = (
    r"\b(?:facebook|instagram|tiktok|twitter|snapchat|x)\.com/[\w.@/-]{2,}|\blinkedin\.com/in/[\w-]+"
    r"|\bt\.me/\w{3,}|\bwa\.me/\d{6,}|(?:^|[\s(])@[a-z_][\w.]{2,29}(?:$|[\s,;)])"
)
CONTACTS: tuple[tuple[Message, str, float, bool], ...] = (
    (message("addresses of e-mail"), r"[\w.+-]+@[\w-]+\.[a-z]{2,}", 0.0, False),
    (message("mobile numbers"), MOBILE, 0.0, True),
    (message("mobile numbers"), r"(?:^|[^\d./-])06\d{8}\b", 0.2, True),
    (message("addresses of computers"), IP, 0.2, True),
    (message("profiles on social media"), PROFILE, 0.0, False),
    (message("plates of cars"), plates.DASHED, 0.05, False),
    (message("bank accounts"), r"\bnl\d{2} ?[a-z]{4} ?\d(?: ?\d){9}\b", 0.0, False),
)
"""What, how it is written, the share of cells above which it is no chance, and whether it may be without a letter."""
PLATES = np.array([pattern == plates.DASHED for _, pattern, _, _ in CONTACTS], dtype=np.int64)
"""Which of these is plates."""


def counted(values: pa.Array, counts: pa.Array, *, lettered: bool) -> NDArray[np.int64]:
    """How many cells are ways to reach a person, by kind, of values that have a letter or of those that have none."""
    return np.array(
        [
            pc.sum(counts.filter(pc.match_substring_regex(values, pattern, ignore_case=True))).as_py() or 0
            if lettered or bare
            else 0
            for _, pattern, _, bare in CONTACTS
        ],
        dtype=np.int64,
    )


def found(numbers: NDArray[np.int64], cells: int, few: int) -> tuple[Message, int] | None:
    """The first kind of which there are too many in so many cells to be chance, and how many."""
    for count, (what, _, least, _) in zip(numbers.tolist(), CONTACTS, strict=True):
        if count >= few and count > least * cells:
            return what, count
    return None
