"""`zicht hotspots` as a user runs it: files of hexagons in, what stands out with its neighbours out."""

import re

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.services.running import Zicht

DISK = sorted(h3.grid_disk(h3.latlng_to_cell(49.61, 6.13, 9), 12))  # Luxembourg: nothing here is Dutch
HOT = set(h3.grid_disk(h3.latlng_to_cell(49.61, 6.13, 9), 1))


@pytest.fixture
def counted():
    counts = np.random.default_rng(3).poisson(2.0, len(DISK)) + np.array([20 if one in HOT else 0 for one in DISK])
    return pd.DataFrame({"h3": DISK, "aantal": counts}).sample(frac=1, random_state=1)


@pytest.mark.parametrize("kind", ["parquet", "csv", "numbers"])
def test_of_every_kind_of_file_it_finds_what_was_planted(zicht: Zicht, tmp_path, counted, kind):
    path = tmp_path / f"cellen.{'csv' if kind == 'csv' else 'parquet'}"
    if kind == "csv":
        counted.to_csv(path, index=False, sep=";")
    else:
        numbers = counted["h3"].map(h3.str_to_int).astype("uint64")
        counted.assign(h3=numbers if kind == "numbers" else counted["h3"]).to_parquet(path, index=False)
    done = zicht("hotspots", path, "--to", tmp_path / "uit.parquet")
    assert done.code == 0, done.err
    assert "469 hexagons" in done.out
    found = pd.read_parquet(tmp_path / "uit.parquet").set_index("h3")
    assert list(found) == ["aantal", "buren", "z", "p", "q", "opvallend"]
    assert found["aantal"].sort_index().tolist() == counted.set_index("h3")["aantal"].sort_index().tolist()
    assert set(found.index[found["opvallend"]]) >= HOT
    assert found["opvallend"].sum() < 30


def test_in_a_region_every_hexagon_is_searched_and_what_lies_outside_is_said(zicht: Zicht, tmp_path, counted):
    some = counted[(counted["aantal"] > 2)]
    some.to_parquet(tmp_path / "cellen.parquet", index=False)
    half = shapely.box(6.0, 49.5, 6.13, 49.7)
    geopandas.GeoSeries([half], crs=4326).to_crs(3035).to_file(tmp_path / "deel.gpkg")
    to = tmp_path / "uit.parquet"
    done = zicht("hotspots", tmp_path / "cellen.parquet", "--within", tmp_path / "deel.gpkg", "--to", to)
    assert done.code == 0, done.err
    found = pd.read_parquet(to)
    inside = {one for one in found["h3"] if h3.cell_to_latlng(one)[1] < 6.13}
    assert len(inside) == len(found) > 1000
    kept = some[some["h3"].isin(inside)]["aantal"].sum()
    assert found["aantal"].sum() == kept
    assert f"left out: {some['aantal'].sum() - kept}" in done.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.assign(aantal=[None, *one["aantal"][1:]]), r"1 rows .* unknown is not 0; row 1: None"),
        (lambda one: one.assign(aantal=[1.5, *one["aantal"][1:]]), r"hold no count.*row 1: 1.5"),
        (lambda one: one.assign(h3=["zes", *one["h3"][1:]]), r"hold no H3 cell.*row 1: 'zes'"),
        (lambda one: pd.concat([one, one[:1]]), "1 hexagons stand twice"),
        (lambda one: one.assign(h3=[h3.cell_to_parent(one["h3"].iloc[0]), *one["h3"][1:]]), "of resolution 8 and of 9"),
        (lambda one: one.rename(columns={"aantal": "n"}), "no column 'aantal'; it has h3, n"),
        (lambda one: one.assign(aantal=1), "have the count 1"),
        (lambda one: one[:0], "no rows"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_and_nothing_is_written(zicht: Zicht, tmp_path, counted, change, said):
    change(counted).to_parquet(tmp_path / "cellen.parquet", index=False)
    done = zicht("hotspots", tmp_path / "cellen.parquet", "--to", tmp_path / "uit.parquet")
    assert done.code == 1
    assert re.search(said, " ".join(done.err.split())), done.err
    assert not (tmp_path / "uit.parquet").exists()


def test_a_region_without_a_crs_or_polygons_is_refused(zicht: Zicht, tmp_path, counted):
    counted.to_parquet(tmp_path / "cellen.parquet", index=False)
    (tmp_path / "deel.gpkg").write_text("geen kaart")
    to = tmp_path / "uit.parquet"
    done = zicht("hotspots", tmp_path / "cellen.parquet", "--within", tmp_path / "deel.gpkg", "--to", to)
    assert "deel.gpkg: cannot be read as a file of polygons" in done.err
