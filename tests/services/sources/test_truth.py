"""Counts of afterwards in a file: read by the rules of every file, never taken for what they are not."""

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import SourceError
from layers.messages import speaking
from services.sources.truth import of_file

IDS = pd.Index([f"BU{at:08d}" for at in range(20)])


def file(folder: Path, cells: list[object], codes: list[str] | None = None, mark: str = ";") -> Path:
    path = folder / "na.csv"
    rows = zip(IDS[: len(cells)] if codes is None else codes, cells, strict=True)
    path.write_text("\n".join([f"code{mark}aantal", *(f"{code}{mark}{cell}" for code, cell in rows)]))
    return path


def test_figures_may_be_written_the_dutch_way(tmp_path: Path):
    counts = of_file(file(tmp_path, ["1.234,0", "12,0", "3", "4"]), IDS).counts
    assert counts.dropna().tolist() == [1234.0, 12.0, 3.0, 4.0]


def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match=r"'1.234' \(BU00000000\) can be read as 1234 and as 1.234"):
        of_file(file(tmp_path, ["1.234", "5"]), IDS)


@pytest.mark.parametrize("missing", ["", -99997, -99998, -99995, -99991, -99999999])
def test_no_figure_is_unknown_and_not_a_count_below_zero(tmp_path: Path, missing: object):
    counts = of_file(file(tmp_path, [missing, 7]), IDS).counts
    assert counts.isna().sum() == 19
    assert counts.sum() == 7


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (-3, "1 counts are not 0 or more: BU00000000 -3; leave a count that is not known empty"),
        ("<5", "1 cells are not numbers: BU00000000 '<5'"),
        ("inf", "1 cells are not numbers: BU00000000 'inf'"),
    ],
)
def test_what_is_no_count_is_refused_by_the_code_of_its_area(tmp_path: Path, cell: object, fault: str):
    with speaking("en"), pytest.raises(SourceError, match=fault):
        of_file(file(tmp_path, [cell, 7]), IDS)


def test_codes_of_another_vintage_are_named_with_what_is_lost_by_them(tmp_path: Path):
    codes = [*IDS[:19], "BU99990000"]
    truth = of_file(file(tmp_path, [1] * 19 + [6], codes), IDS)
    assert truth.counts.sum() == 19
    with speaking("en"):
        (note,) = map(str, truth.notes)
    assert "1 of its codes are no areas of this map, and take no part, with 24.0% of what it counts: BU99990000" in note


def test_rows_of_one_area_are_added_up_and_one_that_is_not_known_counts_for_nothing(tmp_path: Path):
    counts = of_file(file(tmp_path, [1, 2, "", ""], [IDS[0], IDS[0], IDS[1], IDS[2]]), IDS).counts
    assert counts[IDS[0]] == 3
    assert counts[IDS[1:]].isna().all()
