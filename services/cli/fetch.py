"""fetch: figures and maps from the services of CBS, the police and PDOK."""

from pathlib import Path
from typing import Annotated

import typer

from geo.errors import SourceError
from services.cli.screen import FETCHED, complaints, screen
from services.settings import Settings

VINTAGE = 2024


def fetch(
    what: Annotated[
        list[str] | None, typer.Argument(help="Themes, sources or 'boundaries'. Default: all that themes read.")
    ] = None,
    gemeente: Annotated[
        list[str] | None, typer.Option(help="Only the figures of this gemeente (GM0599); may be repeated.")
    ] = None,
    vintage: Annotated[int, typer.Option(help="Year of the division in buurten.")] = VINTAGE,
    to: Annotated[Path, typer.Option(help="Folder to write to.")] = FETCHED,
    mirror: Annotated[
        Path | None, typer.Option(help="Folder where answers are kept, to carry into a closed network (ZICHT_CACHE).")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Answer from the mirror only.")] = False,  # noqa: FBT002
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again, also what was kept today.")] = False,  # noqa: FBT002
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be asked.")] = False,  # noqa: FBT002
) -> None:
    """Fetch figures and maps, with a receipt of each. A fetch that was stopped goes on where it was.

    Example: `zicht fetch drugs --dry-run`, then `zicht fetch drugs` and `zicht build drugs --data output/data`
    """
    from boundaries.vintages import vintage as division
    from services import receipts
    from services.cli.fetch_progress import fetched, notes, planned, watching
    from services.jobs import fetch
    from services.jobs.declarations import catalogue

    settings, catalog = Settings(), catalogue()
    wanted, skipped = fetch.jobs(catalog, what or [], division(vintage), gemeente or [])
    plan = planned(wanted, skipped, receipts.read(to))
    for line in plan if dry_run else plan[len(plan) - len(skipped) :]:
        screen.print(line, markup=False, soft_wrap=True)
    if dry_run:
        return
    asking = fetch.client(mirror or settings.cache, settings.gateway, offline=offline, fresh=fresh)
    with watching(complaints, [one.name for one in wanted]) as watch:
        outcome = fetch.fetch(wanted, asking, to, watch)
    if outcome.written:
        screen.print(fetched(outcome, to))
    for note in notes(outcome):
        screen.print(note, markup=False, soft_wrap=True)
    if outcome.faults:
        told = "\n".join(f"  {name}: {fault}" for name, fault in outcome.faults.items())
        cached = "\nwhat came in is kept: the same command goes on from there" if outcome.written else ""
        raise SourceError(f"{len(outcome.faults)} of {len(wanted)} could not be fetched:\n{told}{cached}")
    themes = [one for one in what or catalog.themes if one in catalog.themes]
    if themes and not gemeente and vintage == VINTAGE:  # themes are of that division
        screen.print(f"Next: `zicht build {themes[0]} --data {to}`", markup=False, soft_wrap=True)
