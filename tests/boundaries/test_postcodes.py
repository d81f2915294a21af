"""Postcodes of four digits from a raw table: by any name of their column, in RD New, or an error that says what is."""

import geopandas
import pytest
import shapely

from boundaries.postcodes import read_postcodes
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import AreaError

YEAR = vintage(2020)
BOXES = [shapely.box(x, 480_000, x + 1000, 481_000) for x in (121_000, 120_000)]


def raw(column="PC4", codes=("1012", "1011 "), boxes=BOXES, crs=28992):
    return geopandas.GeoDataFrame({column: codes, "inwoners": 5}, geometry=list(boxes), crs=crs)


@pytest.mark.parametrize("column", ["postcode", "PC4", "postcode4", "pc4_code", "PC4CODE"])
def test_postcodes_are_found_by_the_names_that_publishers_use(column):
    areas = read_postcodes(raw(column), YEAR, "pc4.gpkg").areas
    assert areas.level is AreaLevel.PC4
    assert areas.vintage == 2020
    assert areas.ids.tolist() == ["1011", "1012"]
    assert areas.table["name"].tolist() == ["1011", "1012"]


def test_numbers_are_postcodes_and_degrees_come_to_rd():
    degrees = raw(codes=(1012, 1011)).to_crs(4326)
    areas = read_postcodes(degrees, YEAR, "pc4.gpkg").areas
    assert areas.ids.tolist() == ["1011", "1012"]
    assert areas.table.geometry.area.to_numpy() == pytest.approx(1e6, rel=1e-4)


def test_parts_of_one_postcode_are_joined():
    areas = read_postcodes(raw(codes=("1011", "1011")), YEAR, "pc4.gpkg").areas
    assert areas.ids.tolist() == ["1011"]
    assert areas.table.geometry.area.tolist() == pytest.approx([2e6])


def test_what_is_no_pc4_is_named():
    with pytest.raises(AreaError, match=r"1 of 2 codes in column 'PC4' are no postcodes of four digits: 1011AB"):
        read_postcodes(raw(codes=("1012", "1011AB")), YEAR, "pc6.gpkg")
    with pytest.raises(AreaError, match=r"no column with postcodes: looked for postcode, .*; found code, inwoners"):
        read_postcodes(raw("code"), YEAR, "pc4.gpkg")
