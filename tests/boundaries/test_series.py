"""One figure through the years on the areas of one vintage, with how far off it may be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.counts import Counts
from boundaries.crosswalk import Crosswalk, Method, by_surface
from boundaries.dasymetric import by_weights
from boundaries.series import Year, harmonised
from geo.errors import AlignmentError
from tests.boundaries.test_dasymetric import addresses
from tests.boundaries.tilings import figures_of, tiling, tilings

NEW = tiling(0, 9, vintage=2025)


def crosswalk_of(*pairs, sources="abc", targets="xy"):
    table = pd.DataFrame(pairs, columns=["source", "target", "share"])
    method = np.where(table["share"] == 1, Method.WHOLE, Method.SURFACE)
    return Crosswalk.of_codes(pd.Index(list(sources)), pd.Index(list(targets)), table.assign(method=method))


CROSSWALK = crosswalk_of(("a", "x", 1.0), ("b", "x", 0.25), ("b", "y", 0.75), ("c", "y", 1.0))


def counts(*figures, of="inwoners"):
    return Counts(of, pd.Series(figures, index=list("abc"), dtype=float))


def test_value_split_and_error_are_those_computed_by_hand():
    table = harmonised({2020: Year(counts(100, 40, 60), CROSSWALK)})
    assert table.loc[("x", 2020), ["value", "split"]].tolist() == pytest.approx([110, 10 / 110])
    assert table.loc[("y", 2020), ["value", "split"]].tolist() == pytest.approx([90, 30 / 90])
    assert table["error"].tolist() == pytest.approx([40 * (0.25 * 0.75) ** 0.5] * 2)
    assert table["disagreement"].isna().all()


def test_what_came_whole_has_no_error():
    whole = crosswalk_of(("a", "x", 1.0), ("b", "x", 1.0), ("c", "y", 1.0))
    table = harmonised({2020: Year(counts(1, 2, 3), whole)})
    assert (table[["split", "error"]] == 0).all(axis=None)


def test_errors_of_several_split_areas_add_up_as_those_of_independent_guesses():
    crosswalk = crosswalk_of(*((source, target, 0.5) for source in "abc" for target in "xy"))
    table = harmonised({2020: Year(counts(30, 40, 0), crosswalk)})
    assert table["error"].tolist() == pytest.approx([25, 25])


def test_the_truth_of_people_in_one_street_has_that_error():
    """Everybody of b lives in one place, which is in x for a quarter of the places it can be."""
    truths = np.random.default_rng(1).random(200_000) < 0.25
    error = harmonised({2020: Year(counts(100, 40, 60), CROSSWALK)})["error"].iloc[0]
    assert np.sqrt(np.mean((40 * truths - 10) ** 2)) == pytest.approx(error, rel=0.01)


def test_a_second_crosswalk_shows_how_far_the_two_lie_apart():
    other = crosswalk_of(("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5), ("c", "y", 1.0))
    table = harmonised({2020: Year(counts(100, 40, 60), CROSSWALK, other)})
    assert table["disagreement"].tolist() == [10, 10]


def test_what_is_unknown_has_no_error_either():
    table = harmonised({2020: Year(counts(100, float("nan"), 60), CROSSWALK)})
    assert table.isna().all(axis=None)


def test_years_stand_in_order_below_each_area():
    same = crosswalk_of(("a", "x", 1.0), ("b", "y", 1.0), ("c", "y", 1.0))
    table = harmonised({2022: Year(counts(5, 6, 7), same), 2020: Year(counts(1, 2, 3), CROSSWALK)})
    assert list(table.index) == [("x", 2020), ("x", 2022), ("y", 2020), ("y", 2022)]
    assert table["value"].tolist() == [1.5, 5, 4.5, 13]


def test_years_must_lead_to_the_same_areas():
    other = crosswalk_of(("a", "x", 1.0), targets="xz")
    with pytest.raises(AlignmentError, match="series, 2021: not about the same areas: y, z"):
        harmonised({2020: Year(counts(1, 2, 3), CROSSWALK), 2021: Year(counts(1, 2, 3), other)})


def test_years_must_count_the_same():
    with pytest.raises(AlignmentError, match="counts of 'woningen' among those of 'inwoners'"):
        harmonised({2020: Year(counts(1, 2, 3), CROSSWALK), 2021: Year(counts(1, 2, 3, of="woningen"), CROSSWALK)})


def test_no_years_make_no_series():
    with pytest.raises(AlignmentError, match="no years"):
        harmonised({})


@given(st.data(), tilings)
def test_every_year_keeps_its_total_and_no_error_exceeds_what_came_in_parts(data, old):
    figures = Counts("inwoners", data.draw(figures_of(old)))
    even, homes = by_surface(old, NEW), by_weights(old, NEW, addresses())
    table = harmonised({2020: Year(figures, homes, even)})
    assert table["value"].sum() == pytest.approx(figures.total, rel=1e-9)
    assert table["split"].between(0, 1 + 1e-9).all()
    assert (table.loc[table["split"] == 0, "error"] < 1e-3 * (1 + figures.total)).all()
    assert (table["error"] >= 0).all()
