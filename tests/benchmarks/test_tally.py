"""Ten million rows of CSV and Parquet to counts per buurt and per hexagon: how long, and how much memory at most."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from rich.console import Console

ROWS, PART = 10_000_000, 1_000_000

CODE = """
import sys, time
from pathlib import Path
from boundaries.hexagons import hexagons
from geo.areas import AreaLevel
from layers.declarations.sources import SourceDeclaration
from services.sources.records.tally import RecordsInput, tally
from tests.benchmarks.side_by_side import most
from tests.benchmarks.test_points import country

areas = country()
if sys.argv[3] == "h3-9":
    areas = hexagons(areas, AreaLevel.H3_9)
declared = SourceDeclaration.model_validate({
    "id": "rijen", "title": "Rijen", "publisher": "x", "license": "x", "url": "x", "attribution": "x", "vintage": 2024,
    "periods": [2024], "columns": {"rijen": {"formula": "rijen_{periode}", "title": "Rijen"}},
    "records": {"path": sys.argv[2], "legal_ground": "x", "max_lost": 0.9, "covers": ["NL"], "years": [2023, 2024],
                "place": {"x": "x", "y": "y"}, "period": {"column": "datum"},
                "count": {"rijen": {}, "hennep": {"where": {"soort": ["hennep"]}}, "som": {"sum": "bedrag"}}},
})
before, start = most(), time.perf_counter()
counted = tally(declared, areas, RecordsInput(Path(sys.argv[1])))
took = time.perf_counter() - start
print(counted.rows, took, before, most())
"""


def part(rng: np.random.Generator) -> pa.Table:
    days = np.datetime64("2023-01-01") + rng.integers(0, 730, PART)
    return pa.table(
        {
            "zaak": pa.array(rng.integers(0, 1 << 40, PART)),
            "x": rng.uniform(20_000, 270_000, PART).round(1),
            "y": rng.uniform(320_000, 600_000, PART).round(1),
            "datum": pa.array(days.astype("datetime64[D]")),
            "soort": pa.array(np.array(["hennep", "lawaai", "verkeer"])[rng.integers(0, 3, PART)]),
            "bedrag": rng.integers(1, 100_000, PART) / 4,
        }
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    rng = np.random.default_rng(1)
    schema = part(rng).schema
    with (
        pyarrow.csv.CSVWriter(folder / "rijen.csv", schema) as text,
        pyarrow.parquet.ParquetWriter(folder / "rijen.parquet", schema) as columns,
    ):
        for _ in range(ROWS // PART):
            table = part(rng)
            text.write_table(table)
            columns.write_table(table)
    return folder


@pytest.mark.parametrize("level", ["buurt", "h3-9"])
@pytest.mark.parametrize("name", ["rijen.csv", "rijen.parquet"])
def test_ten_million_rows(files: Path, name: str, level: str):
    command = [sys.executable, "-c", CODE, str(files), name, level]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    rows, took, before, most = (float(one) for one in told)
    size = (files / name).stat().st_size / 1e6
    Console(width=120).print(
        f"{rows:,.0f} rows of {name} ({size:.0f} MB) to {level}: {took:.1f} s, at most {most:.2f} GB of memory, "
        f"{before:.2f} GB of it for the areas"
    )
    assert rows == ROWS
