"""Whatever way CBS delivers buurten, they come out right, or with an error that says where and what."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries import cbs
from boundaries.cbs import not_in_division
from boundaries.codes import parents
from boundaries.vintages import vintage
from geo.areas import RD_NEW, AreaLevel
from geo.errors import AreaError
from tests.country import SIDE, raw, squares

AREAS = squares(4, 6)
FIRST, SECOND = AREAS.ids[:2]
V2024 = vintage(2024)
POINT, LINE = shapely.Point(120_100, 480_100), shapely.LineString([(120_000, 480_000), (120_100, 480_100)])


def buurten(table):
    return cbs.buurten(table, V2024, "kaart.gpkg")


def with_polygon(code, polygon):
    table = raw(AREAS)
    table.loc[table["buurtcode"] == code, "geometry"] = geopandas.GeoSeries([polygon], crs=RD_NEW).to_numpy()
    return table


def same(found, expected):
    assert found.ids.equals(expected.ids)
    assert found.table.geometry.geom_equals(expected.table.geometry).all()
    for column in ("name", "wijk_name", "gemeente", "gemeente_name"):
        assert found.table[column].tolist() == expected.table[column].tolist()


def test_a_plain_table_in_any_order_comes_out_sorted_and_unchanged():
    found = buurten(raw(AREAS))
    assert (found.level, found.vintage) == (AreaLevel.BUURT, 2024)
    same(found, AREAS)


@pytest.mark.parametrize(
    "theirs",
    [
        {"buurtcode": "BU_CODE", "buurtnaam": "BU_NAAM", "wijknaam": "WK_NAAM", "gemeentenaam": "GM_NAAM"},
        {"buurtcode": "statcode", "buurtnaam": "statnaam"},
        {"buurtcode": "cbsCode", "buurtnaam": "naam"},
    ],
)
def test_columns_are_known_by_every_name_they_have_had(theirs):
    same(buurten(raw(AREAS).rename(columns=theirs)), AREAS)


def test_padding_around_codes_and_names_is_dropped():
    table = raw(AREAS)
    same(buurten(table.assign(**{one: "  " + table[one] + " " for one in table if one != "geometry"})), AREAS)


def test_land_and_water_of_one_code_are_joined():
    west = AREAS.table.geometry[FIRST].buffer(0).intersection(shapely.box(0, 0, 120_200, 10**6))
    water = raw(AREAS).query("buurtcode == @FIRST").assign(geometry=[AREAS.table.geometry[FIRST].difference(west)])
    found = buurten(pd.concat([with_polygon(FIRST, west), water.set_crs(RD_NEW)]))
    assert len(found) == len(AREAS)
    assert found.table.geometry[FIRST].area == pytest.approx(SIDE**2)
    assert found.table.geometry[FIRST].geom_type == "Polygon"


def test_another_crs_is_transformed_to_rd_new():
    found = buurten(raw(AREAS).to_crs(4326))
    apart = shapely.hausdorff_distance(found.table.geometry.to_numpy(), AREAS.table.geometry.to_numpy())
    assert apart.max() < 0.01


@pytest.mark.parametrize("declared", [4326, 3857, 32631])
def test_rd_coordinates_declared_as_another_crs_are_caught_by_where_they_lie(declared):
    with pytest.raises(AreaError, match=f"kaart.gpkg: declared EPSG:{declared}, .*outside the Netherlands"):
        buurten(raw(AREAS).set_crs(declared, allow_override=True))


def test_degrees_declared_as_rd_new_are_caught_by_where_they_lie():
    with pytest.raises(AreaError, match=r"declared EPSG:28992, .*outside the Netherlands"):
        buurten(raw(AREAS).to_crs(4326).set_crs(RD_NEW, allow_override=True))


def test_latitude_before_longitude_is_caught_by_where_it_lies():
    table = raw(AREAS).to_crs(4326)
    turned = table.assign(geometry=shapely.transform(table.geometry.to_numpy(), lambda at: at[:, ::-1]))
    with pytest.raises(AreaError, match="outside the Netherlands"):
        buurten(turned.set_crs(4326))


def test_without_a_crs_nothing_is_guessed():
    with pytest.raises(AreaError, match=r"kaart.gpkg: polygons declare no CRS; declare it in the file"):
        buurten(raw(AREAS).set_crs(None, allow_override=True))


@pytest.mark.parametrize("column", ["buurtcode", "buurtnaam"])
def test_a_missing_column_is_named_with_what_was_looked_for(column):
    with pytest.raises(AreaError, match=rf"kaart.gpkg: no column for .*looked for {column}.*vintages.toml"):
        buurten(raw(AREAS).drop(columns=column))


def test_a_map_without_names_of_gemeenten_and_wijken_has_their_codes():
    found = buurten(raw(AREAS).drop(columns=["wijknaam", "gemeentenaam"])).table
    assert set(found["gemeente_name"]) == {"GM0363", "GM0599"}
    assert found["wijk_name"].equals(parents(AREAS.ids, AreaLevel.WIJK).to_series(index=AREAS.ids).rename("wijk_name"))


@pytest.mark.parametrize("code", ["BU036300", "0363AA00", "WK0363AA", "", None, "bu0363aa00"])
def test_malformed_codes_are_counted_and_named(code):
    table = raw(AREAS)
    table.loc[table["buurtcode"].isin([FIRST, SECOND]), "buurtcode"] = code
    with pytest.raises(AreaError, match=r"kaart\.gpkg: 2 codes in column 'buurtcode' are not buurtcodes"):
        buurten(table)


@pytest.mark.parametrize("polygon", [None, shapely.Polygon()])
def test_an_empty_polygon_is_named(polygon):
    with pytest.raises(AreaError, match=f"kaart.gpkg: 1 areas have no polygon: {SECOND}"):
        buurten(with_polygon(SECOND, polygon))


def test_an_invalid_polygon_is_mended_and_the_others_stay_as_they_are():
    spike = shapely.Polygon([(120_000, 480_000), (120_500, 480_000), (120_500, 480_500), (120_900, 480_500),
                             (120_500, 480_500), (120_000, 480_500)])  # fmt: skip
    found = buurten(with_polygon(FIRST, spike))
    same(found, AREAS)


def test_a_bowtie_keeps_both_its_wings():
    bowtie = shapely.Polygon([(120_000, 480_000), (120_500, 480_500), (120_500, 480_000), (120_000, 480_500)])
    found = buurten(with_polygon(FIRST, bowtie)).table.geometry[FIRST]
    assert found.is_valid
    assert found.area == pytest.approx(SIDE**2 / 2)


def test_what_has_no_surface_cannot_be_mended():
    line = shapely.Polygon([(120_000, 480_000), (120_500, 480_000), (120_200, 480_000)])
    with pytest.raises(AreaError, match=f"kaart.gpkg: 1 polygons have no surface and cannot be mended: {FIRST}"):
        buurten(with_polygon(FIRST, line))


@pytest.mark.parametrize("shape", [POINT, LINE])
def test_a_point_or_line_is_no_area(shape):
    with pytest.raises(AreaError, match=f"1 areas have another shape than a polygon: {FIRST}"):
        buurten(with_polygon(FIRST, shape))


def test_a_buurt_without_a_name_of_its_gemeente_is_called_by_its_code():
    table = raw(AREAS)
    table.loc[table["buurtcode"] == FIRST, "gemeentenaam"] = None
    assert buurten(table).table.loc[FIRST, "gemeente_name"] == "GM0363"


def test_the_column_with_polygons_may_have_another_name():
    same(buurten(raw(AREAS).rename_geometry("geom")), AREAS)


def test_wijken_are_their_buurten_joined_by_code():
    found = cbs.wijken(AREAS)
    assert found.level is AreaLevel.WIJK
    assert list(found.ids) == ["WK0363AA", "WK0363AB", "WK059900", "WK059901"]
    assert found.table["name"].tolist() == [f"Wijk {code[2:]}" for code in found.ids]
    assert found.table.geometry.area.to_numpy() == pytest.approx(6 * SIDE**2)
    assert found.table.loc["WK059900", "gemeente_name"] == "Cijferveen"


def test_wijken_of_testland_cover_the_same_ground_once(buurten):
    found = cbs.wijken(buurten)
    assert found.table.area.sum() == pytest.approx(buurten.table.area.sum(), rel=1e-6)
    assert shapely.union_all(found.table.geometry).area == pytest.approx(buurten.table.area.sum(), rel=1e-6)


def test_a_better_map_takes_the_place_of_whole_gemeenten_only():
    better = AREAS.where(AREAS.table["gemeente"] == "GM0363").where(pd.Series([True] * 9 + [False] * 3).to_numpy())
    moved = type(better)(better.level, 2024, better.table.assign(geometry=better.table.buffer(-10)))
    found = cbs.replaced(AREAS, moved)
    assert len(found) == 9 + 12
    assert found.table.loc[FIRST].geometry.area < SIDE**2
    assert found.table.loc[AREAS.ids[-1]].geometry.area == SIDE**2


def test_names_from_elsewhere_are_used_where_they_are_there():
    gemeente, wijk = pd.Series({"GM0363": "Elders"}), pd.Series({"WK0363AB": "Nieuwe wijk"})
    found = cbs.named(AREAS, gemeente, wijk).table
    assert set(found["gemeente_name"]) == {"Elders", "Cijferveen"}
    assert (found.loc[found["wijk_name"] == "Nieuwe wijk"].index.str[:8] == "BU0363AB").all()
    assert (found["wijk_name"] == "Nieuwe wijk").sum() == 6
    assert AREAS.table["gemeente_name"].eq("Elders").sum() == 0


def test_codes_of_another_division_are_found():
    codes = pd.Index([FIRST, "BU00000000", AREAS.ids[-1]])
    assert list(not_in_division(codes, AREAS)) == ["BU00000000"]


def test_a_table_without_rows_is_no_country():
    with pytest.raises(AreaError, match=r"no (areas|rows)"):
        buurten(raw(AREAS)[:0])


def test_every_buurt_of_testland_comes_through(testland, buurten):
    assert set(buurten.ids) == set(testland.boundaries["buurtcode"])
    assert buurten.table.area.sum() == pytest.approx(testland.boundaries.area.sum())
    assert np.isfinite(buurten.table.total_bounds).all()
