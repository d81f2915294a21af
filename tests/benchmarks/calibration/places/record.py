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
WHAT = 'what       = "{what}"\nin_english = "{in_english}"\nmaps       = {maps}\n'
ALARM = "\n[[place_scan.alarm]]\n" + WHAT + "alarms     = {alarms}\n"
RECALL = "\n[[place_scan.recall]]\n" + WHAT + "flagged    = {flagged:.2f}\n"
FAIR = {name for name, kind in NULLS.items() if not kind.reported}
NOTHING = (
    ("Zuid-Holland zonder plekken, tien soorten kaarten",
     "the province of Zuid-Holland without places, ten kinds of maps", {"zuid-holland"}, FAIR),
    ("het hele land zonder plekken", "the whole country without places", {"nl"}, FAIR),
    ("zonder plekken, waar buurgebieden een beetje op elkaar lijken",
     "without places, where neighboring areas are a little alike", {"zuid-holland", "nl"}, {"correlated_1"}),
)  # fmt: skip
"""Maps without places: what the method page calls them in Dutch and English, of which lands and kinds."""
LANDS = {
    "zuid-holland": ("in Zuid-Holland, drie zulke plekken", "in the province of Zuid-Holland, three such places"),
    "nl": ("in het hele land, twaalf zulke plekken", "in the whole country, twelve such places"),
}
SOUGHT = {
    "9 gebieden, vorm 3, 3 keer": ("negen gebieden met drie keer zo veel", "nine areas with three times as much"),
    "9 gebieden, vorm 3, 2 keer": ("negen gebieden met twee keer zo veel", "nine areas with twice as much"),
    "9 gebieden, grillig, vorm 3, 3 keer": (
        "negen gebieden in een grillige vorm met drie keer zo veel",
        "nine areas in an irregular shape with three times as much",
    ),
    "20 gebieden, vorm 3, 2 keer": ("twintig gebieden met twee keer zo veel", "twenty areas with twice as much"),
    "4 gebieden, vorm 3, 3 keer": ("vier gebieden met drie keer zo veel", "four areas with three times as much"),
}
"""What the method page says, in Dutch and English: of planted places that are easy and hard to find some of each."""


def recorded(figures):
    """The declaration of what was measured."""
    rows = figures["rows"]
    text = HEAD.format(draws=figures["draws"])
    for what, in_english, lands, kinds in NOTHING:
        ours = [row for row in rows if row["land"] in lands and row["setting"] in kinds]
        alarms = sum(round(row["alarm"] * row["maps"]) for row in ours)
        text += ALARM.format(what=what, in_english=in_english, maps=sum(row["maps"] for row in ours), alarms=alarms)
    for setting, texts in SOUGHT.items():
        for row in rows:
            if row["setting"] == setting:
                what, in_english = map(", ".join, zip(texts, LANDS[row["land"]], strict=True))
                text += RECALL.format(what=what, in_english=in_english, maps=row["maps"], flagged=row["recall"])
    return text


if __name__ == "__main__":
    measured = orjson.loads(Path(sys.argv[1]).read_bytes())
    (ROOT / "layers/evaluation/calibration.toml").write_text(recorded(measured), encoding="utf-8")
