"""Cell keys: one number for a set of records, the same wherever, whenever and in whatever table they are counted.

A record has a key that is evenly distributed and that only who has the secret can compute. The key of a cell is the sum
of those of its records, modulo 1. So a cell that holds the same records gets the same noise, whether as buurt or as
hexagon, under any lens or filter, and in the next release: asking again tells nothing new.

Keys add up, and the noise of counts that add up may not: of two buurten and their wijk the noise told so much of the
keys that some counts of one or two followed exactly (tests/attacks/test_keys.py). So noise is drawn from a key
after its bits were mixed: the same key still gives the same noise, and keys that add up give noise that has nothing to
do with one another. Rejected: keys that are used as they are, which is what the source below does.

Keys are whole numbers, in units of 2**-64: their sum is exact, in any order, and modulo 1 by itself. Rejected:
fractions of 1, of which a sum in another order differs in its last bit, and so now and then in its noise.

Source: G. Thompson, S. Broadfoot and D. Elazar (2013), Methodology for the automatic confidentialisation of statistical
outputs from remote servers at the Australian Bureau of Statistics, UNECE work session on statistical data
confidentiality, Ottawa. G. Steele, D. Lea and C. Flood (2014), Fast splittable pseudorandom number generators, OOPSLA,
doi:10.1145/2660193.2660195, on how bits are mixed (mix64variant13).
"""

import hmac
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

type Keys = NDArray[np.uint64]

MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
"""By how many bits a key is shifted over itself, and what it is then multiplied with; after that `LAST_SHIFT` more."""
LAST_SHIFT = 31


def record_keys(records: Iterable[str], secret: bytes) -> Keys:
    """The key of each record, by what identifies it: the first 64 bits of its HMAC-SHA256.

    >>> record_keys(["zaak 1", "zaak 2", "zaak 1"], b"secret").tolist()
    [11125316753557493805, 13875714725563540155, 11125316753557493805]
    """
    digests = (hmac.digest(secret, record.encode(), "sha256")[:8] for record in records)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def summed(keys: Keys, cells: NDArray[np.integer], count: int) -> Keys:
    """The key of each of `count` cells, by the cell that each record, or smaller cell, lies in.

    >>> summed(np.array([1, 2, 2**64 - 1], dtype=np.uint64), np.array([0, 1, 1]), 3).tolist()
    [1, 1, 0]
    """
    result: Keys = np.zeros(count, dtype=np.uint64)
    np.add.at(result, cells, keys)
    return result


def mixed(keys: Keys) -> Keys:
    """Keys of which no bit follows from few bits of another; none is the same as of another key.

    >>> mixed(np.array([0, 1, 2], dtype=np.uint64)).tolist()
    [0, 6238072747940578789, 15839785061582574730]
    """
    result = keys.copy()
    for shift, factor in MIXING:
        result = (result ^ (result >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(result ^ (result >> np.uint64(LAST_SHIFT)))


def fractions(keys: Keys) -> NDArray[np.float64]:
    """Keys as fractions, from 0 up to but not 1: the 53 bits that a float holds exactly.

    >>> fractions(np.array([0, 2**63], dtype=np.uint64)).tolist(), fractions(np.array([2**64 - 1], np.uint64))[0] < 1
    ([0.0, 0.5], np.True_)
    """
    return np.asarray((keys >> np.uint64(11)).astype(np.float64) * 2.0**-53)
