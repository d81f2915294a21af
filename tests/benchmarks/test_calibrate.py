"""The calibration runs and gives one page that needs nothing else."""

import re
import subprocess
import sys

import orjson

from tests.benchmarks.calibration.conclusions import BOARDS
from tests.benchmarks.calibration.maps import NULLS
from tests.benchmarks.calibration.searches import P_VALUES


def test_a_quick_run_writes_figures_and_a_page_of_its_own(tmp_path):
    subprocess.run([sys.executable, "-m", "tests.benchmarks.calibrate", "--quick", "--to", tmp_path], check=True)
    figures = orjson.loads((tmp_path / "figures.json").read_bytes())
    assert len(figures["nulls"]) == len(BOARDS) * len(NULLS) * len(P_VALUES)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 10
    assert "handvol kaarten" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
