"""Tiles over OGC API Tiles are those of the archive, to the byte, and nothing is there that was not published."""

import gzip
import math

import mapbox_vector_tile
import pyogrio
import pytest
from pmtiles.reader import MemorySource, all_tiles

from services.stores import tiles
from tests.ogc import places, servers

NAME = "indicatoren-misdrijven-buurt"
TILES = f"/collections/{NAME}/tiles"
GRID = f"{TILES}/WebMercatorQuad"
IN_RD = f"{TILES}/NetherlandsRDNewQuad"
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
            for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")]  # fmt: skip
CIRCUMFERENCE = 40_075_016.685578488


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("tiled")


@pytest.fixture(scope="module")
def api(home):
    port = servers.free_port()
    _, config = servers.a_home(home, port)
    for write in (tiles.write, tiles.write_rd):
        write(places.collections(rows=10), home / "releases" / "large")
    with servers.running(servers.ours(home, config, port), home, config, port) as client:
        yield client


def archived(home, ending):
    archive = next(path for path in (home / "releases" / "large").glob(f"*{ending}")
                   if path.name.removesuffix(ending).replace("_", "-") == NAME)  # fmt: skip
    return dict(all_tiles(MemorySource(archive.read_bytes())))


@pytest.fixture(scope="module")
def stored(home):
    return archived(home, ".pmtiles")


@pytest.mark.parametrize(
    ("grid", "ending", "zooms"), [(GRID, ".pmtiles", range(5, 12)), (IN_RD, ".rd-tiles", range(7))]
)
def test_every_tile_is_that_of_the_archive_compressed_as_it_is_stored(api, home, grid, ending, zooms):
    stored = archived(home, ending)
    assert {zoom for zoom, _, _ in stored} == set(zooms)
    for (zoom, column, row), content in stored.items():
        with api.stream("GET", f"{grid}/{zoom}/{row}/{column}", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (answer.status_code, raw) == (200, content)
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert answer.headers["content-encoding"] == "gzip"


def test_a_reader_without_gzip_gets_it_plain_and_another_library_reads_every_area(api, stored):
    codes = set()
    for zoom, column, row in stored:
        answer = api.get(f"{GRID}/{zoom}/{row}/{column}", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in answer.headers
        if zoom == 9:
            codes |= {
                one["properties"]["gebiedscode"] for one in mapbox_vector_tile.decode(answer.content)[NAME]["features"]
            }
    assert codes == set(places.collections(rows=10)[1].table["gebiedscode"])


def test_a_tile_that_a_reader_has_is_not_sent_again(api, stored):
    zoom, column, row = next(iter(stored))
    tag = api.get(f"{GRID}/{zoom}/{row}/{column}").headers["etag"]
    again = api.get(f"{GRID}/{zoom}/{row}/{column}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_a_tile_in_which_nothing_lies_is_empty(api):
    assert api.get(f"{GRID}/5/0/0").status_code == 204


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"{GRID}/4/0/0", "zoom 5 to 11"),
        (f"{GRID}/12/0/0", "zoom 5 to 11"),
        (f"{GRID}/5/32/0", "below 2 to the power of zoom"),
        (f"{GRID}/5/0/32", "below 2 to the power of zoom"),
        (f"{GRID}/5/-1/0", "below 2 to the power of zoom"),
        (f"{GRID}/5/x/0", "below 2 to the power of zoom"),
        (f"{GRID}/5/0/99999999999999999999", "below 2 to the power of zoom"),
        (f"{IN_RD}/7/0/0", "zoom 0 to 6"),
        (f"{IN_RD}/1/2/0", "below 2 to the power of zoom"),
        (f"{TILES}/WorldCRS84Quad", "in WebMercatorQuad and NetherlandsRDNewQuad only"),
        (f"{TILES}/WorldCRS84Quad/5/0/0", "in WebMercatorQuad and NetherlandsRDNewQuad only"),
        ("/tileMatrixSets/WorldCRS84Quad", "in WebMercatorQuad and NetherlandsRDNewQuad only"),
        ("/collections/geheim/tiles", "collection 'geheim' not found"),
        ("/collections/..%2F..%2Fgeheim/tiles/WebMercatorQuad/5/0/0", ""),
    ],
)
def test_what_is_not_there_is_a_404_that_says_why(api, path, says):
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_unknown_parameters_and_formats_are_refused(api):
    assert api.get(f"{GRID}/5/10/16?bbox=1,2,3,4").status_code == 400
    assert api.get(f"{GRID}/5/10/16?f=png").status_code == 400
    assert api.get(f"{GRID}/5/10/16", headers={"Accept": "image/png"}).status_code == 406
    assert api.post(TILES).status_code == 405


