"""A small made-up release around Utrecht: two lenses, two years, and names that would be markup if not escaped."""

from dataclasses import replace
from itertools import product

import geopandas
import numpy as np
import pandas as pd
import shapely

from layers.declarations.indicators import Indicator
from layers.publication.association import FIELDS as ASSOCIATION
from layers.publication.collection import Collection, names
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.stacking import FIELDS as STACKING

INDICATORS = [
    Indicator(
        id="misdrijven",
        title="Geregistreerde misdrijven",
        why="Aangiften tonen waar iets gebeurt, en waar is gekeken.",
        source="politie",
        value="totaal",
        unit="per 1.000 inwoners",
    ),
    Indicator(
        id="leegstand",
        title="Leegstaande panden",
        why="Leegte geeft gelegenheid.",
        source="cbs",
        value="leegstand",
        unit="%",
    ),
    Indicator(
        id="woz",
        title="WOZ-waarde <laag>",
        why="Een lage waarde maakt kopen eenvoudig.",
        source="cbs",
        value="woz",
        direction="low",
        unit="euro",
    ),
]
NASTY = (
    "'t Zand & <Kade>",
    "<img src=x onerror=\"document.title='executed'\">",
    "</script><script>document.title='executed'</script>",
    "<!-- {{ 7 * 7 }} {% raw %} \u2028",
)
CAVEAT = "De kaart laat zien waar een patroon vaker voorkomt dan elders, en zegt niets over een persoon of adres."
MADE_BY = {
    "keywords": ("misdrijven",),
    "attribution": "CBS & politie <2024>",
    "license": "CC BY 4.0",
    "caveat": CAVEAT,
    "time_field": "periode",
}
CHOICES = list(product(("basis", "haven"), (2023, 2024)))


