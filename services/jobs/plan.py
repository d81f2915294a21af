"""What a build makes and what it remembers, why something is made again, and which built layers are out of date.

Nothing is computed to say so, and no file is read but for its digest; only a gemeente that is asked for needs the
boundaries, which are read where they are not remembered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.catalog import Catalog
from layers.declarations.lenses import BASIS
from layers.declarations.levels import check_level
from layers.declarations.records import WHOLE_COUNTRY
from layers.messages import speaking
from layers.method.country import Country
from layers.method.plan import Node, lineage
from layers.method.ports import About, Cache
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected
from services.cache.disk import HomeCache
from services.jobs.build import LayerRequest, OnStep, build_and_save, open_country, plan_of
from services.workspace import storage
from services.workspace.storage import BuiltLayer

NEW = message("not made before, or no longer remembered")
ASKED = message("only reading it tells what it holds")


class State(Enum):
    """What a build does for a part of the plan."""

    REMEMBERED = auto()
    READ = auto()
    MADE = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the plan, what is done for it, and why where it is made or read."""

    kind: str
    name: tuple[str, ...]
    state: State
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class LayerSteps:
    """A layer, whether it is built already as the plan says, and the steps to it that no layer before it has."""

    key: LayerKey
    built: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Renewed:
    """What was out of date and is built again, how many layers were not, and which folders hold those that are declared
    no more, with why.
    """

    layers: tuple[Protected, ...]
    current: int
    gone: Mapping[Path, Message]


def planned(country: Country, requests: Sequence[LayerRequest], home: Path) -> list[LayerSteps]:
    """What a build of these layers does. Raises as a build does for what is not there."""
    built = {one.key: one.plan for one in storage.listed(home)}
    seen: set[str] = set()
    layers = []
    for request in requests:
        plan = plan_of(country, request)
        steps = tuple(_steps(plan.layer, country.results.cache, seen))
        layers.append(LayerSteps(plan.key, built.get(plan.key) == plan.layer.key, steps))
    return layers


def planned_again(home: Path, catalog: Catalog, data: str) -> list[LayerSteps]:
    """What `renew` does for each of the built layers."""
    steps: list[LayerSteps] = []
    for built, country in _built(home, catalog, data):
        with speaking(built.language):
            steps += planned(country, [_request_of(built)], home)
    return steps


def renew(home: Path, catalog: Catalog, data: str, on_step: OnStep) -> Renewed:
    """Build the layers of a home again that are out of date, each in the language that it was built in.

    Out of date is what would be made from anything else now: figures, declarations, texts, code. A layer of which only
    reading tells what it is made from is always built again.
    """
    layers: list[Protected] = []
    known = _built(home, catalog, data)
    for built, country in known:
        with speaking(built.language):
            request = _request_of(built)
            if plan_of(country, request).layer.key != built.plan:
                layers += build_and_save(country, [request], home, on_step)
    return Renewed(tuple(layers), len(known) - len(layers), gone(home, catalog))


def gone(home: Path, catalog: Catalog) -> dict[Path, Message]:
    """The folders of built layers of which the theme or lens is no longer there, or not at that level, with why."""
    left = {storage.folder_of(home, one.key): _why_left(one.key, catalog) for one in storage.listed(home)}
    return {folder: why for folder, why in left.items() if why is not None}


def _built(home: Path, catalog: Catalog, data: str) -> list[tuple[BuiltLayer, Country]]:
    """Every built layer of which the declarations are still there, with the country that it is built from."""
    countries: dict[tuple[int, str], Country] = {}
    built = [one for one in storage.listed(home) if _why_left(one.key, catalog) is None]
    found = []
    for one in built:
        which = (one.vintage, one.language)
        if which not in countries:
            with speaking(one.language):
                countries[which] = open_country(data, catalog, one.vintage, home)
        found.append((one, countries[which]))
    return found


def _request_of(built: BuiltLayer) -> LayerRequest:
    key = built.key
    return LayerRequest(
        key.theme, key.level, key.lens, key.period, key.gemeente or WHOLE_COUNTRY, built.robust
    )  # fmt: skip


def forget(home: Path, *, confidential_only: bool = False) -> tuple[int, int]:
    """Remove what builds remember in a home: all, or what comes of confidential sources. How many values, and bytes."""
    return HomeCache(home).clean(confidential_only=confidential_only)


def _why_left(key: LayerKey, catalog: Catalog) -> Message | None:
    """Why a built layer cannot be built again as things are declared now; None where it can."""
    lens = catalog.lenses.get(key.lens)
    if key.theme not in catalog.themes or not (key.lens == BASIS or (lens is not None and lens.theme == key.theme)):
        return message("its theme or lens is no longer there")
    theme = catalog.theme(key.theme)
    try:
        check_level(theme, catalog.sources_of(theme), key.level)
    except SourceError as fault:
        return fault.message
    return None


def _steps(node: Node[Any], cache: Cache | None, seen: set[str]) -> Iterator[Step]:
    """What a build does for a node and all it is made from; what is remembered needs nothing that lies behind it."""
    if node.key in seen:
        return
    seen.add(node.key)
    if node.stored and cache is not None and lineage(node).known and cache.has(node.key):
        yield Step(node.kind, node.name, State.REMEMBERED)
        return
    for one in node.inputs:
        yield from _steps(one, cache, seen)
    if node.reads != "":
        yield Step(node.kind, node.name, State.READ, None if node.reads else ASKED)
    elif node.stored:
        before = cache.latest(node.kind, node.name) if cache is not None else None
        yield Step(node.kind, node.name, State.MADE, _why(node.about, before) if before else NEW)


def _why(now: About, before: About) -> Message:
    """Why a value is made again: what changed of what was read, else of what is declared, the method, its inputs."""
    if changed := _changed(now.reads, before.reads):
        return message("what is read changed: {parts}", parts=changed)
    if changed := _changed(now.settings, before.settings):
        return message("a declaration changed: {parts}", parts=changed)
    if changed := _changed(now.methods, before.methods):
        return message("the method or a library changed: {parts}", parts=changed)
    return message("what it is made from changed: {parts}", parts=_changed(now.inputs, before.inputs))


def _changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    return [name for name in now if before.get(name) != now[name]]
