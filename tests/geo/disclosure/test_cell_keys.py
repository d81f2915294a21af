"""The key of a cell is that of its records, however they are counted; without the secret nobody computes it."""

import hashlib
import hmac

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from geo.disclosure.cell_keys import fractions, mixed, record_keys, summed

SECRET = b"of the municipality alone"


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40), st.randoms())
def test_the_key_of_an_area_is_the_same_by_whatever_parts_and_in_whatever_order_it_is_summed(numbers, random):
    cells = [random.randrange(4) for _ in numbers]
    of_parts = summed(np.array(numbers, dtype=np.uint64), np.array(cells), 4)
    shuffled = random.sample(numbers, len(numbers))
    at_once = summed(np.array(shuffled, dtype=np.uint64), np.zeros(len(numbers), dtype=int), 1)
    assert summed(of_parts, np.zeros(4, dtype=int), 1).tolist() == at_once.tolist() == [sum(numbers) % 2**64]


def test_a_key_is_the_first_eight_bytes_of_the_hmac_of_the_record():
    expected = hmac.new(SECRET, b"zaak 12", hashlib.sha256).digest()[:8]
    assert record_keys(["zaak 12"], SECRET).tolist() == [int.from_bytes(expected)]


def test_another_secret_gives_other_keys():
    records = [f"zaak {at}" for at in range(100)]
    assert not np.isin(record_keys(records, SECRET), record_keys(records, b"another")).any()


def test_keys_of_records_and_of_cells_are_evenly_distributed():
    keys = record_keys([f"zaak {at}" for at in range(20_000)], SECRET)
    cells = summed(keys, np.arange(20_000) // 4, 5_000)
    assert kstest(fractions(keys), "uniform").pvalue > 0.01
    assert kstest(fractions(cells), "uniform").pvalue > 0.01


@given(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=40, unique=True))
def test_mixed_keys_are_as_evenly_spread_no_two_the_same_and_as_they_were_made_by_another(numbers):
    """The same finaliser in Python's whole numbers, from its definition."""
    found = mixed(np.array(numbers, dtype=np.uint64)).tolist()
    assert len(set(found)) == len(numbers)
    for key, own in zip(numbers, found, strict=True):
        once = (key ^ key >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        twice = (once ^ once >> 27) * 0x94D049BB133111EB % 2**64
        assert own == twice ^ twice >> 31


def test_mixed_keys_of_parts_tell_nothing_of_that_of_their_sum():
    first, second = (record_keys([f"{name} {at}" for at in range(20_000)], SECRET) for name in "ab")
    of_sum = fractions(mixed(first + second))
    added_up = (fractions(mixed(first)) + fractions(mixed(second))) % 1
    assert kstest(of_sum, "uniform").pvalue > 0.01
    assert kstest((of_sum - added_up) % 1, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(of_sum, fractions(mixed(first)))[0, 1]) < 0.03


def test_no_key_is_a_whole():
    assert fractions(np.array([2**64 - 1], dtype=np.uint64))[0] < 1.0
