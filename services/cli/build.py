"""build: from figures to layers, ready to publish."""

from collections.abc import Iterable
from pathlib import Path

from geo.messages import message
from layers.messages import say
from services.cli.anywhere import given_layers
from services.cli.building import Engine, Gemeente, Lens, Levels, Period, Robust, Stale, Theme, Vintage, opened, wanted
from services.cli.screen import Data, Home, progress, screen
from services.settings import Settings


def build(
    theme: Theme = None,
    level: Levels = None,
    lens: Lens = "basis",
    period: Period = None,
    gemeente: Gemeente = None,
    vintage: Vintage = None,
    robust: Robust = False,  # noqa: FBT002
    engine: Engine = None,
    stale: Stale = False,  # noqa: FBT002
    data: Data = None,
    home: Home = None,
) -> None:
    """Build the layers of a theme: figures, scores and zoekgebieden, protected, ready to publish.

    What did not change since an earlier build is remembered; `zicht plan` says what is made again, and why.

    Example: `zicht build misdrijven --level wijk --lens buitengebied --period 2025`
    """
    from services.cli import reports
    from services.jobs.build import build_and_save, gemeenten_of

    if stale:
        _renew(data, home)
        return
    asked = wanted(theme, level, lens, period, gemeente, vintage, robust=robust)
    country, requests, folder = opened(asked, data, home, engine)
    with progress() as on_step:
        layers = build_and_save(country, requests, folder, on_step, engine)
    for layer in layers:
        screen.print(reports.zoekgebieden(layer))
        screen.print(reports.summary(layer))
    whole = message("the whole country") if country.national else message("all of the boundary file")
    _say(reports.built(layers, gemeenten_of(country), whole, folder))
    _next(home)


def _renew(data: str | None, home: Path | None) -> None:
    """Build again what is out of date, and say what was not and what could not be."""
    from services.cli import reports
    from services.jobs.declarations import catalogue
    from services.jobs.plan import renew

    settings = Settings()
    with progress() as on_step:
        renewed = renew(home or settings.home, catalogue(), data or settings.data, on_step)
    _say(reports.renewed(renewed, home or settings.home))
    if renewed.layers:
        _next(home)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        screen.print(line, markup=False, soft_wrap=True)


def _next(home: Path | None) -> None:
    publish = " ".join(["zicht publish", *(["--home", str(home)] if home else []), *given_layers()])
    _say([say("Next: `{command}`", command=publish)])
