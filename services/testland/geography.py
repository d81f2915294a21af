"""The map of Testland: its cells joined to buurten, wijken and gemeenten, with codes and names as CBS writes them.

Buurten grow over cells, wijken over buurten, gemeenten over wijken, each along shortest paths: what grew from one
seed is in one piece by construction. The border between buurten on either bank lies in the middle of the river, so
each has a part on land and a part in the water, under one code. All polygons join the same cells, so shared borders
coincide vertex by vertex.
"""

from dataclasses import dataclass
from itertools import product

import geopandas
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from boundaries.rd import RD_NEW
from services.testland.land import TOWNS, CellKind, Cells, Floats, Ints, make_cells, urbanity

BUURTEN, WIJKEN = 690, 76
"""How many are sown; the lake and the island come on top of the buurten."""

LETTERED = "GM9363"
"""The gemeente whose wijken have letters in their codes, as Amsterdam's have."""

ODD_NAME, ODD_NAME_AT = "'t Zand & <Kade>", np.array([164_600.0, 418_300.0])
"""A name that breaks any page, query or file that does not escape it, and the point (RD) by which it lies."""

DRY = (CellKind.LAND, CellKind.ISLAND)
LAKE_NAME, ISLAND_NAME = "Wijde Spiegel", "Zilte Plaat"
# fmt: off
NAMES = (
    "Zeepzieder", "Tinnegieter", "Glazenier", "Kaarsenmaker", "Touwslager", "Mandenmaker", "Lantaarn", "Sextant",
    "Kompas", "Passer", "Veerpont", "Klaproos", "Kamperfoelie", "Salomonszegel", "Wollegras", "Moerasvaren",
    "Roerdomp", "Boomvalk", "Kwartel", "Waterral", "Grutto", "Veldmuis", "Zandhagedis", "Waterjuffer", "Zilverschoon",
    "Duizendblad", "Honingklaver", "Sleutelbloem", "Boterbloem", "Smeerwortel",
)
BUURT_ENDINGS = (
    "akker", "bocht", "bult", "dreef", "eind", "gaarde", "geer", "heuvel", "hof", "hoek", "horst", "kamp", "kring",
    "laagte", "oord", "punt", "rug", "schans", "singel", "tuin", "veld", "wal", "weide", "werf", "wissel", "zoom",
)
# fmt: on
WIJK_ENDINGS = ("kwartier", "poort", "ambacht")


@dataclass(frozen=True, slots=True)
class Geography:
    """Where everything is. Buurten are numbered in the order of their codes, everywhere in it.

    `buurten` has a row per buurt: codes and names, `x` and `y` (metres), `urbanity` and `land` (m2). `borders` holds
    who borders whom on land, weighted by distance in metres. `triangles` are all land, `owners` their buurten.
    """

    boundaries: geopandas.GeoDataFrame
    buurten: pd.DataFrame
    borders: csr_array
    triangles: Floats
    owners: Ints

    def scatter(self, buurten: Ints, rng: np.random.Generator) -> geopandas.GeoSeries:
        """One random point on the land of each of `buurten`, evenly spread over it."""
        upto = np.concatenate([[0.0], np.cumsum(_areas(self.triangles))])
        first, last = np.searchsorted(self.owners, buurten), np.searchsorted(self.owners, buurten, side="right")
        chosen = np.searchsorted(upto, rng.uniform(upto[first], upto[last]), side="right") - 1
        a, b, c = self.triangles[np.clip(chosen, first, last - 1)].transpose(1, 0, 2)
        along, across = np.sqrt(rng.random((len(buurten), 1))), rng.random((len(buurten), 1))
        return geopandas.GeoSeries.from_xy(*(a + along * (b - a + across * (c - b))).T, crs=RD_NEW)


