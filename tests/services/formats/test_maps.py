"""Maps as programs leave them."""

import geopandas
import pyogrio
from shapely.geometry import Point

from layers.declarations.records import Format
from services.formats import maps


def test_a_geopackage_in_which_qgis_keeps_a_style_has_one_layer_with_rows(tmp_path):
    table = geopandas.GeoDataFrame({"soort": ["lawaai"]}, geometry=[Point(1, 2)], crs=28992)
    pyogrio.write_dataframe(
        table.drop(columns="geometry").assign(soort="qml"), tmp_path / "m.gpkg", layer="layer_styles"
    )
    pyogrio.write_dataframe(table, tmp_path / "m.gpkg", layer="meldingen", append=True)
    rows = maps.rows(tmp_path / "m.gpkg", Format(), None)
    assert rows.headers[0] == "soort"
    assert [one for batch in rows.batches(["soort"]) for one in batch.column(0).to_pylist()] == ["lawaai"]
