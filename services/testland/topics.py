"""Topics of Testland: what its police counts by kind, its homes and branches, and what partners would hold of it.

All of them follow inhabitants, homes or establishments at random, but for one planted place each, in which there are
`STRENGTH` times as many. What stands per gemeente only is planted in all of one gemeente.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.testland.geography import Geography
from services.testland.land import Floats, Ints

YEARS = range(2021, 2026)
STRENGTH = 4.0
PER_HOME, PER_ESTABLISHMENT = 2.1, 9.0
"""Inhabitants per home and per establishment."""
FIND_RATE = 0.015
"""Growing rooms cleared, and dumpings, per inhabitant in three years."""
RISE, RISE_IN_PLACE, UNEVEN_RISE = 1.035, 1.15, 0.015
"""What became of the value of homes in a year, in a planted place, and how much buurten differ in it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Counts of one kind: so many per `per`, and more in the planted place `at`; `years` are a column each."""

    per: str
    rate: float
    at: str
    years: bool = False


TOPICS = {
    "drugshandel": Topic("inwoners", 0.006, "drugs", years=True),
    "drugsoverlast": Topic("inwoners", 0.008, "drugs", years=True),
    "bodem": Topic("inwoners", 0.002, "drugs", years=True),
    "doorsluiswoningen": Topic("woningen", 0.05, "vastgoed"),
    "woningen_grote_eigenaren": Topic("woningen", 0.12, "vastgoed"),
    "aankopen": Topic("woningen", 0.3, ""),
    "aankopen_afwijkend": Topic("woningen", 0.04, "vastgoed"),
    "vestigingen_horeca": Topic("vestigingen", 0.12, "branches"),
    "vestigingen_autohandel": Topic("vestigingen", 0.1, "branches"),
    "vestigingen_verzorging": Topic("vestigingen", 0.1, "branches"),
    "opgericht": Topic("vestigingen", 0.15, ""),
    "opgeheven": Topic("vestigingen", 0.12, "branches"),
    "recreatiewoningen": Topic("woningen", 0.4, ""),
    "recreatiewoningen_bewoond": Topic("woningen", 0.04, "vakantieparken"),
    "zorgaanbieders": Topic("vestigingen", 0.3, ""),
    "zorgaanbieders_zonder_verantwoording": Topic("vestigingen", 0.03, "zorgfraude"),
    "drugs": Topic("inwoners", 0.002, "gemeente"),
    "harddrugs": Topic("inwoners", 0.001, "gemeente"),
    "softdrugs": Topic("inwoners", 0.001, "gemeente"),
    "oplichting": Topic("inwoners", 0.003, "gemeente"),
    "valsheid": Topic("inwoners", 0.002, "gemeente"),
    "heling": Topic("inwoners", 0.002, "gemeente"),
    "witwassen": Topic("inwoners", 0.001, "gemeente"),
    "computervredebreuk": Topic("inwoners", 0.001, "gemeente"),
    "mensenhandel": Topic("inwoners", 0.001, "gemeente"),
    "meldingen": Topic("inwoners", 0.01, "gemeente"),
    "vestigingen_handel_horeca": Topic("vestigingen", 0.15, "gemeente"),
    "vestigingen_vervoer_informatie": Topic("vestigingen", 0.1, "gemeente"),
    "vestigingen_financieel_onroerend": Topic("vestigingen", 0.1, "gemeente"),
    "vestigingen_zakelijk": Topic("vestigingen", 0.15, "gemeente"),
    "vestigingen_cultuur_overig": Topic("vestigingen", 0.1, "gemeente"),
}
"""By column. A part is of its whole: its rate, with the strength of its place, stays below that of the whole."""
EARLIER = {
    "landbouw_nijverheid": Topic("vestigingen", 0.2, ""),
    "diensten": Topic("vestigingen", 0.6, ""),
    "cultuur_sport": Topic("vestigingen", 0.1, ""),
    "handel": Topic("vestigingen", 0.06, "gemeente"),
    "vervoer_opslag": Topic("vestigingen", 0.03, "gemeente"),
    "horeca": Topic("vestigingen", 0.05, "gemeente"),
    "onroerend_goed": Topic("vestigingen", 0.03, "gemeente"),
    "verhuur_zakelijk": Topic("vestigingen", 0.03, "gemeente"),
    "overige_diensten": Topic("vestigingen", 0.02, "gemeente"),
}
"""Establishments of an earlier year, likewise; drawn last, so that what was there before them does not change."""
PER_BUURT = {
    "handel_horeca": Topic("vestigingen", 0.12, "branches"),
    "vervoer_informatie": Topic("vestigingen", 0.12, "branches"),
    "financieel_onroerend": Topic("vestigingen", 0.12, "branches"),
    "zakelijk": Topic("vestigingen", 0.12, "branches"),
    "cultuur_overig": Topic("vestigingen", 0.12, "branches"),
    "onbewoond": Topic("woningen", 0.04, "vastgoed"),
    "overige_verhuur": Topic("woningen", 0.1, "vastgoed"),
}
"""What CBS has per buurt, likewise, with randomness of its own; of homes in whole percents, as CBS has it."""
FEWEST_HOMES = 20
"""From how many homes CBS says a share of them."""


def make_topics(codes: pd.Series, people: Ints, places: dict[str, Ints], rng: np.random.Generator) -> pd.DataFrame:
    """The topics per buurt, and the homes and establishments that they are of.

    Args:
        codes: of the buurten.
        people: who live in each.
        places: the planted ones by name, as positions of buurten.
        rng: of its own, so that nothing else in the country changes with it.
    """
    exposure = {
        "inwoners": people.astype(float),
        "woningen": np.rint(people / PER_HOME),
        "vestigingen": np.rint(people / PER_ESTABLISHMENT),
    }
    table = pd.DataFrame({"buurtcode": codes, "woningen": exposure["woningen"], "vestigingen": exposure["vestigingen"]})
    for name, topic in TOPICS.items():
        expected = _expected(topic, exposure, places)
        for column in (f"{name}_{year}" for year in YEARS) if topic.years else (name,):
            table[column] = rng.poisson(expected)
    table["woz_eerder"] = np.rint(rng.normal(350, 40, len(codes)).clip(150))
    rise = rng.normal(RISE, UNEVEN_RISE, len(codes))
    rise[places["vastgoed"]] += RISE_IN_PLACE - RISE
    table["woz"] = np.rint(table["woz_eerder"] * rise)
    for name, topic in EARLIER.items():
        table[name] = rng.poisson(_expected(topic, exposure, places))
    return table


def with_figures_per_buurt(topics: pd.DataFrame, places: dict[str, Ints], rng: np.random.Generator) -> pd.DataFrame:
    """The topics with `PER_BUURT` beside them."""
    exposure = {name: topics[name].to_numpy(dtype=float) for name in ("woningen", "vestigingen")}
    drawn = {name: rng.poisson(_expected(one, exposure, places)).astype(float) for name, one in PER_BUURT.items()}
    homes = topics["woningen"].where(topics["woningen"] >= FEWEST_HOMES)
    shares = {name: (100 * drawn[name] / homes).round() for name, one in PER_BUURT.items() if one.per == "woningen"}
    return topics.assign(**drawn | shares)


def make_finds(geography: Geography, people: Ints, place: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Growing rooms that were cleared and waste that was dumped, by inhabitants, and more of both in one place."""
    expected = people * FIND_RATE
    expected[place] *= STRENGTH
    tables = []
    for soort in ("hennepkwekerij", "dumping"):
        owner = np.repeat(np.arange(len(people)), rng.poisson(expected))
        points = geography.scatter(owner, rng)
        days = pd.Timestamp(2022, 1, 1) + pd.to_timedelta(rng.integers(0, 3 * 365, len(owner)), unit="D")
        moments = pd.Series(days).dt.strftime("%Y-%m-%d")
        tables.append(pd.DataFrame({"soort": soort, "datum": moments, "x": points.x.round(2), "y": points.y.round(2)}))
    return pd.concat(tables, ignore_index=True)


def _expected(topic: Topic, exposure: dict[str, Floats], places: dict[str, Ints]) -> Floats:
    whole = exposure[topic.per]
    return whole * topic.rate * _factor(len(whole), places.get(topic.at))


def _factor(count: int, place: Ints | None) -> Floats:
    factor = np.ones(count)
    if place is not None:
        factor[place] = STRENGTH
    return factor
