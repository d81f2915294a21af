"""A link out of the folder of the figures is not followed, whatever reads it."""

import pytest

from boundaries.vintages import vintage
from geo.errors import SourceError
from layers.declarations.catalog import load
from layers.declarations.records import Records
from services.engines.local import Local
from services.files import below
from services.formats import reader
from services.sources.boundaries import BoundaryFolder
from services.sources.folder import Folder
from services.sources.rasters import zonal
from services.sources.squares import counted
from tests.country import raw, squares
from tests.services.sources import test_rasters
from tests.services.sources.records.declared import source

AREAS = squares(4, 6)
KWB = load().sources["kerncijfers"]
GRID = load().sources["vierkanten"]
OUT = "leads out of its folder, to "


def of_records(folder):
    records: Records = source(path="link.csv").records
    reader.opened(records, folder, "")


def of_table(folder):
    Folder(folder).table(KWB.model_copy(update={"table": KWB.table.model_copy(update={"path": "link.csv"})}))


def of_squares(folder):
    grid = GRID.squares.model_copy(update={"path": "link.csv"})
    counted(GRID.model_copy(update={"squares": grid}), AREAS, folder, Local())


def of_raster(folder):
    declared = test_rasters.declared()
    raster = declared.raster.model_copy(update={"path": "link.csv"})
    zonal(declared.model_copy(update={"raster": raster}), AREAS, folder, Local())


@pytest.mark.parametrize("opens", [of_records, of_table, of_squares, of_raster])
def test_a_declared_path_does_not_lead_out_of_its_folder(tmp_path, opens):
    (tmp_path / "elsewhere.csv").write_text("a;b\n1;2\n")
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(SourceError, match=OUT):
        opens(folder)


def test_a_boundary_file_does_not_lead_out_of_its_folder(tmp_path):
    raw(AREAS).to_file(tmp_path / "elsewhere.gpkg")
    (tmp_path / "figures/boundaries").mkdir(parents=True)
    (tmp_path / "figures/boundaries/buurten-2024.gpkg").symlink_to(tmp_path / "elsewhere.gpkg")
    with pytest.raises(SourceError, match=OUT):
        BoundaryFolder(tmp_path / "figures").read(vintage(2024))


def test_a_link_within_the_folder_and_a_folder_that_is_itself_a_link_are_followed(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/a.csv").write_text("a;b\n1;2\n")
    (tmp_path / "figures/b.csv").symlink_to("a.csv")
    (tmp_path / "link").symlink_to(tmp_path / "figures")
    assert below(tmp_path / "link", "b.csv").read_text() == "a;b\n1;2\n"


def test_none_of_the_files_of_a_shapefile_leads_out_of_its_folder(tmp_path):
    raw(AREAS)[["geometry"]].to_file(tmp_path / "a.shp")
    (tmp_path / "figures").mkdir()
    (tmp_path / "a.shp").rename(tmp_path / "figures/a.shp")
    (tmp_path / "figures/a.dbf").symlink_to(tmp_path / "a.dbf")
    with pytest.raises(SourceError, match=OUT):
        below(tmp_path / "figures", "a.shp")


def test_a_raster_that_describes_other_rasters_is_refused(tmp_path):
    name = f"<SourceFilename>{tmp_path}/elsewhere.tif</SourceFilename>"
    band = f"<VRTRasterBand band='1'><SimpleSource>{name}</SimpleSource></VRTRasterBand>"
    (tmp_path / "hills.tif").write_text(f"<VRTDataset rasterXSize='2' rasterYSize='2'>{band}</VRTDataset>")
    with pytest.raises(SourceError, match="describes where data is"):
        zonal(test_rasters.declared(), AREAS, tmp_path, Local())
