"""CBS's squares of 100 m from PDOK's WFS: the names of the squares, and the counts that a source declares.

A page may come in degrees though RD was asked. It does not matter: a square lies where its name says, and its polygon
is not read. Squares are fetched for the whole country: which of them a gemeente needs is known once there is a map.
Rejected: to ask for the declared columns only (`propertyName`): a name that changed would be a refusal by the service,
without the names that are there.
"""

from collections.abc import Sequence

import pandas as pd

from boundaries import squares
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.declarations.squares import SquareGrid
from services.downloads import wfs
from services.downloads.wfs import Feature, FeatureType
from services.http.client import Client
from services.http.doubt import forgetting_on_fault
from services.http.progress import OnProgress


def planned(source: SourceDeclaration) -> list[str]:
    """What will be asked first. Raises SourceError for a source that has no squares to fetch."""
    return [wfs.address(_layer(_told(source)))]


def squares_of(
    client: Client, source: SourceDeclaration, on_progress: OnProgress = lambda _what, _done, _all: None
) -> pd.DataFrame:
    """All squares, by name: the column with their names and the declared ones, called and filled as the service does.

    Raises SourceError where the service does not answer, or not with all squares of the country, once each, with these
    columns; then nothing of it is kept.
    """
    grid = _told(source)
    layer = _layer(grid)
    with forgetting_on_fault(client) as doubting:
        told = lambda done, whole: on_progress(f"{source.id} {grid.year}", done, whole)  # noqa: E731
        tables = [_table(page, source, grid, layer) for page in wfs.features(doubting, layer, told) if page]
        if not tables:
            raise SourceError(f"{layer.service}: has no squares; see [squares] in layers/sources/{source.id}.toml")
        raw = pd.concat(tables, ignore_index=True)
        found = squares.squares(raw, layer.service)
        for theirs in grid.column.values():
            found.column(theirs)
    return raw.sort_values(raw.columns[0], kind="stable", ignore_index=True)


def _told(source: SourceDeclaration) -> SquareGrid:
    if source.squares is None:
        raise SourceError(f"source {source.id!r}: declares no [squares]")
    if source.squares.path is not None:
        raise SourceError(
            f"source {source.id!r}: its squares are a file of one's own ({source.squares.path}), which is not fetched"
        )
    return source.squares


def _layer(grid: SquareGrid) -> FeatureType:
    return FeatureType(grid.service.replace("{year}", str(grid.year)), grid.layer)


def _table(
    features: Sequence[Feature], source: SourceDeclaration, grid: SquareGrid, layer: FeatureType
) -> pd.DataFrame:
    """Names and declared columns of some squares; raises SourceError where one is not there."""
    properties = [one.get("properties") or {} for one in features]
    there = list(dict.fromkeys(name for one in properties for name in one))
    code = squares.code_of(there)
    columns = {theirs: squares.same(theirs, there) for theirs in grid.column.values()}
    if missing := [*([] if code else squares.CODES), *(theirs for theirs, found in columns.items() if not found)]:
        raise SourceError(
            f"{layer.service}, {layer.name}: no property {', '.join(missing)}, whatever its capitals and underscores; "
            f"found {there}; correct the names in [squares.column] of layers/sources/{source.id}.toml"
        )
    wanted = [name for name in (code, *dict.fromkeys(columns.values())) if name is not None]
    table = pd.DataFrame({name: [one.get(name) for one in properties] for name in wanted})
    try:
        return table.assign(**{name: pd.to_numeric(table[name]) for name in wanted[1:]})
    except (ValueError, TypeError) as fault:
        raise SourceError(f"{layer.service}: a figure that is no number: {fault}; try again later") from None
