"""publish: from layers to a release and its configuration."""

from typing import Annotated

import typer

from geo.errors import ZichtError
from services.cli.screen import Config, Home, progress, screen
from services.settings import Settings


def publish(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the configuration is current.")] = False,  # noqa: FBT002
    home: Home = None,
    config: Config = None,
) -> None:
    """Publish all built layers as one release, and write the `resources` of the pygeoapi configuration.

    Example: `zicht publish`, and in CI `zicht publish --check`
    """
    from services.cli import reports
    from services.jobs.declarations import catalogue
    from services.jobs.export import published
    from services.jobs.publish import difference, publish_all

    settings = Settings()
    home, config = home or settings.home, config or settings.config
    if check:
        if told := difference(home, config):
            raise ZichtError(f"{config}: not current: {told}; run `zicht publish`")
        screen.print(f"{config} is current")
        return
    with progress() as steps:
        folder = publish_all(home, config, catalogue(), steps)
    screen.print(reports.released(published(home), folder))
