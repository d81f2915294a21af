"""The whole country on a raster, and the squares of a real gemeente: totals with figures, and what differs and why."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rasterio.transform import from_origin

from boundaries import cbs
from boundaries.counts import Counts
from boundaries.crosswalk import by_surface
from boundaries.dasymetric import by_weights
from boundaries.hexagons import hexagons
from boundaries.squares import Squares
from boundaries.vintages import vintage
from geo.areas import AreaFrame, AreaLevel
from geo.unknown import Unknown
from layers.declarations.rasters import Raster, Taken
from layers.declarations.sources import Column, SourceDeclaration
from layers.declarations.squares import SquareGrid
from layers.method.columns import figures_of_columns
from layers.method.country import Country
from services.engines.local import Local
from services.sources.rasters import zonal
from services.sources.squares import counted, read, weighed

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def ermelo(real) -> AreaFrame:
    """Its sixteen buurten on land; open water has a code of its own and no inhabitants."""
    table = geopandas.read_parquet(real / "boundaries/ermelo_buurt_cbs.parquet")
    return cbs.buurten(table, vintage(2021), "ermelo")


@pytest.fixture(scope="module")
def squares(real) -> Squares:
    return read(real / "grid/ermelo_vierkant100m_cbs.parquet")


def test_squares_lie_where_their_polygons_lie(real, squares: Squares):
    """925 squares; 23 shapes have neither a name nor a figure: empty squares that were joined."""
    drawn = geopandas.read_parquet(real / "grid/ermelo_vierkant100m_cbs.parquet").set_index("c28992r100").geometry
    assert len(squares.table) == 925
    assert [*map(str, squares.notes)] == ["without a name and without figures, left out: 23 of 948"]
    assert squares.table.geometry.geom_equals(drawn[drawn.index.notna()].reindex(squares.table.index)).all()


def test_secret_squares_are_unknown(squares: Squares):
    """Seven squares without their inhabitants; of 263 the men are secret though the inhabitants are not."""
    assert squares.table["aantal_inwoners"].isna().sum() == 7
    assert squares.table["aantal_mannen"].isna().sum() == 263
    assert (squares.table.select_dtypes("number").min() >= 0).all()


def test_every_inhabitant_of_the_squares_is_in_a_buurt_or_outside(squares: Squares, ermelo: AreaFrame):
    """25,935 in the squares; 25,689 in the sixteen buurten, 246 on the part of border squares outside the gemeente."""
    counts = squares.counts("aantal_inwoners", ermelo)
    known = squares.table["aantal_inwoners"]
    within = squares.table.intersection(shapely.union_all(ermelo.table.geometry.to_numpy())).area / 1e4
    assert known.sum() == 25_935
    assert counts.total == pytest.approx(25_689.5, abs=0.5)
    assert counts.total == pytest.approx((known * within).sum(), rel=1e-9)
    assert squares.unknown("aantal_inwoners", ermelo).sum() == 7


def test_squares_agree_with_the_buurten_of_2024(squares: Squares, ermelo: AreaFrame, netherlands: Country, real):
    """Their own buurten of 2024 have 27,860: more, by three years, what lies over the border, figures rounded to fives
    and the secret squares. The codes of 2021 are others' in 2024: joined by code the figures have nothing in common.
    """
    path = real / "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"
    table = pd.read_csv(path, low_memory=False).set_index("buurtcode")["inwoners"]
    now = netherlands.buurten.where(netherlands.buurten.table["gemeente"] == "GM0233")
    theirs, ours = table.reindex(now.ids), squares.counts("aantal_inwoners", now).figures
    assert theirs.sum() == 27_860
    assert 0.9 < ours.sum() / theirs.sum() < 1
    assert np.corrcoef(ours, theirs)[0, 1] > 0.99
    old = squares.counts("aantal_inwoners", ermelo).figures
    shared = old.index.intersection(theirs.index)
    assert len(shared) > 4
    assert np.corrcoef(old[shared], theirs[shared])[0, 1] < 0.5


def test_to_hexagons_by_squares_puts_people_where_they_live(squares: Squares, ermelo: AreaFrame):
    """Evenly spread, 8,037 of 25,689 end up in a cell where they do not live; by squares 111, at the border."""
    cells = hexagons(ermelo, AreaLevel.H3_9)
    counts = squares.counts("aantal_inwoners", ermelo)
    weights = squares.weights("aantal_inwoners")
    true = squares.counts("aantal_inwoners", cells).figures
    by_people = by_weights(ermelo, cells, weights)
    apportioned = by_people.sum(counts)
    evenly = by_surface(ermelo, cells).sum(counts)
    assert apportioned.total == pytest.approx(counts.total, rel=1e-9)
    assert evenly.total == pytest.approx(counts.total, rel=1e-9)
    wrong = {
        name: (one.figures.fillna(0) - true).abs().sum() / 2
        for name, one in (("evenly", evenly), ("by squares", apportioned))
    }
    assert wrong["by squares"] < 0.005 * counts.total
    assert wrong["evenly"] > 0.3 * counts.total
    back = by_weights(cells, ermelo, weights).sum(Counts("inwoners", apportioned.figures.fillna(0.0)))
    assert back.total == pytest.approx(counts.total, rel=0.01)


@pytest.fixture(scope="module")
def declared_squares() -> SourceDeclaration:
    """The file of Ermelo as a source; it is whole for that gemeente only."""
    grid = SquareGrid(
        year=2021, path="grid/ermelo_vierkant100m_cbs.parquet", covers=("GM0233",),
        column={"inwoners": "aantal_inwoners", "mannen": "aantal_mannen", "woningen": "aantal_woningen"},
    )  # fmt: skip
    return SourceDeclaration(
        id="vierkanten", title="Vierkanten", publisher="CBS", license="CC BY 4.0", url="https://example.org",
        attribution="CBS", status="open", vintage=2021, periods=(2021,), squares=grid,
        columns={one: Column(formula=one, title=one) for one in grid.column},
    )  # fmt: skip


def test_a_buurt_has_a_count_unless_too_much_of_it_is_secret(real, declared_squares, ermelo: AreaFrame):
    """Of the inhabitants 7 squares are secret, which leaves every buurt its count. Of the men 263 are, of the homes
    394: outside the three buurten of the town secret squares may hold from a tenth to three quarters of what there is.
    """
    got = counted(declared_squares, ermelo, real, Local())
    figures = figures_of_columns(got.table, declared_squares, 2021, ermelo.ids, "ermelo")
    assert figures.values.notna().sum().tolist() == [16, 3, 3]
    assert set(figures.reasons["vierkanten.woningen"].dropna()) == {Unknown.SECRET}
    assert figures.values["vierkanten.inwoners"].sum() == pytest.approx(25_689.5, abs=0.5)
    assert "mannen: vierkanten zonder cijfer: 263 van 925" in got.notes


def test_of_the_country_only_ermelo_is_known(real, declared_squares, netherlands: Country):
    got = counted(declared_squares, netherlands.buurten, real, Local())
    known = got.table["inwoners"].dropna()
    assert set(netherlands.buurten.table.loc[known.index, "gemeente"]) == {"GM0233"}
    assert got.notes[-1] == "gebieden buiten de gemeenten die de bron dekt, onbekend: 14548 van 14568"


def test_weights_are_those_of_the_squares(real, declared_squares, squares: Squares):
    got = weighed(declared_squares, "inwoners", real)
    assert got.weights.numbers.sum() == 25_935
    assert got.rows == len(squares.table)


@pytest.fixture(scope="module")
def country_raster(tmp_path_factory):
    """Chance values on cells of 100 m over the whole country."""
    folder = tmp_path_factory.mktemp("raster")
    values = np.random.default_rng(1).gamma(2.0, 3.0, (3300, 2900)).astype(np.float32)
    profile = {
        "driver": "GTiff", "width": 2900, "height": 3300, "count": 1, "dtype": "float32", "crs": "EPSG:28992",
        "tiled": True, "compress": "deflate", "transform": from_origin(0, 630_000, 100, 100),
    }  # fmt: skip
    with rasterio.open(folder / "country.tif", "w", **profile) as file:
        file.write(values, 1)
    return folder


def declared():
    columns = {"gemiddeld": Taken(take="mean"), "samen": Taken(take="sum")}
    return SourceDeclaration(
        id="raster", title="Raster", publisher="Proef", license="CC0", url="https://example.org", attribution="Proef",
        vintage=2024, periods=(2024,), raster=Raster(path="country.tif", column=columns),
        columns={one: Column(formula=one, title=one) for one in columns},
    )  # fmt: skip


def test_all_buurten_of_the_country_have_what_exactextract_gives(netherlands: Country, country_raster):
    got = zonal(declared(), netherlands.buurten, country_raster, Local())
    peer = exact_extract(
        str(country_raster / "country.tif"), netherlands.buurten.table, ["mean", "sum"], output="pandas"
    )
    assert len(got.table) == 14_568
    assert got.table["gemiddeld"].to_numpy() == pytest.approx(peer["mean"].to_numpy(), rel=1e-9)
    assert got.table["samen"].to_numpy() == pytest.approx(peer["sum"].to_numpy(), rel=1e-9)
    assert got.notes == ()


def test_all_hexagons_of_the_country_have_a_value(netherlands: Country, country_raster):
    cells = hexagons(netherlands.buurten, AreaLevel.H3_8)
    got = zonal(declared(), cells, country_raster, Local())
    assert got.table["gemiddeld"].notna().all()
    assert got.table["samen"].sum() == pytest.approx(
        got.table["gemiddeld"].mean() * cells.table.area.sum() / 1e4, rel=0.01
    )
