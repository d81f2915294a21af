"""What the map shows, packed so that the whole country fits in one page.

A national release has 14,566 buurten, some lenses and some years. Repeated per layer that is hundreds of megabytes;
so each polygon is stored once per level, each distinct column once for all layers that use it, and classes are
computed by the legend, one character per area, so that the browser colours exactly as QGIS does.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import geopandas
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

from layers.messages import said, say
from layers.publication.collection import Collection
from layers.publication.fields import (
    AREA,
    AREA_CODES,
    AREA_COUNT,
    AREA_NAME,
    CERTAINTY,
    CORE_COUNT,
    COUNTED,
    DEVELOPMENT,
    EXPLANATION,
    FLAG,
    GEMEENTE_NAME,
    GEMEENTEN,
    LENS,
    LEVEL,
    LIMITATIONS,
    OUTCOME,
    OWN_SHARE,
    PERIOD,
    RANK,
    REASON,
    ROLE,
    SCORE,
    SECOND,
    SHARE_AROUND,
    STRENGTH,
    SUGGESTION,
    SURPLUS,
    SURPLUS_DENSITY,
    SURPLUS_RATE,
    THEME,
    TIMES,
    TITLE,
    VINTAGE,
    VISITORS,
    Field,
    Q,
)
from layers.publication.in_words import beside
from layers.publication.legend import MISSING, Legend, classes, legend_for
from layers.publication.outcomes import UNJUDGED, Outcome, Searches
from services.pages.explained_areas import explained_areas

CHOICE = (THEME, LEVEL, LENS, PERIOD)
"""What a reader chooses between; each combination is one picture."""

CRS84 = "OGC:CRS84"
TOLERANCES = (5.0, 10.0, 20.0)
"""Metres by which outlines may be simplified: CBS draws buurten to 10-50 m. The first that fits is taken."""

WIDEST_SLIT = 80.0
"""Metres; the slits between areas of the national boundary file are up to 60 m wide."""

MOST_VERTICES = 300_000
"""Vertices per level: about 5 MB of coordinates, which a browser still redraws smoothly."""

MOST_FIGURES = 15
POWERS = np.array([float(f"1e{figures}") for figures in range(MOST_FIGURES + 1)])
UNSURE = 1e-6
"""Figures after the point by which a number is rounded at most, and how near a tie it is rounded by itself."""

Packed = dict[str, Any]


class Columns:
    """Columns stored once each, however many layers use them; a layer keeps the number that `add` gives."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._made: dict[Hashable, int] = {}

    def add(self, column: object) -> int:
        """The number of this column: that of an equal one, or the next."""
        return self._numbers.setdefault(orjson.dumps(column), len(self._numbers))

    def add_once(self, made_from: Hashable, make: Callable[[], object]) -> int:
        """The number of the column that `make` makes; made once, though many lenses have what it is made from."""
        if made_from not in self._made:
            self._made[made_from] = self.add(make())
        return self._made[made_from]

    def add_figures(self, values: npt.NDArray[np.float64]) -> int:
        """The number of the column of these figures as they are read."""
        return self.add_once(("figures", values.tobytes()), lambda: figures_as_read(values))

    def content(self) -> list[Any]:
        """What all columns hold, in order of their numbers."""
        return [orjson.loads(column) for column in self._numbers]

    def stored(self) -> list[orjson.Fragment]:
        """All columns in order of their numbers."""
        return [orjson.Fragment(column) for column in self._numbers]


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
    pictures = [picture for one in figures for picture in _pictures(one, levels, columns)]
    named = {field.name: field for one in figures for field in one.fields}
    codes = {level: areas.index for level, areas in levels.items()}
    searches = [search for one in zoekgebieden for search in _searches(one, named)]
    about = {
        "choices": _choices([*searches, *pictures], collections),
        "lenses": _lens_notes(collections),
        "pictures": pictures,
        "searches": searches,
        "stacked": explained_areas(collections, "stapeling_", codes),
        "amid": explained_areas(collections, "samenhang_", codes),
        "extent": _extent([*figures, *zoekgebieden]),
    }
    return Content(about, levels, columns)


def _in_words(figures: Collection) -> Collection:
    """The collection with what its codes are called in their place."""
    words = {
        one.name: _each_once(figures.table[one.name], one.label)
        for one in figures.fields
        if one.codes and one.name != LENS.name  # by its code a reader chooses
    }
    return replace(figures, table=figures.table.assign(**words))


def _each_once(column: "pd.Series[Any]", said: Callable[[Any], str]) -> "pd.Series[Any]":
    """What each value is called, asked once; nothing of what is unknown."""
    called = {one: said(one) for one in column.dropna().unique()}
    return column.map(called).astype(object)


