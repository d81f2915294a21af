"""An AreaFrame holds what everything after it counts on, or it is not made."""

import math

import numpy as np
import pytest
import shapely
from pyproj import CRS

from geo.areas import COLUMNS, AreaFrame, AreaLevel, check_areas
from geo.errors import AreaError
from geo.metres import is_metric
from tests.country import squares

AREAS = squares(4, 3)
BOWTIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
UNUSABLE = {
    "no or an empty polygon": (None, shapely.Polygon()),
    "another shape than a polygon": (shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])),
    "an invalid polygon": (BOWTIE,),
}


def frame(table):
    return AreaFrame(AreaLevel.BUURT, 2024, table)


def with_polygons(**polygons):
    table = AREAS.table.copy()
    table["geometry"] = [polygons.get(code, polygon) for code, polygon in table.geometry.items()]
    return table


def test_good_areas_pass_and_keep_their_order():
    made = frame(AREAS.table)
    assert len(made) == 12
    assert list(made.ids) == sorted(made.ids)


def test_a_part_of_good_areas_is_good():
    west = AREAS.where(AREAS.table["gemeente"] == "GM0363")
    assert (len(west), west.level, west.vintage) == (6, AreaLevel.BUURT, 2024)


@pytest.mark.parametrize("column", COLUMNS[:-1])
def test_a_missing_column_is_named(column):
    with pytest.raises(AreaError, match=f"columns {column} are missing; found "):
        frame(AREAS.table.drop(columns=column))


def test_double_codes_are_named_and_counted():
    doubled = AREAS.table.iloc[[0, 0, 0, 1, 2, 2, 3, 3, 4, 4]]
    with pytest.raises(AreaError, match=f"4 codes occur more than once: {AREAS.ids[0]}, {AREAS.ids[2]}.* and 1 more"):
        frame(doubled)


def test_areas_without_a_code_are_counted():
    table = AREAS.table.set_axis([*AREAS.ids[:-2], None, None])
    with pytest.raises(AreaError, match="2 areas have no code"):
        frame(table)


def test_unsorted_codes_are_refused():
    with pytest.raises(AreaError, match="not sorted"):
        frame(AREAS.table[::-1])


@pytest.mark.parametrize(("crs", "named"), [(None, "no CRS"), (4326, "EPSG:4326"), (2249, "EPSG:2249")])
def test_only_systems_in_metres_pass(crs, named):
    with pytest.raises(AreaError, match=f"must be in metres.*found {named}"):
        frame(AREAS.table.set_crs(crs, allow_override=True))


@pytest.mark.parametrize("crs", [28992, 3035, 25831, 31370, 2154])
def test_any_system_of_which_a_metre_is_one_on_the_ground_passes(crs):
    moved = frame(AREAS.table.to_crs(crs))
    assert moved.crs.to_epsg() == crs
    assert moved.table.area.to_numpy() == pytest.approx(500.0**2, rel=0.01)


@pytest.mark.parametrize("crs", [3857, 32661, 32638])
def test_a_system_that_stretches_metres_where_the_areas_lie_is_refused(crs):
    moved = AREAS.table.to_crs(crs)
    with pytest.raises(AreaError, match=f"must be in metres.*found EPSG:{crs}"):
        frame(moved)


def test_a_twentieth_is_the_most_that_a_metre_may_differ_from_one_on_the_ground():
    def mercator(true_at: float) -> CRS:
        return CRS(f"+proj=merc +lat_ts={true_at} +ellps=sphere +units=m +type=crs")

    equator = (-1.0, -1.0, 1.0, 1.0)  # where it makes cos(true_at) metres of one
    assert is_metric(mercator(math.degrees(math.acos(0.951))), equator)
    assert not is_metric(mercator(math.degrees(math.acos(0.949))), equator)


def test_a_table_without_areas_is_of_any_system_in_metres():
    assert len(frame(AREAS.table[:0])) == 0
    with pytest.raises(AreaError, match="must be in metres"):
        frame(AREAS.table[:0].to_crs(4326))


@pytest.mark.parametrize(("what", "polygon"), [(what, one) for what, some in UNUSABLE.items() for one in some])
def test_an_unusable_polygon_is_named_with_what_is_wrong(what, polygon):
    first, *_, last = AREAS.ids
    with pytest.raises(AreaError, match=f"2 areas have {what}: {first}, {last}"):
        frame(with_polygons(**{first: polygon, last: polygon}))


def test_only_the_first_three_of_many_are_named():
    first = [str(code) for code in AREAS.ids[:5]]
    with pytest.raises(AreaError, match=f"{first[0]}, {first[1]}, {first[2]} and 2 more"):
        frame(with_polygons(**dict.fromkeys(first, shapely.Polygon())))


def test_infinite_coordinates_are_refused():
    infinite = shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)])
    with pytest.raises(AreaError, match=r"1 area has (an invalid polygon|coordinates that are not finite)"):
        frame(with_polygons(**{AREAS.ids[0]: infinite}))


def test_a_table_without_names_and_in_any_order_may_be_areas_all_the_same():
    check_areas("x", AREAS.table[["geometry"]][::-1])
    with pytest.raises(AreaError, match="x: polygons must be in metres"):
        check_areas("x", AREAS.table.to_crs(4326))


def test_only_a_hexagon_level_has_a_resolution():
    resolutions = {level: level.resolution for level in AreaLevel}
    assert resolutions.pop(AreaLevel.H3_10) == 10
    assert resolutions.pop(AreaLevel.H3_9) == 9
    assert [level for level, resolution in resolutions.items() if resolution] == [AreaLevel.H3_7, AreaLevel.H3_8]
