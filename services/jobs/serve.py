"""serve: the release that is published now, as an API and a map."""

from pathlib import Path

from services.ogc import app
from services.releases import release


def serve(home: Path, config: Path, host: str, port: int) -> None:
    """Serve until interrupted. Raises StoreError where nothing is published, ServeError where the port is taken."""
    release.current(home)
    app.serve(home, config, host, port)
