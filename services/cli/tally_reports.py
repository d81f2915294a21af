"""What a user reads of what a tally will cost."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from geo.messages import plural
from layers.messages import number, say
from services.jobs.tally_plan import OF, Cost, TallyPlan

MEGABYTE = 1e6


def planned(plan: TallyPlan) -> RenderableType:
    """What is read, what it costs by each engine, and which to take."""
    table = Table(
        say("engine"), say("processes"), say("seconds of processor"), say("seconds, where cores are free"),
        say("GB of memory"), title=escape(plan.declared.title),
    )  # fmt: skip
    for cost in plan.costs:
        table.add_row(*_row(cost))
    measured = say(
        "Costs are about: by rates that were measured on rows of six columns, cells of 25 m and squares of 100 m, "
        "counted per buurt of the country; more columns, or hexagons, take more."
    )
    return Group(escape(_what(plan)), table, *(escape(say(one)) for one in plan.advice), measured)


def _what(plan: TallyPlan) -> str:
    """Where it lies, in how many files, and how many rows."""
    if plan.size == 0 and plan.rows is None:
        return say("Reads the table {where}, as one part.", where=plan.where)
    given = {
        "where": plan.where, "files": plural("1 file", "{count} files", count=plan.parts),
        "size": number(plan.size / MEGABYTE), "what": OF[plan.of],
    }  # fmt: skip
    if plan.rows is None:
        return say("Reads {where}: {files}, {size} MB.", **given)
    if plan.exact:
        return say("Reads {where}: {files}, {size} MB, {rows} {what}.", rows=number(plan.rows, 0), **given)
    return say("Reads {where}: {files}, {size} MB, about {rows} {what}.", rows=number(plan.rows, 0), **given)


def _row(cost: Cost) -> tuple[str, ...]:
    """Of an engine; what is not known is said so."""
    known = (say("not known") if one is None else number(one, digits)
             for one, digits in ((cost.seconds, 0), (cost.elapsed, 0), (cost.memory, 1)))  # fmt: skip
    return cost.engine, str(cost.processes), *known
