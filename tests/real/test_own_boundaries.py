"""Real boundary files of one gemeente: Rotterdam of 2014, and Utrecht beside the figures of the whole country."""

import shutil
from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely

from boundaries.coverage import fit
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.neighbors import queen
from layers.declarations.catalog import load
from layers.method.country import Country
from services.jobs.build import LayerRequest, build, open_country
from services.sources.folder import Folder
from tests.boundaries.tilings import areas_of
from tests.layers.declared import SOURCE, THEME, catalog
from tests.services.running import told

pytestmark = pytest.mark.real

UTRECHT = "GM0344"


@pytest.fixture(scope="module")
def rotterdam(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Country:
    """Ninety-two buurten of 2014 with their inhabitants and households, as a municipality would put them there."""
    folder = tmp_path_factory.mktemp("rotterdam")
    (folder / "boundaries").mkdir()
    raw = geopandas.read_parquet(real / "boundaries/rotterdam_buurt_2014_carto.parquet")
    polygons = raw.rename(columns={"id": "BU_CODE", "name": "BU_NAAM"}).assign(GM_NAAM="Rotterdam")
    polygons[["BU_CODE", "BU_NAAM", "GM_NAAM", "geometry"]].to_file(folder / "boundaries/buurten-2014.gpkg")
    table = raw.rename(columns={"id": "buurtcode", "population": "inwoners", "household": "huishoudens"})
    table = table[["buurtcode", "inwoners", "huishoudens"]].assign(misdrijven_2014=table["inwoners"] // 50, huurders=9)
    table.assign(afstand=1).to_csv(folder / "tellingen.csv", sep=";", index=False)
    (folder / "layers").mkdir()
    source = SOURCE.replace("vintage = 2024", "vintage = 2014").replace("periods = [2023, 2024]", "periods = [2014]")
    return Country(
        Folder(folder), vintage(2014), catalog(folder / "layers", sources_tellingen=source, themes_proef=THEME)
    )


def test_rotterdam_of_2014_is_a_layer_that_says_it_was_not_searched(rotterdam: Country):
    layer = build(rotterdam, LayerRequest("proef", AreaLevel.BUURT), told)
    assert (len(layer.table), layer.summary["tested"], layer.summary["least_searched"]) == (92, 0, 100)
    assert set(layer.table["indeling"]) == {2014}
    assert set(layer.table.loc[layer.table["score"].notna(), "reden"]) == {"weinig_gebieden"}
    assert layer.summary["local"]["misdrijven"] == ["Rotterdam"]
    own, of_table = layer.provenance.receipts
    assert own.where == "boundaries/buurten-2014.gpkg"
    assert any(note.startswith("8 vlakken waren ongeldig en zijn hersteld") for note in own.notes)
    assert (of_table.where, of_table.rows) == ("tellingen.csv", 92)


def test_utrecht_alone_has_the_figures_that_it_has_among_all(real: Path, netherlands: Country, tmp_path: Path):
    """Values, deviations and scores of its 111 buurten, with the national table beside them; it searches by itself."""
    (tmp_path / "boundaries").mkdir()
    utrecht = netherlands.buurten.table[netherlands.buurten.table["gemeente"] == UTRECHT].reset_index()
    names = {"area_id": "buurtcode", "name": "buurtnaam", "gemeente_name": "gemeentenaam", "wijk_name": "wijknaam"}
    utrecht.rename(columns=names)[[*names.values(), "geometry"]].to_file(tmp_path / "boundaries/buurten-2024.fgb")
    path = load().sources["kerncijfers"].table.path
    (tmp_path / path).parent.mkdir()
    shutil.copyfile(real / path, tmp_path / path)
    alone = open_country(str(tmp_path), load())
    assert not alone.national
    mine = build(alone, LayerRequest("misdrijven", AreaLevel.BUURT), told)
    whole = build(netherlands, LayerRequest("misdrijven", AreaLevel.BUURT, gemeente=UTRECHT), told)
    searched = ["q", "kansrijk", "waarom", "reden", "zoekgebied", "rol", "gewicht", "zone", "geometry"]
    searched += ["hoogte_zelf", "hoogte_rondom", "tweede_zoekwijze"]
    among = [name for name in mine.table if "_rang" in name or name.startswith("rang_")]  # of its own areas
    pd.testing.assert_frame_equal(
        pd.DataFrame(mine.table.drop(columns=[*searched, *among])),
        pd.DataFrame(whole.table.drop(columns=[*searched, *among])),
    )
    assert mine.summary["national"] == whole.summary["national"]
    assert mine.summary["local"] == {}
    assert 0 < mine.summary["tested"] <= 111


@pytest.mark.parametrize(
    ("metres", "tolerance", "kept", "extra"), [(1, 1.0, 1617, 0), (5, 4.5, 1617, 2), (20, 17.1, 1611, 16)]
)
def test_buurten_of_amsterdam_that_were_simplified_one_by_one_keep_their_neighbours(
    real: Path, metres: int, tolerance: float, kept: int, extra: int
):
    raw = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_2022_gebieden.parquet").to_crs(28992)
    whole = areas_of(raw.geometry.to_numpy())
    simplified = areas_of(shapely.make_valid(shapely.simplify(whole.table.geometry.to_numpy(), metres)))
    before = queen(whole)
    assert (fit(whole, "kaart").tolerance, before.matrix.nnz // 2) == (0.0, 1617)
    (close,) = fit(whole, "kaart").notes
    assert str(close).startswith("2 pairs of areas lie less than 5 m apart")
    assert fit(simplified, "kaart").tolerance == tolerance
    after = queen(simplified, tolerance)
    both = before.matrix.multiply(after.matrix).nnz // 2
    assert (both, after.matrix.nnz // 2 - both) == (kept, extra)