def _levels(figures: Iterable[Collection]) -> dict[str, geopandas.GeoDataFrame]:
    """The areas of each level, once each by code; a code drawn in several vintages is drawn as in the latest."""
    tables: dict[str, list[geopandas.GeoDataFrame]] = {}
    for collection in figures:
        for level, rows in collection.table.groupby(LEVEL.name, sort=False):
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
        "gemeenten": _labelled(areas[GEMEENTE_NAME.name]),
    }


def _shapes(areas: geopandas.GeoDataFrame) -> Packed:
    return {"type": "GeometryCollection", "geometries": _geojson(_simplified(areas.geometry))}


def _pictures(figures: Collection, levels: dict[str, geopandas.GeoDataFrame], columns: Columns) -> list[Packed]:
    """One picture per choice: the columns of its measures, in the order of the areas of its level."""
    measures = _measures(figures.fields)
    legends = {one.name: legend_for(one, figures.table[one.name]) for one in measures}
    pictures = []
    table = pd.DataFrame(figures.table.drop(columns=figures.table.geometry.name))
    for key, rows in table.groupby([one.name for one in CHOICE], sort=False):
        chosen = _chosen(key)
        ordered = rows.set_index(AREA.name).reindex(levels[str(chosen[LEVEL.name])].index)
        picture = {
            "vintage": int(rows[VINTAGE.name].max()),
            "q": columns.add_figures(_figures(ordered, Q.name)),
            "unsearched": _unsearched(rows),
            "why": columns.add(_labelled(_why(ordered, figures.fields))),
            "unjudged": columns.add(_with_codes(ordered, figures.fields, OUTCOME, UNJUDGED)),
            "second": _with_codes(ordered, figures.fields, SECOND, (Searches.SECOND,)),
            "role": columns.add(_labelled(_added(ordered, ROLE))),
            "flagged": columns.add(ordered[FLAG.name].eq(True).fillna(False).astype(int).tolist()),
            "measures": [_measure(one, ordered, legends[one.name], columns) for one in measures],
        }
        pictures.append(chosen | picture)
    return pictures


def _why(areas: pd.DataFrame, fields: Sequence[Field]) -> "pd.Series[Any]":
    """Why each area is on the map or not: of one that is high without a place also how high it is, and around
    it; where there are two searches, by which it is found.
    """
    why, own, around = (_added(areas, one) for one in (OUTCOME, OWN_SHARE, SHARE_AROUND))
    lonely = next((said(one.codes[Outcome.NO_PLACE]) for one in fields if one.name == OUTCOME.name), None)
    asked = pd.DataFrame({"own": own, "around": around})[(why == lonely) & own.notna() & around.notna()]
    words = {
        row: say("{own} have such a score, {around} such neighbors", own=row[0], around=row[1])
        for row in asked.drop_duplicates().itertuples(index=False, name=None)
    }
    texts = why.astype(object)
    texts[asked.index] = [f"{lonely}: {words[row]}" for row in asked.itertuples(index=False, name=None)]
    twice = _added(areas, SECOND).dropna()
    texts[twice.index] = texts[twice.index] + "; " + twice
    return texts


def _with_codes(areas: pd.DataFrame, fields: Sequence[Field], field: Field, codes: Sequence[str]) -> list[int]:
    """Positions of the areas that have one of these codes."""
    labels = {said(one.codes[code]) for one in fields if one.name == field.name for code in codes}
    at: list[int] = np.flatnonzero(_added(areas, field).isin(labels)).tolist()
    return at


def _unsearched(rows: pd.DataFrame) -> str | None:
    """Why nothing was searched, as most areas have it; None where some area was tested."""
    if rows[Q.name].notna().any() or rows[REASON.name].isna().all():
        return None
    return str(rows[REASON.name].mode()[0])


def _measures(fields: Sequence[Field]) -> list[Field]:
    """The score, then each indicator: its value and its deviation."""
    named = {one.name: one for one in fields}
    indicators = [name for name in named if f"{name}_afwijking" in named]
    return [named[SCORE.name], *(named[name + end] for name in indicators for end in ("", "_afwijking"))]


def _measure(field: Field, areas: pd.DataFrame, legend: Legend, columns: Columns) -> Packed:
    values, ratios = (_figures(areas, name) for name in (field.name, f"{field.name}{TIMES}"))
    reason = REASON.name if field.name == SCORE.name else f"{field.name}_reden"
    return {
        "name": field.name,
        "title": field.title,
        "of": field.name.removesuffix("_afwijking") if field.name.endswith("_afwijking") else None,
        "why": field.description,
        "unit": field.unit,
        "average": field.average,
        "legend": {
            "unit": "" if field.is_standardised else field.unit,  # its classes are words, which say it all
            "colours": legend.colours,
            "labels": legend.labels,
            "missing": [legend.missing_colour, legend.missing_label],
        },
        "values": columns.add_figures(values),
        "classes": columns.add_once(
            ("classes", values.tobytes(), legend), lambda: _of_classes(classes(values, legend))
        ),
        "reasons": columns.add(_labelled(areas[reason]) if reason in areas else None),
        "beside": columns.add_once(
            ("beside", ratios.tobytes(), field.against), lambda: _labelled(_beside(ratios, field.against))
        ),
    }


