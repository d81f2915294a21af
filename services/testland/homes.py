"""Homes of Testland, a row each, with a planted profile: private rent from before 1945.

Everywhere a growing room was cleared in one of `FIND_RATE` homes at random, `TIMES` as many where both hold; other
characteristics say nothing. Of such homes there are more in one place.
"""

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from services.testland.land import Ints

Words = NDArray[np.str_]

FIND_RATE, TIMES = 0.0008, 12.0
OWNERSHIP = {"koop": 0.57, "corporatie": 0.30, "particuliere huur": 0.13}
KINDS = {"rijwoning": 0.45, "flat": 0.3, "twee onder een kap": 0.15, "vrijstaand": 0.1}
LABELS = {"A": 0.3, "B": 0.2, "C": 0.25, "D": 0.15, "E": 0.1}
OLD, OLD_IN_PLACE, RENT_IN_PLACE = 0.18, 0.45, 0.4
"""Share of homes from before 1945, and in the planted place; the share of private rent there."""
NO_YEAR = 0.01
"""Share of homes of which the year is not known."""


def make_homes(addresses: geopandas.GeoDataFrame, planted: frozenset[str], seed: int) -> pd.DataFrame:
    """A row a home: woning, soort, eigendom, bouwjaar, oppervlakte, energielabel, kwekerij (ja or nee), x and y.

    Args:
        addresses: buildings with the households in each, a home for each.
        planted: codes of the buurten where more homes fit the profile.
        seed: of all that is drawn.
    """
    rng = np.random.default_rng([seed, 2])  # of its own: the rest of the country stays as it was
    building: Ints = np.repeat(np.arange(len(addresses)), addresses["huishoudens"])
    count = len(building)
    inside = addresses["buurtcode"].isin(planted).to_numpy()[building]
    old = rng.random(count) < np.where(inside, OLD_IN_PLACE, OLD)
    rent = (rng.random(count) < RENT_IN_PLACE) & inside
    ownership = np.where(rent, "particuliere huur", _drawn(OWNERSHIP, count, rng))
    finds = rng.random(count) < FIND_RATE * np.where(old & (ownership == "particuliere huur"), TIMES, 1.0)
    year = np.where(old, rng.integers(1880, 1945, count), rng.integers(1945, 2024, count))
    points = addresses.geometry.iloc[building]
    return pd.DataFrame({
        "woning": [f"W{at:06d}" for at in range(count)],
        "soort": _drawn(KINDS, count, rng),
        "eigendom": ownership,
        "bouwjaar": pd.Series(year, dtype="Int64").mask(rng.random(count) < NO_YEAR),
        "oppervlakte": rng.integers(30, 220, count),
        "energielabel": _drawn(LABELS, count, rng),
        "kwekerij": np.where(finds, "ja", "nee"),
        "x": points.x.round(2).to_numpy(),
        "y": points.y.round(2).to_numpy(),
    })  # fmt: skip


def _drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> Words:
    drawn: Words = rng.choice(np.array(list(shares)), count, p=list(shares.values()))
    return drawn