def made_areas(count: int = 160) -> geopandas.GeoDataFrame:
    """Irregular areas that share their borders, as buurten do."""
    rng = np.random.default_rng(7)
    points = shapely.MultiPoint(rng.uniform((125_000, 445_000), (147_000, 465_000), (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=points.envelope))
    cells = shapely.intersection(cells, points.convex_hull.buffer(400))
    fill = [f"Buurt {place + 1}" for place in range(len(cells) - len(NASTY))]
    columns = {
        "gebiedscode": [f"BU0344{place:04d}" for place in range(len(cells))],
        "gebiedsnaam": [*NASTY, *fill],
        "gemeentecode": "GM0344",
        "gemeentenaam": np.where(shapely.get_x(shapely.centroid(cells)) < 136_000, "Utrecht", "De <b>Bilt</b>"),
    }
    return geopandas.GeoDataFrame(columns, geometry=cells, crs=28992)


def made_release(areas: geopandas.GeoDataFrame | None = None, level: str = "buurt") -> list[Collection]:
    """The collections of a release of which all figures are random around two warm places."""
    areas = made_areas() if areas is None else areas
    rng = np.random.default_rng(11)
    layers = [_layer(areas, level, lens, period, rng) for lens, period in CHOICES]
    zones = [_zones(layer) for layer in layers]
    layer_columns, zone_columns = layer_fields(INDICATORS), zoekgebied_fields(INDICATORS)
    return [
        Collection(
            "zoekgebieden_misdrijven",
            "Zicht op misdrijven van alle soorten",
            "Groepen aaneengesloten buurten met een hoge score.",
            fields=zone_columns,
            table=pd.concat(zones, ignore_index=True)[[*names(zone_columns), "geometry"]],
            **MADE_BY,
        ),
        Collection(
            f"indicatoren_misdrijven_{level}",
            f"Indicatoren misdrijven per {level}",
            "Alle cijfers, met hun afwijking van het landelijk gemiddelde.",
            fields=layer_columns,
            table=pd.concat(layers, ignore_index=True)[[*names(layer_columns), "geometry"]],
            **MADE_BY,
        ),
    ]


def made_stacking(release: list[Collection], count: int = 3) -> Collection:
    """The first areas of a release as if they were on the map of several themes."""
    table = release[1].table.drop_duplicates("gebiedscode").head(count)
    texts = [f"Dit gebied staat op {nth} kaarten: <b>{NASTY[0]}</b>." for nth in range(2, 2 + count)]
    made = table.assign(
        id=table["gebiedscode"] + "-2024", aantal_themas=2, themas="een,twee", themas_getoetst=3, themas_verwacht=0.1,
        kans_op_stapeling=0.01, toelichting=texts,
    )  # fmt: skip
    columns = [*names(STACKING), "geometry"]
    title = "Meer thema's tegelijk: buurten"
    return Collection(
        "stapeling_buurt", title, "Waar thema's samenvallen.", fields=STACKING, table=made[columns], **MADE_BY
    )


def made_association(release: list[Collection], *pairs: tuple[str, str]) -> Collection:
    """The first area of a release as if it were high in the first theme of each pair, amid areas high in the second."""
    first = made_stacking(release, 1)
    rows = [
        first.table.assign(id=f"{high}-{amid}", thema_hoog=high, thema_eromheen=amid, q_samenhang=0.01)
        for high, amid in pairs
    ]
    table = pd.concat(rows, ignore_index=True)[[*names(ASSOCIATION), "geometry"]]
    return replace(first, id="samenhang_buurt", fields=ASSOCIATION, table=table)


def _layer(areas, level, lens, period, rng):
    centres = areas.geometry.centroid
    middle = centres.x.median(), centres.y.median()
    spread = max(np.ptp(centres.x), np.ptp(centres.y))
    warm = sum(
        np.exp(-np.hypot(centres.x - middle[0] - dx * spread, centres.y - middle[1] - dy * spread) / (0.09 * spread))
        for dx, dy in ((0.0, 0.0), (0.22, 0.25), (-0.25, 0.1))
    )
    layer = areas.assign(
        id=[f"{code}-{lens}-{period}" for code in areas["gebiedscode"]],
        thema="misdrijven", lens=lens, periode=period, niveau=level, indeling=2024, fictief=True,
    )  # fmt: skip
    for indicator, scale in zip(INDICATORS, (60.0, 4.0, -80_000.0), strict=True):
        afwijking = np.clip(3.4 * warm - 0.9 + rng.normal(0, 0.5, len(areas)), -3, 3)
        unknown = rng.random(len(areas)) < 0.04
        layer[indicator.id] = np.where(unknown, np.nan, abs(scale) * 3 + scale * afwijking)
        layer[f"{indicator.id}_afwijking"] = np.where(unknown, np.nan, afwijking)
        layer[f"{indicator.id}_bijdrage"] = np.where(unknown, 0.0, afwijking / 3)
        layer[f"{indicator.id}_verhouding"] = layer[indicator.id] / (abs(scale) * 3)
        layer[f"{indicator.id}_verschil"] = layer[indicator.id] - abs(scale) * 3
        layer[f"{indicator.id}_laag"] = layer[indicator.id] * 0.9
        layer[f"{indicator.id}_hoog"] = layer[indicator.id] * 1.1
        layer[f"{indicator.id}_rang"] = layer[f"{indicator.id}_afwijking"].rank(method="min", ascending=False)
        layer[f"{indicator.id}_reden"] = pd.Series(np.where(unknown, "minder dan 50 inwoners", None), dtype=object)
    layer["score"] = sum(layer[f"{indicator.id}_bijdrage"] for indicator in INDICATORS)
    layer.loc[len(layer) - 1, "score"] = np.nan
    layer["rang_score"] = layer["score"].rank(method="min", ascending=False)
    layer["rang_score_van"] = layer["score"].notna().sum()
    layer["rang_gelijken"], layer["rang_gelijken_van"] = layer["rang_score"].clip(upper=9), 9.0
    layer["reden"] = pd.Series(np.where(layer["score"].isna(), "geen cijfers", None), dtype=object)
    layer["q"] = np.clip(np.exp(-3 * layer["score"].fillna(0)), 0.0004, 1)
    layer["kansrijk"] = layer["score"].gt(0.9)
    hot = layer["kansrijk"]
    layer["waarom"] = np.select([hot, layer["score"].isna()], ["in_zoekgebied", "onbekend"], "niet_hoog")
    layer["hoogte_zelf"] = pd.Series(np.where(layer["score"].notna(), "1_op_20", None), dtype=object)
    layer["hoogte_rondom"] = pd.Series(np.where(layer["score"].notna(), "gewoon", None), dtype=object)
    layer["zoekgebied"] = pd.Series(np.where(hot, "zoekgebied", None), dtype=object)
    layer["rol"] = pd.Series(np.where(hot, "kern", None), dtype=object)
    layer["gewicht"] = np.where(hot, 0.95, np.nan)
    layer["zone"] = None
    layer["geteld"], layer["waargenomen"], layer["verwacht"] = "misdrijven", np.where(hot, 20.0, 5.0), 8.0
    layer["verhouding"] = layer["waargenomen"] / layer["verwacht"]
    layer["bezoekers"], layer["tweede_zoekwijze"] = None, None
    layer["toelichting"] = pd.Series(np.where(hot, "Hier is meer leegstand.", None), dtype=object)
    return layer


def _zones(layer):
    """The groups of touching areas with a high score."""
    hot = layer[layer["kansrijk"]]
    groups = shapely.get_parts(hot.geometry.buffer(1).union_all())
    belongs = hot.assign(group=shapely.STRtree(groups).nearest(hot.geometry.representative_point()))
    ranked = sorted((rows for _, rows in belongs.groupby("group")), key=lambda rows: -rows["score"].mean())
    zones = pd.DataFrame([_zone(rank, rows) for rank, rows in enumerate(ranked, start=1)])
    return geopandas.GeoDataFrame(zones, geometry="geometry", crs=28992)


def _zone(rank, rows):
    first = rows.iloc[0]
    gemeenten = ", ".join(sorted(set(rows["gemeentenaam"])))
    same = {name: first[name] for name in ("thema", "lens", "periode", "niveau", "indeling", "fictief")}
    reasons = {f"{one.id}_bijdrage": rows[f"{one.id}_bijdrage"].mean() for one in INDICATORS}
    return same | reasons | {
        "id": f"zoekgebied-{first['lens']}-{first['periode']}-{rank}",
        "rang": rank,
        "titel": f"{first['gebiedsnaam']} en omgeving",
        "score": sum(reasons.values()),
        "q": rows["q"].min(),
        "aantal_gebieden": len(rows),
        "gebiedscodes": ",".join(rows["gebiedscode"]),
        "gemeenten": gemeenten,
        "sterkte": 2.56 / rank,
        "standvastig": 0.75,
        "aantal_kern": len(rows),
        "niet_getoond": 0,
        "zone": None,
        "geteld": "misdrijven",
        "waargenomen": 100.0 * rank,
        "verwacht": 40.0 * rank,
        "meer_dan_verwacht": 60.0 * rank,
        "meer_per_km2": 10.0 * rank,
        "meer_naar_verhouding": 5.0 * (rank % 3),
        "zonder_telling": None,
        "bezoekers": "veel" if rank == 1 else None,
        "alleen_gevonden": "misdrijven",
        "toelichting": f"In {gemeenten} zijn er veel meer geregistreerde misdrijven dan landelijk, en meer leegstand.",
        "verloop": "groeit" if first["periode"] == 2024 and rank == 1 else None,
        "zekerheid": "Van 100 plekken die zo sterk opvallen, is er naar verwachting hooguit 1 toeval.",
        "beperkingen": None if rank == 1 else "Hier niet bekend: leegstand.",
        "handvat": "Ga kijken. Dit steunt op: artikel 1.",
        "geometry": rows.geometry.union_all(),
    }  # fmt: skip
