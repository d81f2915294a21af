"""A figure that is corrected is what the source would have said; the map says that it was, why, and in which role."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.catalog import Catalog
from layers.method.country import Country
from layers.method.plan import Results
from layers.publication.collections import collections
from layers.publication.layer import Layer
from services.cache.disk import HomeCache
from services.jobs.build import LayerRequest, build, build_and_save
from services.pages import method_page
from services.releases.record import recorded
from services.sources.folder import Folder
from services.workspace import storage
from tests.country import buurtcode, raw, squares
from tests.layers.declared import catalog
from tests.services.running import told

AREAS = squares(20, 6)
AREA = AREAS.ids[7]
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
BUURT = LayerRequest("proef", AreaLevel.BUURT, period=2024)
TEXTS = ["toelichting", "beperkingen"]


def correction(value: float, area: str = AREA, why: str = "Geteld op het bureau") -> str:
    return (
        f'id = "bureau"\nsource = "tellingen"\n[[correction]]\narea = "{area}"\nperiod = 2024\nfigure = "misdrijven"\n'
        f'value = {value}\nwhy = "{why}"\nrole = "gegevensbeheerder"\n'
    )


class World:
    """A folder of figures, in which the crimes of one area can be set, and declarations with or without correction."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "boundaries").mkdir(parents=True)
        (root / "layers").mkdir()
        raw(AREAS).to_file(root / "boundaries/buurten-2024.gpkg")
        self.write(80)

    def write(self, crimes: float) -> None:
        rng = np.random.default_rng(1)
        people = rng.integers(200, 3000, len(AREAS))
        table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people, "huishoudens": people // 2})
        for year in (2023, 2024):
            table[f"misdrijven_{year}"] = rng.poisson(people * 0.03)
        table["huurders"] = rng.binomial(people // 2, 0.4)
        table.loc[table["buurtcode"] == AREA, "misdrijven_2024"] = crimes
        table.assign(afstand=rng.uniform(1, 10, len(table))).to_csv(self.root / "tellingen.csv", sep=";", index=False)

    def catalog(self, text: str | None) -> Catalog:
        given = self.root / "layers" / "corrections" / "bureau.toml"
        given.unlink(missing_ok=True)
        return catalog(self.root / "layers", **({"corrections_bureau": text} if text else {}))

    def build(self, text: str | None, request: LayerRequest = BUURT) -> Layer:
        return build(Country(Folder(self.root), YEAR, self.catalog(text)), request, told)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("wereld") / "w")


@pytest.mark.parametrize("level", [AreaLevel.BUURT, AreaLevel.WIJK])
@given(value=st.integers(0, 200))
@settings(max_examples=2)
def test_a_map_is_as_if_the_source_had_said_so(world: World, level: AreaLevel, value: int):
    request = replace(BUURT, level=level)
    world.write(80)
    corrected = world.build(correction(value), request)
    world.write(value)
    said = world.build(None, request)
    for one, other in ((corrected.table, said.table), (corrected.zoekgebieden, said.zoekgebieden)):
        texts = [name for name in TEXTS if name in one]
        pd.testing.assert_frame_equal(pd.DataFrame(one).drop(columns=texts), pd.DataFrame(other).drop(columns=texts))
    assert corrected.provenance.receipts[1].sha256 != said.provenance.receipts[1].sha256


def test_what_was_received_stays_as_it_is(world: World):
    world.write(80)
    before = (world.root / "tellingen.csv").read_bytes()
    world.build(correction(12))
    assert (world.root / "tellingen.csv").read_bytes() == before


def test_the_area_the_collections_the_page_and_the_record_say_what_was_corrected(world: World, tmp_path: Path):
    world.write(80)
    layer = world.build(correction(12))
    texts = layer.table.set_index("gebiedscode")["toelichting"]
    said = f"Van {AREA} is het cijfer misdrijven van 2024 verbeterd van 80 in 12, door de gegevensbeheerder: Geteld op"
    assert said in texts[AREA]
    assert not texts.drop(AREA).str.contains("verbeterd").any()
    published = collections([layer])
    assert all("Eén cijfer van de bronnen is verbeterd" in one.caveat for one in published)
    method_page.write(record := recorded([layer], published), tmp_path)
    assert said in (tmp_path / "methode-proef.html").read_text(encoding="utf-8")
    (one,) = json.loads(json.dumps(record))["layers"][0]["provenance"]["corrections"]
    assert (one["before"], one["after"], one["role"], one["effect"]) == (80, 12, "gegevensbeheerder", "changed")
    plain = world.build(None)
    assert all("verbeterd" not in one.caveat for one in collections([plain]))
    assert recorded([plain], collections([plain]))["id"] != record["id"]