def test_a_client_finds_the_tiles_from_the_collection_by_links_alone(api, stored):
    (tilesets,) = [one for one in api.get(f"/collections/{NAME}").json()["links"]
                   if one["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"]  # fmt: skip
    tileset, in_rd = api.get(tilesets["href"]).json()["tilesets"]
    assert in_rd["crs"] == "http://www.opengis.net/def/crs/EPSG/0/28992"
    assert (tileset["dataType"], tileset["crs"]) == ("vector", "http://www.opengis.net/def/crs/EPSG/0/3857")
    (itself,) = [one["href"] for one in tileset["links"] if one["rel"] == "self"]
    full = api.get(itself).json()
    (item,) = [one for one in full["links"] if one["rel"] == "item"]
    assert (item["templated"], item["type"]) == (True, "application/vnd.mapbox-vector-tile")
    zoom, column, row = next(iter(stored))
    href = (
        item["href"].replace("{tileMatrix}", str(zoom)).replace("{tileRow}", str(row)).replace("{tileCol}", str(column))
    )
    assert api.get(href).status_code == 200
    (layer,) = full["layers"]
    assert (layer["id"], layer["minTileMatrix"], layer["maxTileMatrix"]) == (NAME, "5", "11")
    assert layer["propertiesSchema"]["properties"]["gebiedscode"] == {"type": "string"}
    table = places.collections(rows=10)[1].table.to_crs(4326)
    west, south, east, north = table.total_bounds
    box = full["boundingBox"]
    assert [*box["lowerLeft"], *box["upperRight"]] == pytest.approx([west, south, east, north], abs=1e-5)
    assert places.CAVEAT in full["description"]
    assert full["attribution"]
    (grid,) = [one["href"] for one in full["links"] if one["rel"].endswith("/tiling-scheme")]
    matrices = {one["id"]: one for one in api.get(grid).json()["tileMatrices"]}
    assert matrices["5"]["matrixWidth"] == 32
    assert matrices["5"]["cellSize"] == pytest.approx(CIRCUMFERENCE / 32 / 256)
    assert matrices["0"]["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert math.isclose(matrices["3"]["pointOfOrigin"][1], CIRCUMFERENCE / 2)


def read_by_gdal(api, grid, zoom, table):
    box = dict(zip(("MINX", "MINY", "MAXX", "MAXY"), table.total_bounds, strict=True))
    source = f"OGCAPI:{api.base_url}collections/{NAME}"
    return pyogrio.read_dataframe(source, layer=f"Zoom level {zoom}", API="TILES", TILEMATRIXSET=grid, **box)


@pytest.mark.parametrize(
    ("grid", "epsg", "closest", "step"), [("NetherlandsRDNewQuad", 28992, 6, 3.4), ("WebMercatorQuad", 3857, 11, 4.8)]
)
def test_gdal_reads_the_tiles_of_each_grid_where_the_areas_lie(api, grid, epsg, closest, step):
    table = places.collections(rows=10)[1].table.to_crs(epsg)
    read = read_by_gdal(api, grid, closest, table)
    assert read.crs.to_epsg() == epsg
    whole = table.dissolve("gebiedscode").geometry.sort_index()
    found = read.dissolve("gebiedscode").geometry.sort_index()
    assert list(found.index) == list(whole.index)
    assert found.hausdorff_distance(whole).max() < 2 * step


@pytest.mark.parametrize(("grid", "ending"), [("WebMercatorQuad", ".pmtiles"), ("NetherlandsRDNewQuad", ".rd-tiles")])
def test_a_tileset_says_between_which_rows_and_columns_its_tiles_lie(api, home, grid, ending):
    limits = api.get(f"{TILES}/{grid}").json()["tileMatrixSetLimits"]
    stored = archived(home, ending)
    assert [one["tileMatrix"] for one in limits] == [str(zoom) for zoom in sorted({zoom for zoom, _, _ in stored})]
    for one in limits:
        columns, rows = zip(*((x, y) for zoom, x, y in stored if str(zoom) == one["tileMatrix"]), strict=True)
        assert (one["minTileRow"], one["maxTileRow"]) == (min(rows), max(rows))
        assert (one["minTileCol"], one["maxTileCol"]) == (min(columns), max(columns))


def test_each_tileset_names_its_grid(api):
    one, other = api.get(TILES).json()["tilesets"]
    assert one["tileMatrixSetURI"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert api.get(other["tileMatrixSetURI"]).json()["id"] == "NetherlandsRDNewQuad"


def test_the_dutch_grid_is_that_of_the_guideline(api):
    grid = api.get("/tileMatrixSets/NetherlandsRDNewQuad").json()
    assert (grid["crs"], len(grid["tileMatrices"])) == ("http://www.opengis.net/def/crs/EPSG/0/28992", 17)
    first, last = grid["tileMatrices"][0], grid["tileMatrices"][14]
    assert first["pointOfOrigin"] == [-285401.92, 903401.92]
    assert (first["cellSize"], first["matrixWidth"]) == (3440.64, 1)
    assert first["scaleDenominator"] == pytest.approx(12_288_000)
    assert (last["cellSize"], last["matrixHeight"]) == (0.21, 16384)


def test_conformance_landing_and_openapi_say_it(api):
    assert set(CONFORMS) < set(api.get("/conformance").json()["conformsTo"])
    assert any(one["rel"].endswith("/tiling-schemes") for one in api.get("/").json()["links"])
    grids = [one["id"] for one in api.get("/tileMatrixSets").json()["tileMatrixSets"]]
    assert grids == ["WebMercatorQuad", "NetherlandsRDNewQuad"]
    paths = api.get("/openapi.json").json()["paths"]
    path = f"{TILES}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    assert {"200", "204", "304", "404"} < set(paths[path]["get"]["responses"])
    assert "application/vnd.mapbox-vector-tile" in paths[path]["get"]["responses"]["200"]["content"]
    for answers in (operation["responses"] for item in paths.values() for operation in item.values()):
        assert all("API-Version" in one["headers"] for status, one in answers.items() if status[0] in "23")


def test_operations_on_tiles_end_as_the_standard_names_them(api):
    paths = api.get("/openapi.json").json()["paths"]
    ends = {
        "/tileMatrixSets": "getTileMatrixSetsList",
        "/tileMatrixSets/{tileMatrixSetId}": "getTileMatrixSet",
        TILES: ".collection.vector.getTileSetsList",
        f"{TILES}/{{tileMatrixSetId}}": ".collection.vector.getTileSet",
        f"{TILES}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": ".collection.vector.getTile",
    }
    assert all(paths[path]["get"]["operationId"].endswith(end) for path, end in ends.items())


def test_a_release_without_tiles_says_nothing_of_them(api, home, stored):
    servers.swap(home, "small")
    try:
        assert not set(CONFORMS) & set(api.get("/conformance").json()["conformsTo"])
        assert not [one for one in api.get(f"/collections/{NAME}").json()["links"] if "tile" in one["rel"]]
        assert not [path for path in api.get("/openapi.json").json()["paths"] if "tile" in path.lower()]
        for grids in ("/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad"):
            answer = api.get(grids)
            assert (answer.status_code, "ZICHT_TILES=yes" in answer.json()["detail"]) == (404, True)
        zoom, column, row = next(iter(stored))
        answer = api.get(f"{GRID}/{zoom}/{row}/{column}")
        assert (answer.status_code, "has no tiles of" in answer.json()["detail"]) == (404, True)
    finally:
        servers.swap(home, "large")
    assert gzip.decompress(stored[zoom, column, row]) == api.get(f"{GRID}/{zoom}/{row}/{column}").content
