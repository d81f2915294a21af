"""References: which column of which source an indicator means, written `column` or `source.column`.

A plain name is a column of the indicator's own source; where that has none of the name, of the one other source that
has. Where several do, their order would decide, so it is refused until the source is written before it.
"""

from collections.abc import Iterator, Mapping

from geo.errors import first_few
from geo.messages import Message, message
from layers.declarations.faults import listed
from layers.declarations.indicators import Declared, Indicator, qualified
from layers.declarations.periods import WORDS, PeriodKind
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme

type Sources = Mapping[str, SourceDeclaration]


def meanings(reference: str, own: str, sources: Sources) -> list[str]:
    """Every `source.column` that a reference of an indicator with source `own` may mean; none where nothing has it."""
    source, _, column = reference.rpartition(".")
    if source:
        return [reference] if source in sources and column in sources[source].columns else []
    if own in sources and column in sources[own].columns:
        return [qualified(own, column)]
    searched = ((name, one) for name, one in sorted(sources.items()) if one.use == "search")
    return [qualified(name, column) for name, one in searched if column in one.columns]


def resolved(theme: Theme, sources: Sources) -> Theme:
    """The theme with every column written as `source.column`; of a theme without faults in its references."""
    indicators = tuple(
        one.model_copy(update={
            "also_per": tuple(
                also.model_copy(update={"column": meanings(also.column, one.source, sources)[0]})
                for also in one.also_per
            ),
            **{field: meanings(reference, one.source, sources)[0] for field, reference in one.references.items()},
        })
        for one in theme.indicator
    )  # fmt: skip
    sections: dict[str, Declared] = {}
    if theme.expected is not None:
        terms = tuple(
            one.model_copy(update={"column": meanings(one.column, "", sources)[0]}) for one in theme.expected.term
        )
        sections["expected"] = theme.expected.model_copy(update={"term": terms})
    if theme.peers is not None:
        columns = tuple(meanings(one, "", sources)[0] for one in theme.peers.columns)
        sections["peers"] = theme.peers.model_copy(update={"columns": columns})
    return theme.model_copy(update={"indicator": indicators, **sections})


def reference_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    """References that no column answers to, or more than one; `place` is what to call the indicator."""
    others = (("also_per", one.column) for one in indicator.also_per)
    for field, reference in (*indicator.references.items(), *others):
        yield from column_faults(place, field, reference, indicator.source, sources)


def column_faults(place: Message, field: str, reference: str, own: str, sources: Sources) -> Iterator[Message]:
    """What is wrong with a reference; `own` is the source that a plain name is looked for in first, "" for none."""
    found = meanings(reference, own, sources)
    if found and sources[found[0].partition(".")[0]].use == "evaluation":
        yield message(
            '{place}: {field}: {column} is only held against what is found (use = "evaluation" of its source), and '
            "decides nothing; leave it out",
            place=place, field=field, column=found[0],
        )  # fmt: skip
    yield from _kind_faults(place, field, found, sources)
    source, _, column = reference.rpartition(".")
    if len(found) > 1:
        yield message(
            "{place}: {field}: {count} sources have a column {column!r}; write which one: {known}",
            place=place, field=field, count=len(found), column=column, known=listed(found),
        )  # fmt: skip
    elif found and field == "value" and not source and found[0] != qualified(own, column):
        yield _absent(place, field, own, column, sources)
    elif not found and (source or field == "value"):
        yield _absent(place, field, source or own, column, sources)
    elif not found:
        columns = sorted({name for one in sources.values() for name in one.columns})
        yield message(
            "{place}: {field}: no source has a column {column!r}; known: {known}",
            place=place, field=field, column=column, known=listed(columns),
        )  # fmt: skip


def _kind_faults(place: Message, field: str, found: list[str], sources: Sources) -> Iterator[Message]:
    """A stock or rate per month or quarter, which a year is not the sum of."""
    for source, _, column in (name.partition(".") for name in found):
        kind, every = sources[source].columns[column].kind, sources[source].periods[0].kind
        if every is not PeriodKind.YEAR and kind != "count":
            yield message(
                "{place}: {field}: column {column!r} of source {source!r} has kind = {kind!r} per {every}, which does "
                "not add up to a year; take a count, or a source per year",
                place=place, field=field, column=column, source=source, kind=kind, every=WORDS[every],
            )  # fmt: skip


def _absent(place: Message, field: str, source: str, column: str, sources: Sources) -> Message:
    if source not in sources:
        return message(
            "{place}: {field}: unknown source {source!r}; known: {known}",
            place=place, field=field, source=source, known=listed(sources),
        )  # fmt: skip
    return message(
        "{place}: {field}: source {source!r} has no column {column!r}; it has {known}",
        place=place, field=field, source=source, column=column, known=first_few(sources[source].columns, 12),
    )  # fmt: skip
