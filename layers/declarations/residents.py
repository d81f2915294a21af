"""Traits of residents, by which no area may be expected to have more or fewer events.

Who lives somewhere is no reason to look there, nor to look away: a term of [expected], or a column in which peers are
alike, says what stands in an area and who comes there. Refused by name, that of the column, of what its formula reads
and of the topic behind it (layers.declarations.traits).
"""

from geo.messages import Message
from layers.declarations.references import Sources
from layers.declarations.sources import columns_of
from layers.declarations.traits import traits


def trait_of(reference: str, sources: Sources) -> Message | None:
    """What a column `source.column` says of residents, as far as names tell; None for nothing."""
    name, _, column_name = reference.partition(".")
    source = sources[name]
    column = source.columns[column_name]
    read = {one for period in source.periods for one in columns_of(column.formula, period)}
    topics = source.statline.column if source.statline else {}
    headers = source.table.column if source.table else {}
    names = [
        column_name, column.title, *sorted(read),
        *(topics[one].title for one in sorted(read) if one in topics),
        *(headers[one].header for one in sorted(read) if one in headers),
    ]  # fmt: skip
    return next((trait for one in names for trait in traits(one)), None)
