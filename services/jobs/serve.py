"""serve: the release that is published now, as an API and a map."""

from pathlib import Path

from geo.errors import ServeError
from services.jobs.publish import resources_of
from services.ogc import app, configuration
from services.releases import homes, release
from services.settings import Settings


def home_to_read(chosen: Path | None) -> Path:
    """The home to serve, list or export: the one that was chosen, that of ZICHT_HOME, else the one published last."""
    return chosen or Settings().published or homes.published_last()


def serve(home: Path, config: Path, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises StoreError where nothing is published; ServeError where the port is taken, or where the configuration is that
    of another release, which would then be served under its titles.
    """
    folder = release.current(home)
    release.manifest(folder)
    if not config.is_file() or not configuration.has_titles_of(config, resources_of(home, folder)):
        raise ServeError(
            "{config}: does not describe the release of {home}; run `zicht publish --home {home} --config {config}`",
            config=config, home=home,
        )  # fmt: skip
    app.serve(home, config, host, port)