def _figures(areas: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """The figures of a column, unknown where there is none of that name."""
    return areas[name].to_numpy(float) if name in areas else np.full(len(areas), np.nan)


def _of_classes(classes: npt.NDArray[np.int64]) -> str:
    """A digit for each class, a dot where there is none."""
    return np.where(classes == MISSING, ord("."), ord("0") + classes).astype(np.uint8).tobytes().decode()


def _beside(ratios: npt.NDArray[np.float64], against: str) -> "pd.Series[Any]":
    """How each figure compares with the usual one, in words; few differ, so that they are stored once each."""
    return _each_once(pd.Series(ratios), lambda ratio: beside(ratio, against))


def _searches(zoekgebieden: Collection, named: dict[str, Field]) -> list[Packed]:
    """The zoekgebieden of each choice, in order of rank."""
    contributions = [one for one in zoekgebieden.fields if one.name.endswith("_bijdrage")]
    reasons = [said(named.get(one.name.removesuffix("_bijdrage"), one).title) for one in contributions]
    units = {name: said(one.unit) for name, one in named.items()}
    return [
        _chosen(key)
        | {"vintage": int(rows[VINTAGE.name].max()), "reasons": reasons, "zones": _zones(rows, contributions, units)}
        for key, rows in zoekgebieden.table.sort_values(RANK.name).groupby([one.name for one in CHOICE], sort=False)
    ]


def _zones(ranked: geopandas.GeoDataFrame, contributions: Sequence[Field], units: dict[str, str]) -> list[Packed]:
    codes = {code: said(label) for code, label in DEVELOPMENT.codes.items()}
    shown = {
        "rank": ranked[RANK.name].astype(int).tolist(),
        "title": ranked[TITLE.name].tolist(),
        "score": figures_as_read(ranked[SCORE.name]),
        "q": figures_as_read(ranked[Q.name]),
        "strength": figures_as_read(_added(ranked, STRENGTH)),
        "core": figures_as_read(_added(ranked, CORE_COUNT)),
        "surplus": figures_as_read(_added(ranked, SURPLUS)),
        "density": figures_as_read(_added(ranked, SURPLUS_DENSITY)),
        "proportion": figures_as_read(_added(ranked, SURPLUS_RATE)),
        "unit": [units.get(str(one), "") for one in _added(ranked, COUNTED)],
        "visited": _added(ranked, VISITORS).notna().tolist(),
        "count": ranked[AREA_COUNT.name].astype(int).tolist(),
        "codes": [codes.replace(" ", "").split(",") for codes in ranked[AREA_CODES.name]],
        "gemeenten": ranked[GEMEENTEN.name].tolist(),
        "why": ranked[EXPLANATION.name].tolist(),
        "development": [None if one is None else codes.get(one, one) for one in _texts(ranked, DEVELOPMENT)],
        "certainty": _texts(ranked, CERTAINTY),
        "limits": _texts(ranked, LIMITATIONS),
        "suggestion": _texts(ranked, SUGGESTION),
        "contributions": [figures_as_read(row) for row in ranked[[one.name for one in contributions]].to_numpy(float)],
        "shape": _geojson(_simplified(_closed(ranked.geometry))),
        "label": _geojson(ranked.representative_point()),
    }
    return [dict(zip(shown, zone, strict=True)) for zone in zip(*shown.values(), strict=True)]


def _texts(table: pd.DataFrame, field: Field) -> list[str | None]:
    texts = _added(table, field)
    return texts.astype(object).where(texts.notna(), None).tolist()


def _added(table: pd.DataFrame, field: Field) -> "pd.Series[Any]":
    """A column that releases of before it was there do not have: empty in these."""
    return table.reindex(columns=[field.name])[field.name]


def _choices(shown: Sequence[Packed], collections: Sequence[Collection]) -> list[Packed]:
    """The options of each choice: the first is shown when the map opens."""
    themes = {one.id.removeprefix("zoekgebieden_"): one.title for one in collections}
    choices = []
    for field in CHOICE:
        options = list(dict.fromkeys(one[field.name] for one in shown))
        if field == PERIOD:
            options.sort(key=lambda period: -int(str(period)))
        if field == LENS:
            options.sort(key=lambda lens: lens != "basis")
        titles = [themes.get(str(one), str(one)) if field == THEME else one for one in options]
        if field == LENS:
            titles = [_lens_title(str(one), collections) for one in options]
        choices.append({"name": field.name, "title": said(field.title), "options": options, "titles": titles})
    return choices


def _lens_title(lens: str, collections: Sequence[Collection]) -> str:
    """What a lens is called; its code where no collection says more, as in releases of before they did."""
    named = [one for collection in collections for one in collection.fields if one.name == LENS.name]
    return next((said(one.codes[lens]) for one in named if lens in one.codes), lens)


def _lens_notes(collections: Sequence[Collection]) -> dict[str, str]:
    """Why each lens changes what it changes, by its title: a line of the description of its column."""
    lines = [line for one in collections for field in one.fields if field.name == LENS.name
             for line in str(field.description).splitlines()[1:]]  # fmt: skip
    titles = {said(title) for one in collections for field in one.fields if field.name == LENS.name
              for title in field.codes.values()}  # fmt: skip
    return {title: line for title in sorted(titles) for line in lines if line.startswith(f"{title}: ")}


def _chosen(key: Hashable) -> Packed:
    theme, level, lens, period = cast("tuple[str, str, str, int]", key)
    return {THEME.name: theme, LEVEL.name: level, LENS.name: lens, PERIOD.name: int(period)}


def _labelled(texts: "pd.Series[str]") -> Packed | None:
    """Texts that repeat, each once: `index` points into `labels`, -1 where there is none."""
    index, labels = pd.factorize(texts.replace("", None))
    return {"labels": labels.tolist(), "index": index.tolist()} if len(labels) else None


def figures_as_read(values: "pd.Series[Any] | npt.NDArray[np.float64]") -> list[float | None]:
    """Values as precise as a pop-up shows them: four figures, and no fewer than whole numbers; None if unknown.

    Of nearly all it is known which decimal is nearest; ties are decided by the decimals themselves, as Python rounds.
    """
    numbers = np.asarray(values, float)
    known = np.isfinite(numbers)
    exponents = np.log10(np.abs(numbers), where=known & (numbers != 0), out=np.zeros(len(numbers)))
    figures = np.clip(3 - np.floor(exponents), 0, MOST_FIGURES).astype(np.int64)
    shifted = np.where(known, numbers, 0.0) * POWERS[figures]
    rounded = np.rint(shifted) / POWERS[figures]
    readable: list[float | None] = rounded.tolist()
    for at in np.flatnonzero(rounded == np.rint(rounded)).tolist():
        readable[at] = int(rounded[at])
    close = (np.abs(shifted % 1 - 0.5) < UNSURE) | (np.abs(exponents - np.rint(exponents)) < UNSURE)
    for at in np.flatnonzero(known & (close | (figures == MOST_FIGURES))).tolist():
        readable[at] = _four_figures(float(numbers[at]))
    for at in np.flatnonzero(~known).tolist():
        readable[at] = None
    return readable


def _four_figures(value: float) -> float:
    figures = 3 - math.floor(math.log10(abs(value))) if value else 0
    rounded = round(value, max(figures, 0))
    return int(rounded) if rounded.is_integer() else rounded


def _closed(shapes: geopandas.GeoSeries) -> geopandas.GeoSeries:
    """Outlines without the slits that digitising leaves between areas: a thick line would draw each of them twice."""
    return shapes.buffer(WIDEST_SLIT / 2, join_style="mitre").buffer(-WIDEST_SLIT / 2, join_style="mitre")


def _simplified(shapes: geopandas.GeoSeries) -> geopandas.GeoSeries:
    """Fewer vertices; borders that areas share stay shared, so that no gaps open."""
    for tolerance in TOLERANCES:
        simplified = shapely.coverage_simplify(shapes.to_numpy(), tolerance)
        if shapely.get_num_coordinates(simplified).sum() <= MOST_VERTICES:
            break
    return geopandas.GeoSeries(simplified, crs=shapes.crs)


def _geojson(shapes: geopandas.GeoSeries) -> list[orjson.Fragment]:
    """Each shape in CRS84, to five decimals: 1 m."""
    rounded = shapely.transform(shapes.to_crs(CRS84).to_numpy(), lambda places: np.round(places, 5))
    return [orjson.Fragment(one) for one in shapely.to_geojson(rounded)]


def _extent(collections: Sequence[Collection]) -> list[list[float]]:
    """South-west and north-east corner of all that is shown, as latitude and longitude; nothing where nothing is."""
    if not collections:
        return []
    boxes = geopandas.GeoSeries([shapely.box(*one.table.total_bounds) for one in collections], crs=collections[0].crs)
    west, south, east, north = boxes.to_crs(CRS84).total_bounds.tolist()
    return [[south, west], [north, east]]
