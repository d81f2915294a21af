"""Places that were found are remembered as they are."""

import numpy as np
import pandas as pd

from geo.residuals import Residuals
from geo.statistics.places.scan import Places, place_scan
from services.cache.encoding import decoded, encoded
from tests.country import grid


def test_places_come_back_to_the_bit():
    rng = np.random.default_rng(1)
    neighbors = grid(12, 12)
    z = rng.normal(size=(12, 12))
    z[2:5, 2:5] += 3
    values, expected = (pd.Series(one.ravel(), index=neighbors.ids) for one in (z, rng.gamma(4, 10, (12, 12))))
    points = 100.0 * np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2)
    residuals = Residuals(values, expected, 3.0)
    found = place_scan(residuals, neighbors, points, places=Places(draws=99))
    again = decoded(encoded(found))
    assert found.parts
    assert (again.parts, again.zones, again.p, again.how) == (found.parts, found.zones, found.p, found.how)
    pd.testing.assert_series_equal(again.reason, found.reason)
    pd.testing.assert_series_equal(again.local.q, found.local.q)
    back = decoded(encoded(residuals))
    pd.testing.assert_series_equal(back.values, values)
    assert back.shape == 3.0
