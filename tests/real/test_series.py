"""Real counts through the years, by way of the command: Amsterdam on the buurten of 2022."""

from itertools import pairwise
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.rd import RD_NEW
from boundaries.route_kinds import RouteKind
from geo.areas import AreaLevel
from geo.errors import MeasureError, SourceError
from services.jobs.series import SeriesRequest, series

pytestmark = pytest.mark.real

COUNTS = "kerncijfers/amsterdam_kwb_{}_renamed.csv.gz"
PEOPLE = "Population_Total"


def told(_step: object) -> None:
    """Steps that nobody reads."""


def put(folder: Path, year: int, polygons: pd.Series) -> None:
    """A boundary file with the columns of PDOK, of polygons by code."""
    codes = {"buurtcode": polygons.index, "buurtnaam": polygons.index, "gemeentecode": "GM0363", "water": "NEE"}
    shapes = [shapely.MultiPolygon([p for p in shapely.get_parts(one) if p.geom_type == "Polygon"]) for one in polygons]
    table = geopandas.GeoDataFrame(codes, geometry=shapes, crs=RD_NEW)
    table.to_parquet(folder / f"boundaries/buurten-{year}.parquet")


def strips(shape: shapely.Geometry, count: int) -> list[shapely.Geometry]:
    """A shape cut from north to south into so many parts, each with as many of its corners: no two have ground."""
    x = np.quantile(shapely.get_coordinates(shape)[:, 0], np.linspace(0, 1, count + 1))
    _, south, _, north = shape.bounds
    return [shapely.intersection(shape, shapely.box(left, south, right, north)) for left, right in pairwise(x)]


@pytest.fixture(scope="module")
def amsterdam(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The boundaries of 2020, 2022 and 2024 as a user would put them there. Of 2020 there are 439 polygons; each of the
    40 other buurten has a strip of what these leave of its wijk. 2024 has the polygons of 2022.
    """
    folder = tmp_path_factory.mktemp("amsterdam")
    (folder / "boundaries").mkdir()
    now = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_2022_gebieden.parquet").to_crs(RD_NEW)
    same = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_crosswalk_2015_2022.parquet")
    wijken = geopandas.read_parquet(real / "boundaries/amsterdam_wijk_luukvlug.parquet").to_crs(RD_NEW)
    taken = shapely.union_all(same.geometry.to_numpy(), grid_size=0.01)
    left = pd.Series(shapely.difference(shapely.make_valid(wijken.geometry.to_numpy()), taken), index=wijken["WK_CODE"])
    kwb = pd.read_csv(real / COUNTS.format(2020), sep=";", decimal=",")["Area_Code"].str.strip()
    rest = pd.Index(kwb[kwb.str.startswith("BU")]).difference(same["BUURTCODE_CBS_2015"])
    unmapped = pd.concat(
        [
            pd.Series(strips(left[wijk], len(codes)), index=codes)
            for wijk, codes in rest.groupby("WK" + rest.str[2:8]).items()
        ]
    )
    put(folder, 2020, pd.concat([same.set_index("BUURTCODE_CBS_2015").geometry, unmapped]))
    for year in (2022, 2024):
        put(folder, year, now.set_index("cbsCode").geometry)
    codes = same[["BUURTCODE_CBS_2015", "BUURTCODE_CBS_2022"]]
    codes.to_csv(folder / "codes.csv", index=False)
    return folder


def asked(real: Path, folder: Path, level: AreaLevel, *, pairs: bool = True) -> SeriesRequest:
    files = {year: real / COUNTS.format(year) for year in (2020, 2024)}
    return SeriesRequest(files, PEOPLE, 2022, level, pairs={2020: folder / "codes.csv"} if pairs else {})


def test_amsterdam_2020_and_2024_on_the_buurten_of_2022_keep_all_their_inhabitants(amsterdam: Path, real: Path):
    """872,315 in 2020: 823,440 of 439 buurten whole by their codes, 48,875 of 40 by what is left of their wijk.
    931,300 in 2024, each buurt whole.
    """
    made = series(asked(real, amsterdam, AreaLevel.BUURT), amsterdam, told)
    was, became = made.balances[2020], made.balances[2024]
    assert (was.before, became.before) == (872_315, 931_300)
    assert (was.after, became.after) == pytest.approx((872_315, 931_300), rel=1e-9)
    assert (was.outside, was.to_unknown, became.outside, became.to_unknown) == pytest.approx((0, 0, 0, 0), abs=1e-3)
    assert (was.kind, became.kind) == (RouteKind.PAIRS, RouteKind.OVERLAP)
    assert (was.whole + was.split, was.unknown) == (495, 23)
    assert (became.whole, became.split, became.unknown) == (517, 0, 1)
    values = pd.DataFrame(made.collection.table).set_index(["periode", "gebiedscode"])
    codes = pd.read_csv(amsterdam / "codes.csv")["BUURTCODE_CBS_2022"]
    of_codes = values.loc[2020].loc[codes]
    assert (of_codes["deel_gesplitst"] == 0).mean() > 0.95
    assert (of_codes["waarde"] * (1 - of_codes["deel_gesplitst"])).sum() == pytest.approx(823_440, rel=1e-9)
    assert "2020: rijen van wijken, gemeenten of het land, weggelaten: 100" in made.notes
    assert values.loc[2020, "fout"].median() == 0


def test_without_a_table_of_codes_the_polygons_lead_the_same_people_to_the_same_buurten(amsterdam: Path, real: Path):
    by_codes = series(asked(real, amsterdam, AreaLevel.BUURT), amsterdam, told)
    by_place = series(asked(real, amsterdam, AreaLevel.BUURT, pairs=False), amsterdam, told)
    assert str(by_place.balances[2020].why) == "the boundary file of 2021 is missing"
    assert by_place.balances[2020].after == pytest.approx(872_315, rel=1e-9)
    one, other = (made.collection.table.set_index("id")["waarde"] for made in (by_codes, by_place))
    alike = (one - other).abs() < 1
    assert alike[one.notna()].mean() > 0.9


@pytest.mark.parametrize("level", [AreaLevel.WIJK, AreaLevel.GEMEENTE, AreaLevel.H3_8, AreaLevel.H3_9])
def test_every_inhabitant_arrives_at_every_level(amsterdam: Path, real: Path, level: AreaLevel):
    """But for what lies over the edge of 2022, and what areas hold of which a part is unknown: to the last one."""
    made = series(asked(real, amsterdam, level, pairs=level.resolution is None), amsterdam, told)
    for one in made.balances.values():
        assert one.after + one.outside + one.to_unknown == pytest.approx(one.before, rel=1e-9)
        assert one.outside < 0.002 * one.before


def test_real_rates_and_codes_of_another_year_are_refused(amsterdam: Path, real: Path):
    path = real / COUNTS.format(2024)
    with pytest.raises(MeasureError, match="'Avg' tells a rate"):
        series(SeriesRequest({2024: path}, "Avg_Household_Size", 2022), amsterdam, told)
    with pytest.raises(SourceError, match=r"517 of 517 codes are not in the boundaries of 2020: BU0363AA01"):
        series(SeriesRequest({2020: path}, PEOPLE, 2022), amsterdam, told)
