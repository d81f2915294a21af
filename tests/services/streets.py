"""A street of four buurten that changes through the years, as maps and figures in a folder.

In 2021 the first got another code; in 2022 the third gave its eastern half to the fourth; the map of 2024 says nothing
of what changed, and parts the fourth.
"""

from collections.abc import Sequence
from pathlib import Path

import geopandas
import pandas as pd
import shapely

WEST, SOUTH = 120_000, 480_000
A, B, C, D, E = "BU0363AA00", "BU03630001", "BU03630002", "BU03630003", "BU03630004"
OLD_A = "BU03630000"
CODES = {2020: (OLD_A, B, C, D), 2021: (A, B, C, D), 2022: (A, B, C, D), 2024: (A, B, C, D, E)}
BORDERS = {
    2020: (0, 1000, 2000, 3000, 4000),
    2021: (0, 1000, 2000, 3000, 4000),
    2022: (0, 1000, 2000, 2500, 4000),
    2024: (0, 1000, 2000, 2500, 3500, 4000),
}
CHANGES = {2021: (2, 1, 1, 1), 2022: (1, 1, 3, 3)}


def put(folder: Path, year: int, *, change: Sequence[int] | None = None) -> Path:
    """The map of a year as PDOK names its columns."""
    west, east = BORDERS[year][:-1], BORDERS[year][1:]
    polygons = [
        shapely.box(WEST + one, SOUTH, WEST + other, SOUTH + 1000) for one, other in zip(west, east, strict=True)
    ]
    codes = pd.Series(CODES[year])
    table = geopandas.GeoDataFrame(
        {"buurtcode": codes, "buurtnaam": "Buurt " + codes.str[-4:], "gemeentecode": "GM0363",
         "gemeentenaam": "Letterstad", "water": "NEE"},
        geometry=polygons, crs=28992,
    )  # fmt: skip
    if change := change or CHANGES.get(year):
        table["indelingswijziging_wijken_en_buurten"] = change
    (folder / "boundaries").mkdir(parents=True, exist_ok=True)
    path = folder / f"boundaries/buurten-{year}.parquet"
    table.to_parquet(path)
    return path


def figures(folder: Path, year: int, *counts: object, column: str = "inwoners", codes: Sequence[str] = ()) -> Path:
    """The counts of a year, as a Dutch office writes them."""
    lines = [f"{code} ;{count}" for code, count in zip(codes or CODES[year], counts, strict=True)]
    path = folder / f"{column}{year}.csv"
    path.write_text("\n".join([f"gwb_code;{column}", *lines]) + "\n", encoding="utf-8")
    return path


def crowd(folder: Path) -> Path:
    """Squares of CBS: ten people in each east of 2500 m, one elsewhere."""
    at = [(x, y) for x in range(0, 4000, 100) for y in range(0, 1000, 100)]
    names = [f"E{(WEST + x) // 100:04d}N{(SOUTH + y) // 100:04d}" for x, y in at]
    table = pd.DataFrame({"crs28992res100m": names, "aantal_inwoners": [10 if x >= 2500 else 1 for x, _ in at]})
    path = folder / "vierkanten.csv"
    table.to_csv(path, index=False)
    return path
