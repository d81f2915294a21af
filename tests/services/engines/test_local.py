"""Processes of this computer: one that dies is said in words, and their seeds are numpy's."""

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
