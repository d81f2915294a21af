"""A map of counts by itself, to look at what a source gives: areas shaded by their count, and beside them what was not
counted. It is one HTML file without a script, which asks nothing of any address. It holds areas only, never a place of
a row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas import AreaFrame
from layers.messages import language, number, say
from services.files import whole_file
from services.pages.templates import template

WIDTH = 1000
"""Of a drawing, in its own units; lines are simplified to one."""
COLOURS = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
"""YlGnBu of ColorBrewer, for those who do not see all colours too."""
ZERO, UNKNOWN = "#ffffff", "#d9d9d9"


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of counts: its colour and what it is called."""

    colour: str
    label: str


def export(title: str, areas: AreaFrame, counts: pd.DataFrame, notes: Sequence[str], path: Path) -> None:
    """Write the map of each column of `counts`, whole or not at all. Unknown counts are grey."""
    counts = counts.reindex(areas.ids)
    shapes, height = _shapes(areas, counts.notna().any(axis=1).to_numpy(dtype=bool))
    drawn = [
        {"name": str(name), "total": number(float(column.sum()), None), **_drawn(column.iloc[list(shapes)], areas)}
        for name, column in counts.items()
    ]
    page = template("counts_map.html.jinja").render(
        language=language(), title=title, shapes=shapes, width=WIDTH, height=height, maps=drawn, notes=notes
    )
    with whole_file(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def _shapes(areas: AreaFrame, known: NDArray[np.bool_]) -> tuple[dict[int, str], int]:
    """The outlines, as SVG writes them, of the areas in the part of the country that is known, by position; and how
    high the drawing is.
    """
    polygons = areas.table.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(polygons[known] if known.any() else polygons)
    step = (east - west) / WIDTH
    near = np.flatnonzero(shapely.intersects(polygons, shapely.box(west, south, east, north)))
    simple = shapely.simplify(shapely.force_2d(polygons[near]), step)
    placed = shapely.transform(simple, lambda at: np.column_stack([at[:, 0] - west, north - at[:, 1]]) / step)
    return {int(at): _outline(shape) for at, shape in zip(near, placed, strict=True)}, round((north - south) / step)


def _outline(shape: shapely.Geometry) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = np.round(shapely.get_coordinates(ring), 1)[:-1]
            parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z")
    return "".join(parts)


def _drawn(column: pd.Series, areas: AreaFrame) -> dict[str, object]:
    """For each area its colour and what is said of it, and the classes."""
    values = column.to_numpy(dtype=float)
    positive = values[values > 0]
    edges = np.unique(np.quantile(positive, [0.2, 0.4, 0.6, 0.8])) if len(positive) else np.zeros(0)
    edges = edges[edges < positive.max(initial=0)]
    at = np.searchsorted(edges, values)
    colours = np.array(COLOURS)[at + (len(COLOURS) - 1 - len(edges))]
    colours[values == 0], colours[np.isnan(values)] = ZERO, UNKNOWN
    names = areas.table["name"].loc[column.index]
    unknown = say("not known")
    said_of = [
        f"{name}: {unknown if np.isnan(one) else number(one, None)}" for name, one in zip(names, values, strict=True)
    ]
    return {"areas": list(zip(colours.tolist(), said_of, strict=True)), "classes": list(_classes(positive, edges))}


def _classes(positive: NDArray[np.float64], edges: NDArray[np.float64]) -> Iterator[_Class]:
    """Each with the least and the most that is in it, so that no count is in two."""
    yield _Class(UNKNOWN, say("not known"))
    yield _Class(ZERO, "0")
    if not len(positive):
        return
    used = COLOURS[len(COLOURS) - 1 - len(edges) :]
    of_class = np.searchsorted(edges, positive)
    for at in np.unique(of_class):
        least, most = positive[of_class == at].min(), positive[of_class == at].max()
        label = number(most, None) if least == most else f"{number(least, None)} - {number(most, None)}"
        yield _Class(used[at], label)
