"""What is remembered gives the bytes that making it again gives, whatever is lost; and it is said what is made."""

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import Catalog
from layers.method.country import Country
from layers.method.plan import Results
from layers.publication.layer import Layer
from services.cache.disk import HomeCache
from services.jobs.build import LayerRequest, build, build_and_save
from services.jobs.plan import State, planned
from services.program import program
from services.sources.folder import Folder
from services.workspace import storage
from tests.country import raw, squares
from tests.layers.declared import THEME, catalog
from tests.services.running import told

AREAS = squares(20, 6)
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
CHANGES = ("nothing", "weight", "why", "figures", "boundaries")
REQUESTS = [
    LayerRequest("proef", level, lens, period)
    for level in (AreaLevel.BUURT, AreaLevel.WIJK)
    for lens in ("basis", "nabij")
    for period in (2023, 2024)
]


def figures(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    people = rng.integers(200, 3000, len(AREAS))
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people, "huishoudens": people // 2})
    for year in (2021, 2022, 2023, 2024):
        table[f"misdrijven_{year}"] = rng.poisson(people * 0.03)
    table["huurders"] = rng.binomial(people // 2, 0.4)
    return table.assign(afstand=rng.uniform(1, 10, len(table)))


class World:
    """A folder of figures and declarations that changes, and a home in which builds remember."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, root / "home"
        (root / "boundaries").mkdir(parents=True)
        (root / "layers").mkdir()
        self.theme, self.seed = THEME, 1
        raw(AREAS).to_file(root / "boundaries/buurten-2024.gpkg")
        self.write()

    def write(self) -> None:
        figures(self.seed).to_csv(self.root / "tellingen.csv", sep=";", index=False, encoding="cp1252")

    def change(self, what: str) -> None:
        if what == "weight":
            self.theme = self.theme.replace("weight = 2", "weight = 4") if "weight = 2" in self.theme else THEME
        elif what == "why":
            self.theme = self.theme.replace('why = "', 'why = "Ook: ', 1)
        elif what == "figures":
            self.seed += 1
            self.write()
        elif what == "boundaries":
            raw(AREAS).assign(extra=self.seed).to_file(self.root / "boundaries/buurten-2024.gpkg")

    @property
    def catalog(self) -> Catalog:
        return catalog(self.root / "layers", themes_proef=self.theme)

    def country(self, *, remembering: bool) -> Country:
        results = Results(HomeCache(self.home)) if remembering else None
        return Country(Folder(self.root), YEAR, self.catalog, results=results)


def content(layer: Layer) -> tuple[Any, ...]:
    tables = (layer.table, layer.zoekgebieden)
    figures_ = [one.drop(columns="geometry").to_csv(float_format="%.17g") for one in tables]
    return (*figures_, *(one.geometry.to_wkb().tolist() for one in tables), repr(layer.summary), repr(layer.provenance))


def damage(home: Path, how: str, at: int) -> None:
    """What a crash or a hand did to the cache between two builds."""
    values = sorted((home / "cache").glob("*/*.zip"))
    if how == "removed":
        shutil.rmtree(home / "cache", ignore_errors=True)
    elif values and how == "cut off":
        one = values[at % len(values)]
        one.write_bytes(one.read_bytes()[: at % 4000])
    elif values and how == "half":
        for one in values[::2]:
            one.unlink()


step = st.tuples(
    st.sampled_from(CHANGES),
    st.sampled_from(["left", "removed", "cut off", "half"]),
    st.integers(0, 10_000),
    st.sampled_from(REQUESTS),
)


@given(steps=st.lists(step, min_size=1, max_size=4))
@settings(max_examples=4, deadline=None)
def test_a_build_is_the_same_to_the_byte_whatever_is_remembered(tmp_path_factory: pytest.TempPathFactory, steps):
    world = World(tmp_path_factory.mktemp("wereld"))
    for change, how, at, request in steps:
        world.change(change)
        damage(world.home, how, at)
        remembered = build(world.country(remembering=True), request, told)
        assert content(remembered) == content(build(world.country(remembering=False), request, told))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "wereld")


def made(world: World, request: LayerRequest = REQUESTS[1]) -> list[str]:
    """The kinds of the remembered nodes that a build of today makes, after one of yesterday."""
    country = world.country(remembering=True)
    build_and_save(country, [request], world.home, told)
    return sorted({node.kind for node in country.results.made if node.stored})


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("nothing", []),
        ("why", []),
        ("weight", ["search"]),
        ("figures", ["figures", "indicator", "receipts", "search"]),
        ("boundaries", ["areas", "figures", "indicator", "neighbors", "receipts", "search"]),
    ],
)
def test_only_what_rests_on_a_change_is_made_again(world: World, change: str, again: list[str]):
    made(world)
    world.change(change)
    assert made(world) == again


def saved(world: World) -> tuple[list[str], Layer, dict[Path, int]]:
    """Which nodes were made in a build of one layer, the layer, and the files that stand there then."""
    country = world.country(remembering=True)
    (layer,) = build_and_save(country, [REQUESTS[1]], world.home, told)
    files = {file: file.stat().st_ino for file in (world.home / "layers").rglob("*") if file.is_file()}
    return [one.kind for one in country.results.made], layer, files


def test_a_layer_that_stands_there_as_planned_is_neither_made_nor_written(world: World):
    _, first, files = saved(world)
    kinds, second, untouched = saved(world)
    assert kinds == []
    assert untouched == files
    assert (second.summary, second.provenance) == (first.summary, first.provenance)
    assert content(replace(second, summary=first.summary, provenance=first.provenance)) == content(first)
    world.change("why")
    assert "layer" in saved(world)[0]


def test_a_layer_that_is_damaged_or_of_another_program_is_made_again(world: World, monkeypatch):
    _, first, _ = saved(world)
    (file,) = (world.home / "layers").rglob("indicatoren-*.parquet")
    file.write_bytes(file.read_bytes()[:100])
    kinds, second, _ = saved(world)
    assert "layer" in kinds
    assert content(second) == content(first)
    assert saved(world)[0] == []
    monkeypatch.setattr("services.jobs.build.program", lambda: replace(program(), method="another"))
    kinds, third, _ = saved(world)
    assert "layer" in kinds
    assert third.provenance.code == "another"
    assert storage.load(world.home, world.catalog)[0].provenance.code == "another"


def test_another_lens_makes_a_search_and_another_period_no_places(world: World):
    assert made(world, REQUESTS[0]) == ["areas", "figures", "indicator", "neighbors", "receipts", "search"]
    assert made(world, REQUESTS[2]) == ["search"]
    assert made(world, REQUESTS[1]) == ["figures", "indicator", "search"]


@pytest.mark.parametrize(
    ("change", "kind", "why"),
    [
        ("figures", "figures", "what is read changed: table/tellingen"),
        ("weight", "search", "a declaration changed: search/proef/basis/buurt/2024/weights"),
        ("boundaries", "neighbors", "what it is made from changed: areas/2024"),
    ],
)
def test_the_plan_says_what_is_made_again_and_why_and_makes_nothing(world: World, change: str, kind: str, why: str):
    made(world)
    country = world.country(remembering=True)
    (layer,) = planned(country, [REQUESTS[1]], world.home)
    assert layer.built
    assert {one.state for one in layer.steps} == {State.REMEMBERED}
    world.change(change)
    country = world.country(remembering=True)
    (layer,) = planned(country, [REQUESTS[1]], world.home)
    assert not layer.built
    assert country.results.made == []
    said = {one.kind: str(one.why) for one in layer.steps if one.state is State.MADE}
    assert said[kind] == why
    assert sorted(said) == made(world)


def test_a_value_that_was_made_by_other_code_is_made_again_and_it_is_said(world: World, monkeypatch):
    made(world)
    monkeypatch.setattr("layers.method.plan.version_of", lambda function: f"other {function.__qualname__}")
    (layer,) = planned(world.country(remembering=True), [REQUESTS[1]], world.home)
    searches = [one for one in layer.steps if one.kind == "search"]
    assert ("proef", "basis", "buurt", "2024") in {one.name for one in searches}
    for one in searches:
        assert str(one.why).startswith(f"the method or a library changed: search/{'/'.join(one.name)}")


BUILDS = """
import sys
from pathlib import Path
from layers.method.country import Country
from layers.method.plan import Results
from services.cache.disk import HomeCache
from services.jobs.build import build
from services.workspace import storage
from tests.layers.declared import catalog
from tests.services.jobs.test_plan import REQUESTS, YEAR, Folder, told

root, at = Path(sys.argv[1]), int(sys.argv[2])
(root / f"layers-{at}").mkdir()
known = catalog(root / f"layers-{at}")
print("ready", flush=True)
while True:
    country = Country(Folder(root), YEAR, known, results=Results(HomeCache(root / "home")))
    storage.save([build(country, REQUESTS[at % len(REQUESTS)], told)], root / "home")
    at += 1
    if at % 5 == 0:
        HomeCache(root / "home").clean()
"""


def builder(world: World, at: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", BUILDS, str(world.root), str(at)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_builders_that_are_killed_leave_nothing_that_another_build_would_not_make(world: World):
    both = [builder(world, 1), builder(world, 4)]
    while len(list((world.home / "cache").glob("*/*.zip"))) < 4:
        time.sleep(0.05)
    for moment, one in zip((0.3, 0.7), both, strict=True):
        time.sleep(moment)
        one.kill()
        one.communicate()
    for request in (REQUESTS[1], REQUESTS[6]):
        remembered = build(world.country(remembering=True), request, told)
        assert content(remembered) == content(build(world.country(remembering=False), request, told))
    if storage.listed(world.home):
        assert storage.load(world.home, world.catalog)
