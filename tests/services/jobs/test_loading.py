"""What builds loads what searches when it searches: it takes as long to load as all else together."""

import subprocess
import sys
from pathlib import Path

from geo.statistics import by_name, names
from tests.country import raw
from tests.layers.declared import THEME, written
from tests.services.jobs.test_two_sources import AREAS, FIRST

SEARCHES = {"numba", "scipy.optimize", "scipy.spatial", "scipy.fft", "scipy.ndimage"}
BUILD = f"""
import sys
from services import cli
cli.main()
print("LOADED", *{SEARCHES}.intersection(sys.modules))
"""


def loaded(*arguments: object) -> set[str]:
    """Which of them a command in a process of its own has loaded."""
    command = [sys.executable, "-c", BUILD, *map(str, arguments)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return set(shown.rpartition("LOADED")[2].split())


def test_a_changed_why_loads_nothing_that_searches(tmp_path: Path):
    (tmp_path / "boundaries").mkdir()
    raw(AREAS).to_file(tmp_path / "boundaries/buurten-2024.gpkg")
    FIRST.assign(huishoudens=500, huurders=200 + FIRST.index % 7, afstand=3).to_csv(tmp_path / "tellingen.csv")
    layers = written(tmp_path)
    build = ("build", "proef", "--layers", layers, "--data", tmp_path, "--home", tmp_path / "home")
    assert "numba" in loaded(*build)
    written(tmp_path, themes_proef=THEME.replace("Meer misdrijven.", "Waar meer misdrijven zijn."))
    assert loaded(*build) == set()
    assert "Waar meer misdrijven zijn" in (tmp_path / "home/layers/proef/buurt/2024/basis/NL/layer.json").read_text()


def test_the_names_of_searches_are_known_without_them():
    assert (*by_name.SEARCHES,) == names.SEARCH_NAMES
    assert (*by_name.PLACE_SEARCHES,) == names.PLACE_SEARCH_NAMES
