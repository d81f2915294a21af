"""Raster: a GeoTIFF, and which zonal sums of it are the columns of a source."""

from layers.indicators import Declared, Text


class Raster(Declared):
    """Where the raster is and what is taken of it."""

    path: Text