def make_geography(rng: np.random.Generator) -> Geography:
    """Make the map; generators in the same state make the same map."""
    cells = make_cells(rng)
    owners = _grow_buurten(cells, rng)
    buurten = _name(_code(_divide(cells, owners, rng)), rng)
    owners = np.append(np.argsort(buurten.index), -1)[owners]  # from as they were sown to the order of their codes
    buurten = buurten.reset_index(drop=True)
    triangles, of_cell = cells.triangles()
    dry = np.where(np.isin(cells.kinds, DRY), owners, -1)
    order = np.argsort(dry[of_cell], kind="stable")
    order = order[dry[of_cell[order]] >= 0]
    triangles, owned = triangles[order], dry[of_cell[order]]
    buurten["land"] = np.bincount(owned, weights=_areas(triangles), minlength=len(buurten))
    borders = _graph(dry[cells.pairs], buurten[["x", "y"]].to_numpy())
    return Geography(_join(cells, owners, buurten), buurten, borders, triangles, owned)


def _grow(graph: csr_array, seeds: Ints) -> Ints:
    """For each node the position in `seeds` of the nearest seed along the graph; -1 where there is no path."""
    *_, nearest = dijkstra(graph, indices=seeds, min_only=True, return_predecessors=True)
    position = np.full(graph.shape[0], -1)
    position[seeds] = np.arange(len(seeds))
    return np.where(nearest >= 0, position[nearest], -1)


