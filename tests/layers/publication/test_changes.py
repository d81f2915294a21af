"""What changed between two releases is found, by a second computation, and nothing where nothing changed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.publication.changes import Change, changes

AREAS = [f"BU0599{at:04d}" for at in range(40)]


def table(values: list[float | None], *, period: int = 2024, flagged: int = 0, lens: str = "basis") -> pd.DataFrame:
    codes = AREAS[: len(values)]
    flags = [at < flagged for at in range(len(codes))]
    figures = pd.Series(values, dtype="float64")
    return pd.DataFrame(
        {"gebiedscode": codes, "lens": lens, "periode": period, "kansrijk": flags, "misdrijven": figures}
    )


def found(before: pd.DataFrame, after: pd.DataFrame) -> list[tuple[str, float]]:
    return [(one.what, round(one.share, 6)) for one in changes("indicatoren_x_buurt", before, after)]


def test_a_year_that_is_ten_times_too_high_is_a_change_of_nine_times():
    before = table([1.0, 2.0, 3.0], period=2023)
    after = pd.concat([before, table([10.0, 20.0, 30.0])])
    assert changes("c", before, after) == [Change("c", "basis", 2024, 2023, "mean", "misdrijven", 2.0, 20.0, 9.0)]
    assert str(changes("c", before, after)[0].said()) == (
        "c, lens basis: the mean of misdrijven is 20 in 2024 and 2 in 2023"
    )


def test_areas_that_are_gone_and_flags_that_moved_are_changes():
    before, after = table([1.0] * 40, flagged=8), table([1.0] * 20, flagged=0)
    assert found(before, after) == [("flags", 1.0), ("areas", 0.5)]
    assert found(table([1.0] * 40, flagged=5), table([1.0] * 40)) == []  # of five flags half is chance


def test_figures_that_came_or_went_are_a_whole_change():
    assert found(table([1.0, 2.0]), table([None, None])) == [("mean", 1.0)]
    assert found(table([0.0, 0.0]), table([0.0, 1.0])) == [("mean", 1.0)]
    assert found(table([None, None]), table([None, None])) == []


def test_another_lens_and_an_older_year_are_compared_with_nothing():
    before = table([1.0, 2.0])
    assert found(before, table([9.0, 9.0], lens="haven")) == []
    assert found(before, table([9.0, 9.0], period=2020)) == []


@given(st.lists(st.floats(1e-3, 1e6) | st.none(), min_size=1, max_size=40), st.floats(0.01, 100))
def test_only_what_differs_is_a_change(values: list[float | None], factor: float):
    before = table(values)
    assert found(before, before.copy()) == []
    after = before.assign(misdrijven=before["misdrijven"] * factor)
    old, new = before["misdrijven"].mean(), after["misdrijven"].mean()
    same = pd.isna(old) or old == new
    assert [one.share for one in changes("c", before, after)] == ([] if same else [pytest.approx(abs(new / old - 1))])
