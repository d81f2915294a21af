"""layers: what is published."""

from services.cli.screen import Home, screen
from services.settings import Settings


def layers(home: Home = None) -> None:
    """Show what is published.

    Example: `zicht layers`
    """
    from services.cli import reports
    from services.jobs.export import published

    screen.print(reports.published(published(home or Settings().home)))
