"""fetch → build → protect: from a country to layers that may leave the house. The only module that knows all ports."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from boundaries.vintages import vintage as vintage_of
from geo.areas import AreaFrame
from geo.errors import UnknownNameError
from layers.declarations.catalog import Catalog
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.method.build import analyse
from layers.method.country import Country, period_of
from layers.method.ports import Delivered, Source, Weighed
from layers.method.provenance import provenance
from layers.method.published import published_layer
from layers.publication.layer import Layer, LayerKey
from services.registry import OWN, SOURCES, WEIGHTS, adapter
from services.settings import TESTLAND, Settings
from services.workspace import storage

Steps = Callable[[str], None]
"""Who is told, in a few words, what starts now: a progress bar, or nobody."""


def open_country(data: str, catalog: Catalog, year: int = 2024) -> Country:
    """The country that `data` names, with the boundaries of a year: `testland`, or a folder with figures and boundary
    files, fetched or one's own.
    """
    root = Path(data)
    source: Source = adapter("source", SOURCES, TESTLAND)() if data == TESTLAND else _folder(root)
    return Country(source, vintage_of(year), catalog, partial(_own, root), partial(_weigh, root))


def vintage_of_theme(catalog: Catalog, theme: Theme) -> int:
    """The newest vintage that the sources of a theme are declared for."""
    return max(source.vintage for source in catalog.sources_of(theme))


def _own(root: Path, declaration: SourceDeclaration, areas: AreaFrame) -> Delivered:
    """What a source of the municipality's own has in every area; its files lie below the folder of figures."""
    settings = Settings()
    if declaration.records is not None:
        from services.http.client import Client  # noqa: PLC0415  # likewise
        from services.sources.records.tally import RecordsInput  # noqa: PLC0415  # with its client, for those who have records

        client = Client(settings.cache, gateway=settings.gateway)
        found: Delivered = adapter("source", OWN, "records")(
            declaration, areas, RecordsInput(root, settings.postgis, client)
        )
        return found
    kind = "raster" if declaration.raster is not None else "squares"
    taken: Delivered = adapter("source", OWN, kind)(declaration, areas, root)
    return taken


def _weigh(root: Path, declaration: SourceDeclaration, column: str) -> Weighed:
    """A column of the squares of a source, as weights."""
    weighed: Weighed = adapter("weights", WEIGHTS, "squares")(declaration, column, root)
    return weighed


def _folder(folder: Path) -> Source:
    source: Source = adapter("source", SOURCES, "folder")(folder)
    return source


def build(country: Country, wanted: LayerKey, steps: Steps) -> Layer:
    """Build one layer. `wanted.period` 0 is the newest period that all its sources have.

    Raises UnknownNameError for a theme, lens, level, period or gemeente that is not there.
    """
    theme = country.catalog.theme(wanted.theme)
    lens = country.catalog.lens(wanted.lens, theme)
    period = period_of(country.catalog.sources_of(theme), wanted.period or None)
    steps("areas and neighbors")
    study = country.study(wanted.level)
    gemeente = wanted.gemeente or (lens.gemeente if lens else None)
    _check_gemeente(country, gemeente)
    steps("figures")
    measures = country.measures(theme, wanted.level, period)
    steps("statistics")
    analysis = analyse(theme, lens, period, study, measures)
    steps("zoekgebieden")
    key = LayerKey(theme.id, wanted.level, period, wanted.lens, gemeente)
    made_from = provenance(country, analysis, theme, lens, version("zicht"))
    return published_layer(analysis, key, theme, lens, made_from, country.tolerance(wanted.level))


def build_all(country: Country, wanted: Sequence[LayerKey], steps: Steps) -> list[Layer]:
    """Build several layers of one country; what they share is made once."""
    return [build(country, key, partial(_say, steps, key)) for key in wanted]


def build_and_save(country: Country, wanted: Sequence[LayerKey], home: Path, steps: Steps) -> list[Layer]:
    """Build several layers and keep them below `home`, ready to be published."""
    layers = build_all(country, wanted, steps)
    for layer in layers:
        storage.save(layer, home)
    return layers


def _say(steps: Steps, key: LayerKey, doing: str) -> None:
    steps(f"{key.theme}, {key.level}, lens {key.lens}: {doing}")


def _check_gemeente(country: Country, gemeente: str | None) -> None:
    known = country.finest.table.groupby("gemeente")["gemeente_name"].first()
    if gemeente is not None and gemeente not in known.index:
        raise UnknownNameError("gemeente", gemeente, [f"{code} {name}" for code, name in known.items()])
