"""Of more rows than are looked at, the warnings say of how many they speak."""

import numpy as np
import pyarrow as pa
import pytest

from geo.messages import Message
from services.sources.records import warnings
from services.sources.records.warnings import Warnings
from tests.services.sources.records.declared import AREAS


def warned(batches: int) -> list[str]:
    """What is said of batches of 30 equal rows on one place, and as many just outside all areas."""
    seen = Warnings()
    left, down, _, _ = AREAS.table.total_bounds
    for _ in range(batches):
        seen.look_at_rows(pa.record_batch({"soort": ["hennep"] * 30}))
        nowhere = np.arange(30) % 2 == 0
        seen.look_at_places(np.repeat([left - 5.0, left - 12.0], [29, 1]), np.full(30, down + 5.0), nowhere)
    return [str(note) if isinstance(note, Message) else note for note in seen.notes(AREAS)]


@pytest.mark.parametrize(("batches", "counted"), [(2, 60), (9, 60)])
def test_counts_of_the_first_rows_are_not_said_of_all(monkeypatch, batches, counted):
    monkeypatch.setattr(warnings, "LOOKED_AT", 60)
    beside, twice, one_place = warned(batches)
    assert f"{counted // 2} rows in no area lie within 100 m" in beside
    assert f"{counted - 1} rows are there more than once" in twice
    assert f"{counted - 2} of {counted} rows lie on one place" in one_place
    partly = [text.startswith("of the first 60 that were looked at: ") for text in (beside, twice, one_place)]
    assert partly == [batches > 2] * 3
