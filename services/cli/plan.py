"""plan: what a build will make, what it remembers, and why something is made again."""

from services.cli.building import Gemeente, Lens, Levels, Period, Stale, Theme, Vintage, wanted
from services.cli.screen import Data, Home, screen
from services.settings import Settings


def plan(
    theme: Theme = None,
    level: Levels = None,
    lens: Lens = "basis",
    period: Period = None,
    gemeente: Gemeente = None,
    vintage: Vintage = None,
    stale: Stale = False,  # noqa: FBT002
    data: Data = None,
    home: Home = None,
) -> None:
    """Say what a build will make, what it remembers, and why something is made again; nothing is computed.

    Example: `zicht plan misdrijven --lens buitengebied`
    """
    from services.cli import reports
    from services.jobs.build import opened
    from services.jobs.declarations import catalogue
    from services.jobs.plan import planned, planned_again

    settings = Settings()
    folder, figures, catalog = home or settings.home, data or settings.data, catalogue()
    if stale:
        layers = planned_again(folder, catalog, figures)
    else:
        country, requests = opened(wanted(theme, level, lens, period, gemeente, vintage), figures, catalog, folder)
        layers = planned(country, requests, folder)
    for layer in layers:
        screen.print(reports.planned(layer))
