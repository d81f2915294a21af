"""The same rows give the same bytes: in one file, two or seven, whoever counts them and in whatever order."""

import csv
import hashlib
import pickle
import random
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from services.engines.local import Local
from services.formats import csv as csv_files
from services.sources.records import counts
from services.sources.records import part as part_
from services.sources.records import tally as tally_
from services.sources.records.tally import RecordsInput, tally
from tests.services.sources.records.declared import AREAS, YEARS, expected, rows, source


class AnyOrder:
    """Does parts in an order of its own, each by a copy of the work, as processes elsewhere do."""

    streams = False

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def tally(self, work, parts):
        parts = list(parts)
        done = {}
        for part in random.Random(self.seed).sample(parts, len(parts)):  # noqa: S311  # no secret
            done[part.number] = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(work))(part)))  # noqa: S301  # ours
        return iter([done[part.number] for part in parts])


def messy(count: int, seed: int) -> pd.DataFrame:
    """Rows with whatever makes an order matter: cents, rows twice, without place or year, amounts unknown."""
    table = rows(count, seed).astype({"datum": object, "bedrag": object})
    rng = np.random.default_rng(seed)
    table["bedrag"] = [f"{one:.2f}" for one in rng.uniform(-1_000, 1_000_000, count)]
    for column, value in (("x", ""), ("datum", "onbekend"), ("bedrag", ""), ("bedrag", "n.v.t."), ("x", 20_000)):
        table[column] = table[column].astype(object)
        table.loc[rng.random(count) < 0.03, column] = value
    return pd.concat([table, table.iloc[: count // 10]], ignore_index=True)


def written(folder: Path, table: pd.DataFrame, cuts: list[int]) -> Path:
    """The rows in as many files as the cuts make."""
    folder.mkdir()
    edges = [0, *sorted(cuts), len(table)]
    for at, (start, stop) in enumerate(pairwise(edges)):
        table.iloc[start:stop].to_csv(folder / f"deel-{at:03}.csv", index=False)
    return folder


def made(root: Path, path: str, engine=None, areas=AREAS, **records) -> tuple[pd.DataFrame, str, list[tuple[int, str]]]:
    """The counts, a digest of them and of all that is said, and the list with row numbers through all files."""
    given_ = RecordsInput(root, rejects=root / "uit.csv", engine=engine or Local())
    counted = tally(source(path=path, **{"max_lost": 1.0} | records), areas, given_)
    content = counted.table.to_csv().encode() + "\n".join(map(str, counted.notes)).encode() + str(counted.rows).encode()
    with (root / "uit.csv").open(encoding="utf-8") as file:
        listed = [tuple(row.values()) for row in csv.DictReader(file)]
    return counted.table, hashlib.sha256(content).hexdigest(), listed


def numbered(listed, root: Path, path: str) -> list[tuple[int, str]]:
    """Rows by their number through all files."""
    before, total = {}, 0
    for file in sorted((root / path).iterdir()):
        before[f"{path}/{file.name}"] = total
        total += len(pd.read_csv(file))
    return [(before[file] + int(row), reason) for file, row, reason in listed]


@settings(max_examples=6, deadline=None)
@given(st.integers(12, 120), st.lists(st.integers(0, 12), min_size=6, max_size=6), st.integers(0, 99))
def test_one_part_two_or_seven_in_any_order_give_the_same_bytes(tmp_path_factory, count, cuts, seed):
    root, table = tmp_path_factory.mktemp("parts"), messy(count, seed)
    written(root / "een", table, [])
    written(root / "twee", table, cuts[:1])
    written(root / "zeven", table, cuts)
    _, digest, listed = made(root, "een/deel-000.csv")
    whole = [(int(row), reason) for row, reason in listed]
    for path in ("een", "twee", "zeven"):
        for engine in (Local(), AnyOrder(seed)):
            _, again, listed = made(root, path, engine)
            assert again == digest
            if path != "een":
                assert numbered(listed, root, path) == whole


def test_processes_of_this_computer_give_the_same_bytes(tmp_path):
    table = messy(400, 1)
    written(tmp_path / "rijen", table, [100, 101, 350])
    assert made(tmp_path, "rijen", Local(processes=2))[1:] == made(tmp_path, "rijen")[1:]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_folder_counts_as_the_join_of_geopandas_with_the_first_area(tmp_path, kind):
    wide = AREAS.table.assign(geometry=AREAS.table.geometry.buffer(40.0, join_style="mitre"))
    areas, table = AreaFrame(AreaLevel.BUURT, 2024, wide), rows(600)
    (tmp_path / "jaar=2024").mkdir()
    for at, name in enumerate([f"b.{kind}", f"jaar=2024/a.{kind}"]):
        part = table.iloc[300 * at : 300 * (at + 1)]
        part.to_parquet(tmp_path / name) if kind == "parquet" else part.to_csv(tmp_path / name, index=False)
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / f".wordt-geschreven.{kind}").write_text("niet af", encoding="utf-8")
    points = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table["x"], table["y"]), crs=28992)
    joined = geopandas.sjoin(points, wide[["geometry"]].reset_index())
    assert len(joined) > len(table), "areas that overlap"
    first = joined.groupby(level=0)["area_id"].min()
    year = table["datum"].str[:4].astype(int)
    found = tally(source(path="."), areas, RecordsInput(tmp_path)).table
    for one in YEARS:
        theirs = first[year.loc[first.index] == one].value_counts().reindex(areas.ids, fill_value=0)
        np.testing.assert_array_equal(found[f"meldingen_{one}"], theirs)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=40))
