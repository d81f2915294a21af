"""The conclusions of the calibration page: sentences that follow from the figures, whatever they are."""

# ruff: noqa: RUF001  # Greek and dashes in Dutch sentences

from layers.messages import number
from tests.benchmarks.calibration.maps import NULLS
from tests.benchmarks.calibration.searches import MAX_Q, P_VALUES, SEARCHES

BEYOND = 3
"""Standard errors above which a share is more than chance."""

EXCHANGEABLE = ("poisson_01", "poisson_2", "zero_inflated", "eb", "residual")
"""Kinds of map on which a permutation test must be right: every order of the values is as likely."""

BOARDS = {"buurt": "de buurten", "h3": "de zeshoeken"}


def percent(share, digits=1):
    """A share as the Dutch write it; a dash where there is none."""
    return "–" if share is None else f"{number(100 * share, digits)}\N{NO-BREAK SPACE}%"


def too_many(row, at):
    """Whether the share at the alpha in this place is above what it may be, and more than chance makes it."""
    allowed = min(1.0, row["tails"] * row["alpha"][at])
    return row["share"][at] > allowed + BEYOND * (row["error"][at] or 0)


def false_too_often(row, score="false"):
    """The same for a score that may be `MAX_Q`."""
    return row[score] > MAX_Q + BEYOND * (row[f"{score}_error"] or 0)


def conclude(figures):
    """Subject and sentence, most important first."""
    nulls, planted = figures["nulls"], figures["planted"]
    clusters = [row for row in planted if row["strength"] > 1]
    even = [row for row in clusters if row["ground"] == "even"]
    return [
        ("p-waarden van zicht", _ours(nulls)),
        *((P_VALUES[method][0], _peer(nulls, method)) for method in P_VALUES if method != "zicht"),
        ("Geklonterde noemers", _clumped(nulls)),
        *((f"Vinden op {title}", _found(even, board)) for board, title in BOARDS.items()),
        ("Vals alarm naast clusters", _false(clusters)),
        ("Vals alarm op lege kaarten", _quiet([row for row in planted if row["strength"] == 1])),
        ("Tussen stations", _stations(clusters)),
        ("Keuze", _choice(planted)),
    ]


def _ours(nulls):
    rows = [row for row in nulls if row["method"] == "zicht" and row["kind"] in EXCHANGEABLE]
    tried = [(row, at) for row in rows for at in range(len(row["alpha"]))]
    over = [(row, at) for row, at in tried if too_many(row, at)]
    if not over:
        return (
            f"kloppen: op {len(rows)} soorten kaarten zonder patroon, bij elk van {len(rows[0]['alpha'])} drempels, "
            "komt p ≤ α niet vaker voor dan α, op toeval na."
        )
    row, at = max(over, key=lambda one: one[0]["share"][one[1]] / one[0]["alpha"][one[1]])
    times = number(row["share"][at] / row["alpha"][at])
    return (
        f"zijn te klein bij {len(over)} van {len(tried)} proeven; op zijn ergst {times} keer zo vaak "
        f"p ≤ {number(row['alpha'][at], 4)} als mag ({_where(row)})."
    )


def _peer(nulls, method):
    """Where the share of areas with p at most 0.001 is furthest from what it may be."""
    rows = [row for row in nulls if row["method"] == method and row["kind"] in EXCHANGEABLE]
    at, allowed = rows[0]["alpha"].index(1e-3), percent(P_VALUES[method][1] * 1e-3)
    over = [row for row in rows if too_many(row, at)]
    if not over:
        return f"heeft nergens vaker p ≤ 0,001 dan bij {allowed} van de gebieden, op toeval na."
    worst = max(over, key=lambda row: row["share"][at])
    ours = _row(nulls, "zicht", worst["kind"], worst["board"])
    return (
        f"heeft p ≤ 0,001 te vaak op {len(over)} van {len(rows)} soorten kaarten; op zijn ergst bij "
        f"{percent(worst['share'][at])} van de gebieden ({_where(worst)}), waar {allowed} mag en zicht "
        f"{percent(ours['share'][at], 2)} heeft."
    )


