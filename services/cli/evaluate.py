"""evaluate: how much of what happened afterwards a map would have caught."""

from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.building import Engine, Lens, Period, Theme, Vintage, opened, wanted
from services.cli.levels import LEVELS
from services.cli.screen import Data, Home, progress, screen
from services.settings import Settings


def evaluate(
    theme: Theme = None,
    truth: Annotated[
        Path | None,
        typer.Option(help=say("File with codes of areas and counts of afterwards. Default: the next year.")),
    ] = None,
    to: Annotated[Path | None, typer.Option(help=say("Write all figures to this CSV as well."))] = None,
    level: Annotated[
        str | None, typer.Option(help=say("{levels}. Default: the theme's own.", levels=", ".join(LEVELS)))
    ] = None,
    lens: Lens = "basis",
    period: Period = None,
    vintage: Vintage = None,
    per_gemeente: Annotated[  # noqa: FBT002
        bool, typer.Option("--per-gemeente", help=say("Hold it against that within each gemeente by itself as well."))
    ] = False,
    engine: Engine = None,
    data: Data = None,
    home: Home = None,
) -> None:
    """Hold a map against what happened after it, beside plain orders: how much is caught in 1 to 10 % of the country.

    Example: `zicht evaluate misdrijven --period 2024`
    """
    from services.cli import evaluations
    from services.jobs import evaluate as job
    from services.jobs.engines import engine as engine_of

    asked = wanted(theme, [level] if level else None, lens, period, None, vintage)
    country, (request,), _ = opened(asked, data, home)
    by = engine_of(engine or Settings().engine) if per_gemeente else None
    with progress() as on_step:
        made = job.evaluate(country, request, truth, on_step, by)
    for cost in dict.fromkeys(row.cost for row in made.rows):
        screen.print(evaluations.table(made, cost))
        if made.gemeenten:
            screen.print(evaluations.per_gemeente(made, cost))
    screen.print(evaluations.notes(made))
    if to is not None:
        job.as_table(made).to_csv(to, index=False)
        screen.print(say("All figures: {path}", path=to))
