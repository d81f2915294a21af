"""Traits of residents, by which no area may be expected to have more or fewer events.

Who lives somewhere is no reason to look there, nor to look away: a term of [expected], or a column in which peers are
alike, says what stands in an area and who comes there. Refused by name, that of the column, of what its formula reads
and of the topic behind it (layers.declarations.traits). Income, benefits, origin, religion and health of residents may
be no indicator either.
"""

from geo.messages import Message
from layers.declarations.references import Sources
from layers.declarations.sources import columns_of
from layers.declarations.traits import protected, traits


def trait_of(reference: str, sources: Sources) -> Message | None:
    """What a column `source.column` says of residents, as far as names tell; None for nothing."""
    return next((trait for one in _names(reference, sources) for trait in traits(one)), None)


def protected_trait_of(reference: str, sources: Sources) -> Message | None:
    """What a column says that may put no place on the map, likewise."""
    return next((trait for one in _names(reference, sources) for trait in protected(one)), None)


def _names(reference: str, sources: Sources) -> list[str]:
    """The names of a column, of what its formula reads and of the topics and headers behind it."""
    name, _, column_name = reference.partition(".")
    source = sources[name]
    column = source.columns[column_name]
    read = {one for period in source.periods for one in columns_of(column.formula, period)}
    topics = source.statline.column if source.statline else {}
    headers = source.table.column if source.table else {}
    return [
        column_name, column.title, *sorted(read),
        *(topics[one].title for one in sorted(read) if one in topics),
        *(headers[one].header for one in sorted(read) if one in headers),
    ]  # fmt: skip
