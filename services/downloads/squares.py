"""squares_of(): the names of CBS's squares of 100 m from PDOK's WFS, with the counts that a source declares.

What is known of the service (see `wfs` for its pages): squares come for the whole country, hundreds of pages: which
of them lie in a gemeente is only known once there are boundaries. A page may be in degrees though RD New was requested.
That does no harm: a square lies where its name says (`E1200N4800`), and its polygon is not read. Some features have no
name: shapes of many squares without inhabitants, joined.

Rejected: to request the declared columns only (`propertyName`): a column that changed its name would be a refusal by
the service, without the names that are there.
"""

from collections.abc import Sequence

import pandas as pd

from boundaries import squares
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.declarations.squares import YEAR, SquareGrid
from services.downloads import wfs
from services.downloads.geojson import RawFeature
from services.downloads.wfs import FeatureType
from services.http.client import Client
from services.http.discarding import discarding_on_error
from services.http.progress import OnProgress


def planned(source: SourceDeclaration) -> list[str]:
    """The first address that will be requested. Raises SourceError for a source that has no squares to fetch."""
    return [wfs.address(_layer(_grid(source)))]


def squares_of(
    client: Client, source: SourceDeclaration, on_progress: OnProgress = lambda _what, _done, _all: None
) -> pd.DataFrame:
    """All squares, by name: the column with their names and the declared ones, called and filled as the service does.

    Raises SourceError where the service does not answer, or not with all squares of the country, once each, with these
    columns; then none of its answers stays in the cache.
    """
    grid = _grid(source)
    layer = _layer(grid)
    with discarding_on_error(client) as checked:
        progress = lambda done, whole: on_progress(f"{source.id} {grid.year}", done, whole)  # noqa: E731
        tables = [_table(page, source, grid, layer) for page in wfs.features(checked, layer, progress) if page]
        if not tables:
            raise SourceError(
                "{service}: has no squares; see [squares] in layers/sources/{source}.toml",
                service=layer.service, source=source.id,
            )  # fmt: skip
        raw = pd.concat(tables, ignore_index=True)
        parsed = squares.squares(raw, layer.service)
        for theirs in grid.column.values():
            parsed.column(theirs)
    return raw.sort_values(raw.columns[0], kind="stable", ignore_index=True)


def _grid(source: SourceDeclaration) -> SquareGrid:
    if source.squares is None:
        raise SourceError("source {source!r}: declares no [squares]", source=source.id)
    if source.squares.path is not None:
        raise SourceError(
            "source {source!r}: its squares are a file of your own ({path}), which is not fetched",
            source=source.id, path=source.squares.path,
        )  # fmt: skip
    return source.squares


def _layer(grid: SquareGrid) -> FeatureType:
    return FeatureType(grid.service.replace(YEAR, str(grid.year)), grid.layer)


def _table(
    features: Sequence[RawFeature], source: SourceDeclaration, grid: SquareGrid, layer: FeatureType
) -> pd.DataFrame:
    """Names and declared columns of some squares. Raises SourceError for a column that is absent or holds text."""
    properties = [feature.get("properties") or {} for feature in features]
    names = list(dict.fromkeys(name for row in properties for name in row))
    code = squares.code_of(names)
    columns = {theirs: squares.same(theirs, names) for theirs in grid.column.values()}
    if missing := [*([] if code else squares.CODES), *(theirs for theirs, name in columns.items() if not name)]:
        raise SourceError(
            "{service}, {layer}: no property {missing}, whatever its capitals and underscores; found {names}; correct "
            "the names in [squares.column] of layers/sources/{source}.toml",
            service=layer.service, layer=layer.name, missing=missing, names=names, source=source.id,
        )  # fmt: skip
    wanted = [name for name in (code, *dict.fromkeys(columns.values())) if name is not None]
    table = pd.DataFrame({name: [row.get(name) for row in properties] for name in wanted})
    try:
        return table.assign(**{name: pd.to_numeric(table[name]) for name in wanted[1:]})
    except (ValueError, TypeError) as fault:
        raise SourceError(
            "{service}: a figure that is no number: {fault}; try again later", service=layer.service, fault=fault
        ) from None
