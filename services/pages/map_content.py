"""What the map shows, packed so that the whole country fits in one page.

A national release has 14,566 buurten, some lenses and some years. Repeated per layer that is hundreds of megabytes;
so each polygon is stored once per level, each distinct column once for all layers that use it, and classes are
computed by the legend, one character per area, so that the browser colours exactly as QGIS does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import geopandas
import pandas as pd

from layers.publication.collection import Collection
from layers.publication.fields import AREA, AREA_NAME, GEMEENTE_NAME, LENS, LEVEL, VINTAGE
from services.pages.explained_areas import associated_areas, explained_areas
from services.pages.map_choices import choices_of, lens_notes, theme_titles
from services.pages.map_columns import Columns, Packed, each_once, labelled
from services.pages.map_outlines import extent_of, in_degrees, simplified_outlines
from services.pages.map_pictures import pictures_of
from services.pages.map_searches import searches_of

DRAWN = [LEVEL.name, VINTAGE.name, AREA.name]
"""What tells areas apart."""
CALLED = [AREA_NAME.name, GEMEENTE_NAME.name]


@dataclass(frozen=True, slots=True)
class Content:
    """What a page shows: all that is said of it, the areas of each level by code, and the columns of their figures."""

    about: Packed
    levels: dict[str, geopandas.GeoDataFrame]
    columns: Columns


def packed_content(collections: Sequence[Collection]) -> Packed:
    """Everything the page needs, ready for orjson. Empty collections are left out."""
    content = content_of(collections)
    levels = {level: packed_areas(areas) | {"shapes": _shapes(areas)} for level, areas in content.levels.items()}
    return content.about | {"levels": levels, "columns": content.columns.stored()}


def content_of(collections: Sequence[Collection]) -> Content:
    """What a page of these collections shows. Empty ones are left out."""
    figures = [_in_words(one) for one in collections if one.id.startswith("indicatoren_") and len(one.table)]
    zoekgebieden = [one for one in collections if one.id.startswith("zoekgebieden_") and len(one.table)]
    columns = Columns()
    levels = _levels(figures)
    pictures = [picture for one in figures for picture in pictures_of(one, levels, columns)]
    named = {field.name: field for one in figures for field in one.fields}
    codes = {level: areas.index for level, areas in levels.items()}
    searches = [search for one in zoekgebieden for search in searches_of(one, named)]
    about = {
        "choices": choices_of([*searches, *pictures], collections),
        "lenses": lens_notes(collections),
        "pictures": pictures,
        "searches": searches,
        "stacked": explained_areas(collections, "stapeling_", codes),
        "amid": associated_areas(collections, theme_titles(collections), codes),
        "extent": extent_of([*figures, *zoekgebieden]),
    }
    return Content(about, levels, columns)


def _in_words(figures: Collection) -> Collection:
    """The collection with what its codes are called in their place."""
    words = {
        one.name: each_once(figures.table[one.name], one.label)
        for one in figures.fields
        if one.codes and one.name != LENS.name  # by its code a reader chooses
    }
    return replace(figures, table=figures.table.assign(**words))


def _levels(figures: Iterable[Collection]) -> dict[str, geopandas.GeoDataFrame]:
    """The areas of each level, once each by code; a code drawn in several vintages is drawn as in the latest."""
    tables: dict[str, list[geopandas.GeoDataFrame]] = {}
    for collection in figures:
        drawn = collection.table[[*DRAWN, *CALLED, collection.table.geometry.name]].drop_duplicates(DRAWN)
        for level, rows in drawn.groupby(LEVEL.name, sort=False):
            tables.setdefault(str(level), []).append(rows)
    return {level: _distinct_areas(pd.concat(rows)) for level, rows in tables.items()}


def _distinct_areas(rows: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    latest = rows.sort_values([VINTAGE.name, AREA.name], ascending=[False, True], kind="stable")
    return latest.drop_duplicates(AREA.name).set_index(AREA.name).sort_index()


def packed_areas(areas: geopandas.GeoDataFrame) -> Packed:
    """What the areas of a level are called."""
    return {
        "codes": areas.index.tolist(),
        "names": areas[AREA_NAME.name].tolist(),
        "gemeenten": labelled(areas[GEMEENTE_NAME.name]),
    }


def _shapes(areas: geopandas.GeoDataFrame) -> Packed:
    return {"type": "GeometryCollection", "geometries": in_degrees(simplified_outlines(areas.geometry))}
