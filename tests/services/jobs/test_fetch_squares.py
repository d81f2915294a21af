"""`zicht fetch vierkanten` against the stand-in: only by name or for a theme, whole or not at all, the same bytes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.errors import SourceError
from layers.declarations.catalog import load
from services import receipts
from services.files import digest
from services.http.client import Client
from services.http.transport import RetryPolicy
from services.jobs import fetch as job
from services.jobs import fetchable
from services.sources.squares import weighed
from tests.layers.declarations.test_squares import SQUARES, with_dasymetric
from tests.layers.declared import catalog
from tests.services.running import Zicht
from tests.standin import wfs
from tests.standin.server import Reply, Standin, busy, cut, halved

FILE = "sources/vierkanten-2024.parquet"
TABLE = pd.DataFrame({
    "crs28992res100m": [f"E{1200 + at % 50}N{4800 + at // 50}" for at in range(2500)],
    "aantal_inwoners": [-99997 if at % 9 == 0 else 5 * at for at in range(2500)],
    "aantal_woningen": 5,
})  # fmt: skip


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    quick = RetryPolicy(connect_timeout=20, read_timeout=3, total_timeout=20, tries=3, pause=0.01)
    monkeypatch.setattr(job, "Client", partial(Client, policy=quick))
    with Standin(wfs.Wfs(wfs.SQUARES.format(year=2024), wfs.LAYER, wfs.squares(TABLE))) as server:
        monkeypatch.setenv("ZICHT_GATEWAY", server.url)
        monkeypatch.setenv("ZICHT_CACHE", str(tmp_path / "cache"))
        yield server


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.usefixtures("standin")
def test_squares_come_with_their_receipt_and_can_be_weighed_by(zicht: Zicht, tmp_path: Path):
    answer = zicht("fetch", "vierkanten", "--to", tmp_path / "data")
    assert answer.code == 0, answer.err
    known = receipts.read(tmp_path / "data")
    assert list(known) == [FILE]
    assert known[FILE].where == "https://service.pdok.nl/cbs/vierkantstatistieken100m/2024/wfs/v1_0"
    assert (known[FILE].rows, known[FILE].license, known[FILE].notes) == (2500, "CC BY 4.0", ())
    assert known[FILE].sha256 == digest(tmp_path / "data" / FILE)
    read = weighed(load().sources["vierkanten"], "inwoners_vierkant", tmp_path / "data")
    assert read.weights.numbers.sum() == TABLE["aantal_inwoners"].where(TABLE["aantal_inwoners"] >= 0).sum()
    assert (read.fetched, read.weights.unknown) == (known[FILE].fetched, 278)


def test_a_rerun_asks_nothing_and_writes_the_same_bytes(zicht: Zicht, standin: Standin, tmp_path: Path):
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "data").code == 0
    first = content(tmp_path / "data")
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "data").code == 0
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "other").code == 0
    assert content(tmp_path / "data") == content(tmp_path / "other") == first
    assert len(standin.requests) == 3


@pytest.mark.parametrize("spoil", [busy(0), Reply(500), cut(300), halved], ids=["429", "500", "cut", "half"])
def test_a_fault_that_passes_is_reported_and_the_bytes_are_the_same(
    zicht: Zicht, standin: Standin, tmp_path: Path, spoil
):
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "data").code == 0
    standin.trap("startIndex=1000", spoil)
    again = zicht("fetch", "vierkanten", "--to", tmp_path / "again", "--fresh")
    assert again.code == 0, again.err
    assert "vierkanten: service.pdok.nl: " in " ".join(again.err.split())
    assert content(tmp_path / "again")[FILE] == content(tmp_path / "data")[FILE]


def test_a_page_that_repeats_leaves_nothing_and_a_rerun_ends_well(zicht: Zicht, standin: Standin, tmp_path: Path):
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "data").code == 0
    first = standin.reply(standin.requests[0], {})
    standin.trap("startIndex=1000", first)
    wrong = zicht("fetch", "vierkanten", "--to", tmp_path / "again", "--fresh")
    assert wrong.code == 1
    assert "features that were there before, after 1000: a page that repeats" in " ".join(wrong.err.split())
    assert not (tmp_path / "again").exists()
    assert zicht("fetch", "vierkanten", "--to", tmp_path / "again").code == 0
    assert content(tmp_path / "again")[FILE] == content(tmp_path / "data")[FILE]


def test_a_dry_run_names_the_address(zicht: Zicht, standin: Standin, tmp_path: Path):
    plan = zicht("fetch", "vierkanten", "--dry-run", "--to", tmp_path / "data")
    assert "vierkanten (size not known)" in plan.out
    assert "vierkantstatistieken100m/2024/wfs/v1_0?service=WFS&version=2.0.0&request=GetFeature&typeNames=" in plan.out
    assert standin.requests == []


def test_without_names_squares_that_no_theme_reads_are_left_and_listed(zicht: Zicht, tmp_path: Path):
    plan = zicht("fetch", "--dry-run", "--to", tmp_path / "data")
    assert "not fetched: vierkanten: no theme reads it; name it to fetch it: zicht fetch vierkanten" in plan.out
    assert "vierkantstatistieken100m" not in plan.out
    assert "vierkanten" not in zicht("fetch", "misdrijven", "--dry-run", "--to", tmp_path / "data").out


def test_of_some_gemeenten_squares_are_not_fetched(zicht: Zicht, tmp_path: Path):
    answer = zicht("fetch", "vierkanten", "--gemeente", "GM0363", "--to", tmp_path / "data")
    assert answer.code == 1
    assert "'vierkanten': squares are fetched for the whole country, without --gemeente" in " ".join(answer.err.split())


@pytest.mark.parametrize("names", [(), ("proef",)])
def test_a_theme_that_interpolates_by_squares_fetches_them(tmp_path: Path, names):
    known = catalog(tmp_path, sources_vierkanten=SQUARES, themes_proef=with_dasymetric())
    wanted, skipped = fetchable.jobs(known, names, vintage(2024))
    assert "vierkanten" in [one.name for one in wanted]
    assert list(skipped) == ["tellingen"]


def test_an_own_file_is_not_fetched(tmp_path: Path):
    own = SQUARES.replace("year = 2024", 'year = 2024\npath = "eigen.gpkg"')
    known = catalog(tmp_path, sources_vierkanten=own, themes_proef=with_dasymetric())
    _, skipped = fetchable.jobs(known, (), vintage(2024))
    assert "its squares are a file of your own (eigen.gpkg)" in str(skipped["vierkanten"])
    with pytest.raises(SourceError, match="which is not fetched"):
        fetchable.jobs(known, ("vierkanten",), vintage(2024))
