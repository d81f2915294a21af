"""CBS's squares lie where their name says, and what CBS keeps secret is unknown."""

import geopandas
import numpy as np
import pandas as pd
import pytest

from boundaries.crosswalk import by_surface
from boundaries.dasymetric import by_weights
from boundaries.hexagons import hexagons
from boundaries.squares import squares
from geo.areas import AreaLevel
from geo.errors import MeasureError, SourceError
from services.sources.squares import read
from tests.country import squares as buurten_of

AREAS = buurten_of(4, 6)  # 2 by 3 km from (120000, 480000)


def table(**columns):
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(1200, 1220), np.arange(4800, 4830)))
    homes = np.random.default_rng(1).integers(1, 40, len(x)) * 5.0
    names = [f"E{east}N{north}" for east, north in zip(x, y, strict=True)]
    return pd.DataFrame({"crs28992res100m": names, "aantal_inwoners": homes, "gemeentenaam": "Proef"} | columns)


def test_a_square_lies_where_its_name_says():
    found = squares(table().iloc[[0]], "proef")
    assert found.table.index.tolist() == ["E1200N4800"]
    assert found.table.geometry.iloc[0].bounds == (120_000, 480_000, 120_100, 480_100)
    assert found.table.crs.to_epsg() == 28992


@pytest.mark.parametrize("name", ["crs28992res100m", "c28992r100"])
def test_the_names_of_all_years_are_known(name):
    assert len(squares(table().rename(columns={"crs28992res100m": name}), "proef").table) == 600


@pytest.mark.parametrize("secret", [-99997, -99995, -99991, -99999999])
def test_what_cbs_writes_for_no_figure_is_unknown(secret):
    raw = table()
    raw.loc[:9, "aantal_inwoners"] = secret
    found = squares(raw, "proef")
    assert found.table["aantal_inwoners"].isna().sum() == 10
    assert found.weights("aantal_inwoners").unknown == 10
    touched = found.unknown("aantal_inwoners", AREAS)
    assert touched[["BU0363AA00", "BU0363AA01"]].tolist() == [5, 5]  # along the southern side of both
    assert touched.sum() == 10


def test_counts_per_buurt_are_those_of_the_squares_in_it():
    raw = table()
    counts = squares(raw, "proef").counts("aantal_inwoners", AREAS)
    assert counts.total == pytest.approx(raw["aantal_inwoners"].sum(), rel=1e-9)
    first = squares(raw, "proef").table.cx[120_001:120_499, 480_001:480_499]["aantal_inwoners"].sum()
    assert counts.figures["BU0363AA00"] == pytest.approx(first)


def test_as_weights_they_say_where_people_are():
    raw = table()
    raw["aantal_inwoners"] = np.where(raw["crs28992res100m"].str[1:5].astype(int) % 5 == 0, 50.0, 0.0)
    cells = hexagons(AREAS, AreaLevel.H3_9)
    weights = squares(raw, "proef").weights("aantal_inwoners")
    counts = squares(raw, "proef").counts("aantal_inwoners", AREAS)
    true = squares(raw, "proef").counts("aantal_inwoners", cells).figures
    by_people = by_weights(AREAS, cells, weights).sum(counts).figures.fillna(0.0)
    evenly = by_surface(AREAS, cells).sum(counts).figures.fillna(0.0)
    assert by_people.to_numpy() == pytest.approx(true.to_numpy(), rel=1e-9, abs=1e-9)
    assert (evenly - true).abs().sum() > 0.1 * counts.total


def test_rates_of_squares_are_no_counts():
    raw = table(percentage_huurwoningen=50.0)
    with pytest.raises(MeasureError, match="'percentage' tells a rate"):
        squares(raw, "proef").counts("percentage_huurwoningen", AREAS)


@pytest.mark.parametrize("column", ["aantal_woningen", "gemeentenaam"])
def test_a_column_that_has_no_numbers_is_refused(column):
    with pytest.raises(SourceError, match=r"no column of numbers .*; it has aantal_inwoners"):
        squares(table(), "proef").counts(column, AREAS)


def test_names_that_are_none_are_refused():
    raw = table()
    raw.loc[3, "crs28992res100m"] = "E120N480"
    with pytest.raises(
        SourceError, match=r"1 names in column 'crs28992res100m' are not .* squares of 100 m .*: E120N480"
    ):
        squares(raw, "proef")


def test_shapes_without_a_name_and_without_figures_are_left_out_and_counted():
    raw = pd.concat([table(), pd.DataFrame({"crs28992res100m": [None, None]})], ignore_index=True)
    found = squares(raw, "proef")
    assert len(found.table) == 600
    assert [str(one) for one in found.notes] == ["without a name and without figures, left out: 2 of 602"]


def test_figures_without_a_square_are_refused():
    raw = pd.concat([table(), pd.DataFrame({"aantal_inwoners": [5.0]})], ignore_index=True)
    with pytest.raises(SourceError, match=r"1 names in column .* are not those of squares"):
        squares(raw, "proef")


def test_squares_that_occur_twice_are_refused():
    with pytest.raises(SourceError, match="1 squares occur more than once: E1200N4800"):
        squares(pd.concat([table(), table().iloc[[0]]]), "proef")


def test_a_table_without_squares_is_refused():
    with pytest.raises(
        SourceError, match="no column with the names of squares: looked for crs28992res100m, c28992r100"
    ):
        squares(table().drop(columns="crs28992res100m"), "proef")


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "csv"])
def test_every_kind_of_file_holds_the_same(tmp_path, kind):
    path = tmp_path / f"squares.{kind}"
    found = squares(table(), "proef").table
    with_polygons = geopandas.GeoDataFrame(table(), geometry=found.geometry.to_numpy(), crs=3857)  # the wrong CRS
    if kind == "gpkg":
        with_polygons.to_file(path)
    elif kind == "parquet":
        with_polygons.to_parquet(path)
    else:
        table().to_csv(path, index=False, sep=";")
    got = read(path).table
    assert got.geometry.geom_equals(found.geometry).all()
    assert got["aantal_inwoners"].equals(found["aantal_inwoners"])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match="no such file; give the squares of CBS"):
        read(tmp_path / "squares.gpkg")


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "squares.gpkg").write_text("no table")
    with pytest.raises(SourceError, match=r"squares.gpkg: cannot be read"):
        read(tmp_path / "squares.gpkg")
