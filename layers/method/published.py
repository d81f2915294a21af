"""From an analysis to the layer that is published: its columns, codes of reasons, polygons and explanations."""

from collections.abc import Mapping
from dataclasses import asdict

import geopandas
import numpy as np
import pandas as pd

from boundaries.coverage import outline
from geo.ranks import ranked
from geo.unknown import Unknown
from geo.zoekgebieden import Zoekgebied
from layers.declarations.indicators import Indicator
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.method.alone import finders
from layers.method.build import LEAST_SEARCHED, Analysis
from layers.method.comparisons import of_areas, of_zoekgebied, ratios, usual
from layers.method.membership import core_count, membership, zone_of
from layers.method.surplus import by_area, in_proportion, surplus
from layers.method.visitors import is_visited
from layers.publication.collection import names, typed
from layers.publication.corrections import limits_with, with_corrections
from layers.publication.explanations import how_searched, title
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey, Provenance
from layers.publication.outcomes import MANY_VISITORS
from layers.publication.reasons import coded

DECIMALS = 4
"""Decimals of published scores, deviations and contributions: more would pretend."""

STRENGTH_DECIMALS = 2
"""Of a strength: it is a lower bound."""
SQUARE_METRES = 1e6
"""Of a square kilometre."""

LEAST_Q = 10.0**-DECIMALS


def published_layer(
    analysis: Analysis, key: LayerKey, theme: Theme, lens: Lens | None, provenance: Provenance, tolerance: float
) -> Layer:
    """The layer of an analysis, of the whole country or of `key.gemeente`, in the language that is spoken.

    Args:
        analysis: scores and zoekgebieden of all areas.
        key: which layer this is.
        theme: its theme.
        lens: its lens, None for the basis.
        provenance: from what it was made.
        tolerance: metres that the borders of areas may lie apart; slits that narrow inside a zoekgebied are closed.
    """
    zoekgebieden = _zoekgebieden(analysis, key, theme, provenance, tolerance)
    table = _table(analysis, key, theme, provenance)
    if key.gemeente is not None:
        inside = set(table.loc[table["gemeentecode"] == key.gemeente, "gebiedscode"])
        touching = [not inside.isdisjoint(codes.split(",")) for codes in zoekgebieden["gebiedscodes"]]
        zoekgebieden = zoekgebieden[np.array(touching, dtype=bool)].reset_index(drop=True)
        zoekgebieden["rang"] = np.arange(1, len(zoekgebieden) + 1)
        table = table[table["gebiedscode"].isin(inside)].reset_index(drop=True)
    return Layer(key, theme, lens, table, zoekgebieden, provenance, _summary(analysis, key))


def _table(analysis: Analysis, key: LayerKey, theme: Theme, provenance: Provenance) -> geopandas.GeoDataFrame:
    areas = analysis.areas.table
    codes = areas.index.to_series()
    found = membership(analysis)
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
        "indeling": analysis.areas.vintage,
        "score": analysis.score.value.round(DECIMALS),
        "q": _published_q(analysis.result.q),
        "kansrijk": found["zoekgebied"].notna(),
        "waarom": found["waarom"],
        "hoogte_zelf": analysis.striking["own"],
        "hoogte_rondom": analysis.striking["around"],
        "reden": coded(analysis.reason),
        "zoekgebied": found["zoekgebied"],
        "rol": found["rol"],
        "gewicht": found["gewicht"].round(DECIMALS),
        "zone": found["zone"],
        "tweede_zoekwijze": found["tweede_zoekwijze"],
        **by_area(analysis.counted, areas.index, theme.privacy.min_count),
        "toelichting": with_corrections(of_areas(analysis, theme), provenance.changed, key.level),
        "bezoekers": pd.Series(MANY_VISITORS, areas.index, dtype=object).where(analysis.visited, None),
        "fictief": provenance.made_up,
        **_places_by_score(analysis),
        **_of_indicators(analysis, theme, provenance),
    }
    ordered = pd.DataFrame(columns)[names(layer_fields(theme.indicator))]
    return geopandas.GeoDataFrame(ordered, geometry=areas.geometry, crs=areas.crs).reset_index(drop=True)


