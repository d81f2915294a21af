"""What a user reads of an evaluation: a table for each cost, and what it says and does not say."""

import math

import pandas as pd
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from geo.messages import Message, message
from layers.evaluation.hits import PARTS
from layers.messages import number, say
from services.jobs.evaluate import SURFACE, Evaluation

ORDERS = {
    "score": message("score of the map"),
    "ratio": message("times what was to be expected"),
    "forecast_per_unit": message("forecast per unit: years and neighbours"),
    "count_per_unit": message("last year's count per unit"),
    "mean_per_unit": message("mean of the years, per unit"),
    "count": message("last year's count"),
    "rate": message("last year's rate"),
    "kde": message("kernel density, 500 m"),
    "random": message("at random"),
}
"""What each order is called."""
AT = 2
"""Of the parts, the one that indices and gemeenten are compared at: 5 %."""
PLAIN = "count_per_unit"
"""The order that any other must catch more than to be worth its making."""


def table(evaluation: Evaluation, cost: str) -> RenderableType:
    """What each order caught at each part of a cost; the efficiency of the last part beside it."""
    rows = {row.order: [one for one in evaluation.rows if (one.order, one.cost) == (row.order, cost)]
            for row in evaluation.rows if row.cost == cost}  # fmt: skip
    parts = [say("{part:.0%}", part=part) for part in PARTS]
    made = Table(say("order"), *parts, "PAI", "PEI", "RRI", title=escape(say(_of(cost))))
    for order in sorted(rows, key=lambda name: -rows[name][-1].caught):
        last = rows[order][AT]
        caught = [number(one.caught, 3) for one in rows[order]]
        efficiency = "" if math.isnan(last.pei) else number(last.pei, 2)
        made.add_row(say(ORDERS[order]), *caught, number(last.pai, 1), efficiency, number(last.rri, 2))
    return made


def per_gemeente(evaluation: Evaluation, cost: str) -> RenderableType:
    """What each order caught within each gemeente, at one part of a cost: quartiles, and how often more than a plain
    order did.
    """
    rows = [
        (gemeente, one.order, one.caught)
        for gemeente, each in evaluation.gemeenten.items()
        for one in each
        if (one.cost, one.part) == (cost, PARTS[AT])
    ]
    caught = pd.DataFrame(rows, columns=["gemeente", "order", "caught"]).pivot_table("caught", "gemeente", "order")
    quartiles = [say("a quarter catches less than"), say("half"), say("three quarters")]
    plain = say("more than {order}", order=say(ORDERS[PLAIN]))
    title = say(
        "{what}: {part:.0%}, within each of {count} gemeenten", what=_of(cost), part=PARTS[AT], count=len(caught)
    )
    made = Table(say("order"), *quartiles, plain, title=escape(title))
    for order in caught.median().sort_values(ascending=False, kind="stable").index:
        shares = [number(float(one), 3) for one in caught[order].quantile([0.25, 0.5, 0.75])]
        more = say("{some} of {all}", some=int((caught[order] > caught[PLAIN]).sum()), all=len(caught))
        made.add_row(say(ORDERS[order]), *shares, "" if order == PLAIN else more)
    return made


def notes(evaluation: Evaluation) -> str:
    """What was held against what, and what of it took no part."""
    said = message(
        "{indicator} of {years} against {truth}. Caught is the share of what was counted afterwards in the first 1, 2, "
        "5 and 10 % of an order; PAI, PEI and RRI are those at 5 %. A map of zoekgebieden is made to show where a "
        "pattern is stronger than elsewhere, not where most happens.",
        indicator=evaluation.counted.title, years=", ".join(map(str, evaluation.years)), truth=evaluation.truth,
    )  # fmt: skip
    return escape("\n".join(map(say, (said, *evaluation.notes))))


def _of(cost: str) -> Message:
    if cost == SURFACE:
        return message("Share caught in a part of the area")
    return message("Share caught in a part of {what}", what=cost)
