"""From one vintage to another: whole where the area stayed what it was, spread only where its border moved."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.changes import by_change, by_overlap, by_pairs
from boundaries.counts import Counts
from boundaries.crosswalk import Method
from boundaries.dasymetric import Weights
from geo.areas import AreaFrame
from geo.errors import AlignmentError, AreaError
from tests.boundaries.test_dasymetric import WEIGHTS
from tests.boundaries.tilings import areas_of, figures_of, tiling, tilings

# A street of four blocks; b got another code, c gave the eastern half to d, and a stayed. e and f became one, g.
BLOCK = 1000
OLD = areas_of(
    [shapely.box(at * BLOCK, 0, (at + 1) * BLOCK, BLOCK) for at in range(6)], codes=list("abcdef"), vintage=2021
)  # fmt: skip
NEW = areas_of(
    [
        shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000), shapely.box(2000, 0, 2500, 1000),
        shapely.box(2500, 0, 4000, 1000), shapely.box(4000, 0, 6000, 1000),
    ],
    codes=list("aBcdg"), vintage=2022, change=pd.array([1, 2, 3, 3, 3], dtype="Int8"),
)  # fmt: skip
COUNTS = Counts("inwoners", pd.Series([10.0, 20.0, 30.0, 40.0, 50.0, 60.0], index=OLD.ids))


def shares(crosswalk):
    return {(row.source, row.target): round(row.share, 9) for row in crosswalk.codes.itertuples()}


TRUE = {("a", "a"): 1, ("b", "B"): 1, ("c", "c"): 0.5, ("c", "d"): 0.5, ("d", "d"): 1, ("e", "g"): 1, ("f", "g"): 1}


def test_by_its_own_words_only_moved_borders_are_interpolated():
    crosswalk = by_change(OLD, NEW)
    assert shares(crosswalk) == TRUE
    assert crosswalk.sum(COUNTS).figures.to_dict() == {"B": 20, "a": 10, "c": 15, "d": 55, "g": 110}
    assert list(crosswalk.evenly) == ["c"]
    assert crosswalk.notes == ()


def test_by_weights_where_borders_moved():
    homes = areas_of([shapely.box(2700, 100, 2800, 200), shapely.box(2100, 100, 2200, 200)], n=[3.0, 1.0]).table
    crosswalk = by_change(OLD, NEW, Weights("inwoners", homes, "n"))
    assert shares(crosswalk) == TRUE | {("c", "c"): 0.25, ("c", "d"): 0.75}
    assert [str(one) for one in crosswalk.notes] == ["without inwoners, apportioned by surface: 3, among which d"]


def test_unchanged_is_believed_though_borders_were_drawn_anew():
    drawn = NEW.table.geometry.where(NEW.ids != "a", shapely.box(0, 0, 900, 900))
    crosswalk = by_change(OLD, AreaFrame(NEW.level, 2022, NEW.table.assign(geometry=drawn)))
    assert shares(crosswalk) == TRUE


def test_in_slivers_of_how_borders_were_drawn_is_nobody():
    drawn = NEW.table.geometry.where(NEW.ids != "g", shapely.box(3995, 0, 6000, 1000))
    crosswalk = by_change(OLD, AreaFrame(NEW.level, 2022, NEW.table.assign(geometry=drawn)))
    assert shares(crosswalk) == TRUE
    assert crosswalk.sum(COUNTS).total == COUNTS.total


def test_unknown_change_is_taken_for_a_moved_border():
    unknown = AreaFrame(NEW.level, 2022, NEW.table.assign(change=pd.array([pd.NA] * 5, dtype="Int8")))
    assert shares(by_change(OLD, unknown)) == TRUE


def test_a_new_code_without_an_area_that_coincides_is_said_and_interpolated():
    changes = {"a": 1, "B": 2, "c": 2, "d": 3, "g": 3}
    lied = AreaFrame(NEW.level, 2022, NEW.table.assign(change=pd.Series(changes, dtype="Int8")))
    crosswalk = by_change(OLD, lied)
    assert [str(one) for one in crosswalk.notes] == [
        "only their code changed, but no area coincides with them: 1, among which c"
    ]
    assert shares(crosswalk) == TRUE


def test_unchanged_areas_that_were_not_there_are_refused():
    with pytest.raises(
        AreaError, match="1 areas are unchanged by its own words, but are not in the vintage of 2021: a"
    ):
        by_change(OLD.where(OLD.ids != "a"), NEW)


def test_what_changed_since_last_year_says_nothing_of_the_year_before():
    older = AreaFrame(OLD.level, 2019, OLD.table)
    with pytest.raises(AreaError, match="says what changed since 2021, not since 2019; go year by year"):
        by_change(older, NEW)


def test_a_file_that_says_nothing_of_changes_is_refused():
    with pytest.raises(AreaError, match=r"nothing says what changed since 2021; compare the areas \(by_overlap\)"):
        by_change(OLD, AreaFrame(NEW.level, 2022, NEW.table.drop(columns="change")))


def test_by_overlap_the_same_is_found_without_codes():
    crosswalk = by_overlap(OLD, NEW)
    assert shares(crosswalk) == TRUE
    assert crosswalk.codes.set_index("source")["method"].to_dict() | {"c": 0} == dict.fromkeys(
        "abdef", Method.WHOLE
    ) | {"c": 0}


def test_by_overlap_borders_that_were_drawn_anew_make_no_difference():
    shifted = AreaFrame(NEW.level, 2022, NEW.table.assign(geometry=NEW.table.geometry.translate(4, 3)))
    crosswalk = by_overlap(OLD, shifted)
    assert shares(crosswalk).keys() == TRUE.keys()
    assert crosswalk.sum(COUNTS).total == pytest.approx(COUNTS.total, rel=1e-9)


def test_codes_that_changed_places_are_found_by_where_they_are():
    swapped = OLD.table.geometry.rename({"a": "b", "b": "a"}).sort_index()
    crosswalk = by_overlap(OLD, AreaFrame(OLD.level, 2022, OLD.table.assign(geometry=swapped)))
    assert shares(crosswalk) == {("a", "b"): 1, ("b", "a"): 1} | {(same, same): 1 for same in "cdef"}


def test_by_pairs_what_the_table_names_goes_whole_and_the_rest_is_interpolated():
    crosswalk = by_pairs(OLD, NEW, pd.Series({"a": "a", "b": "B", "e": "g"}))
    assert shares(crosswalk) == TRUE
    assert crosswalk.exact is False


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({"z": "a"}, "1 codes are not in the vintage of 2021: z"),
        ({"a": "z"}, "1 codes are not in the vintage of 2022: z"),
    ],
)
def test_pairs_of_codes_that_are_not_there_are_refused(pairs, said):
    with pytest.raises(AlignmentError, match=said):
        by_pairs(OLD, NEW, pd.Series(pairs))


def test_an_old_code_that_became_two_is_refused():
    with pytest.raises(AlignmentError, match="1 old codes occur more than once: a"):
        by_pairs(OLD, NEW, pd.Series(["a", "B"], index=["a", "a"]))


@given(st.data(), tilings, st.integers(0, 10_000))
def test_whatever_the_vintages_the_total_is_kept(data, old, seed):
    counts = Counts("inwoners", data.draw(figures_of(old)))
    crosswalk = by_overlap(old, tiling(seed, 20, vintage=2025))
    assert crosswalk.sum(counts).total == pytest.approx(counts.total, rel=1e-9)


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@given(tilings, st.integers(0, 10_000))
def test_whatever_the_vintages_nobody_is_lost_where_people_do_not_live_evenly(weights, old, seed):
    crosswalk = by_overlap(old, tiling(seed, 20, vintage=2025), weights, least=0.5)
    assert crosswalk.given.to_numpy() == pytest.approx(1, abs=1e-9)


@given(tilings)
def test_areas_that_did_not_change_go_to_themselves(old):
    crosswalk = by_overlap(old, old)
    assert crosswalk.exact
    assert np.array_equal(crosswalk.matrix.todense(), np.eye(len(old)))


def split_at(share, *, code="x"):
    """One square that became two, of which the second has this share of it."""
    old = areas_of([shapely.box(0, 0, BLOCK, BLOCK)], codes=[code], vintage=2021)
    border = BLOCK * (1 - share)
    new = areas_of(
        [shapely.box(0, 0, border, BLOCK), shapely.box(border, 0, BLOCK, BLOCK)], codes=["y", "z"], vintage=2022
    )
    return old, new


@pytest.mark.parametrize(("share", "whole"), [(0.0095, True), (0.0105, False), (0.002, True), (0.05, False)])
def test_below_a_hundredth_of_an_area_an_overlap_is_a_sliver(share, whole):
    old, new = split_at(share)
    crosswalk = by_overlap(old, new, least=0.999)
    assert crosswalk.exact == whole
    assert len(crosswalk.table) == (1 if whole else 2)


@pytest.mark.parametrize(("overlap", "same"), [(0.91, True), (0.89, False)])
def test_areas_that_have_nine_tenths_in_common_are_one(overlap, same):
    """Intersection over union of 0.9, by a square within a larger one; another new area takes the rest."""
    old = areas_of([shapely.box(0, 0, BLOCK, BLOCK)], codes=["x"], vintage=2021)
    new = areas_of(
        [shapely.box(0, 0, overlap * BLOCK, BLOCK), shapely.box(overlap * BLOCK, 0, BLOCK, BLOCK)], codes=["y", "z"],
        vintage=2022,
    )  # fmt: skip
    assert by_overlap(old, new).exact == same


@pytest.mark.parametrize(("inside", "covered"), [(0.91, True), (0.89, False)])
def test_nine_tenths_in_the_areas_that_are_left_is_all(inside, covered):
    """Of `b` the rest lies in the new `a`, which is `a` itself: below a tenth that is how the borders were drawn."""
    border = BLOCK + (1 - inside) * BLOCK
    old = areas_of(
        [shapely.box(0, 0, BLOCK, BLOCK), shapely.box(BLOCK, 0, 2 * BLOCK, BLOCK)], codes=["a", "b"], vintage=2021
    )
    new = areas_of(
        [shapely.box(0, 0, border, BLOCK), shapely.box(border, 0, 2 * BLOCK, BLOCK / 2),
         shapely.box(border, BLOCK / 2, 2 * BLOCK, BLOCK)],
        codes=["a", "c", "d"], vintage=2022, change=pd.array([1, 3, 3], dtype="Int8"),
    )  # fmt: skip
    crosswalk = by_change(old, new)
    assert (("b", "a") not in shares(crosswalk)) == covered
    assert crosswalk.given["b"] == pytest.approx(1)


@pytest.mark.parametrize(("overlap", "same"), [(0.51, True), (0.49, False)])
def test_where_cbs_says_that_only_the_code_changed_half_in_common_is_enough(overlap, same):
    old = areas_of([shapely.box(0, 0, BLOCK, BLOCK)], codes=["x"], vintage=2021)
    new = areas_of(
        [shapely.box(0, 0, overlap * BLOCK, BLOCK), shapely.box(overlap * BLOCK, 0, BLOCK, BLOCK)], codes=["y", "z"],
        vintage=2022, change=pd.array([2, 3], dtype="Int8"),
    )  # fmt: skip
    crosswalk = by_change(old, new)
    assert crosswalk.exact == same
    assert len(crosswalk.notes) == (0 if same else 1)
