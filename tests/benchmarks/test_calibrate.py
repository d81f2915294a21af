"""The calibration runs and gives one page that needs nothing else."""

import re
import subprocess
import sys
import tomllib

import numpy as np
import orjson

from layers.evaluation.calibration import Calibration
from tests.benchmarks.calibration.conclusions import BOARDS
from tests.benchmarks.calibration.maps import NULLS
from tests.benchmarks.calibration.places.bound import knowing, shares, windows_found
from tests.benchmarks.calibration.places.lands import land
from tests.benchmarks.calibration.places.maps import COUNTRY, PROVINCE, Planted, planted
from tests.benchmarks.calibration.places.maps import NULLS as KINDS
from tests.benchmarks.calibration.places.outcomes import Kept, Outcome, state_of, without_strings
from tests.benchmarks.calibration.places.page import verdict, written
from tests.benchmarks.calibration.places.record import recorded
from tests.benchmarks.calibration.searches import P_VALUES


def test_a_quick_run_writes_figures_and_a_page_of_its_own(tmp_path):
    subprocess.run([sys.executable, "-m", "tests.benchmarks.calibrate", "--quick", "--to", tmp_path], check=True)
    figures = orjson.loads((tmp_path / "figures.json").read_bytes())
    assert len(figures["nulls"]) == len(BOARDS) * len(NULLS) * len(P_VALUES)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 10
    assert "handvol kaarten" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_a_round_of_places_on_testland_writes_figures_and_a_page(tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks.calibrate_places", "--which", "testland", "--maps", "1"]
    subprocess.run([*command, "--to", tmp_path], check=True)
    null, planted = orjson.loads((tmp_path / "places.json").read_bytes())["rows"]
    assert (null["maps"], null["recall"], planted["maps"]) == (1, None, 1)
    assert 0 <= planted["low"] <= planted["recall"] <= planted["high"] <= 1
    assert (tmp_path / "places.html").read_text(encoding="utf-8").count("<table>") == 2


def test_a_calibration_that_is_cut_off_goes_on_where_it_was(tmp_path):
    file, outcome = tmp_path / "places.jsonl", Outcome(27, 24, 20, 18, 1, 3, 3, alarm=True)
    Kept(file, "state").add("nl/poisson/0", outcome)
    file.write_bytes(file.read_bytes() + b'\n["state", "nl/poisson/1", {"plan')
    Kept(file, "state").add("nl/poisson/2", outcome)
    again = Kept(file, "state")
    assert [again.get(f"nl/poisson/{nth}") for nth in range(3)] == [outcome, None, outcome]
    assert Kept(file, "of other code").get("nl/poisson/0") is None


def test_maps_are_searched_again_after_a_change_of_the_code_but_not_of_its_words():
    code = 'def half(x):\n    """Half."""\n    return x / 2\n'
    assert without_strings(code) == without_strings("# half\n\ndef half(x):\n    return x / 2  # so\n")
    assert without_strings(code) != without_strings(code.replace("2", "3"))
    assert state_of(1, 199, None) != state_of(1, 999, None)
    assert state_of(1, 199, None) == state_of(1, 199, None)


def test_a_missed_aim_is_said_and_chance_with_it():
    row = {"recall": 0.8, "low": 0.7, "high": 0.9, "precision": 0.9, "far": 0.05}
    assert verdict(row, (0.85, 0.88, 0.04)) == "bereik, op toeval na gehaald; ver"
    assert verdict(row, (0.95, 0.95, 0.06)) == "bereik; precisie"
    assert verdict(row, (0.8, 0.9, 0.05)) == "gehaald"


def test_every_setting_has_a_row_in_the_page():
    figures = {"maps": 1, "low": 0.0, "high": 1.0, "recall": None, "alarm": 0.0, "land": "zuid-holland"}
    rows = [figures | {"setting": name} for name in KINDS]
    shares = {"recall": 1.0, "reachable": 1.0, "precision": None, "far": 0.0, "found": 1.0}
    rows += [figures | shares | {"setting": one.title} for one in PROVINCE]
    rows += [figures | shares | {"setting": one.title, "land": "nl"} for one in COUNTRY]
    page = written({"seed": 1, "draws": 999, "planted": None, "seconds": 1, "rows": rows})
    assert page.count("<tr>") == 2 + len(rows)
    assert page.count("gehaald") == len(PROVINCE) + len(COUNTRY)


def test_a_calibration_is_recorded_where_method_pages_read_it():
    planted = {"alarm": 1.0, "recall": 0.8123}
    rows = [
        {"land": "zuid-holland", "setting": "poisson", "maps": 20, "alarm": 0.05, "recall": None},
        {"land": "zuid-holland", "setting": "gamma_3", "maps": 21, "alarm": 1 / 21, "recall": None},
        {"land": "zuid-holland", "setting": "urban", "maps": 20, "alarm": 1.0, "recall": None},
        {"land": "nl", "setting": "poisson", "maps": 4, "alarm": 0.0, "recall": None},
        {"land": "nl", "setting": "correlated_1", "maps": 4, "alarm": 0.5, "recall": None},
        {"land": "nl", "setting": "9 gebieden, vorm 3, 3 keer", "maps": 4, **planted},
    ]
    kept = Calibration.model_validate(tomllib.loads(recorded({"draws": 199, "rows": rows}))["place_scan"])
    assert [(one.maps, one.alarms) for one in kept.alarm] == [(41, 2), (4, 0), (4, 2)]
    (recall,) = kept.recall
    assert (recall.what, recall.maps, recall.flagged) == (
        "negen gebieden met drie keer zo veel, in het hele land, twaalf zulke plekken", 4, 0.81,
    )  # fmt: skip


def test_what_is_plain_is_found_whole_by_who_knows_size_and_risk():
    high, sized, formed = shares(land("testland"), Planted(9, 40, 4), 0, draws=39)
    assert high == formed == 1
    assert sized > 0.9


def test_who_knows_the_size_finds_places_of_it_that_lie_apart():
    on, one = land("testland"), Planted(9, 3, 4)
    board, order = knowing(on, one, planted(on, one, np.random.default_rng(1)))
    windows = windows_found(board, 39)
    assert windows
    assert {len(window) for window in windows} == {9}
    assert len(np.unique(np.concatenate(windows))) == 9 * len(windows)
    assert on.searched[order].all()
