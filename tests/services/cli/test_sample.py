"""`zicht sample` writes the areas on a map of Testland and others beside them."""

from pathlib import Path

import geopandas
import pandas as pd

from tests.services.running import Zicht


def test_a_sample_of_testland_as_a_table_and_as_a_map_holds_the_same_areas(zicht: Zicht, tmp_path: Path):
    files = [tmp_path / f"steekproef.{ending}" for ending in ("csv", "gpkg")]
    for file in files:
        done = zicht("sample", "vastgoed", "--count", "9", "--to", str(file), "--data", "testland")
        assert done.code == 0
    table, drawn = pd.read_csv(files[0], sep=";", decimal=",", encoding="utf-8-sig"), geopandas.read_file(files[1])
    assert table["gebiedscode"].tolist() == drawn["gebiedscode"].tolist()
    assert (table["steekproef"] != "on the map").sum() == 9
    assert round((1 / table["kans"]).sum()) == 692
    assert drawn.crs.to_epsg() == 28992


def test_a_file_of_another_kind_is_refused_before_anything_is_built(zicht: Zicht, tmp_path: Path):
    done = zicht("sample", "vastgoed", "--to", str(tmp_path / "steekproef.pdf"), "--data", "testland")
    assert done.code == 1
    assert "a sample is written as .csv or .gpkg" in done.err