def _of_indicators(analysis: Analysis, theme: Theme, provenance: Provenance) -> dict[str, object]:
    """The columns of each indicator: its value, what sets that beside others, and what it adds to the score."""
    columns: dict[str, object] = {}
    contributions = analysis.score.contributions.reindex(columns=analysis.values.columns)
    times, normal = ratios(analysis, theme), usual(analysis, theme, analysis.areas.ids)
    for one in theme.indicator:
        columns[f"{one.id}_verhouding"] = times[one.id]
        columns[f"{one.id}_verschil"] = (analysis.values[one.id] - normal[one.id]).round(DECIMALS)
        noisy = _is_perturbed(one, provenance)  # what noise adds is in no interval
        columns[f"{one.id}_laag"] = np.nan if noisy else analysis.lowest[one.id].round(DECIMALS)
        columns[f"{one.id}_hoog"] = np.nan if noisy else analysis.highest[one.id].round(DECIMALS)
        columns[f"{one.id}_rang"] = ranked(analysis.values[one.id] * (1 if one.direction == "high" else -1))[0]
        columns[one.id] = analysis.values[one.id].round(DECIMALS)
        columns[f"{one.id}_afwijking"] = analysis.deviations[one.id].round(DECIMALS)
        columns[f"{one.id}_bijdrage"] = contributions[one.id].round(DECIMALS)
        columns[f"{one.id}_reden"] = coded(analysis.reasons[one.id])
    return columns


def _places_by_score(analysis: Analysis) -> dict[str, pd.Series]:
    """The place of each area by its score among all, and among those that are alike, of the whole country."""
    score = analysis.score.value.where(analysis.reason.isna()).round(DECIMALS)
    classes = pd.Series(np.nan, score.index) if analysis.alike is None else analysis.alike
    of_all, among_alike = ranked(score), ranked(score, classes)
    return {
        "rang_score": of_all[0], "rang_score_van": of_all[1],
        "rang_gelijken": among_alike[0], "rang_gelijken_van": among_alike[1],
    }  # fmt: skip


def _published_q(q: pd.Series) -> pd.Series:
    """Rounded, but never to 0: no test gives certainty."""
    return q.round(DECIMALS).clip(lower=LEAST_Q)


def _zoekgebieden(
    analysis: Analysis, key: LayerKey, theme: Theme, provenance: Provenance, tolerance: float
) -> geopandas.GeoDataFrame:
    fields = zoekgebied_fields(theme.indicator)
    shared = {
        "thema": theme.id, "lens": key.lens, "periode": key.period, "niveau": str(key.level),
        "indeling": analysis.areas.vintage, "fictief": provenance.made_up,
    }  # fmt: skip
    perturbed = tuple(one.id for one in theme.indicator if _is_perturbed(one, provenance))
    rows = [shared | _row(zoekgebied, analysis, key, theme, perturbed) for zoekgebied in analysis.zoekgebieden]
    for row, zoekgebied in zip(rows, analysis.zoekgebieden, strict=True):
        row["beperkingen"] = limits_with(row.get("beperkingen"), provenance.changed, zoekgebied.areas, key.level)
    polygons = analysis.areas.table.geometry
    outlines = [outline(polygons.loc[list(zoekgebied.areas)], tolerance) for zoekgebied in analysis.zoekgebieden]
    table = pd.DataFrame(rows, columns=names(fields))
    return typed(
        geopandas.GeoDataFrame(table, geometry=geopandas.GeoSeries(outlines, crs=polygons.crs), crs=polygons.crs),
        fields,
    )


