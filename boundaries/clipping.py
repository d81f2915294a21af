"""How much of one polygon lies in another, for very many pairs of which the other is convex: a hexagon, a square.

A ring is cut off along each side of the convex polygon in turn (I. Sutherland and G. Hodgman 1974, Reentrant polygon
clipping, CACM 17(1), doi:10.1145/360767.360802). What is left of a ring with inlets may hang together by lines along
the sides; they have no surface, and only the surface is asked for. Rings of holes count down. Before that, corners of
the ring that lie in a row to one side of the convex polygon are passed over, all but the first and the last: how often
the ring goes round any point inside stays the same.

Rejected: shapely.intersection, which must find every crossing, build a polygon and be measured: thirty times the work.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.compiled import njit
from geo.polygons import Floats, Polygons, Whole, outlines

BLOCK = 16
"""Corners that are passed over together."""

STRAIGHT = 1e-9
"""A corner that bends inwards by less than this (the sine of its angle) is taken for a point on a straight side."""


class Rings(NamedTuple):
    """Polygons as bare corners: those of ring r at `start[r]` to `start[r + 1]`, the last of which is the first again;
    rings of polygon p at `first[p]` to `first[p + 1]`, of which an empty one may have none.

    `sign` is what the surface of a ring counts for, which is negative where its corners run clockwise: outer rings
    count up and holes down, whichever way round they run.
    """

    corners: Floats
    start: Whole
    first: Whole
    sign: Floats


def rings(polygons: Polygons) -> Rings:
    """The corners of polygons of one part or many."""
    corners, start, ring, part = outlines(polygons)
    outer = np.full(len(start) - 1, -1.0)
    outer[ring[:-1][np.diff(ring) > 0]] = 1.0
    return Rings(corners, start, ring[part], outer * np.sign(_signed_surfaces(corners, start)))


def convex(polygons: Polygons, corners: Rings) -> NDArray[np.bool_]:
    """Which of the polygons, whose corners are in `corners`, are one ring that nowhere bends inwards."""
    one_ring = (shapely.get_num_geometries(polygons) == 1) & (np.diff(corners.first) == 1)
    one_way: NDArray[np.bool_] = _bends_one_way(*corners)
    answer: NDArray[np.bool_] = one_ring & one_way
    return answer


def surfaces(subjects: Rings, clips: Rings, left: Whole, right: Whole) -> Floats:
    """The surface of subject `left[k]` within the convex clip `right[k]`, for every pair k."""
    boxes = _boxes(subjects.corners, subjects.start)
    surface: Floats = _surfaces(subjects, boxes, clips, left, right)
    return surface


@njit(nogil=True)
def _signed_surfaces(corners, start):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The surface of every ring, negative for one that runs clockwise."""
    surface = np.zeros(len(start) - 1)
    for ring in range(len(surface)):
        if start[ring] == start[ring + 1]:
            continue
        x, y = corners[start[ring], 0], corners[start[ring], 1]
        twice = 0.0
        for at in range(start[ring], start[ring + 1] - 1):
            twice += (corners[at, 0] - x) * (corners[at + 1, 1] - y) - (corners[at + 1, 0] - x) * (corners[at, 1] - y)
        surface[ring] = twice / 2
    return surface


@njit(nogil=True)
def _bends_one_way(corners, start, first, sign):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether the first ring of each polygon bends one way at every corner, and nowhere back on itself. Corners that
    repeat the one before are passed over: they bend nowhere.
    """
    answer = np.zeros(len(first) - 1, dtype=np.bool_)
    for polygon in range(len(answer)):
        ring = first[polygon]
        if first[polygon + 1] == ring or sign[ring] == 0:
            continue
        low, high = start[ring], start[ring + 1] - 1
        before = high - 1
        while corners[before, 0] == corners[low, 0] and corners[before, 1] == corners[low, 1]:
            before -= 1
        ax, ay = corners[low, 0] - corners[before, 0], corners[low, 1] - corners[before, 1]
        answer[polygon] = True
        for at in range(low, high):
            bx, by = corners[at + 1, 0] - corners[at, 0], corners[at + 1, 1] - corners[at, 1]
            if bx == 0 and by == 0:
                continue
            bend, straight = sign[ring] * (ax * by - ay * bx), STRAIGHT * np.hypot(ax, ay) * np.hypot(bx, by)
            if bend < -straight or (bend <= straight and ax * bx + ay * by < 0):
                answer[polygon] = False
                break
            ax, ay = bx, by
    return answer


@njit(nogil=True)
def _boxes(corners, start):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """For each block of a ring's corners the box around it, and where the blocks of each ring begin."""
    first = np.zeros(len(start), dtype=np.int64)
    for ring in range(len(start) - 1):
        first[ring + 1] = first[ring] + (start[ring + 1] - start[ring] - 2) // BLOCK + 1
    boxes = np.empty((first[-1], 4))
    for ring in range(len(start) - 1):
        for block in range(first[ring], first[ring + 1]):
            low = start[ring] + (block - first[ring]) * BLOCK
            box = corners[low : min(low + BLOCK, start[ring + 1] - 1)]
            boxes[block, 0], boxes[block, 1] = box[:, 0].min(), box[:, 1].min()
            boxes[block, 2], boxes[block, 3] = box[:, 0].max(), box[:, 1].max()
    return boxes, first


