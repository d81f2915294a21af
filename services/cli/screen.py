"""What every command shares: the screen, a line of progress, and the options that mean the same everywhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

FETCHED = Path("output/data")
"""Where a fetch writes to when nothing is said."""

screen = Console()
complaints = Console(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Folder with built layers and releases (ZICHT_HOME).")]
Data = Annotated[str | None, typer.Option(help="Folder of real open data, or 'testland' (ZICHT_DATA).")]
Config = Annotated[Path | None, typer.Option(help="The pygeoapi configuration (ZICHT_CONFIG).")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being done and for how long; nothing where output is not a screen."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=complaints, transient=True
    )
    with bar:
        task = bar.add_task("start")
        yield lambda doing: bar.update(task, description=doing)
