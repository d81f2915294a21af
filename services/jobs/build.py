"""fetch → build → protect: from a country to layers that may leave the house. The only module that knows all ports."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from boundaries.vintages import vintage
from geo.areas import AreaFrame
from geo.errors import UnknownNameError, first_few
from layers.declarations.catalog import Catalog
from layers.declarations.lenses import Lens
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.method.build import Built, build_layer
from layers.method.country import Country, period_of
from layers.method.ports import Delivered, Source, Weighed
from layers.method.present import present
from layers.publication.layer import Layer, LayerKey, Provenance
from services.receipts import RECEIPTS
from services.registry import OWN, SOURCES, WEIGHTS, adapter
from services.settings import TESTLAND, Settings
from services.workspace import storage

Steps = Callable[[str], None]
"""Who is told, in a few words, what starts now: a progress bar, or nobody."""


def open_country(data: str, catalog: Catalog, year: int = 2024) -> Country:
    """The country that `data` names: `testland`, a folder that was fetched, or one of real open data."""
    source: Source = adapter("source", SOURCES, TESTLAND)() if data == TESTLAND else _files(Path(data))
    root = Path(data)
    return Country(source, vintage(year), catalog, partial(_own, root), partial(_weigh, root))


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


def _files(folder: Path) -> Source:
    fetched = (folder / RECEIPTS).is_file()
    source: Source = adapter("source", SOURCES, "fetched" if fetched else "files")(folder)
    return source


def build(country: Country, wanted: LayerKey, steps: Steps) -> Layer:
    """Build one layer. `wanted.period` 0 is the first period that all its sources have.

    Raises UnknownNameError for a theme, lens, level, period or gemeente that is not there.
    """
    theme = country.catalog.theme(wanted.theme)
    lens = country.catalog.lens(wanted.lens, theme)
    period = period_of(country.catalog.sources_of(theme), wanted.period or None)
    steps("areas and neighbors")
    areas, around = country.areas(wanted.level), country.neighbors(wanted.level)
    gemeente = wanted.gemeente or (lens.gemeente if lens else None)
    _check_gemeente(country, gemeente)
    steps("figures")
    measures = country.measures(theme, wanted.level, period)
    steps("statistics")
    built = build_layer(theme, lens, period, areas, measures, around)
    steps("zoekgebieden")
    key = LayerKey(theme.id, wanted.level, period, wanted.lens, gemeente)
    provenance = _provenance(country, key, built, theme, lens)
    return present(built, key, theme, lens, provenance, country.tolerance(wanted.level))


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
    known = country.buurten.table.groupby("gemeente")["gemeente_name"].first()
    if gemeente is not None and gemeente not in known.index:
        raise UnknownNameError("gemeente", gemeente, [f"{code} {name}" for code, name in known.items()])


def _provenance(country: Country, key: LayerKey, built: Built, theme: Theme, lens: Lens | None) -> Provenance:
    search = theme.search
    tolerance = country.tolerance(key.level)
    around = "hexagon ring" if key.level.resolution is not None else f"queen, borders at most {tolerance:g} m apart"
    method = (
        "rates: empirical Bayes, Poisson-gamma (Clayton and Kaldor 1987)",
        "deviations: from the national value, in standard deviations, cut off at 3",
        *(f"deviations of {name}: from the value of {first_few(known)}" for name, known in built.local.items()),
        f"neighbors: {around}",
        *_spreading(theme, key),
        "searched in: quantile residuals of rates (Dunn and Smyth 1996), cut off at 4; deviations of shares and levels",
        f"search: {search.statistic}, greater, exact conditional permutation, Benjamini-Hochberg q <= {search.max_q:g}",
        f"withheld: fewer than {theme.privacy.min_count:g} events, less exposure than {theme.privacy.min_exposure:g}",
    )
    return Provenance(
        receipts=tuple(country.receipts),
        digests=country.catalog.digests_of(theme, lens),
        vintage=country.vintage.year,
        version=version("zicht"),
        method=method,
        made_up=country.source.made_up,
    )


def _spreading(theme: Theme, key: LayerKey) -> tuple[str, ...]:
    """How figures of buurten went to hexagons, where the theme has a say in it."""
    if theme.spread is None or key.level.resolution is None:
        return ()
    by = f"{theme.spread.column} of {theme.spread.source} in squares of 100 m (dasymetric, Wright 1936)"
    return (f"figures only known per buurt: spread by {by}; by surface in a buurt that has none",)
