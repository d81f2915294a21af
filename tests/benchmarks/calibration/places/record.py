"""Record a calibration: `python -m tests.benchmarks.calibration.places.record output/calibration/places.json`.

Writes layers/evaluation/calibration.toml, which the method pages read. Only what was measured of one state of the code
is in places.json (`Kept`), so that no number of an earlier search stays.
"""

import sys
from pathlib import Path

import orjson

from tests.benchmarks.calibration.places.maps import NULLS
from tests.benchmarks.calibration.places.outcomes import ROOT

HEAD = """# How often a search is wrong, as `make calibrate` measured it and `python -m
# tests.benchmarks.calibration.places.record` wrote it. More maps of the same search go on from these.

[place_scan]
draws = {draws}
"""
ALARM = '\n[[place_scan.alarm]]\nwhat   = "{what}"\nmaps   = {maps}\nalarms = {alarms}\n'
RECALL = '\n[[place_scan.recall]]\nwhat    = "{what}"\nmaps    = {maps}\nflagged = {flagged:.2f}\n'
FAIR = {name for name, kind in NULLS.items() if not kind.reported}
LANDS = {"zuid-holland": "in Zuid-Holland, drie zulke plekken", "nl": "in het hele land, twaalf zulke plekken"}
SOUGHT = {
    "9 gebieden, vorm 3, 3 keer": "negen gebieden met drie keer zo veel",
    "9 gebieden, vorm 3, 2 keer": "negen gebieden met twee keer zo veel",
    "9 gebieden, grillig, vorm 3, 3 keer": "negen gebieden in een grillige vorm met drie keer zo veel",
    "20 gebieden, vorm 3, 2 keer": "twintig gebieden met twee keer zo veel",
    "4 gebieden, vorm 3, 3 keer": "vier gebieden met drie keer zo veel",
}
"""What the method page says: of the planted places that are easy and hard to find some of each."""


def recorded(figures):
    """The declaration of what was measured."""
    rows = figures["rows"]
    groups = (
        ("Zuid-Holland zonder plekken, tien soorten kaarten", {"zuid-holland"}, FAIR),
        ("het hele land zonder plekken", {"nl"}, FAIR),
        ("zonder plekken, waar buurgebieden een beetje op elkaar lijken", {"zuid-holland", "nl"}, {"correlated_1"}),
    )
    text = HEAD.format(draws=figures["draws"])
    for what, lands, kinds in groups:
        ours = [row for row in rows if row["land"] in lands and row["setting"] in kinds]
        alarms = sum(round(row["alarm"] * row["maps"]) for row in ours)
        text += ALARM.format(what=what, maps=sum(row["maps"] for row in ours), alarms=alarms)
    for setting, what in SOUGHT.items():
        for row in rows:
            if row["setting"] == setting:
                said = f"{what}, {LANDS[row['land']]}"
                text += RECALL.format(what=said, maps=row["maps"], flagged=row["recall"])
    return text


if __name__ == "__main__":
    measured = orjson.loads(Path(sys.argv[1]).read_bytes())
    (ROOT / "layers/evaluation/calibration.toml").write_text(recorded(measured), encoding="utf-8")
