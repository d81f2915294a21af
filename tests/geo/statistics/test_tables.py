"""What was computed as a table, to join and to plot, and in one line, to look at."""

import numpy as np
import pandas as pd
import pytest

from geo.statistics.getis_ord import getis_ord
from geo.statistics.global_result import GlobalResult
from geo.statistics.joins import JoinCounts, join_counts
from geo.statistics.moran import moran, moran_drawn
from geo.statistics.result import LocalResult
from geo.statistics.scan import scan
from geo.statistics.scan_result import Cluster, ScanResult
from geo.unknown import Unknown
from tests.country import graph_of, grid, names

BOARD = grid(12, 12)
HILL = pd.Series(np.add.outer(np.arange(12.0), np.arange(12.0)).ravel(), index=BOARD.ids)
POINTS = 100.0 * np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2)


def test_a_local_result_as_a_table_has_a_row_per_area_and_what_was_found_in_columns():
    result = getis_ord(HILL.where(HILL > 0), BOARD)
    table = result.to_frame()
    assert list(table) == ["statistic", "p", "lower", "q", "reason"]
    assert table.index.equals(BOARD.ids)
    for name in table:
        assert table[name].equals(getattr(result, name).rename(name))
    assert table.loc["a0000", "reason"] == Unknown.ABSENT


def test_a_local_result_in_one_line_counts_the_tests_and_what_is_significant():
    values = pd.Series([9.0, 8.0, 9.0, 1.0, np.nan], index=names(5))
    result = getis_ord(values, graph_of([(0, 1), (1, 2), (2, 3)], 5), alternative="less")
    assert repr(result).startswith(
        "<LocalResult: 4 of 5 areas tested, smallest p 0.333, 0 with q <= 0.05 (less; exact "
    )
    hot = getis_ord(HILL, BOARD)
    assert f"{(hot.q <= 0.05).sum()} with q <= 0.05" in repr(hot)
    assert (hot.q <= 0.05).sum() > 5


def test_a_result_in_which_nothing_was_tested_says_so():
    result = LocalResult.none(names(3), Unknown.INTERPOLATED)
    assert repr(result) == "<LocalResult: 0 of 3 areas tested (greater; not searched)>"
    assert result.to_frame()["reason"].tolist() == ["interpolated"] * 3


@pytest.mark.parametrize(
    ("result", "how"),
    [
        (moran(HILL, BOARD), "normal approximation, randomisation"),
        (moran(HILL, BOARD, alternative="less", null="normality"), "normal approximation, normality"),
        (moran_drawn(HILL, BOARD, draws=99, seed=1), "permutation, 99 draws, seed 1"),
    ],
)
def test_a_test_of_the_whole_map_is_a_table_of_one_row_and_one_line(result: GlobalResult, how):
    (row,) = result.to_frame().to_dict("records")
    assert row == {
        "statistic": result.statistic, "expected": result.expected, "variance": result.variance, "z": result.z,
        "p": result.p, "alternative": result.alternative, "how": how,
    }  # fmt: skip
    assert repr(result).startswith(
        f"<GlobalResult: statistic {result.statistic:.3g}, expected -0.00699, z {result.z:.3g}, p "
    )
    assert repr(result).endswith(f"({result.alternative}; {how})>")


def test_join_counts_are_three_such_tests():
    counts = join_counts(HILL > 12, BOARD, alternative="greater")
    assert isinstance(counts, JoinCounts)
    assert all(isinstance(count, GlobalResult) for count in (counts.bb, counts.bw, counts.ww))
    assert repr(counts).count("<GlobalResult: ") == 3


def test_a_scan_as_a_table_has_a_row_per_cluster_strongest_first():
    events = pd.Series(5, index=BOARD.ids)
    events.iloc[[65, 66, 77, 78]] = 30
    exposure = pd.Series(100.0, index=BOARD.ids).where(HILL > 0)
    result = scan(events, exposure, POINTS, draws=99, seed=1)
    table = result.to_frame()
    assert list(table) == ["areas", "centre", "radius", "observed", "expected", "relative_risk", "llr", "p"]
    assert [Cluster(**row) for row in table.to_dict("records")] == list(result.clusters)
    assert set(table["areas"][0]) & {"a0065", "a0066", "a0077", "a0078"}
    assert table["llr"].is_monotonic_decreasing
    significant = (table["p"] <= 0.05).sum()
    assert repr(result) == (
        f"<ScanResult: 143 of 144 areas, {len(table)} clusters, smallest p 0.01, {significant} with p <= 0.05 "
        "(simulation of one rate everywhere, so that rates that merely differ give an alarm too, 99 draws, seed 1)>"
    )


def test_a_scan_without_clusters_is_an_empty_table_with_the_same_columns():
    empty = ScanResult((), pd.Series([None, None], index=names(2), dtype=object), getis_ord(HILL, BOARD).how)
    assert list(empty.to_frame()) == ["areas", "centre", "radius", "observed", "expected", "relative_risk", "llr", "p"]
    assert "2 of 2 areas, 0 clusters (" in repr(empty)
