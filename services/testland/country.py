"""Testland: a made-up country whose truth is known, to try everything on before it meets real figures.

Tables come as CBS delivers them, awkwardness included: two rows for a buurt by the river, missing codes among the
figures, letters in codes. The truth is in the points: the people at `addresses` and the `incidents` add up exactly.

Registered crimes follow inhabitants, with three exceptions: they differ a little from buurt to buurt, at random and
without pattern in space; the buurt at the heart of each town has somewhat more; and there are three hot spots. Nothing
else clusters, so any other zoekgebied found in the crimes is a false alarm. Towns do have more addresses per km2.
"""

from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from services.testland.geography import ODD_NAME_AT, Geography, make_geography
from services.testland.land import TOWNS, CellKind, Floats, Ints
from services.testland.topics import STRENGTH, make_finds, make_topics, with_figures_per_buurt
from services.testland.turnover import with_turnover

SEED = 20240101
YEARS = {2021: 0.97, 2022: 1.0, 2023: 1.02, 2024: 1.0, 2025: 0.99}
"""The years of the crimes and the level of each."""
RISE = {2024: 1.15, 2025: 1.3}
"""By how much the factor of a hot spot grew in the last years."""

INHABITANTS, PER_HOUSEHOLD = 300_000, 2.1
CRIME_RATE, HEART_FACTOR, EMPTY_RATE = 0.028, 1.3, 1.5
"""Crimes a year per inhabitant; the factor for the heart of a town; crimes a year in a buurt where nobody lives."""
UNEVEN = 40
"""Shape of the gamma by which buurten differ at random: a standard deviation of one in six."""
EMPTY, HAMLETS, FEW = 20, 12, 50
"""Buurten where nobody lives; where fewer than `FEW` do. There koopwoningen is secret, below half also huishoudens."""
PLACES = {
    "drugs": "GM9104", "vastgoed": "GM9105", "branches": "GM9106", "vakantieparken": "GM9107", "zorgfraude": "GM9101",
}  # fmt: skip
"""In the heart of which town each topic is planted."""
PLANTED_GEMEENTE = "GM9105"
"""Where topics are planted that stand per gemeente only."""
WEAK_AT, ACROSS_AT = np.array([176_600.0, 429_900.0]), np.array([170_400.0, 411_800.0])
"""By which points (RD) the weak hot spot lies, and the one across a border; the strong one lies by the odd name."""
SECRET, LATER, DISCONTINUED = -99997, -99995, -99991
"""CBS's codes for a figure that is secret or absent, that comes in a later version, that is no longer published."""


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A group of touching, inhabited buurten; `strength` is the factor on their crime rate before it rose in 2024."""

    name: str
    buurten: frozenset[str]
    strength: float


@dataclass(frozen=True, slots=True)
class Testland:
    """Everything about Testland, raw.

    boundaries: EPSG:28992; buurtcode, buurtnaam, wijkcode, wijknaam, gemeentecode, gemeentenaam, water (JA or NEE);
        land and water of a buurt are two rows with one code.
    figures: per buurt inwoners and huishoudens (rounded to fives, so off by two at most), koopwoningen (percent of
        households that own their home), adressendichtheid (households per km2 of land), oppervlakte_land and
        gemeentecode; missing ones hold a code below -99990.
    crimes: per buurt misdrijven_2021 .. misdrijven_2025, registered crimes of all kinds.
    addresses: a point per building: buurtcode, and the inwoners, huishoudens and huurhuishoudens in it; not rounded.
    incidents: a point per registered crime: jaar, buurtcode.
    hotspots: where crimes are planted.
    topics: per buurt what the themes count (services.testland.topics); nothing of it is secret or rounded.
    places: where these are planted, by the name of the theme; `gemeente` is all of one.
    finds: what the municipality found, a row each: soort, datum, x and y in RD.
    """

    boundaries: geopandas.GeoDataFrame
    figures: pd.DataFrame
    crimes: pd.DataFrame
    addresses: geopandas.GeoDataFrame
    incidents: geopandas.GeoDataFrame
    hotspots: tuple[HotSpot, ...]
    topics: pd.DataFrame
    places: tuple[HotSpot, ...]
    finds: pd.DataFrame


def make_testland(seed: int = SEED) -> Testland:
    """Make Testland; the same seed gives the same tables, in any process."""
    rng = np.random.default_rng(seed)
    geography = make_geography(rng)
    hotspots = _plant(geography)
    strength = _strength(geography.buurten, hotspots)
    people = _settle(geography.buurten, strength > 1, rng)
    addresses = _house(geography, people, _tenancy(geography.buurten, strength > 1, rng), rng)
    crimes = _crimes(geography.buurten, people, strength, rng)
    places = _places(geography)
    of_topics = np.random.default_rng([seed, 1])  # of its own: what is above stays as it was
    topics = make_topics(geography.buurten["buurtcode"], people, places, of_topics)
    topics = with_figures_per_buurt(topics, places, np.random.default_rng([seed, 4]))
    codes = geography.buurten["buurtcode"].to_numpy()
    return Testland(
        boundaries=geography.boundaries,
        figures=_figures(geography.buurten, addresses, strength > 1, rng),
        crimes=crimes,
        addresses=addresses,
        incidents=_incidents(geography, crimes, rng),
        hotspots=hotspots,
        topics=with_turnover(topics, places["branches"], np.random.default_rng([seed, 5])),
        places=tuple(HotSpot(name, frozenset(codes[at]), STRENGTH) for name, at in places.items()),
        finds=make_finds(geography, people, places["drugs"], of_topics),
    )


def _plant(geography: Geography) -> tuple[HotSpot, ...]:
    """Choose the buurten of each hot spot: those nearest to a point, or on either side of a gemeente border near it."""
    buurten = geography.buurten
    centres, gemeente = buurten[["x", "y"]].to_numpy(), buurten["gemeentecode"].to_numpy()
    pairs = np.transpose(geography.borders.nonzero())
    pairs = pairs[gemeente[pairs[:, 0]] != gemeente[pairs[:, 1]]]
    one_side, other_side = pairs[_nearest(centres[pairs].mean(axis=1), ACROSS_AT)]
    planted = {
        "sterk": (4.0, _around(geography, _nearest(centres, ODD_NAME_AT), 9)),
        "zwak": (2.0, _around(geography, _nearest(centres, WEAK_AT), 9)),
        "grens": (3.0, np.concatenate([_around(geography, one_side, 5), _around(geography, other_side, 4)])),
    }
    codes = buurten["buurtcode"].to_numpy()
    return tuple(HotSpot(name, frozenset(codes[members]), strength) for name, (strength, members) in planted.items())


def _places(geography: Geography) -> dict[str, Ints]:
    """The buurten of each place of a topic: those around the heart of a town, or all of a gemeente."""
    buurten = geography.buurten
    towns = TOWNS.set_index("gemeentecode")[["x", "y"]]
    centres = buurten[["x", "y"]].to_numpy()
    hearts = {name: _nearest(centres, towns.loc[town].to_numpy(dtype=float)) for name, town in PLACES.items()}
    of_gemeente: Ints = np.flatnonzero(buurten["gemeentecode"] == PLANTED_GEMEENTE)
    return {name: _around(geography, heart, 8) for name, heart in hearts.items()} | {"gemeente": of_gemeente}


def _nearest(points: Floats, at: Floats) -> int:
    return int(np.linalg.norm(points - at, axis=1).argmin())


def _around(geography: Geography, start: int, count: int) -> Ints:
    """The `count` buurten nearest to `start` over land, in its gemeente; together they are in one piece."""
    gemeente = geography.buurten["gemeentecode"]
    same = np.flatnonzero(gemeente == gemeente[start])
    away = dijkstra(geography.borders[same][:, same], indices=np.searchsorted(same, start))
    around: Ints = same[np.argsort(away, kind="stable")[:count]]
    return around


def _strength(buurten: pd.DataFrame, hotspots: tuple[HotSpot, ...]) -> Floats:
    """The factor of the hot spot each buurt is in, 1 outside them."""
    inside = [buurten["buurtcode"].isin(spot.buurten).to_numpy() for spot in hotspots]
    return np.select(inside, [spot.strength for spot in hotspots], 1.0)


def _settle(buurten: pd.DataFrame, hot: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """How many people live in each buurt: by land and urbanity, nobody in some, and a handful in some rural ones."""
    share = (0.015 + buurten["urbanity"]) * buurten["land"] * rng.lognormal(0, 0.3, len(buurten))
    people: Ints = np.rint(INHABITANTS * share / share.sum()).to_numpy(dtype=np.int64)
    plain = np.flatnonzero(~hot & (buurten["kind"] == CellKind.LAND))
    people[rng.choice(plain, EMPTY, replace=False)] = 0
    rural = plain[np.argsort(buurten["urbanity"].to_numpy()[plain], kind="stable")][:100]
    people[rng.choice(rural[people[rural] > 0], HAMLETS, replace=False)] = rng.integers(4, 50, HAMLETS)
    return people


def _tenancy(buurten: pd.DataFrame, hot: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """The share of households that rent: at random around two in five, more in hot spots and a little more in towns."""
    share = 0.38 + 0.08 * buurten["urbanity"].to_numpy() + 0.15 * hot
    return np.clip(share + rng.normal(0, 0.07, len(buurten)), 0.05, 0.95)


def _house(geography: Geography, people: Ints, tenancy: Floats, rng: np.random.Generator) -> geopandas.GeoDataFrame:
    """Put people in households and households in buildings, larger ones in towns."""
    households = np.where(people > 0, np.maximum(np.rint(people / PER_HOUSEHOLD), 1), 0).astype(np.int64)
    buildings = np.ceil(households / (8 + 40 * geography.buurten["urbanity"].to_numpy())).astype(np.int64)
    building = _fill(households, buildings, rng)
    rents = rng.random(len(building)) < np.repeat(tenancy, households)
    residents = building[_fill(people, households, rng)]
    owner = np.repeat(np.arange(len(people)), buildings)
    table = pd.DataFrame({"buurtcode": geography.buurten["buurtcode"].to_numpy()[owner]})
    for column, rooms in {"inwoners": residents, "huishoudens": building, "huurhuishoudens": building[rents]}.items():
        table[column] = np.bincount(rooms, minlength=len(owner))
    return geopandas.GeoDataFrame(table, geometry=geography.scatter(owner, rng))


def _fill(counts: Ints, rooms: Ints, rng: np.random.Generator) -> Ints:
    """The room of each of the `counts` in every buurt: one in each of its rooms, then the rest at random."""
    mine, first = np.repeat(rooms, counts), np.repeat(np.cumsum(rooms) - rooms, counts)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return first + np.where(nth < mine, nth, (rng.random(len(nth)) * mine).astype(np.int64))


def _crimes(buurten: pd.DataFrame, people: Ints, strength: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Crimes per buurt and year: Poisson around what inhabitants, chance, place and year make of them."""
    heart = np.zeros(len(buurten), dtype=bool)
    heart[cKDTree(buurten[["x", "y"]]).query(TOWNS[["x", "y"]])[1]] = True
    rate = CRIME_RATE * rng.gamma(UNEVEN, 1 / UNEVEN, len(buurten)) * np.where(heart & (strength == 1), HEART_FACTOR, 1)
    expected = np.where(people > 0, people * rate * strength, EMPTY_RATE * (buurten["land"] > 0))
    crimes = {
        f"misdrijven_{year}": rng.poisson(expected * level * np.where(strength > 1, RISE.get(year, 1), 1))
        for year, level in YEARS.items()
    }
    return pd.DataFrame({"buurtcode": buurten["buurtcode"], **crimes})


