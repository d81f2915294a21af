"""Whether a coordinate reference system measures in metres where areas lie: only then surfaces and distances are true.

Any system may be declared, of any country, as long as a metre of it is a metre on the ground to a twentieth: RD New, a
zone of UTM within its reach, ETRS89-LAEA (EPSG:3035) all over Europe. Web Mercator says that it is in metres, and at
52 degrees north makes 1.6 of one. What counts is the most that a length is stretched in any direction at the middle of
the areas (Tissot's indicatrix).

Source: J.P. Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, doi:10.3133/pp1395, p. 20.
"""

from functools import cache

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import ProjError

MOST_STRETCHED = 0.05
"""Share that a length may be longer or shorter than on the ground."""
NEAR = -5
"""Decimals of metres to which the middle of areas is rounded: the stretch hardly differs within 100 km."""

type Box = tuple[float, float, float, float]


def is_metric(crs: CRS, box: Box) -> bool:
    """Whether coordinates in this system, at the middle of a box (west, south, east, north), are metres.

    >>> is_metric(CRS(3035), (4_000_000, 3_100_000, 4_100_000, 3_200_000)), is_metric(CRS(4326), (4, 50, 5, 51))
    (True, False)
    >>> is_metric(CRS(3857), (400_000, 6_500_000, 500_000, 6_600_000))
    False
    """
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        return False
    if not np.isfinite(box).all():  # nothing lies in it
        return True
    west, south, east, north = box
    return _stretch(crs, round((west + east) / 2, NEAR), round((south + north) / 2, NEAR)) <= MOST_STRETCHED


@cache
def _stretch(crs: CRS, x: float, y: float) -> float:
    """How much longer or shorter a length is at most than on the ground; infinite where the system has no place."""
    try:
        longitude, latitude = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y, errcheck=True)
        found = Proj(crs).get_factors(longitude, latitude, errcheck=True)
    except ProjError:
        return np.inf
    return float(max(abs(found.tissot_semimajor - 1), abs(found.tissot_semiminor - 1)))
