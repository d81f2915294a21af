"""Real divisions and real counts: totals before and after, hexagons of the country, Amsterdam through the years."""

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries import cbs
from boundaries.changes import by_pairs
from boundaries.counts import Counts
from boundaries.crosswalk import Crosswalk, Method, by_code, by_surface
from boundaries.hexagons import hexagons
from boundaries.rd import RD_NEW
from boundaries.series import Year, harmonised
from geo.areas import AreaFrame, AreaLevel
from layers.method.country import Country

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def inhabitants(netherlands: Country, real) -> Counts:
    """Of all buurten with a polygon; the others, and those without a figure, are unknown."""
    path = real / "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"
    table = pd.read_csv(path, low_memory=False).set_index("buurtcode")["inwoners"]
    return Counts("inwoners", table.reindex(netherlands.buurten.ids).astype(float))


@pytest.fixture(scope="module")
def cells(netherlands: Country) -> AreaFrame:
    return hexagons(netherlands.buurten, AreaLevel.H3_8)


def test_a_gemeente_has_the_cells_that_h3_itself_finds(netherlands: Country):
    """But for cells that an area meets by a strip of centimetres: H3 draws its sides straight in degrees, we in RD."""
    gemeente = netherlands.buurten.where(netherlands.buurten.table["gemeente"] == "GM0344")
    outline = shapely.union_all(gemeente.table.geometry.to_numpy())
    for level in (AreaLevel.H3_8, AreaLevel.H3_9):
        expected: set[str] = set()
        for area in gemeente.table.geometry.to_crs(4326):
            expected.update(
                h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(area), level.resolution, contain="overlap")
            )
        found = hexagons(gemeente, level)
        assert len(found) > 100
        for cell in set(found.ids) ^ expected:
            corners = np.array([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
            polygon = geopandas.GeoSeries([shapely.Polygon(corners)], crs=4326).to_crs(RD_NEW).iloc[0]
            assert polygon.intersection(outline).area < 1


def test_every_inhabitant_of_the_country_arrives_in_a_cell(netherlands: Country, inhabitants: Counts, cells: AreaFrame):
    """17.9 million, spread over 58 thousand cells, and no buurt loses any."""
    known = Counts("inwoners", inhabitants.figures.fillna(0.0))
    crosswalk = by_surface(netherlands.buurten, cells)
    apportioned = crosswalk.sum(known)
    assert known.total > 17.5e6
    assert apportioned.total == pytest.approx(known.total, rel=1e-9)
    assert (1 - crosswalk.given).abs().max() < 1e-9
    back = crosswalk.reversed(known).sum(Counts("inwoners", apportioned.figures.fillna(0.0)))
    assert back.total == pytest.approx(known.total, rel=1e-9)


def test_surfaces_are_those_of_geopandas(netherlands: Country, cells: AreaFrame):
    """One province's worth of gemeenten: the same pairs, each to a millionth of the buurt."""
    some = netherlands.buurten.where(netherlands.buurten.table["gemeente"].isin(["GM0363", "GM0344", "GM0599"]))
    crosswalk = by_surface(some, cells)
    pieces = geopandas.overlay(
        some.table.geometry.rename_axis("source").reset_index(),
        cells.table.geometry.rename_axis("target").reset_index(),
        how="intersection", keep_geom_type=True,
    )  # fmt: skip
    expected = pieces.area.groupby([pieces["source"], pieces["target"]]).sum()
    expected = expected / some.table.area[expected.index.get_level_values(0)].to_numpy()
    found = crosswalk.codes.set_index(["source", "target"])["share"]
    both = pd.concat([found, expected], axis=1).fillna(0.0)
    assert (both.iloc[:, 0] - both.iloc[:, 1]).abs().max() < 1e-6


def test_codes_lead_all_inhabitants_to_wijk_and_gemeente(netherlands: Country, inhabitants: Counts):
    known = Counts("inwoners", inhabitants.figures.fillna(0.0))
    wijken = cbs.wijken(netherlands.buurten)
    gemeenten = cbs.gemeenten(netherlands.buurten)
    to_wijken = by_code(netherlands.buurten, wijken)
    assert to_wijken.sum(known).total == known.total
    by_steps = to_wijken.then(by_code(wijken, gemeenten)).sum(known)
    assert by_steps.figures.equals(by_code(netherlands.buurten, gemeenten).sum(known).figures)
    assert len(gemeenten) == 342


@pytest.fixture(scope="module")
def amsterdam(real) -> dict[str, AreaFrame]:
    """The vintage of 2022, and that of 2020 as far as there are polygons: 439 buurten that only changed code, and
    what is left of each old wijk for the 40 buurten whose polygons are not in the folder.
    """
    now = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_2022_gebieden.parquet").to_crs(RD_NEW)
    same = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_crosswalk_2015_2022.parquet")
    wijken = geopandas.read_parquet(real / "boundaries/amsterdam_wijk_luukvlug.parquet").to_crs(RD_NEW)
    taken = shapely.union_all(same.geometry.to_numpy(), grid_size=0.01)
    left = shapely.difference(shapely.make_valid(wijken.geometry.to_numpy()), taken)
    rest = pd.Series(left, index=wijken["WK_CODE"])
    return {
        "old": areas(pd.concat([same.set_index("BUURTCODE_CBS_2015").geometry, rest]), 2020),
        "new": areas(now.set_index("cbsCode").geometry, 2022),
    }


def areas(polygons: pd.Series, year: int) -> AreaFrame:
    polygons = polygons[~shapely.is_empty(polygons.to_numpy())].sort_index()
    table = {"name": polygons.index, "gemeente": "GM0363", "gemeente_name": "Amsterdam"}
    shapes = [shapely.MultiPolygon([p for p in shapely.get_parts(one) if p.geom_type == "Polygon"]) for one in polygons]
    ids = polygons.index.rename("area_id")
    return AreaFrame(AreaLevel.BUURT, year, geopandas.GeoDataFrame(table, index=ids, geometry=shapes, crs=RD_NEW))


@pytest.fixture(scope="module")
def pairs(real) -> pd.Series:
    table = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_crosswalk_2015_2022.parquet")
    return table.set_index("BUURTCODE_CBS_2015")["BUURTCODE_CBS_2022"]


@pytest.fixture(scope="module")
def of_2020(real) -> Counts:
    table = pd.read_csv(real / "kerncijfers/amsterdam_kwb_2020_renamed.csv.gz", sep=";", decimal=",")
    codes = table["Area_Code"].str.strip()
    buurten = table.set_axis(codes)[codes.str.startswith("BU").to_numpy()].sort_index()
    return Counts("inwoners", buurten["Population_Total"].astype(float))


def test_amsterdam_439_of_439_codes_are_carried_whole(amsterdam, pairs: pd.Series):
    crosswalk = by_pairs(amsterdam["old"], amsterdam["new"], pairs)
    whole = crosswalk.codes[crosswalk.table["method"] == Method.WHOLE]
    apportioned = whole.set_index("source")["target"]
    assert len(pairs) == 439
    assert apportioned[pairs.index].equals(pairs.rename_axis("source").rename("target"))


def test_amsterdam_2020_carried_to_2022_keeps_all_its_inhabitants(amsterdam, pairs: pd.Series, of_2020: Counts):
    """872,315 before and after: 823,440 whole by code, the rest by way of what is left of their wijk."""
    there = by_pairs(amsterdam["old"], amsterdam["new"], pairs)
    rest = of_2020.figures.index.difference(pairs.index)
    to = pd.Series(of_2020.figures.index, index=of_2020.figures.index).where(
        of_2020.figures.index.isin(pairs.index), "WK" + of_2020.figures.index.str[2:8]
    )
    steps = pd.DataFrame({"source": to.index, "target": to.to_numpy(), "share": 1.0, "method": Method.WHOLE})
    crosswalk = Crosswalk.of_codes(of_2020.figures.index, amsterdam["old"].ids, steps).then(there)
    apportioned = crosswalk.sum(of_2020)
    assert (len(of_2020.figures), len(rest), of_2020.total) == (479, 40, 872_315)
    assert of_2020.figures[pairs.index].sum() == 823_440
    assert apportioned.total + crosswalk.left(of_2020).total == pytest.approx(872_315, rel=1e-9)
    assert apportioned.total == pytest.approx(872_315, rel=1e-9)
    table = harmonised({2020: Year(of_2020, crosswalk)})
    assert table["value"].sum() == pytest.approx(872_315, rel=1e-9)
    of_the_year = table.xs(2020, level="year")
    assert len(of_the_year) == 518
    unknown = of_the_year.index[of_the_year["value"].isna()]
    assert len(unknown) == 24
    # Weesp, which came to Amsterdam in 2022, and two buurten on land that was water.
    assert unknown[~unknown.str.startswith("BU0363S")].tolist() == ["BU0363MK03", "BU0363MK06"]
    assert (of_the_year.loc[pairs.to_numpy(), "split"] == 0).mean() > 0.95
    assert of_the_year["error"].median() == 0
