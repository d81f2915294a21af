"""A boundary file is read whatever it was saved as, or it is said in plain words what is wrong with it."""

import json
import zipfile

import geopandas
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries import cbs
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError, ZichtError
from services.formats import boundary_files
from tests.country import raw, squares

AREAS = squares(4, 6)
V2024 = vintage(2024)
SHORT = {"buurtcode": "BU_CODE", "buurtnaam": "BU_NAAM", "wijkcode": "WK_CODE", "wijknaam": "WK_NAAM",
         "gemeentecode": "GM_CODE", "gemeentenaam": "GM_NAAM"}  # fmt: skip
"""As CBS calls its columns where a name may have ten characters."""


ANSI = st.characters(codec="cp1252", exclude_categories=["C"])


def shapefile(table, path):
    table.rename(columns=SHORT).to_file(path)
    return path


def packed(path):
    """The shapefile of that name, with its companions, in a zip."""
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as out:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part.suffix != ".zip":
                out.write(part, f"inside/{part.name}")
    return path.with_suffix(".zip")


def saved(table, folder, ending):
    """The table saved as a file of that kind."""
    path = folder / f"buurten-2024{ending}"
    path.unlink(missing_ok=True)
    if ending in boundary_files.PARQUET:
        table.to_parquet(path)
    elif ending == ".zip":
        return packed(shapefile(table, path.with_suffix(".shp")))
    elif ending == ".shp":
        shapefile(table, path)
    elif ending in {".geojson", ".json"}:
        # A file in RD that says so as GeoJSON did before 2016, and as many a program still writes it.
        pyogrio.write_dataframe(table, path, driver="GeoJSON", COORDINATE_PRECISION=9)
    else:
        table.to_file(path)
    return path


def at_level(level):
    """The areas joined per wijk or gemeente, as CBS calls their columns."""
    joined = (cbs.wijken if level == "wijk" else cbs.gemeenten)(AREAS).table.reset_index()
    return joined.rename(columns={"area_id": f"{level}code", "name": f"{level}naam"})[
        [f"{level}code", f"{level}naam", "geometry"]
    ]


def same(found, expected):
    assert found.ids.equals(expected.ids)
    assert found.table.drop(columns="geometry").equals(expected.table.drop(columns="geometry"))
    # Ring for ring and point for point; a shapefile goes around them the other way.
    one, other = (shapely.normalize(table.geometry.to_numpy()) for table in (found.table, expected.table))
    assert shapely.equals_exact(one, other, tolerance=1e-6).all()


@pytest.mark.parametrize("ending", boundary_files.KINDS)
def test_every_kind_of_file_gives_the_same_areas(tmp_path, ending):
    path = saved(raw(AREAS).assign(wijkcode="WK036300", gemeentecode="GM0363"), tmp_path, ending)
    same(cbs.buurten(boundary_files.read(path, V2024), V2024, path.name), AREAS)


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".geojson", ".parquet", ".zip"])
@settings(max_examples=8)
@given(st.lists(st.text(ANSI, min_size=1, max_size=20), min_size=24, max_size=24), st.randoms())
def test_there_and_back_again_nothing_has_changed(tmp_path_factory, ending, names, random):
    """In any order, with any names that a shapefile of Windows can hold."""
    stripped = [name.strip() or "x" for name in names]
    table = raw(AREAS).assign(buurtnaam=stripped, water="NEE")
    table = table.iloc[random.sample(range(len(table)), len(table))]
    expected = cbs.buurten(table, V2024, "x")
    path = saved(table, tmp_path_factory.mktemp("boundaries"), ending)
    same(cbs.buurten(boundary_files.read(path, V2024), V2024, "x"), expected)


@pytest.mark.parametrize(
    "names", [("buurten", "wijken", "gemeenten"), ("a", "b", "c"), ("cbs_x_2023", "wijk", "buurt")]
)
def test_of_buurten_wijken_and_gemeenten_in_one_file_each_is_found_by_its_codes(tmp_path, names):
    path = tmp_path / "kaart.gpkg"
    tables = (raw(AREAS).drop(columns="wijknaam"), at_level("wijk"), at_level("gemeente"))
    for name, table in zip(names, tables, strict=True):
        table.to_file(path, layer=name)
    found = cbs.buurten(boundary_files.read(path, V2024), V2024, "kaart")
    assert (found.table["wijk_name"] == "WK" + AREAS.ids.str[2:8]).all()
    same(cbs.named(found, pd.Series(dtype=str), boundary_files.names(path, V2024, AreaLevel.WIJK)), AREAS)
    for level, count in ((AreaLevel.WIJK, 4), (AreaLevel.GEMEENTE, 2)):
        assert len(boundary_files.read(path, V2024, level)) == len(boundary_files.names(path, V2024, level)) == count


