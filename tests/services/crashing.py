"""A small home in which processes build, read and publish over and over, until they are killed.

There are two states of the figures. Of the second every distance is 5 more, so that a table tells by itself which of
them it was made from.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import StoreError
from layers.declarations.catalog import Catalog, catalog_of
from layers.method.country import Country
from layers.method.plan import Results
from services.cache.disk import HomeCache
from services.jobs.build import LayerRequest, build_and_save
from services.jobs.publish import publish_all
from services.releases import integrity, release
from services.sources.folder import Folder
from services.workspace import storage
from tests.country import raw, squares
from tests.layers.declared import written
from tests.services.running import told

AREAS = squares(12, 10)
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
"""A year in which these are the whole country."""
STATES = {"eerst": 0.0, "later": 5.0}
LENSES = ("basis", "nabij")


def given(root: Path) -> None:
    """Figures of each state, and the declarations."""
    rng = np.random.default_rng(8)
    people = rng.integers(300, 3000, len(AREAS))
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people, "huishoudens": people // 2})
    table = table.assign(misdrijven_2024=rng.poisson(people * 0.03), misdrijven_2023=9, huurders=people // 5)
    for state, more in STATES.items():
        (root / state / "boundaries").mkdir(parents=True)
        raw(AREAS).to_file(root / state / "boundaries/buurten-2024.gpkg")
        table.assign(afstand=1 + more).to_csv(root / state / "tellingen.csv", index=False)
    (root / "layers").mkdir()
    written(root / "layers")


def declared(root: Path) -> Catalog:
    """The declarations."""
    return catalog_of(root / "layers")


def build(root: Path, state: str) -> None:
    """Build the layer of each lens from one state of the figures, and save them together."""
    home, catalog = root / "home", declared(root)
    country = Country(Folder(root / state), YEAR, catalog, results=Results(HomeCache(home)))
    build_and_save(country, [LayerRequest("proef", AreaLevel.BUURT, lens, 2024) for lens in LENSES], home, told)


def publish(root: Path) -> release.Publication:
    """Publish what was built."""
    return publish_all(root / "home", root / "home/pygeoapi-config.yml", declared(root), told, confirmed=True)


def read(root: Path) -> str:
    """From which state all that waits was built."""
    layers = storage.load(root / "home", declared(root))
    assert {one.key.lens for one in layers} == set(LENSES)
    (state,) = {_state(one.table) for one in layers}
    return state


def served(root: Path) -> str:
    """From which state all that is served was made, of which every file is as it was published."""
    folder = release.current(root / "home")
    assert not integrity.faults(folder)
    (state,) = {_state(one.table) for one in release.collections(folder) if "afstand" in one.table}
    return state


def _state(table: pd.DataFrame) -> str:
    (distance,) = set(table["afstand"].dropna())
    return next(state for state, more in STATES.items() if distance == 1 + more)


def builder(root: Path, state: str) -> None:
    """Build until killed."""
    _over_and_over(root, built=lambda: build(root, state) or state)


def publisher(root: Path) -> None:
    """Publish until killed."""
    _over_and_over(root, published=lambda: publish(root).folder.name)


def reader(root: Path) -> None:
    """Read what is built and what is served until killed."""
    _over_and_over(root, read=lambda: read(root), served=lambda: served(root))


def _over_and_over(root: Path, **acts: Callable[[], str]) -> None:
    """Do each in turn, and write down what came of it: of a refusal its words, of any other fault all of it."""
    for what, act in cycle(acts.items()):
        try:
            outcome = f"{what} {act()}"
        except StoreError as fault:
            outcome = f"refused {fault.message.template}"
            time.sleep(0.1)
        except Exception:  # noqa: BLE001  # whatever it is, the test is to see it
            outcome = f"wrong {what}: {traceback.format_exc()!r}"
        with (root / "journal").open("a") as journal:
            journal.write(outcome + "\n")