def test_a_sum_of_cents_is_that_of_decimals(amounts):
    found = counts.Counts.none((1, 1, 1), keyed=False)
    cells = np.zeros(len(amounts), dtype=np.int64)
    assert found.add_amounts(0, np.array([float(one) for one in amounts]), cells) == 0
    exact = int(found.whole.item()) + Decimal(int(found.millionths.item())) / 1_000_000
    assert exact == sum(amounts)


@pytest.mark.parametrize(("amount", "unknown"), [(1e12, 1), (9e11, 0), (-1e12, 1), (float("nan"), 1)])
def test_an_amount_too_large_to_be_one_is_not_known(amount, unknown):
    found = counts.Counts.none((1, 1, 1), keyed=False)
    assert found.add_amounts(0, np.array([amount]), np.zeros(1, dtype=np.int64)) == unknown
    assert found.unknown.item() == unknown


@pytest.mark.parametrize(("outside", "refused"), [(99, False), (100, True)])
def test_whether_rows_lie_in_another_system_is_decided_on_all_of_them(tmp_path, outside, refused, monkeypatch):
    """Also where none of the parts, or batches, has a hundred."""
    table = rows(110).astype({"x": object, "y": object})
    table.loc[: outside - 1, ["x", "y"]] = (4.9, 52.4)
    written(tmp_path / "rijen", table, [30, 60, 90])
    table.to_csv(tmp_path / "rijen.csv", index=False)
    monkeypatch.setattr(csv_files, "BYTES", 1_000)
    for path in ("rijen", "rijen.csv"):
        said = f"{outside} of 110 places lie outside the country.*longitude and latitude"
        with pytest.raises(SourceError, match=said) if refused else nullcontext():
            made(tmp_path, path)


def test_reasons_that_are_as_frequent_are_in_the_order_of_the_alphabet(tmp_path):
    table = rows(40).astype({"x": object, "datum": object})
    for at, order in enumerate(([0, 1], [1, 0])):
        changed = table.copy()
        changed.loc[order[0], "datum"], changed.loc[order[1], "x"] = "onbekend", ""
        changed.to_csv(tmp_path / f"{at}.csv", index=False)
    assert made(tmp_path, "0.csv")[1] == made(tmp_path, "1.csv")[1]


