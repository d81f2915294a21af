"""What every command shares: the screen, a line of progress, and the options that mean the same everywhere."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.segment import Segment

from geo.messages import Message
from layers.messages import say

FETCHED = Path("output/data")
"""Where a fetch writes to when nothing is said."""

CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F))
    if chr(code) not in "\t\n"
}
"""What a terminal takes for a command, or for the direction of text, in place of a letter."""


class Screen(Console):
    """A console on which text of others (an answer of a service, the header of a file) is shown and commands nothing:
    it cannot clear the screen, or write over what was said.
    """

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(
            one if one.control else Segment(one.text.translate(CONTROLS), one.style) for one in buffer
        )


screen = Screen()
complaints = Screen(stderr=True)

Home = Annotated[Path | None, typer.Option(help=say("Folder with built layers and releases (ZICHT_HOME)."))]
Data = Annotated[str | None, typer.Option(help=say("Folder of real open data, or 'testland' (ZICHT_DATA)."))]
Config = Annotated[Path | None, typer.Option(help=say("The pygeoapi configuration (ZICHT_CONFIG)."))]
Store = Annotated[str | None, typer.Option(help=say("URI of the database with the release (ZICHT_STORE)."))]
Keys = Annotated[str | None, typer.Option(help=say("File with the API keys of colleagues (ZICHT_KEYS)."))]
Port = Annotated[int, typer.Option(min=1, max=65535, help=say("Port to listen on."))]


@contextmanager
def progress() -> Iterator[Callable[[Message | str], None]]:
    """A line that says what is being done and for how long; nothing where output is not a screen."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=complaints, transient=True
    )
    with bar:
        task = bar.add_task(say("starting"))
        yield lambda step: bar.update(task, description=say(step))


def complain(text: Message | str) -> None:
    """One message about what went wrong."""
    complaints.print(f"[bold red]{say('error:')}[/] {escape(say(text))}", highlight=False, soft_wrap=True)


def addresses(host: str, port: int, *, served: bool = True) -> RenderableType:
    """Where to look, printed last; of what is `served` now also how that ends."""
    base = f"http://{host}:{port}"
    lines = [say("map  {url}", url=f"{base}/kaart"), f"API  {base}/v1"]
    return Group(*lines, *([say("Ctrl-C stops")] if served else []))
