"""Values as a reader of a table reads them: how a column is written is chosen once for a page, not for each value.

Rows are escaped whole, with a character between cells that hardly any value has: a page of 100 rows has some 4,500
cells, and to escape each took half of the time of the page.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from layers.messages import number, said, say
from layers.publication.fields import Field

BETWEEN = "\0"
"""A text that has it is shown without: a cell more would put figures under another heading."""

type Writer = Callable[[Any], str]


def writer(field: Field) -> Writer:
    """What writes the values of a column, in the language that is spoken now."""
    unknown, truths = say("not known"), (say("no"), say("yes"))
    labels = {code: said(label) for code, label in field.codes.items()}
    is_number = field.type == "number"

    def written(value: Any) -> str:
        if value is None:
            return unknown
        if isinstance(value, str):
            return labels.get(value, value)
        if isinstance(value, bool):
            return truths[value]
        if is_number:
            return number(value, 3 if abs(value) < 10 else 1)  # a reader wants three figures or so
        return str(value)

    return written


def rows(fields: Sequence[Field], values: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str | None, Markup | None]]:
    """Of each row the text of its first cell and, as cells of a table, all others; None where there are none."""
    writers = [(field.name, writer(field)) for field in fields]
    for one in values:
        texts = [write(one[name]) for name, write in writers]
        yield texts[0] if texts else None, _cells(texts[1:]) if texts[1:] else None


def _cells(texts: Sequence[str]) -> Markup:
    joined = BETWEEN.join(texts)
    if joined.count(BETWEEN) >= len(texts):
        joined = BETWEEN.join(text.replace(BETWEEN, "\N{REPLACEMENT CHARACTER}") for text in texts)
    escaped = str(escape(joined)).replace(BETWEEN, "</td><td>")
    return Markup(f"<td>{escaped}</td>")  # noqa: S704  # it is escaped