@pytest.mark.parametrize("ending", [".fgb", ".parquet"])
def test_a_file_of_buurten_alone_names_no_wijken(tmp_path, ending):
    assert boundary_files.names(saved(raw(AREAS), tmp_path, ending), V2024, AreaLevel.WIJK).empty


def test_a_zip_with_three_shapefiles_has_one_with_buurten(tmp_path):
    for table, name in ((at_level("wijk"), "wijk"), (at_level("gemeente"), "gemeente"), (raw(AREAS), "buurt")):
        shapefile(table, tmp_path / f"{name}.shp")
    with zipfile.ZipFile(tmp_path / "kaart.zip", "w") as out:
        for part in sorted(tmp_path.glob("*.*")):
            if part.suffix != ".zip":
                out.write(part, part.name)
    found = boundary_files.read(tmp_path / "kaart.zip", V2024)
    same(cbs.buurten(found, V2024, "kaart"), AREAS)


def test_of_two_tables_with_buurten_the_one_that_names_the_year_is_taken(tmp_path):
    path = tmp_path / "kaart.gpkg"
    for year in (2023, 2024):
        raw(AREAS).assign(buurtnaam=str(year)).to_file(path, layer=f"buurten_{year}")
    assert set(boundary_files.read(path, V2024)["buurtnaam"]) == {"2024"}
    with pytest.raises(
        SourceError, match=r"2 tables with buurt codes: buurten_2023 \(buurt\), buurten_2024 \(buurt\); keep"
    ):
        boundary_files.read(path, vintage(2022))


def test_column_names_cut_off_by_a_shapefile_are_known():
    cut = raw(AREAS).rename(columns=lambda name: name[:10])
    same(cbs.buurten(cut, V2024, "kaart"), AREAS)


def test_a_shapefile_without_a_crs_is_read_as_rd_and_it_is_said(tmp_path):
    path = tmp_path / "buurten-2024.shp"
    shapefile(raw(AREAS), path)
    path.with_suffix(".prj").unlink()
    found = cbs.read_areas(boundary_files.read(packed(path), V2024), V2024, "kaart.zip")
    same(found.areas, AREAS)
    assert "declares no coordinate system" in str(found.notes[0])


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet"])
def test_other_files_without_a_crs_are_read_as_rd_too(tmp_path, ending):
    path = tmp_path / f"buurten-2024{ending}"
    bare = raw(AREAS).set_crs(None, allow_override=True)
    if ending == ".parquet":
        bare.to_parquet(path)
    else:
        with pytest.warns(UserWarning, match="'crs' was not provided"):
            bare.to_file(path)
    found = cbs.read_areas(boundary_files.read(path, V2024), V2024, path.name)
    same(found.areas, AREAS)
    assert "declares no coordinate system" in str(found.notes[0])


def test_geojson_in_rd_that_does_not_say_so_is_caught(tmp_path):
    path = tmp_path / "kaart.geojson"
    content = json.loads(raw(AREAS).to_json(to_wgs84=False, drop_id=True))
    content.pop("crs", None)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ZichtError, match=r"declared EPSG:4326, .* those of the Netherlands do in RD New"):
        cbs.buurten(boundary_files.read(path, V2024), V2024, "kaart.geojson")


def test_a_file_without_buurten_lists_its_tables(tmp_path):
    path = tmp_path / "kaart.gpkg"
    at_level("wijk").to_file(path, layer="wijken")
    at_level("gemeente").rename(columns={"gemeentecode": "id"}).to_file(path, layer="x")
    raw(AREAS).assign(geometry=AREAS.table.geometry.centroid.to_numpy()).to_file(path, layer="punten")
    with pytest.raises(
        SourceError,
        match=r"no table with buurt codes \(BU\.\.\.\).*tables: wijken \(wijk\), x \(no codes of ours\); give",
    ):
        boundary_files.read(path, V2024)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"weg.gpkg: no such file"):
        boundary_files.read(tmp_path / "weg.gpkg", V2024)


def test_a_file_of_another_kind_lists_the_kinds(tmp_path):
    (tmp_path / "kaart.pdf").write_bytes(b"%PDF")
    with pytest.raises(SourceError, match=r"kaart.pdf: a boundary file ends in .*\.gpkg.*\.zip"):
        boundary_files.read(tmp_path / "kaart.pdf", V2024)


@pytest.mark.parametrize("ending", [one for one in boundary_files.KINDS if one != ".zip"])
@pytest.mark.parametrize("content", [b"", b"no boundaries at all", b"{}"])
def test_what_is_no_boundary_file_is_said_in_plain_words(tmp_path, ending, content):
    path = tmp_path / f"kaart{ending}"
    path.write_bytes(content)
    with pytest.raises(
        SourceError, match=rf"kaart\{ending}: (cannot be read as a boundary file: .*save it anew|no table with buurt)"
    ):
        boundary_files.read(path, V2024)


