"""From what was built to the published tables: Dutch columns, reasons in words, polygons, explanations."""

from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from geo.areas import RD_NEW
from geo.zoekgebieden import Zoekgebied
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.method.build import Built
from layers.publication.collection import names
from layers.publication.comparison import against
from layers.publication.explanations import REASONS, explanation, title
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey, Provenance

DECIMALS = 4
"""Decimals of published scores, deviations and contributions: more would pretend."""

LEAST_Q = 10.0**-DECIMALS


def present(
    built: Built, key: LayerKey, theme: Theme, lens: Lens | None, provenance: Provenance, tolerance: float
) -> Layer:
    """The layer of what was built, of the whole country or of `key.gemeente`.

    Args:
        built: scores and zoekgebieden of all areas.
        key: which layer this is.
        theme: its theme.
        lens: its lens, None for the basis.
        provenance: from what it was made.
        tolerance: metres that the borders of areas may lie apart; slits that narrow inside a zoekgebied are closed.
    """
    zoekgebieden = _zoekgebieden(built, key, theme, provenance, tolerance)
    table = _table(built, key, theme, provenance)
    if key.gemeente is not None:
        inside = set(table.loc[table["gemeentecode"] == key.gemeente, "gebiedscode"])
        touching = [not inside.isdisjoint(codes.split(",")) for codes in zoekgebieden["gebiedscodes"]]
        zoekgebieden = zoekgebieden[np.array(touching, dtype=bool)].reset_index(drop=True)
        zoekgebieden["rang"] = np.arange(1, len(zoekgebieden) + 1)
        table = table[table["gebiedscode"].isin(inside)].reset_index(drop=True)
    return Layer(key, theme, lens, table, zoekgebieden, provenance, _summary(built, key))


def _table(built: Built, key: LayerKey, theme: Theme, provenance: Provenance) -> geopandas.GeoDataFrame:
    areas = built.areas.table
    codes = areas.index.to_series()
    hot = codes.isin([code for one in built.zoekgebieden for code in one.areas])
    columns: dict[str, object] = {
        "id": codes + f"-{key.period}-{key.lens}",
        "gebiedscode": codes,
        "gebiedsnaam": areas["name"],
        "gemeentecode": areas["gemeente"],
        "gemeentenaam": areas["gemeente_name"],
        "thema": theme.id,
        "lens": key.lens,
        "periode": key.period,
        "niveau": str(key.level),
        "indeling": built.areas.vintage,
        "score": built.score.value.round(DECIMALS),
        "q": _shown_q(built.result.q),
        "kansrijk": hot,
        "reden": _in_words(built.reason),
        "fictief": provenance.made_up,
    }
    contributions = built.score.contributions.reindex(columns=built.values.columns)
    for one in theme.indicator:
        columns[one.id] = built.values[one.id].round(DECIMALS)
        columns[f"{one.id}_afwijking"] = built.deviations[one.id].round(DECIMALS)
        columns[f"{one.id}_bijdrage"] = contributions[one.id].round(DECIMALS)
        columns[f"{one.id}_reden"] = _in_words(built.reasons[one.id])
    ordered = pd.DataFrame(columns)[names(layer_fields(theme.indicator))]
    return geopandas.GeoDataFrame(ordered, geometry=areas.geometry, crs=RD_NEW).reset_index(drop=True)


def _shown_q(q: pd.Series) -> pd.Series:
    """Rounded, but never to 0: no test gives certainty."""
    return q.round(DECIMALS).clip(lower=LEAST_Q)


def _in_words(reasons: pd.Series) -> pd.Series:
    return reasons.map(REASONS, na_action="ignore").astype(object).where(reasons.notna(), None)


def _zoekgebieden(
    built: Built, key: LayerKey, theme: Theme, provenance: Provenance, tolerance: float
) -> geopandas.GeoDataFrame:
    fields = zoekgebied_fields(theme.indicator)
    shared = {
        "thema": theme.id, "lens": key.lens, "periode": key.period, "niveau": str(key.level),
        "indeling": built.areas.vintage, "fictief": provenance.made_up,
    }  # fmt: skip
    rows = [shared | _words(one, built, key, theme) for one in built.zoekgebieden]
    polygons = [joined(built.areas.table.geometry.loc[list(one.areas)], tolerance) for one in built.zoekgebieden]
    table = pd.DataFrame(rows, columns=names(fields))
    return geopandas.GeoDataFrame(table, geometry=geopandas.GeoSeries(polygons, crs=RD_NEW), crs=RD_NEW)


def _words(one: Zoekgebied, built: Built, key: LayerKey, theme: Theme) -> dict[str, object]:
    areas = built.areas.table.loc[list(one.areas)]
    strongest = built.score.value.loc[list(one.areas)].sort_values(ascending=False, kind="stable").index
    gemeenten = sorted(areas["gemeente_name"].unique())
    contributions = {f"{name}_bijdrage": round(reason, DECIMALS) for name, reason in one.reasons.items()}
    return {
        "id": one.id,
        "rang": one.rank,
        "titel": title(list(areas["name"].loc[strongest]), key.level),
        "score": round(one.score, DECIMALS),
        "q": max(round(one.q, DECIMALS), LEAST_Q),
        "aantal_gebieden": len(one.areas),
        "gebiedscodes": ",".join(one.areas),
        "gemeenten": ", ".join(gemeenten),
        "toelichting": explanation(
            key.level, len(one.areas), gemeenten, _compared(one, built), against(theme.indicator, built.local)
        ),
        **contributions,
    }


def _compared(one: Zoekgebied, built: Built) -> dict[str, tuple[float, float]]:
    """Each indicator's value here (weighed by exposure) beside its mean, largest contribution first."""
    areas = list(one.areas)
    compared = {}
    for name in sorted(one.reasons, key=lambda indicator: -one.reasons[indicator]):
        values, exposure = built.values.loc[areas, name], built.exposure.loc[areas, name]
        known = values.notna() & (exposure > 0)
        if known.any():
            compared[name] = (float(np.average(values[known], weights=exposure[known])), built.national[name])
    return compared


def joined(polygons: Sequence[shapely.Geometry], tolerance: float) -> shapely.Geometry:
    """One outline around polygons whose borders may lie up to `gap` metres apart."""
    whole = shapely.union_all(np.asarray(polygons), grid_size=0.01)
    if tolerance == 0:
        return whole
    closed = shapely.buffer(
        shapely.buffer(whole, tolerance / 2, join_style="mitre"), -tolerance / 2, join_style="mitre"
    )
    return shapely.union_all([whole, closed], grid_size=0.01)


def _summary(built: Built, key: LayerKey) -> dict[str, object]:
    """What a user wants to know of the search before looking at the map."""
    reasons = built.reason[built.reason.notna()]
    return {
        "areas": len(built.areas),
        "tested": built.tested,
        "scored": int(built.score.value.notna().sum()),
        "without_score": {str(name): int(count) for name, count in reasons.value_counts().sort_index().items()},
        "how": str(built.result.how),
        "floor": built.result.how.floor,
        "national": {name: round(value, DECIMALS) for name, value in built.national.items()},
        "local": {name: list(gemeenten) for name, gemeenten in built.local.items()},
        "gemeente": key.gemeente,
    }
