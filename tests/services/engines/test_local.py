"""Processes of this computer: one that dies is said in words, and their seeds are numpy's."""

import time
from multiprocessing import active_children

import numpy as np
import pytest

from geo.errors import SourceError
from services.engines.local import Local
from services.engines.seeds import spawned
from services.ports import Part
from tests.contracts import work


def test_a_process_that_is_killed_is_an_error_with_the_way_out(tmp_path):
    parts = [Part(number, str(tmp_path / "mark")) for number in range(4)]
    with pytest.raises(SourceError, match=r"was ended from outside.*; take fewer processes"):
        list(Local(processes=2).tally(work.dying, parts))


def test_seeds_are_those_that_numpy_spawns():
    spawns = np.random.SeedSequence(5).spawn(3)
    assert [spawned(5, at) for at in range(3)] == [int(one.generate_state(1, np.uint64)[0]) for one in spawns]


def test_what_is_still_at_work_is_not_waited_for_where_it_ends_early(tmp_path):
    mark = tmp_path / "mark"
    states = Local(2).tally(work.waiting, [Part(number, str(mark)) for number in range(5)])
    next(states)
    until = time.monotonic() + 60
    while not mark.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    began = time.monotonic()
    states.close()
    while active_children():
        time.sleep(0.05)
    assert time.monotonic() - began < 10
