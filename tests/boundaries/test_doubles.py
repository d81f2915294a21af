"""One code with several names or with parts far apart is two areas by mistake: it is said, or refused."""

import geopandas
import pandas as pd
import pytest
import shapely
import shapely.affinity

from boundaries import cbs
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.errors import AreaError
from tests.country import raw, squares

AREAS = squares(4, 6)
FIRST = AREAS.ids[0]


def with_part(metres: float, name: str | None = None) -> geopandas.GeoDataFrame:
    """The first area twice, the second time so many metres further east."""
    table = raw(AREAS)
    (again,) = table.index[table["buurtcode"] == FIRST]
    row = table.loc[[again]]
    part = row.assign(geometry=[shapely.affinity.translate(row.geometry[again], metres)])
    return pd.concat([table, part if name is None else part.assign(buurtnaam=name)]).set_crs(RD_NEW)


def read(table):
    return cbs.read_areas(table, vintage(2024), "kaart.gpkg")


@pytest.mark.parametrize("metres", [3_000.0, 12_000.0])
def test_an_area_may_have_islands(metres):
    assert not read(with_part(metres)).notes


def test_parts_twenty_kilometres_apart_are_named():
    (note,) = read(with_part(20_000.0)).notes
    assert str(note) == f"1 area has parts that lie far apart: {FIRST} (20 km)"


def test_parts_fifty_kilometres_apart_are_refused():
    with pytest.raises(AreaError, match=rf"^kaart.gpkg: parts of one code .* {FIRST} \(50 km\); give the parts"):
        read(with_part(50_000.0))


def test_a_code_of_two_names_is_named_with_both():
    (note,) = read(with_part(3_000.0, "Elders")).notes
    assert str(note) == f"1 code has rows of several names, joined as one area: {FIRST} (Buurt 0-0, Elders)"


def test_water_of_another_name_is_no_second_name():
    table = with_part(3_000.0, "Elders").assign(water="NEE")
    table.iloc[-1, table.columns.get_loc("water")] = "JA"
    assert not read(table).notes
