"""CBS's squares come from the service whole, with the columns that a source declares, or the fault is named."""

import re
from dataclasses import replace

import orjson
import pandas as pd
import pytest

from boundaries.squares import squares as parse
from geo.errors import SourceError
from layers.declarations.catalog import load
from services.downloads import squares
from services.http.client import Client, RetryPolicy
from tests.standin import wfs
from tests.standin.server import Reply, Standin

SOURCE = load().sources["vierkanten"]
PATH = wfs.SQUARES.format(year=2024)
TABLE = pd.DataFrame({
    "crs28992res100m": [*(f"E{1200 + at % 40}N{4800 + at // 40}" for at in range(1500)), None],
    "aantal_inwoners": [-99997, *(5.0 * at for at in range(1499)), None],
    "aantal_woningen": [*(5.0 * at for at in range(1499)), -99997, None],
    "percentage_koopwoningen": [40.0] * 1500 + [None],
    "place": [None] * 1500 + [(130_000, 480_000, 130_300, 480_100)],
})  # fmt: skip


@pytest.fixture
def client(tmp_path):
    def make(standin, **rest):
        policy = RetryPolicy(connect_timeout=5, read_timeout=5, total_timeout=20, tries=3, pause=0.01)
        return Client(tmp_path / "cache", gateway=standin.url, policy=policy, **rest)

    return make


def served(table=TABLE, **how):
    return Standin(wfs.Wfs(PATH, wfs.LAYER, wfs.squares(table, **how)))


def test_names_and_declared_columns_come_in_as_the_service_calls_them(client):
    progress = []
    with served() as standin:
        table = squares.squares_of(client(standin), SOURCE, lambda *counts: progress.append(counts))
        assert squares.planned(SOURCE)[0].removeprefix("https:/") == standin.requests[0]
    assert list(table) == ["crs28992res100m", "aantalInwoners", "aantalWoningen"]
    assert progress == [("vierkanten 2024", 1000, 1501), ("vierkanten 2024", 1501, 1501)]
    expected = TABLE.sort_values("crs28992res100m", kind="stable")
    for ours, theirs in (("aantalInwoners", "aantal_inwoners"), ("aantalWoningen", "aantal_woningen")):
        assert table[ours].fillna(-1).tolist() == expected[theirs].fillna(-1).tolist()
    read = parse(table, "proef")
    assert len(read.table) == 1500
    assert [*map(str, read.notes)] == ["without a name and without figures, left out: 1 of 1501"]
    assert read.table["aantalInwoners"].isna().sum() == read.table["aantalWoningen"].isna().sum() == 1


def test_degrees_where_rd_was_asked_change_nothing(client):
    with served() as standin:
        metres = squares.squares_of(client(standin), SOURCE)
    with served(degrees=True) as standin:
        pd.testing.assert_frame_equal(squares.squares_of(client(standin, fresh=True), SOURCE), metres)
        assert len(standin.requests) == 2


def test_a_rerun_asks_nothing_and_finds_the_same(client):
    with served() as standin:
        one, two = (squares.squares_of(client(standin), SOURCE) for _ in range(2))
        assert len(standin.requests) == 2
    pd.testing.assert_frame_equal(one, two)


def test_a_column_that_changed_its_name_is_reported_with_those_that_are_there_and_requested_again(client):
    renamed = TABLE.rename(columns={"aantal_woningen": "woningvoorraad", "crs28992res100m": "crs28992res100m"})
    error = (
        "vierkantstatistieken100m:vierkant_100m: no property aantal_woningen, whatever its capitals and underscores; "
        "found id, crs28992res100m, aantalInwoners, woningvoorraad, percentageKoopwoningen; correct the "
        "names in [squares.column] of layers/sources/vierkanten.toml"
    )
    with served(renamed) as standin, pytest.raises(SourceError, match=re.escape(error)):
        squares.squares_of(client(standin), SOURCE)
    with served() as standin:
        assert len(squares.squares_of(client(standin), SOURCE)) == 1501


def test_squares_without_their_names_are_reported(client):
    def nameless(usual):
        page = orjson.loads(usual.body)
        for one in page["features"]:
            one["properties"]["vak"] = one["properties"].pop("crs28992res100m")
        return replace(usual, body=orjson.dumps(page))

    with served() as standin:
        standin.trap("startIndex=0", nameless)
        with pytest.raises(SourceError, match=r"no property crs28992res100m, c28992r100, whatever .* vak;"):
            squares.squares_of(client(standin), SOURCE)


def spoilt(change):
    def spoil(usual):
        page = orjson.loads(usual.body)
        change(page)
        return replace(usual, body=orjson.dumps(page))

    return spoil


def again(page):
    """The squares of the first page, under new ids."""
    for at, one in enumerate(page["features"]):
        one["properties"]["crs28992res100m"] = TABLE["crs28992res100m"][at]


def fewer(page):
    page["numberMatched"] -= 1


def lettered(page):
    page["features"][3]["properties"]["aantalInwoners"] = "veel"


@pytest.mark.parametrize(
    ("change", "error"),
    [(again, "501 squares occur more than once: E1200N4800"), (fewer, "1501 features so far, of 1500 (numberMatched)"),
     (lettered, "a figure that is no number: Unable to parse string")],
)  # fmt: skip
def test_a_wrong_answer_is_reported_and_discarded_so_that_a_rerun_ends_well(client, change, error):
    with served() as standin:
        standin.trap("startIndex=1000", spoilt(change))
        with pytest.raises(SourceError, match=re.escape(error)):
            squares.squares_of(client(standin), SOURCE)
        assert len(squares.squares_of(client(standin), SOURCE)) == 1501
        assert standin.count("startIndex=0") == 2


def test_a_service_that_goes_down_half_way_resumes_where_it_was(client):
    with served() as standin:
        standin.trap("startIndex=1000", Reply(503), Reply(503), Reply(503))
        with pytest.raises(SourceError, match="503"):
            squares.squares_of(client(standin), SOURCE)
        assert len(squares.squares_of(client(standin), SOURCE)) == 1501
        assert standin.count("startIndex=0") == 1


def test_a_service_without_squares_is_reported(client):
    with (
        Standin(wfs.Wfs(PATH, wfs.LAYER, wfs.squares(TABLE)[:0])) as standin,
        pytest.raises(SourceError, match="has no squares; see"),
    ):
        squares.squares_of(client(standin), SOURCE)


def test_what_has_no_squares_to_fetch_says_so():
    own = SOURCE.model_copy(update={"squares": SOURCE.squares.model_copy(update={"path": "grid/eigen.gpkg"})})
    with pytest.raises(SourceError, match=r"its squares are a file of your own \(grid/eigen.gpkg\)"):
        squares.planned(own)
    with pytest.raises(SourceError, match=r"'kerncijfers': declares no \[squares\]"):
        squares.planned(load().sources["kerncijfers"])


def test_the_year_and_the_address_are_those_of_the_declaration():
    other = {"year": 2023, "service": "https://example.org/{year}/wfs", "layer": "cbs:vierkant"}
    source = SOURCE.model_copy(update={"squares": SOURCE.squares.model_copy(update=other)})
    assert squares.planned(source)[0].startswith("https://example.org/2023/wfs?service=WFS&version=2.0.0")
    assert "typeNames=cbs:vierkant&" in squares.planned(source)[0]
