"""What a tally will read and cost, said before it is done: what is known of it, and nothing that is not."""

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import SourceError, UnknownNameError
from services.formats.sizes import size_of
from services.jobs import tally_plan
from services.jobs.tally_plan import Rates, planned
from tests.services.running import Zicht
from tests.services.sources.records.declared import rows
from tests.services.sources.test_rasters import COLUMNS, ROWS, put

TOML = """
id = "meldingen"
title = "Meldingen"
publisher = "Gemeente"
license = "niet openbaar"
url = "https://example.org"
attribution = "Gemeente"
vintage = 2024
periods = [2024]
[columns.meldingen]
formula = "meldingen_{{periode}}"
title = "Meldingen"
[records]
{where}
legal_ground = "Gemeentewet art. 172"
covers = ["NL"]
[records.place]
{place}
[records.count.meldingen]
"""


def declared(folder: Path, where: str, place: str = 'x = "x"\ny = "y"') -> Path:
    path = folder / "meldingen.toml"
    path.write_text(TOML.format(where=where, place=place), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of rows: two of Parquet, one of CSV."""
    (tmp_path / "rijen").mkdir()
    table = rows(600)
    table[:100].to_parquet(tmp_path / "rijen" / "a.parquet")
    table[100:400].to_parquet(tmp_path / "rijen" / "b.parquet")
    table[400:].to_csv(tmp_path / "rijen" / "c.csv", index=False)
    return tmp_path


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million rows in 2 seconds from Parquet and in 4 from CSV."""
    monkeypatch.setattr(tally_plan, "SECONDS", {"parquet": 2.0, "csv": 4.0})
    of_engines = {"local": Rates(5.0, 0.0, 1.0, 1.0, 0.0), "local:N": Rates(5.0, 3.0, 1.0, 1.0, 0.5)}
    monkeypatch.setattr(tally_plan, "RATES", {**of_engines, "spark": Rates(20.0, 6.0, 1.5, 1.0, 0.75)})


@pytest.mark.parametrize("count", [0, 1, 7, 60_000])
def test_rows_are_known_from_the_footer_of_parquet_and_about_known_from_the_lines_of_a_text(tmp_path, count):
    table = rows(max(count, 1))[:count]
    table.to_parquet(tmp_path / "a.parquet")
    table.to_csv(tmp_path / "a.csv", index=False)
    exact, about = size_of(tmp_path, "a.parquet"), size_of(tmp_path, "a.csv")
    assert (exact.rows, exact.exact, about.exact) == (count, True, False)
    assert about.rows == pytest.approx(count, rel=0.01)
    assert about.size == (tmp_path / "a.csv").stat().st_size


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv.gz", "a.gpkg"])
def test_how_many_rows_a_packed_file_has_only_reading_tells(tmp_path, name):
    (tmp_path / name).write_bytes(b"x" * 10)
    assert (size_of(tmp_path, name).rows, size_of(tmp_path, name).size) == (None, 10)


def test_a_file_that_is_not_there_or_is_no_parquet_is_named(tmp_path):
    (tmp_path / "b.parquet").write_bytes(b"x")
    for name in ("a.csv", "b.parquet"):
        with pytest.raises(SourceError, match=rf"{name[0]}\.\w+: cannot be read"):
            size_of(tmp_path, name)


@pytest.mark.usefixtures("rates")
def test_costs_follow_from_the_rows_of_each_kind_and_the_largest_part_bounds_how_soon(folder, monkeypatch):
    monkeypatch.setattr(tally_plan, "MILLION", 100)
    plan = planned(declared(folder, 'path = "rijen"'), "local:2")
    assert (plan.parts, plan.rows, plan.exact) == (3, 600, False)
    here, two, spark = plan.costs
    assert (here.engine, here.seconds, here.elapsed, here.memory) == ("local", 5 + 16, 5 + 16, 1.0)
    assert (two.engine, two.seconds, two.elapsed, two.memory) == ("local:2", 5 + 6 + 16, 5 + 3 + 8, 2.0)
    assert (spark.processes, spark.seconds, spark.elapsed, spark.memory) == (2, 20 + 12 + 24, 20 + 6 + 12, 2.5)
    eight = planned(declared(folder, 'path = "rijen"'), "local:8").costs[1]
    assert (eight.engine, eight.elapsed) == ("local:3", 5 + 3 + 8)  # the CSV alone takes 8


def test_below_fifty_million_rows_local_is_said_to_be_better(folder, monkeypatch):
    source = declared(folder, 'path = "rijen"')
    assert "below 50,000,000 rows a cluster costs more" in " ".join(map(str, planned(source).advice))
    monkeypatch.setattr(tally_plan, "FEW", {"rows": 600})
    assert "a cluster may be worth its start" in " ".join(map(str, planned(source).advice))


def test_what_only_reading_tells_has_no_costs(tmp_path):
    pd.DataFrame({"x": [1]}).to_csv(tmp_path / "a.csv.gz", index=False)
    for where in ('path = "a.csv.gz"', 'postgis = "openbaar.meldingen"'):
        plan = planned(declared(tmp_path, where))
        assert (plan.parts, plan.rows, {cost.seconds for cost in plan.costs}) == (1, None, {None})
        assert "only reading tells" in str(plan.advice[0])


@pytest.mark.parametrize("engine", ["local", "spark://127.0.0.1:1"])
def test_without_a_number_of_processes_there_are_as_many_as_cores(folder, monkeypatch, engine):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    costs = planned(declared(folder, 'path = "rijen"'), engine).costs
    assert [cost.engine for cost in costs] == ["local", "local:2", "spark://"]


@pytest.mark.parametrize("engine", ["lokaal", "local:x"])
def test_an_engine_that_is_not_there_is_refused_before_a_plan_is_made(folder, engine):
    with pytest.raises(UnknownNameError, match="unknown engine"):
        planned(declared(folder, 'path = "rijen"'), engine)


def other(folder: Path, sections: str) -> Path:
    head, _, _ = declared(folder, 'path = "rijen"').read_text(encoding="utf-8").partition("[records]")
    path = folder / "anders.toml"
    head = head.replace("meldingen_{periode}", "meldingen").replace('id = "meldingen"', 'id = "anders"')
    path.write_text(head + sections, encoding="utf-8")
    return path


def test_a_source_that_is_not_counted_has_no_plan(folder):
    source = other(folder, '[table]\npath = "t.csv"\n')
    with pytest.raises(SourceError, match=r"declares no \[records\], \[raster\] or \[squares\]"):
        planned(source)


def test_of_tiles_of_a_raster_the_cells_are_known_from_their_headers(folder, zicht):
    (folder / "tegels").mkdir()
    for at in range(3):
        put(folder, name=f"tegels/{at}.tif")
    source = other(folder, '[raster]\npath = "tegels"\n[raster.column.meldingen]\ntake = "mean"\n')
    plan = planned(source, "local:2")
    cells = 3 * ROWS * COLUMNS
    assert (plan.parts, plan.of, plan.rows, plan.exact) == (3, "cells", cells, True)
    assert plan.costs[0].seconds == pytest.approx(6 + 0.15 * cells / 1e6)
    assert "below 500,000,000 cells a cluster costs more" in str(plan.advice[0])
    said = " ".join(zicht("tally", source, "--plan").out.split())
    assert f"3 files, {plan.size / 1e6:.1f} MB, 19,200 cells." in said
    (folder / "tegels" / "1.tif").write_text("geen raster")
    with pytest.raises(SourceError, match=r"1\.tif: cannot be read"):
        planned(source)


def test_of_squares_of_years_each_file_is_a_part(folder):
    for year in (2021, 2022):
        pd.DataFrame({"crs28992res100m": ["E1200N4800"] * 40}).to_parquet(folder / f"vk_{year}.parquet")
    source = other(
        folder, '[squares]\nyears = [2021, 2022]\npath = "vk_{year}.parquet"\n[squares.column]\nmeldingen = "inw"\n'
    )
    plan = planned(source)
    assert (plan.parts, plan.of, plan.rows, plan.where) == (2, "squares", 80, "vk_{year}.parquet")
    assert "what it costs was not measured" in str(plan.advice[0])
    assert {cost.seconds for cost in plan.costs} == {None}


def test_that_addresses_are_asked_for_is_said(folder):
    source = declared(folder, 'path = "rijen/a.parquet"', 'postcode = "zaak"\nhuisnummer = "soort"')
    assert "asked of PDOK" in str(planned(source).advice[0])


def test_a_plan_counts_and_writes_nothing(zicht: Zicht, folder):
    source = declared(folder, 'path = "rijen"')
    before = sorted(folder.rglob("*"))
    made = zicht("tally", source, "--plan", "--to", folder / "uit.csv")
    said = " ".join(made.out.split())
    assert made.code == 0
    assert "3 files" in said
    assert "about 600 rows" in said
    assert "local is the better choice" in said
    assert sorted(folder.rglob("*")) == before
