"""layers: what is published."""

from services.cli.screen import Home, screen


def layers(home: Home = None) -> None:
    """Show what is published.

    Example: `zicht layers`
    """
    from services.cli import reports
    from services.jobs.serve import confirmed, home_to_read, published

    home = home_to_read(home)
    screen.print(reports.published(published(home), confirmed(home)))
