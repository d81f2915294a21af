"""Buurten to hexagons of resolution 9 for the whole country, beside geopandas.overlay and tobler."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from rich.console import Console
from tobler.area_weighted.area_interpolate import _area_tables_binning

from boundaries.crosswalk import Crosswalk, by_surface
from boundaries.hexagons import hexagons, packed_hexagons
from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from tests.benchmarks.side_by_side import most, race
from tests.real.conftest import real  # noqa: F401  # the folder of real data

TOLERANCE = 1e-6
"""Of the surface of a source."""


class Measured(NamedTuple):
    """What a crosswalk came to, and took: seconds of work, gigabytes at most."""

    cells: int
    pairs: int
    seconds: float
    memory: float


@pytest.fixture(scope="module")
def buurten(real):  # noqa: F811
    """The national map as it is, 14,566 buurten of a dozen corners each."""
    return areas_of(geopandas.read_parquet(real / "boundaries/nl_buurt_2024_georef.parquet").set_index("statcode"))


@pytest.fixture(scope="module")
def detailed(buurten):
    """A quarter of them with a corner every 15 m, as on the map of the Kadaster."""
    table = buurten.table.iloc[::4]
    return areas_of(table.assign(geometry=shapely.segmentize(table.geometry.to_numpy(), 15.0)))


def areas_of(table) -> AreaFrame:
    ids = table.index.rename("area_id")
    named = {"name": ids, "gemeente": "GM0001", "gemeente_name": "Nederland", "geometry": table.geometry.to_numpy()}
    return AreaFrame(AreaLevel.BUURT, 2024, geopandas.GeoDataFrame(named, index=ids, crs=RD_NEW).sort_index())


def overlay(source: AreaFrame, target: AreaFrame) -> pd.DataFrame:
    left = geopandas.GeoDataFrame(
        {"source": np.arange(len(source))}, geometry=source.table.geometry.to_numpy(), crs=28992
    )
    right = geopandas.GeoDataFrame(
        {"target": np.arange(len(target))}, geometry=target.table.geometry.to_numpy(), crs=28992
    )
    pieces = geopandas.overlay(left, right, how="intersection", keep_geom_type=True)
    return pieces.assign(surface=pieces.area)[["source", "target", "surface"]]


def tobler(source: AreaFrame, target: AreaFrame):
    return _area_tables_binning(source.table.reset_index(), target.table.reset_index(), "auto")


def h3_py(source: AreaFrame) -> geopandas.GeoSeries:
    """The cells that touch the areas, by h3-py and geopandas."""
    found = set()
    for area in source.table.geometry.to_crs(4326):
        found.update(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(area), 9, contain="overlap"))
    ids = sorted(found)
    corners = [shapely.Polygon([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)]) for cell in ids]
    return geopandas.GeoSeries(corners, index=ids, crs=4326).to_crs(RD_NEW)


def check(walk: Crosswalk, source: AreaFrame, peer) -> None:
    """The same surfaces, to a millionth of the source."""
    whole = source.table.area.to_numpy()
    at_source, at_target = walk.at
    ours = pd.Series(walk.table["share"].to_numpy(), index=pd.MultiIndex.from_arrays([at_source, at_target]))
    surfaces = peer.groupby(["source", "target"])["surface"].sum()
    theirs = surfaces / whole[surfaces.index.get_level_values(0)]
    apart = pd.concat([ours, theirs], axis=1).fillna(0.0).diff(axis=1).iloc[:, 1].abs().max()
    assert apart < TOLERANCE
    print(f"{len(ours)} pairs, apart {apart:.1e} of a buurt at most")


def test_hexagons_of_areas(buurten):
    some = areas_of(buurten.table.iloc[: len(buurten) // 10])  # whole gemeenten
    race(
        f"the hexagons of {len(some)} buurten", lambda: hexagons(some, AreaLevel.H3_9), {},
        runs=3, once={"h3-py and geopandas": lambda: h3_py(some)},
    )  # fmt: skip
    ours, theirs = set(hexagons(some, AreaLevel.H3_9).ids), set(h3_py(some).index)
    assert len(ours ^ theirs) < 1e-4 * len(ours)  # sides are straight in RD New here, and in degrees there


def by_parts(buurten: AreaFrame, level: AreaLevel) -> Measured:
    """Buurten to cells of which the polygons are objects a part at a time."""
    start = time.process_time()
    cells = packed_hexagons(buurten, level)
    pairs = len(by_surface(buurten, cells).table)
    return Measured(len(cells), pairs, time.process_time() - start, most())


def at_once(buurten: AreaFrame, level: AreaLevel) -> Measured:
    """The same where all are."""
    start = time.process_time()
    cells = hexagons(buurten, level)
    pairs = len(by_surface(buurten, cells).table)
    return Measured(len(cells), pairs, time.process_time() - start, most())


@pytest.mark.parametrize("level", [AreaLevel.H3_9, AreaLevel.H3_10])
def test_the_country_in_parts_beside_all_polygons_at_once(buurten, level):
    """Each in a process of its own, of which the memory is measured."""
    measured = []
    for way in (by_parts, at_once):
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            measured.append(process.submit(way, buurten, level).result())
    parts, whole = measured
    assert (parts.cells, parts.pairs) == (whole.cells, whole.pairs)
    Console(width=100).print(
        f"{len(buurten)} buurten to {parts.cells} cells, {parts.pairs} pairs: {parts.seconds:.1f} s of work and "
        f"{parts.memory:.2f} GB at most; all polygons at once {whole.seconds / parts.seconds:.1f} times the work and "
        f"{whole.memory / parts.memory:.1f} times the memory"
    )


@pytest.mark.parametrize("which", ["buurten", "detailed"])
def test_buurten_to_hexagons(which, request):
    source = request.getfixturevalue(which)
    target = hexagons(source, AreaLevel.H3_9)
    ours = by_surface(source, target)
    peers = {"geopandas.overlay": lambda: overlay(source, target), "tobler": lambda: tobler(source, target)}
    race(f"{len(source)} buurten to {len(target)} cells", lambda: by_surface(source, target), {}, once=peers)
    check(ours, source, overlay(source, target))
    table = tobler(source, target).tocoo()
    check(ours, source, pd.DataFrame({"source": table.row, "target": table.col, "surface": table.data}))
