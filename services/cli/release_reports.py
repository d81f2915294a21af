"""What a user reads on the screen of releases: the list, one in full, and what was removed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from geo.messages import message
from layers.messages import number, say
from layers.publication.identity import LENGTH
from services.jobs import releases as job
from services.jobs.releases import Shown

DAY = len("2026-01-01")


def listed(releases: Sequence[Any], held: Path | None) -> RenderableType:
    """Every release: when it was made and confirmed, how large, what is in it and how old its sources are."""
    headings = (say("release"), say("made"), say("confirmed"), say("size"), say("layers"), say("sources fetched"))
    table = Table(*headings, title=say("Releases"))
    table.columns[0].no_wrap, table.columns[0].min_width = True, LENGTH  # a name that is cut cannot be asked for
    for one in releases:
        name = f"{one.folder.name}\n{say('served')}" if one.served else one.folder.name
        size = f"{number(one.size / 1e6)} MB"
        if one.fault is not None:
            table.add_row(name, "?", "?", size, escape(say(one.fault)), "?")
            continue
        made = one.manifest["created"]
        about = "\n".join(sorted({_layer(layer["key"]) for layer in one.manifest["layers"]}))
        table.add_row(name, _moment(made), _moment(one.confirmed), size, escape(about), _days(job.fetched(one)))
    if held is not None:
        table.caption = say("After a roll-back {id} stays served, until `zicht publish --resume`.", id=held.name)
    return table


def in_full(one: Shown) -> RenderableType:
    """A release with its collections, from what each of its layers was made, and its files."""
    content = one.manifest
    program = content.get("program", {})
    lines = [
        say("release {id}, made {created}, last confirmed {confirmed}",
            id=one.folder.name, created=_moment(content["created"]), confirmed=_moment(one.confirmed)),
        str(one.folder),
        say("zicht {version}, commit {commit}, code {code}, libraries {libraries}",
            **{name: program.get(name) or message("unknown") for name in ("version", "commit", "code", "libraries")}),
    ]  # fmt: skip
    return Group(*map(escape, lines), _collections(content), _lineage(one), _artefacts(content))


def pruned(removed: Sequence[Any]) -> Iterator[str]:
    """Which releases are gone, and what that freed."""
    for one in removed:
        yield say("Removed: {id}, {size:.1f} MB", id=one.folder.name, size=one.size / 1e6)
    if not removed:
        yield say("Nothing to remove.")


def _collections(content: Mapping[str, Any]) -> Table:
    table = Table(say("collection"), say("rows"), say("digest of the values"), title=say("Collections"))
    table.columns[2].overflow = "fold"
    for one in content["collections"]:
        table.add_row(one["id"], str(one["rows"]), one.get("values", "?"))
    return table


def _lineage(shown: Shown) -> Table:
    """From which sources the layers were made; `fetched` is of the last night that confirmed them."""
    table = Table(say("layer"), say("source"), say("fetched"), say("license"), say("sha256"), title=say("Lineage"))
    for layer in shown.manifest["layers"]:
        for receipt in layer["provenance"]["receipts"]:
            moment = shown.fetched.get(receipt["id"], "")
            row = (_layer(layer["key"]), receipt["id"], moment[:DAY], receipt["license"], receipt["sha256"])
            table.add_row(*map(escape, row))
        table.add_section()
    return table


def _artefacts(content: Mapping[str, Any]) -> Table:
    table = Table(say("file"), say("bytes"), say("sha256"), title=say("Files"))
    table.columns[2].overflow = "fold"
    for name, one in content["artefacts"].items():
        table.add_row(escape(name), str(one.get("size", "?")), one["sha256"])
    return table


def _layer(key: Mapping[str, Any]) -> str:
    return ", ".join(str(key[name]) for name in ("theme", "level", "period", "lens"))


def _days(fetched: Mapping[str, str]) -> str:
    days = sorted({moment[:DAY] for moment in fetched.values()})
    if not days:
        return say("not fetched")
    return days[0] if len(days) == 1 else say("{first} to {last}", first=days[0], last=days[-1])


def _moment(iso: str) -> str:
    """Day and minute, in UTC as it is stored."""
    return iso[:16].replace("T", " ")
