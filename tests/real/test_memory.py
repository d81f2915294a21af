"""What large runs take of memory at most, each in a process of its own: the country in H3 10, ten million rows, twenty
million hexagons.
"""

import subprocess
import sys
from pathlib import Path

import geopandas
import h3
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import shapely

from tests.benchmarks import test_tally as bench
from tests.messages.extraction import ROOT

pytestmark = [pytest.mark.real, pytest.mark.deep]

COUNTRY = """
import sys
from pathlib import Path
from boundaries.crosswalk import by_surface
from boundaries.hexagons import packed_hexagons
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from services.sources.folder import Folder
from tests.benchmarks.side_by_side import most

cells = packed_hexagons(buurten := Folder(Path(sys.argv[1])).areas(vintage(2024)), AreaLevel.H3_10)
print(len(by_surface(buurten, cells).table), most())
"""
EUROPE = """
import sys
from pathlib import Path
from services.jobs.hotspots import HotspotRequest, hotspots
from tests.benchmarks.side_by_side import most

folder = Path(sys.argv[1])
request = HotspotRequest(folder / "counts.parquet", "aantal", "h3", folder / "uit.parquet", folder / "part.gpkg")
print(hotspots(request, lambda _: None).searched, most())
"""


def measured(code: str, *arguments: object) -> tuple[float, float]:
    """How many were made, and the gigabytes that it took at most."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[-1])


def test_the_country_to_hexagons_of_resolution_10_stays_under_a_gigabyte_and_a_half(real):
    pairs, memory = measured(COUNTRY, real)
    assert pairs > 2_000_000
    assert memory < 1.5


@pytest.fixture(scope="module")
def ten_million(tmp_path_factory) -> Path:
    folder, rng = tmp_path_factory.mktemp("rows"), np.random.default_rng(1)
    schema = bench.part(rng).schema
    with (
        pyarrow.csv.CSVWriter(folder / "rijen.csv", schema) as text,
        pyarrow.parquet.ParquetWriter(folder / "rijen.parquet", schema) as columns,
    ):
        for _ in range(10):
            table = bench.part(rng)
            text.write_table(table)
            columns.write_table(table)
    return folder


@pytest.mark.parametrize("level", ["buurt", "h3-9"])
@pytest.mark.parametrize("name", ["rijen.csv", "rijen.parquet"])
def test_ten_million_rows_stay_under_two_gigabytes(ten_million, name, level):
    rows, memory = measured(bench.CODE, ten_million, name, level)
    assert rows == 10_000_000
    assert memory < 2.0


def test_twenty_million_hexagons_of_europe_are_searched_in_three_gigabytes(tmp_path):
    at = np.random.default_rng(1).uniform((43.6, -3.9), (55.7, 16.4), (20_000, 2))
    cells = sorted({h3.latlng_to_cell(*one, 9) for one in at.tolist()})
    counts = pa.table({"h3": cells, "aantal": np.arange(len(cells)) % 50 + 1})
    pyarrow.parquet.write_table(counts, tmp_path / "counts.parquet")
    part = shapely.segmentize(shapely.box(-4, 43.5, 16.5, 55.8), 0.2)
    geopandas.GeoDataFrame(geometry=[part], crs=4326).to_file(tmp_path / "part.gpkg")
    searched, memory = measured(EUROPE, tmp_path)
    assert searched >= 20_000_000
    assert memory < 3.0
