"""From a country to layers that may be published: figures, statistics, zoekgebieden, protection. Knows all ports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from boundaries.gemeenten import code_of
from boundaries.vintages import vintage as vintage_of
from geo.areas import AreaLevel
from geo.messages import Message, message
from layers.declarations.catalog import Catalog
from layers.declarations.lenses import BASIS
from layers.declarations.levels import check_level
from layers.declarations.records import WHOLE_COUNTRY
from layers.declarations.themes import Theme
from layers.evaluation.robust_plan import robust_plan
from layers.method.buildable import period_of
from layers.method.country import Country
from layers.method.layer_plan import LayerPlan, layer_plan, with_key
from layers.method.plan import Node, Results, lineage
from layers.method.ports import Source
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected, protect
from layers.publication.unknown import check_something_known
from services.cache.disk import HomeCache
from services.jobs import own_sources
from services.jobs.carrying import carried, searches
from services.jobs.engines import engine
from services.ports import Engine
from services.program import program
from services.registry import SOURCES, adapter
from services.settings import TESTLAND, Settings
from services.workspace import storage

type OnStep = Callable[[Message | str], None]
"""Takes, in a few words, what starts now: a progress bar, or nothing that listens."""


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """Which layer to build.

    Attributes:
        theme: its id.
        level: of the areas.
        lens: its id; `basis` is the theme as it is declared.
        period: year of the figures; None for the one that is chosen where nothing is said.
        gemeente: what of the country is shown, by code or name; None for what the lens says, NL for all of it.
        robust: whether is searched in other ways too, to say how firm its zoekgebieden are.
    """

    theme: str
    level: AreaLevel
    lens: str = BASIS
    period: int | None = None
    gemeente: str | None = None
    robust: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which layers of a theme a command is about; see LayerRequest. Without levels the theme's own, without a vintage
    that of the sources of the theme.
    """

    theme: str
    levels: Sequence[str] = ()
    lens: str = BASIS
    period: int | None = None
    gemeente: str | None = None
    vintage: int | None = None
    robust: bool = False


def opened(
    wanted: Wanted, data: str, catalog: Catalog, home: Path, by: str | None = None
) -> tuple[Country, list[LayerRequest]]:
    """The country of these layers, with what `home` remembers of it, and a request for each. `by` is the engine that
    reads rasters and squares; None for that of the settings.

    Raises UnknownNameError for a theme or lens that is not there.
    """
    theme = catalog.theme(wanted.theme)
    catalog.lens(wanted.lens, theme)
    levels = [AreaLevel(name) for name in wanted.levels] or [theme.level]
    country = open_country(data, catalog, wanted.vintage or vintage_of_theme(catalog, theme), home, by)
    of_all = (wanted.lens, wanted.period, wanted.gemeente, wanted.robust)
    requests = [LayerRequest(theme.id, level, *of_all) for level in levels]
    return country, requests


def open_country(
    data: str, catalog: Catalog, year: int = 2024, home: Path | None = None, by: str | None = None
) -> Country:
    """The country whose figures are in `data`: `testland`, or a folder with figures and boundary files, fetched or put
    there by hand.

    `year` is the vintage of its areas; `by` the engine that reads rasters and squares, None for that of the settings.
    Nothing is read until it is needed, nor is what the cache of `home` remembers.
    """
    vintage = vintage_of(year)
    results = Results(HomeCache(home) if home else None)
    if data == TESTLAND:
        testland: own_sources.MadeUp = adapter("source", SOURCES, TESTLAND)()
        return Country(testland, vintage, catalog, own_sources.made_up(testland, vintage), results)
    folder = Path(data)
    return Country(_folder(folder), vintage, catalog, own_sources.below(folder, by or Settings().engine), results)


def vintage_of_theme(catalog: Catalog, theme: Theme) -> int:
    """The vintage that the sources of a theme's indicators are declared for; the newest where they differ."""
    return max(catalog.sources[indicator.source].vintage for indicator in theme.indicator)


def _folder(folder: Path) -> Source:
    source: Source = adapter("source", SOURCES, "folder")(folder)
    return source


def build(country: Country, request: LayerRequest, on_step: OnStep) -> Protected:
    """Build one layer.

    Raises UnknownNameError for a theme, lens, level, period or gemeente that is not there, AreaError for the beginning
    of the names of several gemeenten, SourceError where nothing of a gemeente is known.
    """
    return _made(country, plan_of(country, request), on_step, engine(Settings().engine))


