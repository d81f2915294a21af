"""The plots of the calibration page, as SVG whose words are words."""

# ruff: noqa: RUF001  # Greek and dashes in Dutch sentences

from io import StringIO

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from layers.messages import number
from tests.benchmarks.calibration.maps import NULLS
from tests.benchmarks.calibration.searches import P_VALUES, SEARCHES

mpl.use("svg")

STYLES = {
    "zicht": ("#0072b2", "o", "-"),
    "esda_greater": ("#009e73", "s", "-"),
    "esda": ("#009e73", "s", ":"),
    "geoda_hot": ("#d55e00", "^", "-"),
    "geoda": ("#d55e00", "^", ":"),
    "gi": ("#0072b2", "o", "-"),
    "gi_own": ("#56b4e9", "o", "--"),
    "gi_ar": ("#999999", "D", "--"),
    "gi_residual": ("#000000", "D", "-"),
    "moran": ("#009e73", "s", ":"),
    "scan": ("#d55e00", "^", "-"),
    "both": ("#cc79a7", "v", "--"),
    "either": ("#e69f00", "v", "-"),
}
"""Colour (told apart by the colour-blind), marker and line."""

LEAST = 2e-5
"""The lowest share that is drawn."""

PERCENT = FuncFormatter(lambda value, _: f"{number(100 * value, 2).rstrip('0').rstrip(',')} %")


def nulls(rows):
    """For each kind of map the share of areas with p at most alpha against alpha, one line a method."""
    figure, panels = _panels(2, 4, (11.5, 6.6))
    for panel, (kind, title) in zip(panels, NULLS.items(), strict=True):
        panel.plot([1e-4, 0.5], [1e-4, 0.5], color="#444", lw=1)
        panel.plot([1e-4, 0.5], [2e-4, 1.0], color="#999", lw=1, ls=(0, (1, 2)))
        for row in (row for row in rows if row["kind"] == kind):
            _line(panel, row["method"], row["alpha"], row["share"], row["error"], least=LEAST)
        panel.set(title=title.replace(", ", ",\n"), xscale="log", yscale="log", xlim=(7e-5, 0.7), ylim=(LEAST, 1.3))
        _percents(panel.xaxis, (1e-4, 1e-3, 0.01, 0.1))
        _percents(panel.yaxis, (1e-4, 1e-3, 0.01, 0.1, 1))
    for panel in panels[4:]:
        panel.set_xlabel("α")
    for panel in panels[::4]:
        panel.set_ylabel("aandeel gebieden met p ≤ α")
    _legend(figure, {name: title for name, (title, _) in P_VALUES.items()}, columns=5)
    return _svg(figure)


def planted(rows, score, *, nominal=None):
    """A score against strength, one panel per size and one line per search."""
    sizes = sorted({row["size"] for row in rows})
    strengths = sorted({row["strength"] for row in rows})
    figure, panels = _panels(1, len(sizes), (9.0, 5.2))
    for panel, size in zip(panels, sizes, strict=True):
        for search in SEARCHES:
            here = [row for row in rows if row["size"] == size and row["search"] == search]
            scores, errors = ([row[name] for row in here] for name in (score, f"{score}_error"))
            _line(panel, search, range(len(here)), scores, errors)
        if nominal is not None:
            panel.axhline(nominal, color="#444", lw=1)
        panel.set(title=f"{size} gebieden", xlabel="sterkte", xticks=range(len(strengths)))
        panel.set_xticklabels([times(strength) for strength in strengths])
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    top = 1.03 if nominal is None else max(0.11, *(row[score] or 0 for row in rows)) * 1.1
    for panel in panels:
        panel.set_ylim(-0.03 * top, top)
    _legend(figure, SEARCHES, columns=4)
    return _svg(figure)


def times(strength):
    """A strength as it is written: one decimal, none if it is 0."""
    return f"{number(strength).removesuffix(',0')}×"


def _panels(rows, columns, size):
    figure, panels = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for panel in panels.flat:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="#e5e5e5", lw=0.6)
        panel.set_axisbelow(True)
    return figure, list(panels.flat)


def _line(panel, name, along, shares, errors, least=-1.0):
    """A line with twice the standard error around it; nothing where a share is unknown or under `least`."""
    colour, marker, line = STYLES[name]
    shares, errors = np.array(shares, dtype=float), np.nan_to_num(np.array(errors, dtype=float))
    shares[shares < least] = np.nan
    panel.plot(along, shares, color=colour, marker=marker, ls=line, ms=3.5, lw=1.3)
    low, high = np.maximum(shares - 2 * errors, least), shares + 2 * errors
    panel.fill_between(along, low, high, color=colour, alpha=0.1, lw=0)


def _percents(axis, at):
    axis.set_major_locator(FixedLocator(at))
    axis.set_major_formatter(PERCENT)
    axis.set_minor_formatter(NullFormatter())


def _legend(figure, titles, columns):
    lines = []
    for name, title in titles.items():
        colour, marker, line = STYLES[name]
        lines.append(Line2D([], [], color=colour, marker=marker, ls=line, label=title))
    figure.legend(
        handles=lines, loc="outside lower center", ncols=columns, frameon=False, handlelength=2.5, columnspacing=1.5
    )


def _svg(figure):
    """The figure as SVG without a date, so that the same figures give the same page."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    return text.getvalue()[text.getvalue().index("<svg") :]


mpl.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "zicht",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 10,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
    }
)