def _incidents(geography: Geography, crimes: pd.DataFrame, rng: np.random.Generator) -> geopandas.GeoDataFrame:
    counts = crimes.drop(columns="buurtcode").to_numpy().T
    owner = np.concatenate([np.repeat(np.arange(len(crimes)), year) for year in counts])
    table = pd.DataFrame({"jaar": np.repeat(list(YEARS), counts.sum(axis=1))})
    table["buurtcode"] = crimes["buurtcode"].to_numpy()[owner]
    return geopandas.GeoDataFrame(table, geometry=geography.scatter(owner, rng))


def _figures(
    buurten: pd.DataFrame, addresses: geopandas.GeoDataFrame, hot: NDArray[np.bool_], rng: np.random.Generator
) -> pd.DataFrame:
    """What CBS would publish of those who live at `addresses`: rounded, and suppressed where few do."""
    lived = addresses.drop(columns="geometry").groupby("buurtcode").sum().reindex(buurten["buurtcode"], fill_value=0)
    people, households, rented = (lived[column].to_numpy() for column in lived)
    homes, land = np.maximum(households, 1), np.maximum(buurten["land"].to_numpy(), 1)
    figures = pd.DataFrame({"buurtcode": buurten["buurtcode"]})
    figures["inwoners"] = _to_fives(people)
    figures["huishoudens"] = np.where((people > 0) & (people < FEW // 2), SECRET, _to_fives(households))
    figures["koopwoningen"] = np.where(people < FEW, SECRET, np.rint(100 * (1 - rented / homes)))
    figures["adressendichtheid"] = np.where(buurten["land"] > 0, np.rint(households / land * 1e6), SECRET)
    figures["oppervlakte_land"] = np.rint(buurten["land"] / 1e4)
    figures = figures.astype(dict.fromkeys(figures.columns[1:], np.int64))
    figures["gemeentecode"] = buurten["gemeentecode"]
    figures.loc[people == people[people > 0].min(), "inwoners"] = SECRET
    late = rng.choice(np.flatnonzero(~hot & (people >= FEW)), 4, replace=False)
    figures.loc[late, "koopwoningen"] = [LATER, LATER, LATER, DISCONTINUED]
    return figures


def _to_fives(counts: Ints) -> Ints:
    fives: Ints = 5 * np.rint(counts / 5).astype(np.int64)
    return fives