@njit(nogil=True, error_model="numpy")
def _surfaces(subjects, boxes, clips, left, right):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The loop over pairs. Two buffers take turns; each cut adds half as many corners at most."""
    surface = np.zeros(len(left))
    current, clipped = np.empty((256, 2)), np.empty((256, 2))
    around = np.empty(4)
    for k in range(len(left)):
        outer = clips.first[right[k]]
        clip = clips.corners[clips.start[outer] : clips.start[outer + 1] - 1]
        around[0], around[1] = clip[:, 0].min(), clip[:, 1].min()
        around[2], around[3] = clip[:, 0].max(), clip[:, 1].max()
        for ring in range(subjects.first[left[k]], subjects.first[left[k] + 1]):
            most = subjects.start[ring + 1] - subjects.start[ring]
            if most == 0:
                continue
            if most > len(current):
                current = np.empty((2 * most, 2))
            count = _near(subjects, ring, boxes, around, clip[0], current)
            for side in range(len(clip)):
                after = clip[(side + 1) % len(clip)]
                if clip[side, 0] == after[0] and clip[side, 1] == after[1]:
                    continue  # a repeated corner cuts nothing off
                if count < 3:
                    break
                if 2 * count > len(clipped):
                    clipped = np.empty((4 * count, 2))
                count = _cut(current, count, clip, side, clips.sign[outer], clipped)
                current, clipped = clipped, current
            surface[k] += subjects.sign[ring] * _signed(current, count)
    return surface


@njit(nogil=True, error_model="numpy", inline="always")
def _near(subjects, ring, boxes, around, origin, into):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The corners that matter within a box: of a run of corners all to the same side of it, the first and last will do.

    They are counted from `origin`, a corner of the clip: small numbers keep their decimals. Corners are passed over in
    blocks where the whole block lies to one side.
    """
    corners, low, high = subjects.corners, subjects.start[ring], subjects.start[ring + 1] - 1
    count, last, anchor, at = 1, low, low, low + 1
    into[0, 0], into[0, 1] = corners[low, 0] - origin[0], corners[low, 1] - origin[1]
    run = _beside(corners[low, 0], corners[low, 1], corners[low, 0], corners[low, 1], around)
    while at < high:
        if (at - low) % BLOCK == 0 and run:
            box = boxes[0][boxes[1][ring] + (at - low) // BLOCK]
            beside = run & _beside(box[0], box[1], box[2], box[3], around)
            if beside:
                run, last, at = beside, min(at + BLOCK, high) - 1, min(at + BLOCK, high)
                continue
        x, y = corners[at, 0], corners[at, 1]
        beside = _beside(x, y, x, y, around)
        if not run & beside:
            if last != anchor:
                x, y = corners[last, 0], corners[last, 1]
                into[count, 0], into[count, 1] = x - origin[0], y - origin[1]
                count += 1
                anchor, run = last, _beside(x, y, x, y, around)
            if not run & beside:
                x, y = corners[at, 0], corners[at, 1]
                into[count, 0], into[count, 1] = x - origin[0], y - origin[1]
                count += 1
                anchor, run = at, beside
        run &= beside
        last = at
        at += 1
    if last != anchor:
        into[count, 0], into[count, 1] = corners[last, 0] - origin[0], corners[last, 1] - origin[1]
        count += 1
    return count


@njit(nogil=True, inline="always")
def _beside(west, south, east, north, around):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """To which sides of a box another lies wholly, a bit each; 0 if to none."""
    return (
        (1 if east < around[0] else 0)
        | (2 if north < around[1] else 0)
        | (4 if west > around[2] else 0)
        | (8 if south > around[3] else 0)
    )


@njit(nogil=True, error_model="numpy", inline="always")
def _cut(ring, count, clip, side, sign, into):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Keep of a ring what lies on the inner side of one side of the clip; how many corners that has."""
    after = (side + 1) % len(clip)
    x, y = clip[side, 0] - clip[0, 0], clip[side, 1] - clip[0, 1]
    dx, dy = sign * (clip[after, 0] - clip[side, 0]), sign * (clip[after, 1] - clip[side, 1])
    inside = 0
    px, py = ring[count - 1, 0], ring[count - 1, 1]
    before = dx * (py - y) - dy * (px - x)
    for at in range(count):
        qx, qy = ring[at, 0], ring[at, 1]
        now = dx * (qy - y) - dy * (qx - x)
        if (now > 0) != (before > 0):
            share = before / (before - now)
            into[inside, 0], into[inside, 1] = px + share * (qx - px), py + share * (qy - py)
            inside += 1
        if now > 0:
            into[inside, 0], into[inside, 1] = qx, qy
            inside += 1
        px, py, before = qx, qy, now
    return inside


@njit(nogil=True, error_model="numpy", inline="always")
def _signed(ring, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Twice around is half the cross products: the surface, negative for a ring that runs clockwise."""
    total = 0.0
    for at in range(count):
        before = at - 1 if at else count - 1
        total += ring[before, 0] * ring[at, 1] - ring[at, 0] * ring[before, 1]
    return total / 2