def _clumped(nulls):
    """What clumped exposure does to shrunk and to standardised rates."""
    parts = []
    for kind in ("eb_clumped", "ar_clumped", "residual_clumped"):
        rows = [_row(nulls, "zicht", kind, board) for board in BOARDS]
        at = rows[0]["alpha"].index(1e-3)
        shares = " en ".join(f"{percent(row['share'][at], 2)} op {BOARDS[row['board']]}" for row in rows)
        verdict = "te vaak" if any(too_many(row, at) for row in rows) else "zoals het mag"
        parts.append(f"{shares} ({verdict})")
    return (
        "maken dat niet elke volgorde even waarschijnlijk is; dan hangt het af van wat wordt getoetst. Zonder enig "
        f"patroon heeft zicht p ≤ 0,001 bij gekrompen verhoudingen in {parts[0]}; bij verhoudingen die naar hun eigen "
        f"toeval zijn gestandaardiseerd (Assunção en Reis) in {parts[1]}; bij residuen in {parts[2]}."
    )


def _found(even, board):
    rows = [row for row in even if row["board"] == board]
    found = {search: _mean(rows, search, "found") for search in SEARCHES}
    listed = ", ".join(
        f"{SEARCHES[one]} {percent(found[one], 0)}" for one in sorted(found, key=found.get, reverse=True)
    )
    return f"gemiddeld over grootte en sterkte vindt elke manier dit deel van de clusters: {listed}."


def _false(clusters):
    over = {search: [row for row in _of(clusters, search) if false_too_often(row)] for search in SEARCHES}
    worst = {search: max(rows, key=lambda row: row["false"]) for search, rows in over.items() if rows}
    if not worst:
        return f"blijft bij elke manier onder de {percent(MAX_Q, 0)} van wat wordt gevlagd, op toeval na."
    listed = "; ".join(f"{SEARCHES[search]} tot {percent(row['false'])}" for search, row in worst.items())
    return f"is bij sommige opgaven meer dan de {percent(MAX_Q, 0)} die mag van wat wordt gevlagd: {listed}."


def _quiet(rows):
    over = {search: [row for row in _of(rows, search) if false_too_often(row, "alarm")] for search in SEARCHES}
    kept = [SEARCHES[search] for search, found in over.items() if not found]
    worst = {search: max(found, key=lambda row: row["alarm"]) for search, found in over.items() if found}
    listed = "; ".join(f"{SEARCHES[search]} tot {percent(row['alarm'], 0)}" for search, row in worst.items())
    return (
        f"komt te vaak voor ({percent(MAX_Q, 0)} van de kaarten mag) bij: {listed or 'geen'}. "
        f"Overal binnen de norm, op toeval na: {', '.join(kept) or 'geen'}."
    )


def _stations(clusters):
    rows = [row for row in clusters if row["ground"] == "stations"]
    power = {search: _mean(rows, search, "power") for search in SEARCHES}
    listed = ", ".join(
        f"{SEARCHES[one]} {percent(power[one], 0)}" for one in sorted(power, key=power.get, reverse=True)
    )
    return (
        f"(hier en daar een gebied dat alles overtreft) vlagt elke manier dit deel van de geplante gebieden: {listed}."
    )


def _choice(planted):
    """Of the searches that keep within the norm everywhere, the one that weighs reach and precision best."""
    keeps = [
        search
        for search in SEARCHES
        if not any(false_too_often(row, "false" if row["strength"] > 1 else "alarm") for row in _of(planted, search))
    ]
    if not keeps:
        return "geen enkele manier van zoeken houdt het vals alarm overal binnen de norm."
    rows = [row for row in planted if row["strength"] > 1]
    best = max(keeps, key=lambda search: _harmonic(rows, search))
    return (
        f"van wat het vals alarm overal binnen de norm houdt, weegt ‘{SEARCHES[best]}’ bereik en precisie het best "
        f"(harmonisch gemiddelde over alle clusters): het vlagt {percent(_mean(rows, best, 'power'), 0)} van de "
        f"geplante gebieden, en van wat het vlagt is {percent(_mean(rows, best, 'precision'), 0)} geplant."
    )


def _harmonic(rows, search):
    power, precision = _mean(rows, search, "power"), _mean(rows, search, "precision") or 0
    return 2 * power * precision / max(power + precision, 1e-9)


def _where(row):
    return f"{BOARDS[row['board']]}, {NULLS[row['kind']].lower()}"


def _row(nulls, method, kind, board):
    return next(row for row in nulls if (row["method"], row["kind"], row["board"]) == (method, kind, board))


def _of(rows, search):
    return [row for row in rows if row["search"] == search]


def _mean(rows, search, score):
    known = [row[score] for row in _of(rows, search) if row[score] is not None]
    return sum(known) / len(known) if known else None
