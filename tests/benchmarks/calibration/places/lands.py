"""The lands that places are searched in: real buurten with their inhabitants, of the country and of Zuid-Holland."""

from dataclasses import dataclass
from functools import cache

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.neighbors import Neighbors
from services.notebook import country
from tests.real_data import folder

PROVINCE = "boundaries/nl_provincie_2022_tmap.parquet"
MIN_INHABITANTS = 50
"""Below it a buurt has no rate, as in the shipped theme."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Land:
    """Areas to draw maps on.

    Attributes:
        neighbors: who borders whom.
        points: their centres of gravity, in metres.
        inhabitants: how many.
        density: addresses per km² around.
        control: what is bounded in a search of it (geo.statistics.places.scan.Places).
        clusters: how many are planted in one map.
    """

    neighbors: Neighbors
    points: Floats
    inhabitants: Floats
    density: Floats
    control: str
    clusters: int

    def __len__(self) -> int:
        return len(self.points)

    @property
    def searched(self) -> NDArray[np.bool_]:
        """The areas that can be in a place."""
        known = self.inhabitants >= MIN_INHABITANTS
        return known & (self.neighbors.matrix @ known.astype(int) > 0)


@cache
def land(name: str) -> Land:
    """`nl`, `zuid-holland`, or `testland`, which needs no real figures."""
    opened = country("testland" if name == "testland" else str(folder()))
    measures = opened.measures("misdrijven")
    areas = opened.areas()
    points = shapely.get_coordinates(shapely.centroid(areas.geometry.to_numpy()))
    here = np.ones(len(areas), dtype=bool)
    if name == "zuid-holland":
        provinces = geopandas.read_parquet(folder() / PROVINCE).set_index("name")
        here = shapely.contains_xy(provinces.geometry["Zuid-Holland"], points)
    whole = name == "nl"
    return Land(
        opened.neighbors().among(here),
        points[here],
        _known(measures["misdrijven", "exposure"])[here],
        _known(measures["afgelegen", "events"] / measures["afgelegen", "exposure"])[here],
        "rate" if whole else "whole",
        12 if whole else 3,
    )


def _known(figures: "pd.Series[float]") -> Floats:
    return figures.where(np.isfinite(figures), 0.0).to_numpy(dtype=float)
