"""nightly: what runs every night, says nothing when nothing changed, and one line when something did."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from geo.errors import ZichtError
from geo.messages import Message, joined
from layers.messages import say
from services.cli.screen import Config, Data, Home
from services.settings import Settings

STALE, CHANGED = 3, 4
"""Exit codes beside 0 (nothing changed) and 1 (a fault)."""
LOG = "nightly.log"


def nightly(
    data: Data = None,
    log_format: Annotated[
        Literal["text", "json"], typer.Option(help=say("How the lines of nightly.log, in the home, are written."))
    ] = "text",
    keep: Annotated[
        int | None, typer.Option(min=1, help=say("How many releases stay, the served one always. Default: all."))
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Fetch what the built layers read, build again what is out of date, and publish it: for a timer.

    It says nothing when nothing changed, one line when something did (exit code 4) or failed (1; 3 where figures are
    older than their source allows). The steps are in nightly.log.

    Example: `zicht nightly --home /srv/zicht --data /srv/zicht-data`
    """
    from services.jobs import fetch, nightly, releases
    from services.jobs.configurations import configuration_of
    from services.jobs.declarations import catalogue

    settings, catalog = Settings(), catalogue()
    home = home or settings.home
    log = Log(home / LOG, log_format)
    client = fetch.client(settings.cache, settings.gateway, offline=False, fresh=True)
    try:
        night = nightly.nightly(home, configuration_of(home, config), catalog, data or settings.data, client, log.step)
    except ZichtError as fault:
        old = nightly.ages(home, catalog)
        _end(log, [fault.message, *old], STALE if old else 1)
    changed = night.publication.outcome.value == "new"
    if keep is not None:
        releases.prune(home, keep)
    lines: list[Message | str] = [*night.too_old]
    if changed:
        lines = [
            say("release {id} is served from now on", id=night.publication.folder.name),
            *(one.said() for one in night.publication.changes[:3]), *lines,
        ]  # fmt: skip
    _end(log, lines, STALE if night.too_old else CHANGED if changed else 0)


class Log:
    """Lines with the moment of each, in a file of the home; where there is no home yet, nowhere."""

    def __init__(self, path: Path, form: str) -> None:
        self._path, self._json = path, form == "json"

    def step(self, text: Message | str, code: int | None = None) -> None:
        """Write what starts now, or how it ended."""
        if not self._path.parent.is_dir():
            return
        moment, said = datetime.now(UTC).isoformat(timespec="seconds"), say(text)
        ended = {} if code is None else {"exit": code}
        record = json.dumps({"at": moment, "what": said, **ended}, ensure_ascii=False)
        line = record if self._json else f"{moment} {said}"
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _end(log: Log, lines: Sequence[Message | str], code: int) -> NoReturn:
    """Say it in one line, to who gets the mail and in the log, and end so."""
    text = say(joined("; ", lines)) if lines else ""
    log.step(text or say("nothing changed"), code)
    if text:
        sys.stderr.write(f"zicht nightly: {' '.join(text.split())}\n")
    raise typer.Exit(code)