def _sow(places: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Some `count` of `places`, evenly spread among them: a few rounds of k-means, then the place nearest to each."""
    means = places[rng.choice(len(places), count, replace=False)]
    for _ in range(4):
        nearest = cKDTree(means).query(places)[1]
        means = _means(places, nearest, count)
    return np.unique(cKDTree(places).query(means)[1])


def _means(points: Floats, groups: Ints, count: int) -> Floats:
    """The mean point of each of `count` groups."""
    sizes = np.maximum(np.bincount(groups, minlength=count), 1)
    return np.column_stack([np.bincount(groups, weights=axis, minlength=count) / sizes for axis in points.T])


def _graph(pairs: Ints, centres: Floats) -> csr_array:
    """Who touches whom, weighted by the distance between centres; pairs with a negative or twice the same are none."""
    pairs = pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])]
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    apart = np.linalg.norm(centres[pairs[:, 0]] - centres[pairs[:, 1]], axis=1)
    return csr_array((apart, pairs.T), shape=(len(centres),) * 2)


def _grow_buurten(cells: Cells, rng: np.random.Generator) -> Ints:
    """The buurt of each cell, -1 in the sea. The lake is one, the island is one; river cells follow their bank."""
    land, lake, island = (
        np.flatnonzero(cells.kinds == kind) for kind in (CellKind.LAND, CellKind.LAKE, CellKind.ISLAND)
    )
    pairs = np.concatenate([cells.pairs, cells.pairs[:, ::-1]])
    start, end = cells.kinds[pairs].T
    # From land into the river but never out of it: no buurt lies on both banks, none is held together by water.
    pairs = pairs[
        ((start == end) & np.isin(start, (*DRY, CellKind.LAKE))) | ((start == CellKind.LAND) & (end == CellKind.RIVER))
    ]
    apart = np.linalg.norm(cells.sites[pairs[:, 0]] - cells.sites[pairs[:, 1]], axis=1)
    graph = csr_array((apart * rng.uniform(1, 1.6, len(pairs)), pairs.T), shape=(len(cells.sites),) * 2)
    seeds = land[_sow(cells.sites[land], BUURTEN, rng)]
    return _grow(graph, np.concatenate([seeds, lake[:1], island[:1]]))


def _divide(cells: Cells, owners: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The centre of each buurt, and the wijk and gemeente it fell to, numbered as they were sown."""
    owned = owners >= 0
    island = int(owners.max())
    lake = island - 1
    centres = _means(cells.sites[owned], owners[owned], island + 1)
    ferry = [island, cKDTree(centres).query(centres[island], k=2)[1][1]]
    touching = _graph(np.vstack([owners[cells.pairs], ferry]), centres)
    wijk = _grow(touching, _sow(centres, WIJKEN, rng))
    hearts = _means(centres, wijk, int(wijk.max()) + 1)
    towns = cKDTree(hearts).query(TOWNS[["x", "y"]])[1]
    gemeente = _grow(_graph(wijk[np.transpose(touching.nonzero())], hearts), towns)[wijk]
    buurten = pd.DataFrame({"x": centres[:, 0], "y": centres[:, 1], "wijk": wijk, "gemeente": gemeente})
    buurten["urbanity"] = urbanity(centres)
    buurten["off_centre"] = np.linalg.norm(centres - hearts[wijk], axis=1)
    buurten["out_of_town"] = np.linalg.norm(hearts[wijk] - TOWNS[["x", "y"]].to_numpy()[gemeente], axis=1)
    buurten["kind"] = CellKind.LAND
    buurten.loc[[lake, island], "kind"] = [CellKind.LAKE, CellKind.ISLAND]
    return buurten


def _code(buurten: pd.DataFrame) -> pd.DataFrame:
    """Add codes and sort by them: in a gemeente wijk 00 is nearest to the town, in a wijk buurt 00 to the middle."""
    place = buurten.join(TOWNS[["gemeentecode", "gemeentenaam"]], on="gemeente")
    nth = place.groupby("gemeente")["out_of_town"].rank(method="dense").astype(int) - 1
    letters = ("A" + nth.map(lambda n: chr(ord("A") + n))).where(place["gemeentecode"] == LETTERED)
    place["wijkcode"] = "WK" + place["gemeentecode"].str[2:] + letters.fillna(nth.map("{:02d}".format))
    inner = place.groupby("wijk")["off_centre"].rank(method="first").astype(int) - 1
    place["buurtcode"] = "BU" + place["wijkcode"].str[2:] + inner.map("{:02d}".format)
    return place.sort_values("buurtcode")


def _name(buurten: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give every buurt and wijk a name that occurs once."""
    named = buurten.assign(buurtnaam=rng.permutation(_combined(BUURT_ENDINGS))[: len(buurten)])
    odd = int(np.linalg.norm(named[["x", "y"]] - ODD_NAME_AT, axis=1).argmin())
    named.loc[named.index[odd], "buurtnaam"] = ODD_NAME
    named.loc[named["kind"] == CellKind.LAKE, "buurtnaam"] = LAKE_NAME
    named.loc[named["kind"] == CellKind.ISLAND, "buurtnaam"] = ISLAND_NAME
    wijken = named.drop_duplicates("wijkcode").set_index("wijkcode")
    names = pd.Series(rng.permutation(_combined(WIJK_ENDINGS))[: len(wijken)], index=wijken.index)
    central = wijken.index.str.endswith(("00", "AA"))
    names[central] = "Binnenstad " + wijken["gemeentenaam"][central]
    return named.assign(wijknaam=named["wijkcode"].map(names))


def _combined(endings: tuple[str, ...]) -> list[str]:
    return ["".join(parts) for parts in product(NAMES, endings)]


def _areas(triangles: Floats) -> Floats:
    """The area of each triangle, in m2."""
    (ax, ay), (bx, by) = ((triangles[:, side] - triangles[:, 0]).T for side in (1, 2))
    areas: Floats = np.abs(ax * by - ay * bx) / 2
    return areas


def _join(cells: Cells, owners: Ints, buurten: pd.DataFrame) -> geopandas.GeoDataFrame:
    """The table as CBS delivers it: a row for the land of a buurt, a row for its water."""
    used = np.flatnonzero(owners >= 0)
    water = np.where(np.isin(cells.kinds[used], DRY), "NEE", "JA")
    pieces = geopandas.GeoDataFrame({"buurt": owners[used], "water": water}, geometry=cells.polygons(used), crs=RD_NEW)
    parts = pieces.dissolve(["buurt", "water"], method="coverage", sort=True).reset_index()
    codes = ["buurtcode", "buurtnaam", "wijkcode", "wijknaam", "gemeentecode", "gemeentenaam"]
    return parts.join(buurten[codes], on="buurt")[[*codes, "water", "geometry"]]
