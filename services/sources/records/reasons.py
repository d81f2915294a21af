"""Why a row is not counted, each by a code of one byte: ten million rows keep theirs in ten megabytes, and less packed.

Code 0 is of a row that is counted.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import zstandard
from numpy.typing import NDArray

from geo.messages import Message, message
from services import geocoder

NO_PLACE, ABROAD = message("no place"), message("place outside the Netherlands")
NOWHERE, NOT_COVERED = message("lies in no area"), message("lies in a gemeente that the source does not cover")
UNDECODED = message("letters that are not in the encoding of the file")
NO_YEAR, OTHER_YEAR = message("no year"), message("a year that the source does not name")

REASONS: tuple[Message, ...] = (
    NO_PLACE, ABROAD, geocoder.NO_POSTCODE, geocoder.NO_NUMBER, geocoder.UNKNOWN_POSTCODE, geocoder.UNKNOWN_NUMBER,
    geocoder.NO_ID, geocoder.UNKNOWN_ID, geocoder.SHORTENED_ID, UNDECODED, NOWHERE, NOT_COVERED, NO_YEAR, OTHER_YEAR,
)  # fmt: skip

Codes = NDArray[np.uint8]
_CODES = {str(reason): at for at, reason in enumerate(REASONS, 1)}


def code_of(reason: Message) -> int:
    """The code of a reason."""
    return _CODES[str(reason)]


def codes_of(reasons: Sequence[Message | None] | NDArray[np.object_]) -> Codes:
    """The codes of many."""
    return np.array([0 if one is None else _CODES[str(one)] for one in reasons], dtype=np.uint8)


def packed(codes: Codes) -> bytes:
    """The codes of a batch of rows, small."""
    return zstandard.compress(codes.tobytes())


def listed(batches: Sequence[bytes]) -> Iterator[tuple[NDArray[np.int64], Codes]]:
    """The rows that were not counted, by number, counted from 1, and the codes of why; batch by batch."""
    first = 1
    for batch in batches:
        codes = np.frombuffer(zstandard.decompress(batch), dtype=np.uint8)
        at = np.flatnonzero(codes)
        yield first + at, codes[at]
        first += len(codes)