@pytest.mark.parametrize(("source", "value"), [(80, 4), (3, 80), (0, 80)])
def test_a_figure_that_is_too_small_to_show_is_not_said_by_its_correction(world: World, source: int, value: int):
    world.write(source)
    layer = world.build(correction(value))
    (one,) = layer.provenance.corrections
    assert {one.before, one.after} == {None, 80}
    text = layer.table.set_index("gebiedscode")["toelichting"][AREA]
    assert f"Van {AREA} is het cijfer misdrijven van 2024 verbeterd, door de gegevensbeheerder" in text


def test_a_zoekgebied_says_what_was_corrected_in_it(world: World):
    world.write(80)
    hot = [buurtcode(column, row, 20) for column in (3, 4, 5) for row in (1, 2, 3)]
    parts = [correction(1000, area).partition("[[") for area in hot]
    layer = world.build(parts[0][0] + "".join(mark + part for _, mark, part in parts))
    found = layer.zoekgebieden.set_index("gebiedscodes")["beperkingen"]
    (inside,) = [codes for codes in found.index if hot[4] in codes]
    assert f"Van {hot[4]} is het cijfer misdrijven van 2024 verbeterd van" in found[inside]
    outside = next(one for one in AREAS.ids if one not in inside)
    assert outside not in found[inside]


def test_a_wijk_says_what_was_corrected_in_its_buurten_and_a_hexagon_nothing(world: World):
    world.write(80)
    layer = world.build(correction(12), replace(BUURT, level=AreaLevel.WIJK))
    texts = layer.table.set_index("gebiedscode")["toelichting"]
    assert list(texts[texts.str.contains("verbeterd")].index) == [f"WK{AREA[2:8]}"]
    layer = world.build(correction(12), replace(BUURT, level=AreaLevel.H3_8))
    assert not layer.table["toelichting"].fillna("").str.contains("verbeterd").any()
    assert len(layer.provenance.changed) == 1


def test_a_correction_that_the_source_has_made_itself_is_said_and_not_shown_as_one(world: World):
    world.write(80)
    layer = world.build(correction(80))
    assert [one.effect for one in layer.provenance.corrections] == ["needless"]
    assert not layer.provenance.changed
    assert not layer.table["toelichting"].fillna("").str.contains("verbeterd").any()


def test_a_correction_of_an_area_that_is_not_there_is_refused(world: World):
    world.write(80)
    with pytest.raises(SourceError, match="a correction is of misdrijven_2024 of BU05999999, which it does not have"):
        world.build(correction(12, "BU05999999"))


def test_a_correction_of_another_year_changes_nothing(world: World):
    world.write(80)
    layer = world.build(correction(12), replace(BUURT, period=2023))
    assert layer.provenance.corrections == ()


def test_a_reason_makes_texts_again_and_a_value_figures_and_a_built_layer_is_read_back(tmp_path: Path):
    world, home = World(tmp_path / "w"), tmp_path / "home"

    def made(text: str | None) -> set[str]:
        country = Country(Folder(world.root), YEAR, world.catalog(text), results=Results(HomeCache(home)))
        build_and_save(country, [BUURT], home, told)
        return {one.kind for one in country.results.made if one.stored}

    made(None)
    assert "figures" in made(correction(12))
    assert made(correction(12)) == set()
    assert made(correction(12, why="Nagevraagd")) == {"changes"}
    (read,) = storage.load(home, world.catalog(correction(12, why="Nagevraagd")))
    assert [one.why for one in read.provenance.corrections] == ["Nagevraagd"]
    assert "figures" in made(correction(13))
    assert "figures" not in made(None)  # as it was before there was a correction
