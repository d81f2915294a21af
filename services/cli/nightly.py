"""nightly: what runs every night, says nothing when nothing changed, and one line when something did."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from geo.errors import ZichtError
from geo.messages import Message, joined, message
from layers.messages import say
from services.cli.screen import Config, Data, Home
from services.settings import Settings

if TYPE_CHECKING:
    from services.jobs.nightly import Night

STALE, CHANGED = 3, 4
"""Exit codes beside 0 (nothing changed) and 1 (a fault)."""
LOG = "nightly.log"
MOST_BYTES = 5_000_000
"""How large the log becomes before it is put aside as nightly.log.1, and the one before it goes."""


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
    if keep is not None:
        releases.prune(home, keep)
    changed = _changed(night)
    _end(log, [*changed, *night.too_old], STALE if night.too_old else CHANGED if changed else 0)


def _changed(night: "Night") -> list[Message | str]:
    """What there is to say of what a night published; nothing where what is served stayed as it was."""
    done = night.publication
    said: list[Message | str] = []
    if done.swapped:
        said.append(message("release {id} is served from now on", id=(done.held or done.folder).name))
    if done.held is not None and done.outcome.value == "new":
        said.append(message("release {id} was made, and is not served: after the roll-back release {held} stays "
                            "served, until `zicht publish --resume`",
                            id=done.folder.name, held=done.held.name))  # fmt: skip
    if done.outcome.value == "repaired":
        said.append(message("files of release {id} were damaged, and were made again", id=done.folder.name))
    if done.outcome.value == "renewed":
        said.append(message("the files of release {id} were made again, since zicht or a library is another",
                            id=done.folder.name))  # fmt: skip
    return [*said, *(one.said() for one in done.changes[:3])] if done.swapped else said


class Log:
    """Lines with the moment of each, in a file of the home; where there is no home yet, nowhere."""

    def __init__(self, path: Path, form: str) -> None:
        self._path, self._json = path, form == "json"
        with suppress(OSError):  # there is none yet
            if path.stat().st_size > MOST_BYTES:
                path.replace(path.with_name(f"{path.name}.1"))

    def step(self, text: Message | str, code: int | None = None) -> None:
        """Write what starts now, or how it ended."""
        if not self._path.parent.is_dir():
            return
        moment, said = datetime.now(UTC).isoformat(timespec="seconds"), say(text)
        ended = {} if code is None else {"exit": code}
        record = json.dumps({"at": moment, "what": said, **ended}, ensure_ascii=False)
        line = record if self._json else f"{moment} {said}"
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:  # a full disk: the one line still tells
            file.write(line + "\n")


def _end(log: Log, lines: Sequence[Message | str], code: int) -> NoReturn:
    """Say it in one line, to who gets the mail and in the log, and end so."""
    text = say(joined("; ", lines)) if lines else ""
    log.step(text or say("nothing changed"), code)
    if text:
        sys.stderr.write(f"zicht nightly: {' '.join(text.split())}\n")
    raise typer.Exit(code)
