"""A source with records as an analyst writes it, and rows on a board of squares."""

from itertools import product

import numpy as np
import pandas as pd

from layers.declarations.sources import SourceDeclaration
from tests.country import squares

SIDE = 5
AREAS = squares(SIDE, SIDE)
GEMEENTEN = sorted(AREAS.table["gemeente"].unique())
YEARS = (2023, 2024)


def source(**records):
    """The declaration, with other records if so wished."""
    usual = {
        "path": "rijen.csv", "legal_ground": "Gemeentewet art. 172", "covers": ["NL"], "years": list(YEARS),
        "place": {"x": "x", "y": "y"}, "period": {"column": "datum"},
        "count": {"meldingen": {}, "hennep": {"where": {"soort": ["hennep", "drugs*"]}}, "som": {"sum": "bedrag"}},
    }  # fmt: skip
    return SourceDeclaration.model_validate(
        {
            "id": "meldingen", "title": "Meldingen", "publisher": "Gemeente", "license": "niet openbaar",
            "url": "https://example.org", "attribution": "Gemeente", "status": "open", "vintage": 2024,
            "periods": [2024],
            "records": {key: value for key, value in (usual | records).items() if value is not None},
            "columns": {"meldingen": {"formula": "meldingen_{periode}", "title": "Meldingen"}},
        }
    )  # fmt: skip


def rows(count=400, seed=1):
    """Rows inside the squares, with a date, a kind and an amount."""
    rng = np.random.default_rng(seed)
    west, south, east, north = AREAS.table.total_bounds
    return pd.DataFrame(
        {
            "zaak": [f"Z-{at}" for at in range(count)],
            "x": rng.uniform(west, east, count).round(2),
            "y": rng.uniform(south, north, count).round(2),
            "datum": [f"{year}-0{month}-01" for year, month in rng.choice([*product(YEARS, range(1, 10))], count)],
            "soort": rng.choice(["hennep", "drugs xtc", "lawaai"], count),
            "bedrag": rng.integers(1, 10_000, count) / 4,
        }
    )  # fmt: skip


def expected(table):
    """What a join and a pivot of pandas make of the rows."""
    import geopandas  # noqa: PLC0415

    points = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table["x"], table["y"]), crs=28992)
    joined = geopandas.sjoin(points, AREAS.table[["geometry"]].reset_index()).drop_duplicates("zaak")
    joined["jaar"] = joined["datum"].str[:4].astype(int)
    hennep = joined["soort"].str.startswith(("hennep", "drugs"))
    parts = {
        "meldingen": joined.assign(n=1.0),
        "hennep": joined[hennep].assign(n=1.0),
        "som": joined.assign(n=joined["bedrag"]),
    }
    made = {
        f"{name}_{year}": part[part["jaar"] == year].groupby("area_id")["n"].sum().reindex(AREAS.ids, fill_value=0.0)
        for name, part in parts.items()
        for year in YEARS
    }
    return pd.DataFrame(made)
