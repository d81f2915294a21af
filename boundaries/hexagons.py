"""H3: from the outline of areas to an AreaFrame of hexagons."""

import geopandas
import h3
import numpy as np
import pandas as pd
import shapely

from geo.areas import RD_NEW, AreaFrame, AreaLevel

WGS84 = 4326


def hexagons(areas: AreaFrame, level: AreaLevel) -> AreaFrame:
    """The H3 cells that touch any of the areas, each named after the area and gemeente its centre lies in, or the
    nearest one (cells on the coast). Polygons keep all their corners and are exact to a few centimetres in RD New.
    """
    resolution = level.resolution
    if resolution is None:
        raise ValueError(f"{level} is not a hexagon level")
    cells: set[str] = set()
    for outline in areas.table.geometry.to_crs(WGS84):
        cells.update(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(outline), resolution, contain="overlap"))
    return AreaFrame(level, areas.vintage, _named(np.array(sorted(cells)), areas))


def cells_at(points: geopandas.GeoSeries, level: AreaLevel) -> np.ndarray:
    """The H3 cell of each point (RD New)."""
    at, resolution = points.to_crs(WGS84), level.resolution
    found = [h3.latlng_to_cell(lat, lng, resolution) for lat, lng in zip(at.y, at.x, strict=True)]
    return np.array(found, dtype=str)


def _named(cells: np.ndarray, areas: AreaFrame) -> geopandas.GeoDataFrame:
    corners = [[(lng, lat) for lat, lng in h3.cell_to_boundary(cell)] for cell in cells]
    polygons = geopandas.GeoSeries([shapely.Polygon(ring) for ring in corners], crs=WGS84).to_crs(RD_NEW)
    _, nearest = shapely.STRtree(areas.table.geometry.to_numpy()).query_nearest(
        polygons.centroid.to_numpy(), all_matches=False
    )
    around = areas.table.iloc[nearest]
    table = pd.DataFrame(
        {
            "name": ("Zeshoek bij " + around["name"]).to_numpy(),
            "gemeente": around["gemeente"].to_numpy(),
            "gemeente_name": around["gemeente_name"].to_numpy(),
        },
        index=pd.Index(cells, name="area_id"),
    )
    return geopandas.GeoDataFrame(table, geometry=polygons.to_numpy(), crs=RD_NEW)
