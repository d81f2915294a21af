"""profile: what homes or premises where something was found have more often than the others."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services.cli.screen import Data, progress, screen
from services.settings import Settings


def profile(
    source: Annotated[
        str, typer.Argument(help=say("A source with [profile]: its name, or a TOML file. Rows are objects."))
    ],
    to: Annotated[Path | None, typer.Option(help=say("HTML file to write the report to as well."))] = None,
    data: Data = None,
) -> None:
    """Find what homes or premises where something was found have more often than the others, never what people have.

    What fits a profile is then counted per area, as any count of a source, and a theme may read it.

    Example: `zicht profile woningkenmerken --to profiel.html`
    """
    from rich.table import Table

    from layers.publication import profiles as words
    from services.jobs import profile as job

    if to is not None:
        job.check_page(to)
    with progress() as steps:
        made = job.profile(source, data or Settings().data, steps)
    found, ranges = made.found.found, made.objects.ranges
    if found:
        table = Table(*(escape(say(name)) for name in words.HEADER), title=escape(made.declared.title))
        for one in found:
            table.add_row(*map(escape, words.row(one, ranges)))
        screen.print(table)
    for line in (*words.lines(made.found, ranges), *made.objects.notes):
        screen.print(escape(say(line)))
    if found:
        screen.print(say("To count what fits the surest per area, add to the source:"))
        screen.print(words.counted_by(found[0], ranges), markup=False, highlight=False, soft_wrap=True)
    if to is not None:
        job.export(made, to)
        screen.print(escape(say("Report: {path}", path=to)))
