"""A few hundred made-up areas near Utrecht, with every kind of value that could go wrong."""

import geopandas
import numpy as np
import shapely

from layers.publication import fields
from layers.publication.collection import Collection

NAMES = [
    "De Meern",
    "<script>alert('ha')</script>",
    'O\'Neill "kade"',
    "100%_zeker",
    "100x zeker",
    "Über\\wijk; DROP TABLE",
    "[a]*?",
    "de meern",
    "</script><b>vet</b>",
    "&amp; zo",
]
CAVEAT = "De kaart toont geen personen of adressen."
INDICATORS = (
    *(fields.ID, fields.AREA, fields.AREA_NAME, fields.GEMEENTE, fields.LENS, fields.PERIOD, fields.SCORE, fields.Q),
    *(fields.FLAG, fields.REASON, fields.MADE_UP),
)


def collections(columns: int = 12, rows: int = 10) -> list[Collection]:
    """Areas, and their indicators for two years; `rows` changes how many there are."""
    return [_areas(columns, rows), _indicators(columns, rows)]


def hexagons(columns: int, rows: int) -> list[shapely.Polygon]:
    """Hexagons of some 500 m in RD New, in rows that interlock."""
    angles = np.radians(np.arange(30, 390, 60))
    corner = np.column_stack([np.cos(angles), np.sin(angles)]) * 300
    step, high = 300 * np.sqrt(3), 450
    centres = [(130_000 + step * (x + y % 2 / 2), 450_000 + high * y) for y in range(rows) for x in range(columns)]
    return [shapely.Polygon(corner + centre) for centre in centres]


def _areas(columns: int, rows: int) -> Collection:
    shapes = hexagons(columns, rows)
    count = len(shapes)
    table = geopandas.GeoDataFrame(
        {
            "id": [f"BU{number:08d}" for number in range(count)],
            "gebiedscode": [f"BU{number:08d}" for number in range(count)],
            "gebiedsnaam": [NAMES[number % len(NAMES)] for number in range(count)],
            "gemeentecode": "GM0344",
            "gemeentenaam": "Utrecht",
            "niveau": "buurt",
            "indeling": 2024,
            "fictief": True,
        },
        geometry=shapes,
        crs=28992,
    )
    return _collection("gebieden_buurt", "Buurten", fields.AREA_FIELDS, table, None)


def _indicators(columns: int, rows: int) -> Collection:
    shapes = hexagons(columns, rows) * 2
    count = len(shapes) // 2
    number = np.arange(2 * count)
    score = np.round(np.sin(number * 1.7) * 3, 3)
    table = geopandas.GeoDataFrame(
        {
            "id": [f"BU{one % count:08d}-{2023 + one // count}" for one in number],
            "gebiedscode": [f"BU{one % count:08d}" for one in number],
            "gebiedsnaam": [None if one % 11 == 0 else NAMES[one % len(NAMES)] for one in number],
            "gemeentecode": np.where(number % 3, "GM0344", "GM0321"),
            "lens": np.where(number % 2, "basis", "buiten"),
            "periode": 2023 + number // count,
            "score": np.where(number % 7 == 0, np.nan, score),
            "q": np.where(number % 7 == 0, np.nan, number % 50 / 50),
            "kansrijk": [None if one % 7 == 0 else bool(score[one] > 1) for one in number],
            "reden": np.where(number % 7 == 0, "te weinig inwoners", None),
            "fictief": True,
        },
        geometry=shapes,
        crs=28992,
    )
    return _collection("indicatoren_misdrijven_buurt", "Misdrijven per buurt", INDICATORS, table, "periode")


def _collection(
    name: str, title: str, columns: tuple[fields.Field, ...], table: geopandas.GeoDataFrame, time_field: str | None
) -> Collection:
    shuffled = table.sample(frac=1, random_state=7)
    words = ("misdrijven", "buurten")
    about = f"{title} bij Utrecht."
    return Collection(
        name, title, about, words, columns, shuffled, "verzonnen", "CC BY 4.0", CAVEAT, time_field, "publiek"
    )
