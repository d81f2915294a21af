"""Whatever way CBS delivers buurten, they come out right, or with an error that says where and what."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
import shapely.ops
from hypothesis import given
from hypothesis import strategies as st

from boundaries import cbs
from boundaries.codes import parents
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.areas import AreaLevel
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


@given(st.randoms(), st.integers(100, 400), st.sampled_from(["NEE", "JA"]))
def test_the_order_of_rows_makes_no_difference(random, at, kind):
    left, right = (
        AREAS.table.geometry[FIRST].intersection(half)
        for half in (shapely.box(0, 0, 120_000 + at, 10**6), shapely.box(120_000 + at, 0, 10**6, 10**6))
    )
    table = raw(AREAS).assign(water="NEE")
    other = table.query("buurtcode == @FIRST").assign(geometry=[right], water=kind, buurtnaam="Andere naam")
    parts = pd.concat([table, other], ignore_index=True)
    parts.loc[(parts["buurtcode"] == FIRST) & (parts["buurtnaam"] != "Andere naam"), "geometry"] = left
    order = list(parts.index)
    random.shuffle(order)
    one, two = buurten(parts), buurten(parts.loc[order])
    assert one.table.drop(columns="geometry").equals(two.table.drop(columns="geometry"))
    assert (one.table.geometry.to_wkb() == two.table.geometry.to_wkb()).all()


@given(st.floats(0, np.pi), st.floats(-200, 200), st.integers(0, len(AREAS) - 1), st.booleans())
def test_an_area_cut_in_land_and_water_and_joined_is_the_same_area(angle, aside, which, first):
    code, whole = AREAS.ids[which], AREAS.table.geometry.iloc[which]
    across = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array(whole.centroid.coords[0]) + aside * across[::-1] * [-1, 1]
    line = shapely.LineString([middle - 1000 * across, middle + 1000 * across])
    pieces = shapely.get_parts(shapely.ops.split(whole, line))
    table = raw(AREAS).assign(water="NEE")
    row = table.query("buurtcode == @code")
    wet = [("JA" if (at == 0) == first else "NEE") for at in range(len(pieces))]
    cut = pd.concat([row] * len(pieces)).assign(geometry=pieces, water=wet)
    found = buurten(pd.concat([table.drop(row.index), cut])).table.geometry[code]
    assert found.symmetric_difference(whole).area == pytest.approx(0, abs=1e-6)
    assert found.area == pytest.approx(whole.area, abs=1e-6)


def test_of_a_code_with_land_and_water_the_name_is_that_of_the_land():
    table = raw(AREAS).assign(water="NEE")
    wet = table.query("buurtcode == @FIRST").assign(water="ja", buurtnaam="Aan het water")
    assert buurten(pd.concat([wet, table])).table.loc[FIRST, "name"] == "Buurt 0-0"


def test_a_buurt_that_is_only_water_stays():
    table = raw(AREAS)
    found = cbs.read_areas(table.assign(H2O=np.where(table["buurtcode"] == FIRST, "JA", "NEE")), V2024, "kaart.gpkg")
    same(found.areas, AREAS)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("code", "water", "note"),
    [
        ("BU09980000", "B", "outside the Netherlands, left out: 2 polygons"),
        (None, "B", "outside the Netherlands, left out: 2 polygons"),
        ("BU05999997", "JA", "open water without figures, left out: 2 polygons"),
        ("BU05999997", "NEE", "open water without figures, left out: 2 polygons"),
        (None, "JA", "open water without figures, left out: 2 polygons"),
    ],
)
def test_ground_abroad_and_open_water_are_no_buurten_and_are_counted(code, water, note):
    table = raw(AREAS).assign(water="NEE")
    far = shapely.box(-900_000, 0, -800_000, 1000) if water == "B" else shapely.box(119_000, 480_000, 119_500, 480_500)
    more = table[:2].assign(buurtcode=code, water=water, geometry=far)
    found = cbs.read_areas(pd.concat([table, more.set_crs(RD_NEW)]), V2024, "kaart.gpkg")
    same(found.areas, AREAS)
    assert [str(one) for one in found.notes] == [note]


def test_a_file_of_nothing_but_water_has_no_areas():
    with pytest.raises(AreaError, match="no rows with buurt codes, only water"):
        buurten(raw(AREAS).assign(buurtcode="BU05999997"))


def test_a_column_water_that_says_something_else_is_refused():
    with pytest.raises(
        AreaError, match=r"the column that says whether an area is water holds 0\.3 besides JA, NEE and B"
    ):
        buurten(raw(AREAS).assign(water=0.3))


@pytest.mark.parametrize(
    "column", ["indelingswijziging_wijken_en_buurten", "indelingswijzigingWijkenEnBuurten", "ind_wbi"]
)
def test_what_became_of_a_buurt_since_last_year_is_kept(column):
    codes = [1, 2, 3, None, -99997, "1", " 2 ", 3.0] * 3
    found = buurten(raw(AREAS).sort_values("buurtcode").assign(**{column: pd.Series(codes, dtype=object).to_numpy()}))
    expected = pd.array([1, 2, 3, pd.NA, pd.NA, 1, 2, 3] * 3, dtype="Int8")
    assert found.table["change"].dtype == "Int8"
    assert pd.array(found.table["change"]).equals(expected)


def test_a_file_that_does_not_say_has_no_column_for_it():
    assert "change" not in buurten(raw(AREAS)).table


def test_another_code_than_1_2_or_3_is_refused():
    with pytest.raises(AreaError, match=r"24 areas have an 'indelingswijziging' that is not 1, 2 or 3: BU.* 4,"):
        buurten(raw(AREAS).assign(ind_wbi=4))


def test_another_crs_is_transformed_to_rd_new():
    found = buurten(raw(AREAS).to_crs(4326))
    apart = shapely.hausdorff_distance(found.table.geometry.to_numpy(), AREAS.table.geometry.to_numpy())
    assert apart.max() < 0.01


@pytest.mark.parametrize("epsg", [7415, 3857, 4258, 25831, 32631, 28991])
def test_every_crs_that_is_in_use_here_is_read_as_what_it_is(epsg):
    found = cbs.read_areas(raw(AREAS).to_crs(epsg), V2024, "kaart.gpkg")
    apart = shapely.hausdorff_distance(found.areas.table.geometry.to_numpy(), AREAS.table.geometry.to_numpy())
    assert apart.max() < 0.01
    assert found.notes == ()


def test_heights_are_left_out():
    table = raw(AREAS)
    high = table.set_geometry(shapely.force_3d(table.geometry.to_numpy(), 3.0), crs=7415)
    found = buurten(high)
    same(found, AREAS)
    assert not found.table.has_z.any()


@pytest.mark.parametrize("declared", [4326, 3857, 32631])
def test_rd_coordinates_declared_as_another_crs_are_caught_by_where_they_lie(declared):
    with pytest.raises(AreaError, match=f"kaart.gpkg: declared EPSG:{declared}, .*outside the Nether.* in RD New"):
        buurten(raw(AREAS).set_crs(declared, allow_override=True))


@pytest.mark.parametrize(
    ("true", "system"), [(4326, "longitude and latitude"), (3857, "Web Mercator"), (25831, "UTM zone 31")]
)
def test_other_coordinates_declared_as_rd_new_are_caught_and_named(true, system):
    with pytest.raises(AreaError, match=rf"declared EPSG:28992, .*outside the Netherlands.*{system}"):
        buurten(raw(AREAS).to_crs(true).set_crs(RD_NEW, allow_override=True))


def test_latitude_before_longitude_is_caught_by_where_it_lies():
    table = raw(AREAS).to_crs(4326)
    turned = table.assign(geometry=shapely.transform(table.geometry.to_numpy(), lambda at: at[:, ::-1]))
    with pytest.raises(AreaError, match=r"outside the Netherlands.*latitude before longitude"):
        buurten(turned.set_crs(4326))


@pytest.mark.parametrize("declared", [None, 'LOCAL_CS["Undefined Cartesian SRS",UNIT["metre",1]]'])
def test_without_a_crs_coordinates_in_rd_are_read_as_rd_and_it_is_said(declared):
    found = cbs.read_areas(raw(AREAS).set_crs(declared, allow_override=True), V2024, "kaart.gpkg")
    same(found.areas, AREAS)
    assert len(found.notes) == 1
    assert "declares no coordinate system" in str(found.notes[0])


@pytest.mark.parametrize(("true", "system"), [(4326, "longitude and latitude"), (3857, "Web Mercator")])
def test_without_a_crs_nothing_but_rd_is_guessed(true, system):
    with pytest.raises(AreaError, match=rf"kaart.gpkg: polygons declare no CRS, .*{system}.*; declare it in the file"):
        buurten(raw(AREAS).to_crs(true).set_crs(None, allow_override=True))


def test_a_few_areas_that_lie_elsewhere_are_named():
    with pytest.raises(AreaError, match=f"1 of {len(AREAS)} areas lie outside the Netherlands: {FIRST}; correct"):
        buurten(with_polygon(FIRST, shapely.box(0, 0, 1, 1)))


@pytest.mark.parametrize("column", ["buurtcode", "buurtnaam"])
def test_a_missing_column_is_named_with_what_was_looked_for(column):
    with pytest.raises(
        AreaError, match=rf"kaart.gpkg: no column for .*looked for {column}.*; rename the column with it to {column}"
    ):
        buurten(raw(AREAS).drop(columns=column))


def test_a_file_without_names_of_gemeenten_and_wijken_has_their_codes():
    found = buurten(raw(AREAS).drop(columns=["wijknaam", "gemeentenaam"])).table
    assert set(found["gemeente_name"]) == {"GM0363", "GM0599"}
    assert found["wijk_name"].equals(parents(AREAS.ids, AreaLevel.WIJK).to_series(index=AREAS.ids).rename("wijk_name"))


@pytest.mark.parametrize("code", ["BU036300", "0363AA00", "WK0363AA", "bu0363aa00"])
def test_malformed_codes_are_counted_and_named(code):
    table = raw(AREAS)
    table.loc[table["buurtcode"].isin([FIRST, SECOND]), "buurtcode"] = code
    with pytest.raises(AreaError, match=r"kaart\.gpkg: 2 codes in column 'buurtcode' are not buurtcodes"):
        buurten(table)


@pytest.mark.parametrize("code", ["", " ", None, float("nan")])
def test_areas_without_a_code_are_named_by_their_rows(code):
    table = raw(AREAS)
    table.loc[table["buurtcode"] == FIRST, "buurtcode"] = code
    row = raw(AREAS)["buurtcode"].tolist().index(FIRST) + 1
    with pytest.raises(AreaError, match=rf"kaart\.gpkg: 1 areas have no code .*: row {row} \(Buurt 0-0\); add"):
        buurten(table)


@pytest.mark.parametrize("year", ["2024BU036300AA", "2024", 2024, 2024.0])
def test_a_file_that_says_its_year_must_be_of_that_year(year):
    same(buurten(raw(AREAS).assign(jaar=year)), AREAS)
    with pytest.raises(
        AreaError, match=r"kaart.gpkg: boundaries of 2024 by its own words, where those of 2023 are due"
    ):
        cbs.buurten(raw(AREAS).assign(jaar=year), vintage(2023), "kaart.gpkg")


def test_two_years_in_one_file_are_caught():
    table = raw(AREAS)
    with pytest.raises(AreaError, match="boundaries of 2023 by its own words"):
        buurten(pd.concat([table.assign(jaarstatcode="2024BU"), table.assign(jaarstatcode="2023BU")]))


@pytest.mark.parametrize("polygon", [None, shapely.Polygon()])
def test_an_empty_polygon_is_named(polygon):
    with pytest.raises(AreaError, match=f"kaart.gpkg: 1 areas have no polygon: {SECOND}"):
        buurten(with_polygon(SECOND, polygon))


def test_an_invalid_polygon_is_repaired_and_the_others_stay_as_they_are():
    spike = shapely.Polygon([(120_000, 480_000), (120_500, 480_000), (120_500, 480_500), (120_900, 480_500),
                             (120_500, 480_500), (120_000, 480_500)])  # fmt: skip
    found = buurten(with_polygon(FIRST, spike))
    same(found, AREAS)


def test_a_bowtie_keeps_both_its_wings():
    bowtie = shapely.Polygon([(120_000, 480_000), (120_500, 480_500), (120_500, 480_000), (120_000, 480_500)])
    found = buurten(with_polygon(FIRST, bowtie)).table.geometry[FIRST]
    assert found.is_valid
    assert found.area == pytest.approx(SIDE**2 / 2)


def test_what_was_repaired_is_said_with_how_much_surface_changed():
    bowtie = shapely.Polygon([(120_000, 480_000), (120_500, 480_500), (120_500, 480_000), (120_000, 480_500)])
    (note,) = cbs.read_areas(with_polygon(FIRST, bowtie), V2024, "kaart.gpkg").notes
    assert str(note) == (
        f"1 polygon was invalid and is repaired; that changed its surface by 125,000.0 m² ({FIRST} 125,000.0 m², "
        "0.0 m² before and 125,000.0 after)"
    )


def test_of_many_repaired_the_most_changed_are_named():
    table = raw(AREAS)
    table["geometry"] = [shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])] * len(table)
    table["geometry"] = [
        shapely.affinity.translate(shapely.affinity.scale(one, 100 + at, 100), 130_000, 480_000)
        for at, one in enumerate(table.geometry)
    ]
    (message,) = cbs.read_areas(table, V2024, "kaart.gpkg").notes
    note = str(message)
    assert note.startswith("24 polygons were invalid and are repaired")
    assert note.endswith("and 19 others)")
    assert table["buurtcode"].iloc[-1] in note


def test_what_has_no_surface_cannot_be_repaired():
    line = shapely.Polygon([(120_000, 480_000), (120_500, 480_000), (120_200, 480_000)])
    with pytest.raises(AreaError, match=f"kaart.gpkg: 1 polygons have no surface and cannot be repaired: {FIRST}"):
        buurten(with_polygon(FIRST, line))


@pytest.mark.parametrize("shape", [POINT, LINE])
def test_a_point_or_line_is_no_area(shape):
    with pytest.raises(AreaError, match=f"1 area has another shape than a polygon: {FIRST}"):
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


def test_gemeenten_are_their_buurten_joined_by_code():
    found = cbs.gemeenten(AREAS)
    assert found.level is AreaLevel.GEMEENTE
    assert list(found.ids) == ["GM0363", "GM0599"]
    assert found.table["name"].tolist() == ["Letterstad", "Cijferveen"]
    assert found.table.geometry.area.to_numpy() == pytest.approx(12 * SIDE**2)


@pytest.mark.parametrize("slit", [0.0, 0.004])
@pytest.mark.parametrize("join", [cbs.wijken, cbs.gemeenten])
def test_borders_that_nearly_coincide_leave_no_slits(join, slit):
    found = join(squares(4, 6, slit=slit))
    assert (shapely.get_num_interior_rings(found.table.geometry.to_numpy()) == 0).all()
    assert set(found.table.geom_type) == {"Polygon"}


def test_better_polygons_take_the_place_of_whole_gemeenten_only():
    better = AREAS.where(AREAS.table["gemeente"] == "GM0363").where(pd.Series([True] * 9 + [False] * 3).to_numpy())
    moved = type(better)(better.level, 2024, better.table.assign(geometry=better.table.buffer(-10)))
    found = cbs.replaced(AREAS, moved)
    assert len(found) == 9 + 12
    assert found.table.loc[FIRST].geometry.area < SIDE**2
    assert found.table.loc[AREAS.ids[-1]].geometry.area == SIDE**2


@pytest.mark.parametrize("which", [0, 1])
def test_better_polygons_need_not_say_what_became_of_its_buurten(which):
    changed = buurten(raw(AREAS).assign(ind_wbi=1))
    part = AREAS.where(AREAS.table["gemeente"] == "GM0363"), changed.where(AREAS.table["gemeente"] == "GM0363")
    found = cbs.replaced((changed, AREAS)[which], part[which]).table["change"]
    assert found.isna().tolist() == ((AREAS.table["gemeente"] == "GM0363") != bool(which)).tolist()


def test_names_from_elsewhere_are_used_where_they_are_there():
    gemeente, wijk = pd.Series({"GM0363": "Elders"}), pd.Series({"WK0363AB": "Nieuwe wijk"})
    found = cbs.named(AREAS, gemeente, wijk).table
    assert set(found["gemeente_name"]) == {"Elders", "Cijferveen"}
    assert (found.loc[found["wijk_name"] == "Nieuwe wijk"].index.str[:8] == "BU0363AB").all()
    assert (found["wijk_name"] == "Nieuwe wijk").sum() == 6
    assert AREAS.table["gemeente_name"].eq("Elders").sum() == 0


def test_a_table_without_rows_is_no_country():
    with pytest.raises(AreaError, match=r"no (areas|rows)"):
        buurten(raw(AREAS)[:0])


def test_every_buurt_of_testland_comes_through(testland, buurten):
    assert set(buurten.ids) == set(testland.boundaries["buurtcode"])
    assert buurten.table.area.sum() == pytest.approx(testland.boundaries.area.sum())
    assert np.isfinite(buurten.table.total_bounds).all()


def test_wijken_of_a_file_of_their_own_are_those_that_buurten_make():
    expected = cbs.wijken(AREAS)
    columns = {"area_id": "wijkcode", "name": "wijknaam", "gemeente_name": "gemeentenaam"}
    table = expected.table.reset_index()[[*columns, "geometry"]].rename(columns=columns).iloc[::-1]
    same(cbs.read_areas(table, V2024, "wijken.gpkg", AreaLevel.WIJK).areas, expected)
    assert cbs.wijken(expected) is expected
    same(cbs.gemeenten(expected), cbs.gemeenten(AREAS))


def test_open_water_of_wijken_is_left_out():
    table = cbs.wijken(AREAS).table.reset_index()[["area_id", "name", "geometry"]]
    table = table.rename(columns={"area_id": "wk_code", "name": "wk_naam"})
    more = table[:1].assign(wk_code="WK059997", geometry=shapely.box(119_000, 480_000, 119_500, 480_500))
    found = cbs.read_areas(pd.concat([table, more.set_crs(RD_NEW)]), V2024, "wijken.gpkg", AreaLevel.WIJK)
    assert [str(one) for one in found.notes] == ["open water without figures, left out: 1 polygon"]
    assert len(found.areas) == 4


def test_buurten_are_no_wijken():
    with pytest.raises(AreaError, match=r"24 codes in column 'buurtcode' are not wijkcodes \(WK\[0-9\]\{4\}"):
        cbs.read_areas(raw(AREAS), V2024, "x", AreaLevel.WIJK)
