"""A control sample: areas outside the zoekgebieden, drawn at random, to look at as closely as at those inside.

Who looks only where a map points finds only there, and takes that for proof. A sample of the rest tells what is there.
It is drawn by stratum: areas of which the score is low, middle or high (by thirds of those outside the zoekgebieden),
and areas that could not be tested. Each has the chance by which it was drawn, so that what is found in the sample says
what there is in all of the rest.
"""

import geopandas
import pandas as pd

from geo.messages import message
from geo.samples import stratified_sample
from layers.messages import say

FLAGGED = message("on the map")
STRATA = (message("low score"), message("middle score"), message("high score"), message("not tested"))
"""What the strata outside the zoekgebieden are called."""
COLUMNS = (
    "gebiedscode", "gebiedsnaam", "gemeentenaam", "steekproef", "kans", "zoekgebied", "score", "bezocht", "gevonden",
)  # fmt: skip
"""The columns of a sample; the last two are for who goes and looks."""


def control_sample(areas: geopandas.GeoDataFrame, count: int, seed: int) -> geopandas.GeoDataFrame:
    """The areas on the map of a layer, and `count` others: columns as COLUMNS, and geometry.

    `areas` is the table of a layer. Raises StatisticError for a count that cannot be drawn.
    """
    table = areas.set_index("gebiedscode")
    others = table[~table["kansrijk"]]
    strata = _strata(others)
    chances = stratified_sample(strata, count, seed)
    flagged = table[table["kansrijk"]]
    rows = pd.concat([
        flagged.assign(steekproef=say(FLAGGED), kans=1.0),
        others.loc[chances.index].assign(
            steekproef=[say(STRATA[at]) for at in strata[chances.index]], kans=chances.to_numpy()
        ),
    ])  # fmt: skip
    rows = rows.reset_index().assign(bezocht="", gevonden="")
    return geopandas.GeoDataFrame(rows[[*COLUMNS, "geometry"]], geometry="geometry", crs=areas.crs)


def _strata(others: pd.DataFrame) -> pd.Series:
    """Of each area the position in STRATA: the third of the scores that it is in, or not tested."""
    tested = others["reden"].isna() & others["score"].notna()
    rank = others.loc[tested, "score"].rank(method="first")
    thirds = ((rank - 1) * 3 // max(1, len(rank))).astype(int)
    return thirds.reindex(others.index, fill_value=3)