def _row(
    zoekgebied: Zoekgebied, analysis: Analysis, key: LayerKey, theme: Theme, perturbed: tuple[str, ...]
) -> dict[str, object]:
    areas = analysis.areas.table.loc[list(zoekgebied.areas)]
    strongest = analysis.score.value.loc[list(zoekgebied.areas)].sort_values(ascending=False, kind="stable").index
    gemeenten = sorted(areas["gemeente_name"].unique())
    zone = zone_of(zoekgebied, analysis.zones)
    km2 = float(areas.geometry.area.sum()) / SQUARE_METRES
    counts = surplus(analysis.counted, list(zoekgebied.areas), km2, theme.privacy.min_count)
    many = is_visited(list(zoekgebied.areas), analysis.visited, analysis.counted)
    contributions = {f"{name}_bijdrage": round(reason, DECIMALS) for name, reason in zoekgebied.reasons.items()}
    return {
        "id": zoekgebied.id,
        "rang": zoekgebied.rank,
        "titel": title(list(areas["name"].loc[strongest]), key.level),
        "score": round(zoekgebied.score, DECIMALS),
        "q": max(round(zoekgebied.q, DECIMALS), LEAST_Q),
        "aantal_gebieden": len(areas),
        "gebiedscodes": ",".join(zoekgebied.areas),
        "gemeenten": ", ".join(gemeenten),
        **of_zoekgebied(zoekgebied, analysis, theme, counts, perturbed, visited=many),
        "zone": None if zone is None else zone.id,
        "alleen_gevonden": ",".join(finders(analysis.alone, zoekgebied.areas)) or None,
        "bezoekers": MANY_VISITORS if many else None,
        **_strength(zoekgebied),
        **counts,
        **_in_proportion(counts, analysis, theme, list(zoekgebied.areas)),
        **contributions,
    }


def _in_proportion(
    counts: Mapping[str, object], analysis: Analysis, theme: Theme, areas: list[str]
) -> dict[str, object]:
    """What was more than expected, in the unit of what was counted; nothing where that is not shown, nor of a quotient,
    of which the unit is how many times the national share it is.
    """
    if "meer_dan_verwacht" not in counts:
        return {}
    indicator = next(one for one in theme.indicator if one.id == counts["geteld"])
    if indicator.quotient:
        return {}
    exposure = analysis.exposure.loc[areas, indicator.id]
    return in_proportion(counts["meer_dan_verwacht"], exposure, indicator.scale)


def _is_perturbed(indicator: Indicator, provenance: Provenance) -> bool:
    return any(provenance.sources.get(one.partition(".")[0]) == "vertrouwelijk" for one in indicator.columns)


def _strength(zoekgebied: Zoekgebied) -> dict[str, object]:
    """How strong a place is and how many of its areas are core; nothing of a test per area."""
    if zoekgebied.strength is None:
        return {}
    return {"sterkte": round(zoekgebied.strength, STRENGTH_DECIMALS), "aantal_kern": core_count(zoekgebied),
            "niet_getoond": zoekgebied.hidden}  # fmt: skip


def _summary(analysis: Analysis, key: LayerKey) -> dict[str, object]:
    """What a user wants to know of the search before looking at the map."""
    reasons = analysis.reason[analysis.reason.notna()]
    return {
        "areas": len(analysis.areas),
        "tested": analysis.tested,
        "scored": int(analysis.score.value.notna().sum()),
        "without_score": {str(name): int(count) for name, count in reasons.value_counts().sort_index().items()},
        "how": how_searched(analysis.result.how),
        "floor": analysis.result.how.floor,
        "national": {name: round(value, DECIMALS) for name, value in analysis.national.items()},
        "local": {name: list(gemeenten) for name, gemeenten in analysis.local.items()},
        "gemeente": key.gemeente,
        "baselines": {name: asdict(one) for name, one in analysis.baselines.items()},
        **({"least_searched": LEAST_SEARCHED} if (analysis.result.reason == Unknown.TOO_FEW_AREAS).any() else {}),
    }
