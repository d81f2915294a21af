"""The boards that searches are calibrated on, made of Testland, and what its maps are called on the page."""

from functools import cache

import numpy as np
import pandas as pd
import shapely

from boundaries import cbs
from boundaries.hexagons import hexagons
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.neighbors import queen, ring
from layers.evaluation.maps import Board, Ground
from services.testland.country import make_testland

CELLS = 3000
"""Hexagons of the H3 board: those nearest to the middle of Testland."""

EVENTS = {"buurt": 12.0, "h3": 3.0}
"""Expected events of an average area: registered crimes of a year in a buurt of four hundred inhabitants; fewer in a
hexagon."""

NULLS = {
    "poisson_01": "Tellingen, gemiddeld 0,1",
    "poisson_2": "Tellingen, gemiddeld 2",
    "zero_inflated": "Tellingen, 85 % zeker nul",
    "eb": "Gekrompen verhoudingen",
    "eb_clumped": "Gekrompen, noemers geklonterd",
    "ar_clumped": "Gestandaardiseerd, noemers geklonterd",
    "residual": "Residuen",
    "residual_clumped": "Residuen, noemers geklonterd",
}
"""What maps without a pattern are called."""

GROUNDS = {
    Ground.EVEN: "noemers willekeurig verdeeld",
    Ground.UNEVEN: "verhoudingen verschillen willekeurig",
    Ground.CLUMPED: "noemers geklonterd",
    Ground.BOTH: "noemers geklonterd, verhoudingen verschillen willekeurig",
    Ground.STATIONS: "als een kaart met stations: hier en daar nauwelijks een noemer en zeer veel gebeurtenissen",
}


@cache
def board(name):
    """The buurten of Testland, or the hexagons in its middle."""
    areas = cbs.buurten(make_testland().boundaries, vintage(2024), "Testland")
    if name == "h3":
        areas = _middle(hexagons(areas, AreaLevel.H3_9), CELLS)
    return Board(name, areas, queen(areas) if name == "buurt" else ring(areas), _centres(areas), EVENTS[name])


def _middle(areas, count):
    away = np.linalg.norm(_centres(areas) - _centres(areas).mean(axis=0), axis=1)
    return areas.where(pd.Series(away <= np.sort(away)[count - 1], index=areas.ids))


def _centres(areas):
    return shapely.get_coordinates(shapely.centroid(areas.table.geometry.to_numpy()))
