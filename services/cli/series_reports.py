"""What a user reads of a series: where its totals went, by which routes, and what to know of it."""

from pathlib import Path

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Column, Table

from geo.messages import Message, message
from layers.messages import number, say
from layers.method.series import CAVEAT, Balance, Series

HEADINGS = (
    message("before"), message("after"), message("over the edge"), message("to unknown"), message("whole"),
    message("split"), message("unknown"),
)  # fmt: skip


def balances(result: Series, to: Path) -> list[RenderableType]:
    """The balance of every year, the kind of its crosswalk and why, and notes."""
    lines: list[Message | str] = [*result.whys, *result.notes]
    if result.left_out:
        lines.append(say("areas of gemeenten without figures, left out: {count}", count=result.left_out))
    written = say("{file} written: {rows} rows. Unprotected counts: do not publish.", file=str(to), rows=result.rows)
    return [_table(result), *(escape(say(line)) for line in [*lines, CAVEAT, written])]


def _table(result: Series) -> Table:
    """A row a year."""
    columns = (Column(say(heading), justify="right", overflow="fold") for heading in HEADINGS)
    caption = say("total before and after, where the rest went, and how many areas")
    table = Table(
        say("year"), *columns, title=escape(result.title), caption=caption, box=SIMPLE, padding=0
    )  # fmt: skip
    for year, balance in result.balances.items():
        table.add_row(str(year), *_row(balance))
    return table


def _row(balance: Balance) -> tuple[str, ...]:
    totals = (balance.before, balance.after, balance.outside, balance.to_unknown)
    return (*map(_total, totals), str(balance.whole), str(balance.split), str(balance.unknown))


def _total(total: float) -> str:
    """With decimals where there are any, not where there is only rounding."""
    return number(total, 0 if abs(total - round(total)) < 1e-6 else 2)
