"""Where borders coincide no corner is open; where they do not, the corners around the gap are."""

import numpy as np
import shapely

from geo.corners import Corners, around, corners, near


def test_only_the_outside_of_a_map_is_open_and_a_border_with_a_corner_on_one_side():
    left, right = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    clean = corners(np.array([left, right]))
    assert isinstance(clean, Corners)
    middle = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 4)])
    one_sided = corners(np.array([left, middle]))
    at = np.flatnonzero((one_sided.points == (10, 4)).all(axis=1))
    assert one_sided.open[at].all()
    assert set(one_sided.owners[at]) == {1}
    shapes = np.array([left, middle])
    pairs = around(shapes, one_sided)
    assert (at[0], 0) in set(zip(*(one.tolist() for one in pairs), strict=True))
    assert near(shapes, one_sided, pairs).any()


def test_inside_a_tiling_every_side_cancels_out():
    boxes = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)])
    found = corners(boxes)
    inner = ((found.points > 0) & (found.points < 3)).all(axis=1)
    assert inner.any()
    assert not found.open[inner].any()
    assert found.open[~inner].all()