@pytest.mark.parametrize("ending", [one for one in boundary_files.KINDS if one != ".zip"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_never_half_a_file(tmp_path, ending, part):
    path = saved(raw(AREAS), tmp_path, ending)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    # Of a shapefile only the polygons are cut: its codes stand in another file.
    fault = r": (cannot be read as a boundary file|no table with buurt|\d+ areas have no polygon)"
    with pytest.raises(ZichtError, match=rf"buurten-2024\{ending}{fault}"):
        cbs.buurten(boundary_files.read(path, V2024), V2024, path.name)


def test_a_shapefile_without_its_table_has_no_codes(tmp_path):
    path = tmp_path / "kaart.shp"
    shapefile(raw(AREAS), path)
    path.with_suffix(".dbf").unlink()
    with pytest.raises(SourceError, match=r"kaart.shp: no table with buurt codes"):
        boundary_files.read(path, V2024)


def test_a_zip_that_is_cut_short_is_damaged(tmp_path):
    path = saved(raw(AREAS), tmp_path, ".zip")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(SourceError, match=r"\.zip: not a zip, or a damaged one: .*fetch or pack it again"):
        boundary_files.read(path, V2024)


def test_a_zip_with_a_changed_byte_is_damaged(tmp_path):
    path = saved(raw(AREAS), tmp_path, ".zip")
    content = bytearray(path.read_bytes())
    content[2000] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"\.zip: (damaged|not a zip)"):
        boundary_files.read(path, V2024)


def test_a_zip_with_a_password_is_said_to_be_locked(tmp_path):
    path = saved(raw(AREAS), tmp_path, ".zip")
    content = path.read_bytes()
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(header) + flags
        content = content[:at] + b"\x01" + content[at + 1 :]
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"\.zip: locked with a password; unpack it"):
        boundary_files.read(path, V2024)


def test_a_zip_without_a_boundary_file_says_what_it_must_hold(tmp_path):
    with zipfile.ZipFile(tmp_path / "kaart.zip", "w") as out:
        out.writestr("leesmij.txt", "niets")
    with pytest.raises(
        SourceError, match=r"kaart.zip: no boundary file in it; it must hold a file that ends in \.gpkg"
    ):
        boundary_files.read(tmp_path / "kaart.zip", V2024)


def test_parquet_without_geometry_is_said_to_be_that(tmp_path):
    pd.DataFrame({"buurtcode": AREAS.ids}).to_parquet(tmp_path / "kaart.parquet")
    with pytest.raises(SourceError, match=r"kaart.parquet: Parquet without geometry"):
        boundary_files.read(tmp_path / "kaart.parquet", V2024)


@pytest.mark.parametrize("crs", [4326, RD_NEW])
def test_geoparquet_keeps_its_crs(tmp_path, crs):
    raw(AREAS).to_crs(crs).to_parquet(tmp_path / "kaart.parquet")
    assert boundary_files.read(tmp_path / "kaart.parquet", V2024).crs.to_epsg() == crs


def test_the_boundary_file_of_a_year_is_found_by_any_ending(tmp_path):
    assert boundary_files.of_year(tmp_path, 2024) is None
    assert boundary_files.of_year(tmp_path / "nergens", 2024) is None
    path = saved(raw(AREAS), tmp_path, ".fgb")
    (tmp_path / "buurten-2024.txt").touch()
    (tmp_path / "buurten-2024.fgb.json").touch()
    (tmp_path / "buurten-2023.gpkg").touch()
    assert boundary_files.of_year(tmp_path, 2024) == path


def test_two_boundary_files_of_a_year_are_one_too_many(tmp_path):
    for ending in (".gpkg", ".fgb"):
        saved(raw(AREAS), tmp_path, ending)
    with pytest.raises(SourceError, match=r"2 boundary files of 2024: buurten-2024.fgb, buurten-2024.gpkg; keep one"):
        boundary_files.of_year(tmp_path, 2024)


def test_columns_that_are_not_ours_come_along(tmp_path):
    path = saved(raw(AREAS).assign(aantal_inwoners=range(len(AREAS))), tmp_path, ".gpkg")
    assert isinstance(boundary_files.read(path, V2024), geopandas.GeoDataFrame)
    assert sorted(boundary_files.read(path, V2024)["aantal_inwoners"]) == list(range(len(AREAS)))


def test_a_geopackage_that_is_damaged_half_way_loses_no_areas_in_silence(tmp_path):
    path = saved(raw(squares(40, 40)), tmp_path, ".gpkg")
    content = bytearray(path.read_bytes())
    at = len(content) // 8192 * 4096
    content[at : at + 4096] = bytes(4096)  # one page in the middle
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"says that it has 1,600 rows, and [\d,]+ can be read; it is damaged"):
        boundary_files.read(path, V2024)
