"""Writes the fixture of each format that has none yet: `python -m tests.published.write`, after a format went up.

Two layers of a made-up country of thirty-six buurten, of the newest of the declarations beside this; their release, of
which one lens is withdrawn, that is confirmed and then held, so that every file is there that a home may have.
"""

import shutil
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import Catalog, catalog_of
from layers.declarations.reading import SCHEMA
from layers.method.country import Country
from services.jobs.build import LayerRequest, build_and_save
from services.jobs.publish import publish_all
from services.jobs.releases import roll_back
from services.jobs.withdraw import withdraw
from services.releases import manifest
from services.sources.folder import Folder
from services.stores import queries
from services.workspace import storage
from tests.country import raw, squares
from tests.published.opened import HERE
from tests.services.running import told

AREAS = squares(6, 6)
DECLARATIONS = HERE / f"declarations-{SCHEMA}-open"
WORKSPACE = HERE / f"workspace-{storage.FORMAT}.tar.xz"
RELEASE = HERE / f"release-{manifest.FORMAT}-store-{queries.FORMAT}.tar.xz"


def write(folder: Path) -> list[Path]:
    """Write what is not there yet, by way of an empty folder; returns what was written."""
    lacking = [one for one in (WORKSPACE, RELEASE) if not one.exists()]
    home, catalog = folder / "home", catalog_of(DECLARATIONS)
    _build(folder / "figures", home, catalog)
    parts = {WORKSPACE: ["layers"], RELEASE: ["releases", "current"]}
    for one in lacking:
        if one == RELEASE:
            _publish(home, catalog)
        _pack(home, parts[one], one)
    return lacking


def _build(figures: Path, home: Path, catalog: Catalog) -> None:
    """Build both lenses from counts that are many in one corner."""
    (figures / "boundaries").mkdir(parents=True)
    raw(AREAS).to_file(figures / "boundaries/buurten-2024.gpkg")
    place = AREAS.table.centroid
    people = 400 + 20 * np.arange(len(AREAS))
    counts = np.where((place.x < place.x.median()) & (place.y < place.y.median()), people // 10, people // 40)
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people})
    table.assign(misdrijven_2024=counts, misdrijven_2025=counts + 1).to_csv(figures / "dorpsteller.csv", index=False)
    year = replace(vintage(2024), least=len(AREAS), gemeenten=2)
    country = Country(Folder(figures, made_up=True), year, catalog)
    requests = [LayerRequest("proefland", AreaLevel.BUURT, lens, 2025) for lens in ("basis", "stil")]
    build_and_save(country, requests, home, told)


def _publish(home: Path, catalog: Catalog) -> None:
    config = home / "pygeoapi-config.yml"
    publish_all(home, config, catalog, told)
    withdraw(home, config, "proefland", "stil", "verzonnen reden", told)
    served = publish_all(home, config, catalog, told)
    roll_back(home, config, served.folder.name)


def _pack(home: Path, parts: list[str], archive: Path) -> None:
    """The parts of a home, in their order and without locks; the same home gives the same archive."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        return None if Path(member.name).name in {storage.LOCK, storage.TURN} else member

    with tarfile.open(archive, "w:xz", preset=9) as packed:
        for part in parts:
            packed.add(home / part, part, filter=plain)


if __name__ == "__main__":
    scratch = Path(tempfile.mkdtemp())
    for path in write(scratch):
        print(path)
    shutil.rmtree(scratch)
