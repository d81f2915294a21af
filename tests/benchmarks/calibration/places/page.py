"""The page of the place scan: a table of maps without places, and one of planted places beside their aims."""

# ruff: noqa: RUF001  # dashes in Dutch text

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from layers.messages import number
from tests.benchmarks.calibration.places.maps import COUNTRY, NULLS, PROVINCE, Planted

LANDS = {"zuid-holland": "Zuid-Holland", "nl": "Nederland", "testland": "Testland"}
MAX_ALARM = 0.05


def written(figures):
    """The page as one text."""
    here = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    rows = figures["rows"]
    return here.get_template("page.html.jinja").render(
        figures=figures,
        nulls=[null(row) for row in rows if row["recall"] is None],
        planted=[planted(row) for row in rows if row["recall"] is not None],
    )


def null(row):
    """One kind of map without places."""
    kind = NULLS[row["setting"]]
    verdict = "ter kennis" if kind.reported else "te veel" if row["low"] > MAX_ALARM else "goed"
    return [LANDS[row["land"]], kind.title, row["maps"], _share(row["alarm"]), _interval(row), verdict]


def planted(row):
    """One kind of planted place, beside its aims."""
    aims = aims_of(row["land"], row["setting"])
    shares = [_share(row[name]) for name in ("recall", "precision", "far", "found", "reachable")]
    recall, precision, far = shares[:3] if aims is None else (
        f"{one} ({sign} {_share(aim)})" for one, sign, aim in zip(shares, "≥≥≤", aims, strict=False)
    )  # fmt: skip
    cells = [recall, _interval(row), shares[4], precision, far, shares[3]]
    return [LANDS[row["land"]], row["setting"], row["maps"], *cells, verdict(row, aims)]


def aims_of(where, setting):
    """Recall, precision and far flags that are aimed at; None where nothing is."""
    cells: tuple[Planted, ...] = {"zuid-holland": PROVINCE, "nl": COUNTRY}.get(where, ())
    return next((one.aims for one in cells if one.title == setting), None)


def verdict(row, aims):
    """Which aims are met; of recall also whether chance may be why not."""
    if aims is None:
        return ""
    recall, precision, far = aims
    missed = []
    if row["recall"] < recall:
        missed.append("bereik" if row["high"] < recall else "bereik, op toeval na gehaald")
    if row["precision"] is not None and row["precision"] < precision:
        missed.append("precisie")
    if row["far"] > far:
        missed.append("ver")
    return "; ".join(missed) or "gehaald"


def _share(figure):
    return "–" if figure is None else number(figure, 3)


def _interval(row):
    return f"{number(row['low'], 2)}–{number(row['high'], 2)}"