def _made(country: Country, plan: LayerPlan, on_step: OnStep, by: Engine) -> Protected:
    on_step(message("areas and neighbors"))
    country.results.of(plan.study)
    on_step(message("figures"))
    for one in plan.indicators:
        country.results.of(one)
    on_step(message("statistics"))
    country.results.of(plan.analysis)
    _search_again(country.results, plan.runs, on_step, by)
    on_step(message("zoekgebieden"))
    layer = protect(with_key(country.results.of(plan.layer), plan.layer), country.results.of(plan.leaving))
    check_something_known(layer)
    return _by_this_program(layer)


def _search_again(results: Results, runs: Sequence[Node[Any]], on_step: OnStep, by: Engine) -> None:
    """Make what a layer is held against; its searches by an engine."""
    others = searches(results, runs)
    if others:
        on_step(message("figures to search with in other ways"))
    for done, _ in enumerate(carried(results, others, by), start=1):
        on_step(message("searched in other ways: {done} of {count}", done=done, count=len(others)))
    for run in runs:
        results.of(run)


def _by_this_program(layer: Protected) -> Protected:
    """The layer that says which state of the program it was built by, remembered or not."""
    running = program()
    made_from = replace(
        layer.provenance, commit=running.commit, code=running.method, libraries=running.libraries
    )  # fmt: skip
    return replace(layer, provenance=made_from)


def plan_of(country: Country, request: LayerRequest) -> LayerPlan:
    """What a layer is made from. Raises as `build` does."""
    theme = country.catalog.theme(request.theme)
    lens = country.catalog.lens(request.lens, theme)
    country = country.of_theme(theme)
    sources = country.sources(theme)
    check_level(theme, sources, request.level)
    period = period_of(sources, request.period)
    gemeente = gemeente_of(country, request.gemeente or (lens.gemeente if lens else None))
    key = LayerKey(theme.id, request.level, period, request.lens, gemeente)
    plan = layer_plan(country, key, theme, lens, version("zicht"))
    return robust_plan(country, plan, theme, lens) if request.robust else plan


def build_all(country: Country, requests: Sequence[LayerRequest], on_step: OnStep) -> list[Protected]:
    """Build several layers of one country; what they share is made once."""
    return [build(country, request, partial(_step_of, on_step, request)) for request in requests]


def build_and_save(
    country: Country, requests: Sequence[LayerRequest], home: Path, on_step: OnStep, by: str | None = None
) -> list[Protected]:
    """Build several layers and save them below `home`, ready to be published. `by` is the engine that does what is
    searched again (services.jobs.engines); None for that of the settings.

    What stands there by the same plan and the same program is not made again. Unless all of them do, all are saved, in
    one step: another build may have put others in their place meanwhile.
    """
    searching = engine(by or Settings().engine)
    plans = [plan_of(country, request) for request in requests]
    layers = [_standing(country, plan, home) for plan in plans]
    standing = [layer for layer in layers if layer is not None]
    if len(standing) == len(layers):
        return standing
    steps = (partial(_step_of, on_step, request) for request in requests)
    whole = [
        layer or _made(country, plan, step, searching) for layer, plan, step in zip(layers, plans, steps, strict=True)
    ]
    storage.save(whole, home)
    return whole


def _standing(country: Country, plan: LayerPlan, home: Path) -> Protected | None:
    """The layer as it stands in a home; None where it does not, or would be made from anything else now."""
    if not lineage(plan.layer).known:
        return None
    layer = storage.built(home, plan.key, plan.layer.key, country.catalog)
    if layer is None or layer.provenance != _by_this_program(layer).provenance:
        return None
    return layer


def gemeente_of(country: Country, gemeente: str | None) -> str | None:
    """The code of a gemeente that was given by code or name; None for the whole country (None or NL).

    Raises UnknownNameError for one that is not there, AreaError for the beginning of several names.
    """
    if gemeente is None or gemeente.upper() == WHOLE_COUNTRY:
        return None
    return code_of(gemeente, gemeenten_of(country))


def gemeenten_of(country: Country) -> dict[str, str]:
    """The names of all gemeenten, by code."""
    names = country.finest.table.groupby("gemeente")["gemeente_name"].first()
    return {str(code): str(name) for code, name in names.items()}


def _step_of(on_step: OnStep, request: LayerRequest, step: Message | str) -> None:
    layer = message("{theme}, {level}, lens {lens}", theme=request.theme, level=request.level, lens=request.lens)
    on_step(message("{layer}: {step}", layer=layer, step=step))
