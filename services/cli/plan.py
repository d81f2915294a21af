"""plan: what a build will make, what it remembers, and why something is made again."""

from services.cli.building import Gemeente, Lens, Levels, Period, Robust, Stale, Theme, Vintage, opened, wanted
from services.cli.screen import Data, Home, screen
from services.settings import Settings


def plan(
    theme: Theme = None,
    level: Levels = None,
    lens: Lens = "basis",
    period: Period = None,
    gemeente: Gemeente = None,
    vintage: Vintage = None,
    robust: Robust = False,  # noqa: FBT002
    stale: Stale = False,  # noqa: FBT002
    data: Data = None,
    home: Home = None,
) -> None:
    """Say what a build will make, what it remembers, and why something is made again; nothing is computed.

    Example: `zicht plan misdrijven --lens buitengebied`
    """
    from services.cli import reports
    from services.jobs.declarations import catalogue
    from services.jobs.plan import gone, planned, planned_again

    if stale:
        settings = Settings()
        folder, known = home or settings.home, catalogue()
        layers, left = planned_again(folder, known, data or settings.data), gone(folder, known)
        if not layers and not left:
            screen.print(reports.nothing_built(folder), markup=False, soft_wrap=True)
        for line in reports.left(left):
            screen.print(line, markup=False, soft_wrap=True)
    else:
        layers = planned(*opened(wanted(theme, level, lens, period, gemeente, vintage, robust=robust), data, home))
    for layer in layers:
        screen.print(reports.planned(layer))
