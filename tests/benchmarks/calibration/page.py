"""The calibration page: figures to one HTML page in plain Dutch, plots and tables side by side."""

from itertools import groupby
from math import sqrt
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from layers.evaluation.maps import CLUSTERS, GAMMA_SHAPE
from layers.messages import number
from tests.benchmarks.calibration import plots
from tests.benchmarks.calibration.conclusions import BEYOND, conclude, false_too_often, percent, too_many
from tests.benchmarks.calibration.maps import EVENTS, GROUNDS, NULLS
from tests.benchmarks.calibration.searches import MAX_Q, P_VALUES, PERMUTATIONS, SCAN_DRAWS, SEARCHES

TITLES = {"buurt": "Buurten van Testland", "h3": "Zeshoeken (H3, niveau 9)"}
SCORES = {
    "found": ("Gevonden clusters", "Aandeel clusters waarvan ten minste één gebied is gevlagd.", None),
    "power": ("Bereik", "Aandeel geplante gebieden dat is gevlagd.", None),
    "precision": (
        "Precisie",
        "Aandeel geplant onder wat is gevlagd, over kaarten waarop iets is gevlagd. Een buurgebied telt hier als mis.",
        None,
    ),
    "false": (
        "Vals alarm",
        (
            "Aandeel onder wat is gevlagd dat niet in en niet naast een cluster ligt; 0 waar niets is gevlagd. Dit is "
            "wat q begrenst: Gi* toetst de buren, en die van een gebied naast een cluster zijn echt hoog."
        ),
        MAX_Q,
    ),
}


def written(figures):
    """The page as one text: styles and plots inside, nothing from elsewhere."""
    here = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    planted = figures["planted"]
    return here.get_template("page.html.jinja").render(
        quick=figures["quick"],
        conclusions=conclude(figures),
        beyond=BEYOND,
        permutations=PERMUTATIONS,
        least=number(1 / (1 + PERMUTATIONS), 3),
        clusters=CLUSTERS,
        max_q=number(MAX_Q, 2),
        draws=SCAN_DRAWS,
        uneven=percent(1 / sqrt(GAMMA_SHAPE), 0),
        nulls=[_board(figures["nulls"], name) for name in TITLES],
        planted=[_part(planted, score) for score in SCORES],
        elsewhere={
            ground: [_elsewhere(planted, score, ground) for score in ("power", "false")]
            for ground in ("clumped", "stations")
        },
        quiet=_quiet(planted),
        made=_made(figures),
    )


def _board(nulls, name):
    rows = [row for row in nulls if row["board"] == name]
    maps = {method: next(row["maps"] for row in rows if row["method"] == method) for method in P_VALUES}
    return {
        "title": TITLES[name],
        "plot": plots.nulls(rows),
        "maps": f"{maps['zicht']} kaarten per soort voor zicht, {maps['esda']} voor esda en GeoDa.",
        "tables": [_of_nulls(rows, alpha, digits) for alpha, digits in ((1e-3, 2), (0.05, 1))],
    }


def _of_nulls(rows, alpha, digits):
    at = rows[0]["alpha"].index(alpha)
    by = {(row["kind"], row["method"]): row for row in rows}
    return {
        "caption": f"Aandeel gebieden met p ≤ {number(alpha, 3).rstrip('0')}",
        "heads": ["", *(title for title, _ in P_VALUES.values())],
        "rows": [
            {"head": "mag hoogstens", "cells": [(percent(tails * alpha), False) for _, tails in P_VALUES.values()]},
            *(
                {"head": title, "cells": [_share(by[kind, method], at, digits) for method in P_VALUES]}
                for kind, title in NULLS.items()
            ),
        ],
    }


def _share(row, at, digits):
    return percent(row["share"][at], digits), too_many(row, at)


def _part(planted, score):
    title, what, nominal = SCORES[score]
    boards = []
    for name, board in TITLES.items():
        rows = _some(planted, name, "even")
        table = {
            "caption": f"{title} ({rows[0]['maps']} kaarten per rij)",
            "heads": ["", *SEARCHES.values()],
            "rows": [
                _line(f"{size} gebieden, {plots.times(strength)}", some, score, 0)
                for (size, strength), some in groupby(rows, key=lambda row: (row["size"], row["strength"]))
            ],
        }
        boards.append({"title": board, "plot": plots.planted(rows, score, nominal=nominal), "table": table})
    return {"title": title, "what": what, "boards": boards}


def _some(planted, name, ground):
    """Rows of maps with clusters."""
    return [row for row in planted if (row["board"], row["ground"]) == (name, ground) and row["strength"] > 1]


def _elsewhere(planted, score, ground):
    title, *_ = SCORES[score]
    rows = [row for name in TITLES for row in _some(planted, name, ground)]
    settings = groupby(rows, key=lambda row: (row["board"], row["size"], row["strength"]))
    return {
        "caption": f"{title}, {GROUNDS[ground]}",
        "heads": ["", *SEARCHES.values()],
        "rows": [
            _line(f"{TITLES[board]}, {size} gebieden, {plots.times(strength)}", some, score, 0)
            for (board, size, strength), some in settings
        ],
    }


def _quiet(planted):
    rows = [row for row in planted if row["strength"] == 1]
    settings = groupby(rows, key=lambda row: (row["board"], row["ground"], row["maps"]))
    return {
        "caption": f"Aandeel kaarten met vals alarm (mag {percent(MAX_Q, 0)})",
        "heads": ["", *SEARCHES.values()],
        "rows": [
            _line(f"{TITLES[board]}: {GROUNDS[ground]} ({maps} kaarten)", some, "alarm", 0)
            for (board, ground, maps), some in settings
        ],
    }


def _line(head, rows, score, digits):
    marked = score in {"false", "alarm"}
    return {
        "head": head,
        "cells": [(percent(row[score], digits), marked and false_too_often(row, score)) for row in rows],
    }


def _made(figures):
    versions = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    return [
        ("Zaad", f"{figures['seed']}, met de soort en het nummer van elke kaart erbij"),
        ("Gebieden", ", ".join(f"{TITLES[name]}: {count}" for name, count in figures["areas"].items())),
        (
            "Verwacht aantal",
            ", ".join(f"{TITLES[name]}: gemiddeld {number(EVENTS[name], 0)} per gebied" for name in TITLES),
        ),
        ("zicht", "getis_ord, exact, alternative='greater'"),
        ("esda", f"G_Local, star=True, transform='B', {PERMUTATIONS} permutaties; 'greater', en standaard: 'directed'"),
        (
            "GeoDa",
            f"pygeoda.local_gstar, {PERMUTATIONS} permutaties, lookup-table; warm: alleen waar Gi* boven gemiddeld is",
        ),
        ("Scan", f"cirkels tot 5 % van de noemer, {SCAN_DRAWS} trekkingen"),
        ("Versies", versions),
        ("Duur", f"{figures['seconds']} seconden op {figures['cores']} kernen"),
    ]