def test_persons_in_any_part_are_refused_and_nothing_is_listed(tmp_path):
    table = rows(60).assign(wie="lawaai")
    table.loc[40:, "wie"] = [f"{first} {last}" for first in ("Piet", "Fatma", "Kees", "Anja") for last in
                             ("Jansen", "Visser", "Mulder", "Yilmaz", "de Vries")]  # fmt: skip
    written(tmp_path / "rijen", table, [20, 40])
    for engine in (Local(), AnyOrder(1)):
        with pytest.raises(SourceError, match="rijen: holds 1 column that may not come in: 'wie'"):
            made(tmp_path, "rijen", engine)
    assert not (tmp_path / "uit.csv").exists()


def test_where_there_is_one_part_persons_are_refused_before_a_row_is_counted(tmp_path, monkeypatch):
    rows(20).assign(bsn="123456782").to_csv(tmp_path / "rijen.csv", index=False)
    monkeypatch.setattr(part_, "Placer", None)
    with pytest.raises(SourceError, match="bsn"):
        made(tmp_path, "rijen.csv")


def test_a_part_that_is_broken_is_named_and_nothing_is_listed(tmp_path):
    written(tmp_path / "rijen", rows(30), [10, 20])
    (tmp_path / "rijen" / "deel-001.csv").write_text("x;y\n1;2;3\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"deel-001\.csv: lines differ in their number of cells"):
        made(tmp_path, "rijen")
    assert not (tmp_path / "uit.csv").exists()


def test_a_folder_without_files_to_count_is_refused_in_words(tmp_path):
    (tmp_path / "rijen").mkdir()
    (tmp_path / "rijen" / "lees.mij").touch()
    with pytest.raises(SourceError, match=r"rijen: a folder without files to count; put some there, of .csv"):
        made(tmp_path, "rijen")


def test_the_digest_of_a_folder_changes_with_every_byte_and_every_name(tmp_path):
    written(tmp_path / "rijen", rows(30), [10, 20])
    digests = [tally(source(path="rijen"), AREAS, RecordsInput(tmp_path)).sha256]
    (tmp_path / "rijen" / "deel-001.csv").rename(tmp_path / "rijen" / "deel-009.csv")
    digests.append(tally(source(path="rijen"), AREAS, RecordsInput(tmp_path)).sha256)
    rows(10, seed=9).to_csv(tmp_path / "rijen" / "deel-009.csv", index=False)
    digests.append(tally(source(path="rijen"), AREAS, RecordsInput(tmp_path)).sha256)
    assert len(set(digests)) == 3


def test_rows_twice_and_on_one_place_are_seen_through_parts(tmp_path):
    table = rows(60)
    table.loc[:29, ["x", "y"]] = table.loc[0, ["x", "y"]].to_list()
    written(tmp_path / "rijen", pd.concat([table, table]), [60])
    notes = " ".join(map(str, tally(source(path="rijen"), AREAS, RecordsInput(tmp_path)).notes))
    assert "60 rijen staan er meer dan eens in" in notes
    assert "60 van 120 rijen liggen op een plek" in notes


def test_keys_of_confidential_records_are_made_here_only(tmp_path):
    rows(30).to_csv(tmp_path / "rijen.csv", index=False)
    given_ = RecordsInput(tmp_path, engine=AnyOrder(1), key_of=lambda ids: np.zeros(len(list(ids)), dtype=np.uint64))
    with pytest.raises(SourceError, match="secret of this computer"):
        tally(source(), AREAS, given_)
    assert tally(source(), AREAS, replace(given_, engine=Local())).rows == 30


def test_who_counts_elsewhere_is_told_the_whole_path(tmp_path, monkeypatch):
    written(tmp_path / "rijen", rows(30), [10])
    monkeypatch.chdir(tmp_path)

    class Elsewhere(AnyOrder):
        def tally(self, work, parts):
            assert work.root == tmp_path
            return super().tally(work, parts)

    assert made(Path(), "rijen", Elsewhere(1))[1] == made(Path(), "rijen")[1]


def test_a_folder_of_one_file_counts_as_the_file(tmp_path):
    table = rows()
    written(tmp_path / "rijen", table, [])
    assert made(tmp_path, "rijen")[0].equals(expected(table))


def broken(folder: Path) -> None:
    """Three files: one in the middle that is cut off in a line, after rows that can be read."""
    written(folder, rows(60), [20, 40])
    with (folder / "deel-001.csv").open("a", encoding="utf-8") as file:
        file.write("Z-1,10\n")


@pytest.mark.parametrize("engine", [Local(), AnyOrder(1)], ids=["here", "elsewhere"])
def test_of_a_file_that_cannot_be_read_nothing_is_counted_and_the_others_are_as_declared(tmp_path, engine):
    broken(tmp_path / "rijen")
    with pytest.raises(SourceError, match=r"deel-001\.csv: lines differ in their number of cells"):
        made(tmp_path, "rijen", engine)
    assert not (tmp_path / "uit.csv").exists()
    counted = tally(source(path="rijen", unreadable="leave out"), AREAS, RecordsInput(tmp_path, engine=engine))
    written(tmp_path / "heel", rows(60).drop(index=range(20, 40)), [20])
    assert counted.table.equals(tally(source(path="heel"), AREAS, RecordsInput(tmp_path)).table)
    assert counted.rows == 40
    assert counted.notes[0].startswith("LET OP: een bestand is weggelaten")
    assert "deel-001.csv: regels verschillen" in counted.notes[0]


def test_what_is_said_of_a_file_that_is_left_out_names_it_below_its_folder_whoever_read_it(tmp_path, monkeypatch):
    broken(tmp_path / "rijen")
    monkeypatch.chdir(tmp_path.parent)
    for root in (tmp_path, Path(tmp_path.name)):
        for engine in (Local(), AnyOrder(1)):
            counted = tally(source(path="rijen", unreadable="leave out"), AREAS, RecordsInput(root, engine=engine))
            assert counted.notes[0].startswith(
                "LET OP: een bestand is weggelaten, en zijn rijen zijn nergens geteld: rijen/deel-001.csv: regels"
            )


def test_rows_that_are_listed_name_their_own_file_where_another_is_left_out(tmp_path):
    broken(tmp_path / "rijen")
    last = rows(60).iloc[40:].assign(datum="onbekend")
    last.to_csv(tmp_path / "rijen" / "deel-002.csv", index=False)
    _, _, listed = made(tmp_path, "rijen", unreadable="leave out")
    assert {one[0] for one in listed} == {"rijen/deel-002.csv"}


def test_rows_that_are_listed_are_not_said_one_by_one(tmp_path, monkeypatch):
    written(tmp_path / "rijen", messy(2_000, 1), [1_000])
    said = []
    monkeypatch.setattr(tally_, "say", lambda text: said.append(text) or str(text))
    _, _, listed = made(tmp_path, "rijen")
    assert len(listed) > 100
    assert len(said) < 50


def test_a_file_with_a_comma_and_quotes_in_its_name_is_one_cell_of_the_list(tmp_path):
    folder = written(tmp_path / "rijen", messy(60, 1), [20])
    (folder / "deel-001.csv").rename(folder / 'deel "b", 2024.csv')
    _, _, listed = made(tmp_path, "rijen")
    assert {file for file, _, _ in listed} == {"rijen/deel-000.csv", 'rijen/deel "b", 2024.csv'}


def test_where_no_file_can_be_read_the_first_says_why(tmp_path):
    (tmp_path / "rijen").mkdir()
    for name in ("a", "b"):
        (tmp_path / "rijen" / f"{name}.csv").write_text("x;y\n1;2;3\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"none of its 2 files can be read: .*a\.csv: lines differ"):
        made(tmp_path, "rijen", unreadable="leave out")


def test_a_file_that_whoever_counts_does_not_see_is_never_left_out(tmp_path):
    written(tmp_path / "rijen", rows(60), [20, 40])

    class Blind(AnyOrder):
        def tally(self, work, parts):
            (tmp_path / "rijen" / "deel-001.csv").unlink()
            return super().tally(work, parts)

    with pytest.raises(SourceError, match=r"deel-001\.csv: no such file"):
        made(tmp_path, "rijen", Blind(1), unreadable="leave out")
