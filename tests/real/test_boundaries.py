"""Real boundary files are read right: the whole country, one with faults, every column, a recorded page."""

import gzip
from dataclasses import replace

import geopandas
import pytest
import shapely

from boundaries import cbs
from boundaries.codes import parents
from boundaries.crs import in_rd
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.areas import AreaFrame, AreaLevel
from services.downloads import pdok
from services.formats import boundary_files
from services.http.client import Client
from tests.standin import pdok as standin_pdok
from tests.standin.server import Standin

pytestmark = pytest.mark.real

NATIONAL = "boundaries/nl_buurt_2024_georef.parquet"


@pytest.fixture(scope="module")
def national(real) -> AreaFrame:
    found = cbs.read_areas(boundary_files.read(real / NATIONAL, vintage(2024)), vintage(2024), NATIONAL)
    assert found.notes == ()
    return found.areas


def test_the_whole_country_has_its_buurten_wijken_and_gemeenten(national):
    wijken, gemeenten = cbs.wijken(national), cbs.gemeenten(national)
    assert [len(one) for one in (national, wijken, gemeenten)] == [14_566, 3_393, 342]
    for joined in (wijken, gemeenten):
        # Parts of these boundaries overlap a little, so what is joined is somewhat less than its parts, and never more.
        assert 0.997 < joined.table.area.sum() / national.table.area.sum() <= 1 + 1e-6
    assert set(parents(wijken.ids, AreaLevel.GEMEENTE)) == set(gemeenten.ids)


def test_gemeenten_made_of_buurten_are_those_of_the_official_file(national, real):
    """Against the simplified file of 2022, for gemeenten of both years: half agree to 98.5 %, nearly all to 90 %."""
    official = geopandas.read_parquet(real / "boundaries/nl_gemeente_2022_tmap.parquet").set_index("code").geometry
    made = cbs.gemeenten(national).table.geometry
    both = made.index.intersection(official.index)
    assert len(both) > 330
    one, other = made[both], official[both]
    agree = one.intersection(other).area / one.union(other).area
    assert agree.median() > 0.985
    assert (agree > 0.9).mean() > 0.95


def test_rotterdam_of_2014_has_eight_faults_that_are_repaired_and_said(real):
    raw = geopandas.read_parquet(real / "boundaries/rotterdam_buurt_2014_carto.parquet")
    renamed = raw.rename(columns={"id": "bu_code", "name": "bu_naam"})
    assert int((~renamed.is_valid).sum()) == 8
    found = cbs.read_areas(renamed, vintage(2014), "rotterdam")
    assert len(found.areas) == 92
    (message,) = found.notes
    note = str(message)
    assert note.startswith("8 polygons were invalid and are repaired; that changed their surface by less than 0.1")
    assert "BU05990456" in note
    before = renamed.to_crs(RD_NEW).set_index("bu_code").geometry.area.sort_index()
    changed = (found.areas.table.area - before).abs()
    assert (changed > 1e-3).sum() == 8  # of the others corners moved by less than a micrometre
    assert changed[changed > 1e-3].sum() == pytest.approx(0.030, abs=0.005)  # m2, of 320 km2


def test_amsterdam_of_2022_comes_over_from_degrees_whole(real):
    path = real / "boundaries/amsterdam_buurt_2022_gebieden.parquet"
    found = cbs.read_areas(boundary_files.read(path, vintage(2022)), vintage(2022), path.name)
    assert (len(found.areas), found.notes) == (518, ())
    assert set(found.areas.table["gemeente"]) == {"GM0363"}
    assert found.areas.ids.str.fullmatch("BU0363[A-Z][A-Z][0-9]{2}").all()
    assert shapely.coverage_is_valid(found.areas.table.geometry.to_numpy())
    assert cbs.gemeenten(found.areas).table.area.sum() == pytest.approx(found.areas.table.area.sum(), rel=1e-9)


