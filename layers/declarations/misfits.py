"""Misfits: what one declaration names and another should have. `where` is the file, as its faults call it."""

from collections.abc import Collection, Iterator, Mapping

from geo.messages import Message, message
from geo.statistics import SEARCHES
from layers.declarations.faults import listed
from layers.declarations.indicators import Indicator
from layers.declarations.lenses import Lens
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Dasymetric, Theme

type Sources = Mapping[str, SourceDeclaration]


def column_faults(where: Mapping[str, str], sources: Sources) -> Iterator[Message]:
    """Columns that two sources declare: which one an indicator means would depend on their order."""
    owners: dict[str, str] = {}
    for source in sources.values():
        place = where[f"sources/{source.id}"]
        for column in source.columns:
            if (owner := owners.setdefault(column, source.id)) != source.id:
                yield message(
                    "{where}: columns.{column}: source {owner!r} has one of that name; choose another",
                    where=place, column=column, owner=owner,
                )  # fmt: skip


def theme_faults(where: str, theme: Theme, sources: Sources, broken: Collection[str]) -> Iterator[Message]:
    """Sources, columns, squares and statistics that a theme names and that are not there.

    Nothing is said of sources that could not be read themselves (`broken`), nor of columns that may be theirs.
    """
    for indicator in theme.indicator:
        place = message("{where}: indicator {id!r}", where=where, id=indicator.id)
        if indicator.source not in broken:
            yield from _indicator_faults(place, indicator, sources)
        if not broken:
            yield from _exposure_faults(place, indicator, sources)
    statistic = theme.search.statistic
    if statistic not in SEARCHES:
        yield message(
            "{where}: search.statistic: unknown statistic {statistic!r}; known: {known}",
            where=where, statistic=statistic, known=listed(SEARCHES),
        )  # fmt: skip
    if theme.dasymetric is not None and theme.dasymetric.source not in broken:
        yield from _dasymetric_faults(where, theme.dasymetric, sources)


def lens_faults(where: str, lens: Lens, themes: Mapping[str, Theme]) -> Iterator[Message]:
    """A theme or indicators that a lens names and that are not there; a lens under which nothing weighs."""
    theme = themes.get(lens.theme)
    if theme is None:
        yield message(
            "{where}: theme: unknown theme {theme!r}; known: {known}",
            where=where, theme=lens.theme, known=listed(themes),
        )  # fmt: skip
        return
    unknown = [(at, one.indicator) for at, one in enumerate(lens.change, start=1) if one.indicator not in theme.weights]
    for at, indicator in unknown:
        yield message(
            "{where}: change {at}: indicator: theme {theme!r} has no indicator {indicator!r}; it has {known}",
            where=where, at=at, theme=theme.id, indicator=indicator, known=listed(theme.weights),
        )  # fmt: skip
    if not unknown and not any(lens.weights(theme).values()):
        yield message("{where}: every indicator has weight 0 under this lens; give at least one a weight", where=where)


def _dasymetric_faults(where: str, dasymetric: Dasymetric, sources: Sources) -> Iterator[Message]:
    squares = {name: source.squares for name, source in sources.items() if source.squares is not None}
    name, column = dasymetric.source, dasymetric.column
    if name not in sources:
        yield message(
            "{where}: dasymetric.source: source {source!r} is unknown; with squares: {known}",
            where=where, source=name, known=listed(squares),
        )  # fmt: skip
    elif name not in squares:
        yield message(
            "{where}: dasymetric.source: source {source!r} has no [squares]; with squares: {known}",
            where=where, source=name, known=listed(squares),
        )  # fmt: skip
    elif column not in squares[name].column:
        yield message(
            "{where}: dasymetric.column: the squares of source {source!r} have no column {column!r}; they have {known}",
            where=where, source=name, column=column, known=listed(squares[name].column),
        )  # fmt: skip


def _indicator_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    source = sources.get(indicator.source)
    if source is None:
        yield message(
            "{place}: source: unknown source {source!r}; known: {known}",
            place=place, source=indicator.source, known=listed(sources),
        )  # fmt: skip
    elif indicator.value not in source.columns:
        yield message(
            "{place}: value: source {source!r} has no column {column!r}; it has {known}",
            place=place, source=source.id, column=indicator.value, known=listed(source.columns),
        )  # fmt: skip


def _exposure_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    columns = sorted({column for one in sources.values() for column in one.columns})
    for field in ("per", "mean_weight"):
        column = getattr(indicator, field)
        if column is not None and column not in columns:
            yield message(
                "{place}: {field}: no source has a column {column!r}; known: {known}",
                place=place, field=field, column=column, known=listed(columns),
            )  # fmt: skip
