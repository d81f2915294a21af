"""Postcodes of Testland and what CBS would publish of them: homes, homes where nobody is registered, their mean value.

A postcode is all land and water nearer to its own address than to that of another: small in towns, large outside, and
along no border of buurten. Codes of four digits; the truth is in the buildings, which lie in one postcode and buurt.
"""

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from boundaries.rd import RD_NEW
from services.testland.country import FEW, SECRET, Testland
from services.testland.topics import STRENGTH

Words = NDArray[np.str_]

POSTCODES, FIRST = 120, 1001
OF_POSTCODES = ("WONING", "WON_NBEW", "WOZWONING")
"""The figures, by the names that CBS gives them."""
VACANT = 0.04
"""Homes where nobody is registered, per household; `STRENGTH` times as many where the theme vastgoed is planted."""


def make_postcodes(country: Testland, seed: int) -> tuple[geopandas.GeoDataFrame, pd.DataFrame]:
    """Their boundaries (postcode, geometry), and a row each of PC4, WONING, WON_NBEW and WOZWONING.

    Counts are rounded to fives; where fewer than `FEW` live all is secret. Together they cover all buurten.
    """
    rng = np.random.default_rng([seed, 3])  # of its own: the rest of the country stays as it was
    lived = country.addresses.reset_index(drop=True)
    places = shapely.get_coordinates(lived.geometry)
    own = places[np.sort(rng.choice(len(places), POSTCODES, replace=False))]
    codes = np.arange(FIRST, FIRST + POSTCODES).astype(str)
    land = shapely.union_all(country.boundaries.geometry.to_numpy())
    nearest = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(own), extend_to=land, ordered=True))
    boundaries = geopandas.GeoDataFrame({"postcode": codes}, geometry=shapely.intersection(nearest, land), crs=RD_NEW)
    return boundaries, _figures(country, lived, codes[cKDTree(own).query(places)[1]], rng)


def _figures(country: Testland, lived: pd.DataFrame, postcode: Words, rng: np.random.Generator) -> pd.DataFrame:
    """Counted from the buildings, of which the postcode of each is given."""
    (planted,) = (one.buurten for one in country.places if one.name == "vastgoed")
    times = np.where(lived["buurtcode"].isin(planted), STRENGTH, 1.0)
    vacant = rng.poisson(lived["huishoudens"] * VACANT * times)
    homes = lived["huishoudens"] + vacant
    worth = lived["buurtcode"].map(country.topics.set_index("buurtcode")["woz"]) * homes
    buildings = pd.DataFrame({"people": lived["inwoners"], "homes": homes, "vacant": vacant, "worth": worth})
    sums = buildings.groupby(postcode).sum()
    table = pd.DataFrame(
        {
            "WONING": 5 * np.rint(sums["homes"] / 5),
            "WON_NBEW": 5 * np.rint(sums["vacant"] / 5),
            "WOZWONING": np.rint(sums["worth"] / sums["homes"]),
        }
    )
    return table.mask(sums["people"] < FEW, SECRET).astype(np.int64).rename_axis("PC4").reset_index()
