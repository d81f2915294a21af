"""The example notebook runs from top to bottom, and what it shows is what the command publishes."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from services.notebook import OpenCountry, country

NOTEBOOK = Path(__file__).parent / "testland.ipynb"
CODE = [one for one in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if one["cell_type"] == "code"]


@pytest.fixture(scope="module")
def testland() -> OpenCountry:
    return country("testland")


def test_the_example_runs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(Path.cwd())}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = json.dumps([output.get("data", {}) for output in outputs])
    assert "zoekgebieden>" in shown
    assert "titel" in shown
    assert shown.count("<iframe") == 2  # two maps


def test_the_example_is_ten_lines_and_committed_without_its_outputs():
    assert not any(cell["outputs"] for cell in CODE)
    assert sum(bool(line.strip()) for cell in CODE for line in cell["source"]) <= 10


def test_a_layer_is_that_of_the_command(testland: OpenCountry):
    built = testland.layer("misdrijven", level="wijk")
    counts = f"{len(built.table)} areas, {len(built.zoekgebieden)} zoekgebieden"
    assert repr(built) == f"<misdrijven, wijk, {built.layer.key.period}: {counts}>"
    assert list(built.table["gebiedscode"]) == list(testland.areas("wijk").index)


def test_measures_are_of_all_areas_and_unprotected(testland: OpenCountry):
    measures = testland.measures("misdrijven", "wijk", 2024)
    assert set(measures.columns.get_level_values(1)) == {"events", "exposure"}
    events = measures["misdrijven"]["events"]
    assert events.dropna().between(0, 1e6).all()
    of_buurten = testland.measures("misdrijven", "buurt", 2024)["misdrijven"]["events"].sum()
    assert 0.9 * of_buurten < events.sum() <= of_buurten  # a wijk of which too much is unknown has no figure
    assert len(testland.neighbors("wijk").ids) == len(measures)


def test_an_open_country_says_what_it_is(testland: OpenCountry):
    assert repr(testland).startswith("<OpenCountry: areas of 2024; themes branches, branches_2012, branches_buurt, ")