def test_ermelo_of_2021_with_every_official_column(real):
    """Sixteen buurten and the open water, of which CBS gives no figures; its code says that it is."""
    raw = boundary_files.read(real / "boundaries/ermelo_buurt_cbs.parquet", vintage(2021))
    assert len(raw.columns) == 42
    found = cbs.read_areas(raw, vintage(2021), "ermelo")
    assert [str(one) for one in found.notes] == ["open water without figures, left out: 1 polygon"]
    assert len(found.areas) == 16
    assert "BU02339997" not in found.areas.ids
    assert found.areas.table["change"].isna().all()  # the column is there and empty
    wet = raw["water"] == "JA"
    assert found.areas.table.area.sum() == pytest.approx(raw[~wet].area.sum(), abs=1e-6)


def test_ermelo_is_not_taken_for_another_year(real):
    raw = boundary_files.read(real / "boundaries/ermelo_buurt_cbs.parquet", vintage(2021))
    with pytest.raises(cbs.AreaError, match="boundaries of 2021 by its own words, where those of 2024 are due"):
        cbs.read_areas(raw, vintage(2024), "ermelo")


def test_a_recorded_page_of_gemeenten_is_read_as_boundaries(real, tmp_path):
    recorded = real / "api_responses/pdok_wfs_gebiedsindelingen_gemeente_gegeneraliseerd_2022_GetFeature.geojson.gz"
    path = tmp_path / "gemeenten-2022.geojson"
    path.write_bytes(gzip.decompress(recorded.read_bytes()))
    raw = boundary_files.read(path, vintage(2022), AreaLevel.GEMEENTE)
    placed, notes = in_rd(raw.rename(columns={"statcode": "code"}), path.name)
    assert (len(placed), notes) == (345, ())
    other = geopandas.read_parquet(real / "boundaries/nl_gemeente_2022_tmap.parquet").set_index("code").geometry
    mine = placed.set_index("code").geometry
    assert set(mine.index) == set(other.index)
    agree = mine.intersection(other[mine.index]).area / mine.area
    assert agree.min() > 0.95
    assert agree.median() > 0.99


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".geojson"])
def test_the_whole_country_survives_every_kind_of_file(national, tmp_path, ending):
    path = tmp_path / f"buurten-2024{ending}"
    table = national.table.reset_index()[["area_id", "name", "geometry"]]
    table = table.rename(columns={"area_id": "buurtcode", "name": "buurtnaam"})
    table.to_file(path, **({"COORDINATE_PRECISION": 7} if ending == ".geojson" else {}))
    found = cbs.buurten(boundary_files.read(path, vintage(2024)), vintage(2024), path.name)
    assert found.ids.equals(national.ids)
    assert found.table["name"].equals(national.table["name"])
    assert found.table.geometry.geom_equals_exact(national.table.geometry, tolerance=1e-6).all()


def test_the_whole_country_comes_in_over_the_api(national, tmp_path):
    served = standin_pdok.tables(national, 2024)
    with Standin(standin_pdok.Api(served, 2024)) as standin:
        found = pdok.boundary_tables(Client(tmp_path / "cache", gateway=standin.url), vintage(2024))
        assert len(standin.requests) == 15 + 4 + 1
    assert [len(one) for one in found.values()] == [14_566, 3_393, 342]
    areas = cbs.buurten(found["buurten"], vintage(2024), "pdok")
    assert areas.ids.equals(national.ids)
    assert (areas.table.geometry.to_wkb() == national.table.geometry.to_wkb()).all()


def test_the_whole_country_comes_in_as_a_geopackage(national, tmp_path):
    content = standin_pdok.geopackage(standin_pdok.tables(national, 2021), tmp_path / "made.gpkg")
    with Standin(standin_pdok.Feed(2021, {"wijkenbuurten_2021_v3.gpkg": content})) as standin:
        # The boundaries of 2024, said to be of 2021.
        year = replace(vintage(2021), least=14_000)
        found = pdok.boundary_tables(Client(tmp_path / "cache", gateway=standin.url), year)
    areas = cbs.buurten(found["buurten"], year, "pdok")
    assert (areas.table.geometry.to_wkb() == national.table.geometry.to_wkb()).all()
