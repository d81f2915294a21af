"""How well the areas of an own map fit together: ground that several have, and how far borders lie apart.

A map of which every polygon was simplified, digitised or moved by itself has overlaps and slits of one size. A slit may
be water, but ground of two areas is a fault for sure; so the overlaps say how far borders may lie apart: as deep as
corners lie in another area at nineteen of twenty places. Seven Dutch maps of buurten, wijken and gemeenten, simplified
polygon by polygon by 1, 5 and 20 m, keep 13,605, 13,605 and 13,597 of their 13,605 pairs so, with 9, 25 and 100 too
many. Twice the median distance from a corner to the nearest other area joins the banks of rivers where slits are few:
87 m for wijken simplified by 5 m, and 311 pairs too many.

Where nothing overlaps and most corners lie beside slits, as on a map of which every area was shrunk, slits say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.areas import AreaFrame
from geo.corners import TOUCH, Corners, around, corners, near
from geo.errors import AreaError, first_few
from geo.messages import Message, message, plural
from geo.neighbors import Neighbors, queen
from geo.polygons import Floats, Polygons

MOST = 50.0
"""Metres that borders may lie apart at most: what is further apart are no borders of neighbours."""
DEPTH = 0.95
"""The share of the corners inside another area that lie no deeper than borders may lie apart."""
FEW = 0.001
"""The share of all corners up to which those inside another area are single faults, and say nothing of the map."""
MOST_SHARED = 0.25
"""The share of an area that another may have too. Simplified by 20 m, buurten of Amsterdam overlap by .14 at most."""
CLOSE = 5.0
"""Metres within which areas are named that touch nowhere on a map of which borders coincide: one of them may have been
moved, or stand beside a ditch. Of the 518 buurten of Amsterdam two pairs do."""
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Fit:
    """`tolerance`: metres within which areas of a map are neighbours; and what is to be said of it."""

    tolerance: float
    notes: tuple[Message, ...]


def fit(areas: AreaFrame, where: str) -> Fit:
    """How the areas of a map fit together.

    Raises AreaError for areas of which a quarter or more is another's too: a point there has two places.
    """
    shapes = areas.table.geometry.to_numpy()
    of = corners(shapes)
    overlaps = _overlaps(areas, shapes, of, where)
    apart = _apart(shapes, of)
    return Fit(apart, (*overlaps, *(_pairs(areas, apart) if apart else _close(areas))))


def outline(polygons: Sequence[shapely.Geometry], tolerance: float) -> shapely.Geometry:
    """One outline around polygons whose borders may lie up to `tolerance` metres apart."""
    whole = shapely.union_all(np.asarray(polygons), grid_size=0.01)
    if tolerance == 0:
        return whole
    closed = shapely.buffer(
        shapely.buffer(whole, tolerance / 2, join_style="mitre"), -tolerance / 2, join_style="mitre"
    )
    return shapely.union_all([whole, closed], grid_size=0.01)


def _overlaps(areas: AreaFrame, shapes: Polygons, of: Corners, where: str) -> tuple[Message, ...]:
    """A note of what several areas have, the largest shares first."""
    at, others = around(shapes, of)
    inner, holds = shapely.STRtree(shapes).query(shapely.point_on_surface(shapes), predicate="intersects")
    both = np.stack([np.concatenate([of.owners[at], inner]), np.concatenate([others, holds])])
    left, right = np.unique(np.sort(both[:, both[0] != both[1]], axis=0), axis=1)
    surface = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    least = np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    share = surface / least
    some = np.flatnonzero(surface > TOUCH * np.sqrt(least))
    some = some[np.argsort(-share[some], kind="stable")]
    named = [f"{areas.ids[left[pair]]}-{areas.ids[right[pair]]}" for pair in some]
    if too_many := int((share[some] >= MOST_SHARED).sum()):
        raise AreaError(
            plural(
                "{where}: 1 pair of areas has a quarter or more of the smaller in common: {pairs} ({most:.0%}); a "
                "point there has two places: correct the polygons, or leave one of the two out",
                "{where}: {count} pairs of areas have a quarter or more of the smaller in common: {pairs} (up to "
                "{most:.0%}); a point there has two places: correct the polygons, or leave one of the two out",
                count=too_many, where=where, pairs=first_few(named[:too_many]), most=float(share[some[0]]),
            )
        )  # fmt: skip
    if not named:
        return ()
    return (
        plural(
            "1 pair of areas overlaps, by {surface:,.1f} m²; points there count for the first: {pairs} ({most:.1%} of "
            "the smaller)",
            "{count} pairs of areas overlap, by {surface:,.1f} m² in all; points there count for the first: {pairs} "
            "(at most {most:.1%} of the smaller)",
            count=len(named), surface=float(surface[some].sum()), pairs=first_few(named, MOST_NAMED),
            most=float(share[some[0]]),
        ),
    )  # fmt: skip


def _apart(shapes: Polygons, of: Corners) -> float:
    """Metres that borders may lie apart, to the decimetre above; 0 where they coincide."""
    depth = _depth(shapes, of)
    if len(depth) > FEW * len(of.points):
        return _decimetres(float(np.quantile(depth, DEPTH)))
    slits, closed = _slits(shapes, of)
    if len(slits) > closed:
        return _decimetres(min(2 * float(np.median(slits)), MOST))
    return 0.0


def _depth(shapes: Polygons, of: Corners) -> Floats:
    """How deep corners lie in other areas, of those that do."""
    at, others = around(shapes, of, 0.0)
    inside = near(shapes, of, (at, others), 0.0)
    lines = shapely.boundary(shapes[others[inside]])
    depth = shapely.distance(shapely.points(of.points[at[inside]]), lines)
    some: Floats = depth[(depth > TOUCH) & (depth <= MOST)]
    return some


def _slits(shapes: Polygons, of: Corners) -> tuple[Floats, int]:
    """How far corners lie from the nearest other area, of those that touch none; and how many touch one."""
    at, others = around(shapes, of, MOST)
    within = near(shapes, of, (at, others), MOST)
    at, others = at[within], others[within]
    distance = shapely.distance(shapely.points(of.points[at]), shapes[others])
    nearest = pd.Series(distance).groupby(at).min().to_numpy()
    slits = np.asarray(nearest[nearest > TOUCH], dtype=np.float64)
    return slits, int((~of.open).sum()) + len(nearest) - len(slits)


def _decimetres(metres: float) -> float:
    return float(np.ceil(metres * 10) / 10)


def _pairs(areas: AreaFrame, apart: float) -> tuple[Message, ...]:
    """Which areas are neighbours by the tolerance alone, and which would be with twice as much."""
    touching, neighbours, wider = queen(areas), queen(areas, apart), queen(areas, 2 * apart)
    notes = [message("borders do not coincide: areas within {apart:g} m of one another are neighbours", apart=apart)]
    if lost := _only(neighbours, touching):
        notes.append(
            plural(
                "1 pair of neighbours lies apart, and touches nowhere: {pairs}",
                "{count} pairs of neighbours lie apart, and touch nowhere: {pairs}",
                count=len(lost), pairs=first_few(lost, MOST_NAMED),
            )
        )  # fmt: skip
    if doubtful := _only(wider, neighbours):
        notes.append(
            plural(
                "1 pair of areas lies {apart:g} to {twice:g} m apart, and is no pair of neighbours: {pairs}",
                "{count} pairs of areas lie {apart:g} to {twice:g} m apart, and are no neighbours: {pairs}",
                count=len(doubtful), apart=apart, twice=2 * apart, pairs=first_few(doubtful, MOST_NAMED),
            )
        )  # fmt: skip
    return tuple(notes)


def _close(areas: AreaFrame) -> tuple[Message, ...]:
    """Which areas nearly touch on a map of which borders coincide."""
    if not (close := _only(queen(areas, CLOSE), queen(areas))):
        return ()
    return (
        plural(
            "1 pair of areas lies less than {metres:g} m apart, touches nowhere and is no pair of neighbours: {pairs}",
            "{count} pairs of areas lie less than {metres:g} m apart, touch nowhere and are no neighbours: {pairs}",
            count=len(close), metres=CLOSE, pairs=first_few(close, MOST_NAMED),
        ),
    )  # fmt: skip


def _only(of: Neighbors, without: Neighbors) -> list[str]:
    """The pairs that only the one has."""
    rows, columns = (of.matrix - of.matrix.multiply(without.matrix)).nonzero()
    return [f"{of.ids[row]}-{of.ids[column]}" for row, column in zip(rows, columns, strict=True) if row < column]
