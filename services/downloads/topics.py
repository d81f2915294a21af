"""Keys of an OData table by the titles, codes and years that people write; for what is not there, the nearest names.

What is known of the tables: the key of a topic has another number behind it every year (`Koopwoningen_47`,
`Koopwoningen_51`), so topics are declared by title. A title may occur more than once, below other headings. Codes are
padded to a width of their own, and one of another width answers 200 and no rows: they are looked up in the table's own
list of codes. Periods are `2024JJ00` for a year and `2024MM01` for a month.
"""

import difflib

from geo.errors import SourceError
from geo.messages import joined, message
from layers.declarations.periods import WORDS, Period, PeriodKind
from layers.declarations.statline import StatLine, Topic
from services.downloads.odata import OData, TopicEntry


def key_of(column: str, topic: Topic, entries: list[TopicEntry], where: str) -> str:
    """The key of the topic with that title. Raises SourceError where there is none, or more than one."""
    of_title = [entry for entry in entries if _normalised(entry.title) == _normalised(topic.title)]
    matches = [
        entry for entry in of_title if topic.group is None or _normalised(topic.group) in map(_normalised, entry.groups)
    ]
    if len(matches) == 1:
        return matches[0].key
    if matches:
        groups = [" < ".join(entry.groups) or message("no heading") for entry in matches]
        raise SourceError(
            "{where}: column {column!r}: {count} topics have the title {title!r}, below: {groups}; name one of these "
            'headings: group = "..."',
            where=where, column=column, count=len(matches), title=topic.title, groups=joined("; ", groups),
        )  # fmt: skip
    titles = {_normalised(entry.title): entry.title for entry in entries}
    nearest = difflib.get_close_matches(_normalised(topic.title), titles, n=3, cutoff=0.4)
    title = (
        message("{title!r} below {group!r}", title=topic.title, group=topic.group) if topic.group else repr(topic.title)
    )
    raise SourceError(
        "{where}: column {column!r}: no topic has the title {title}; nearest: {nearest}, of {count}; correct the title "
        "in its declaration",
        where=where, column=column, title=title, count=len(titles),
        nearest=[repr(titles[one]) for one in nearest] or message("none"),
    )  # fmt: skip


def padded_code(table: OData, dimension: str, code: str) -> str:
    """The code with the padding that the service requires. Raises SourceError for one that is not in the table."""
    by_code = {key.strip(): key for key in table.codes(dimension)}
    if code.strip() not in by_code:
        raise SourceError(
            "{where}: {dimension} has no code {code!r}; nearest: {nearest}, of {count}",
            where=table.url, dimension=dimension, code=code, count=len(by_code),
            nearest=difflib.get_close_matches(code, by_code, n=3, cutoff=0.3) or message("none"),
        )  # fmt: skip
    return by_code[code.strip()]


def suffixes_of(declared: StatLine, periods: list[str], year: int, where: str) -> dict[str, str]:
    """The periods of a year, padded as the table has them, with what each adds to the name of a column."""
    found = {key: period for key in periods if (period := Period.found(key)) is not None and period.year == year}
    suffixes = {key: f"_{period.suffix}" for key, period in found.items() if period.kind == declared.every}
    if not suffixes:
        raise SourceError(
            "{where}: no {every} of {year}; the last periods are {periods}",
            where=where, every=WORDS[PeriodKind(declared.every)], year=year,
            periods=[key.strip() for key in periods[-3:]],
        )  # fmt: skip
    return suffixes


def _normalised(title: str) -> str:
    return " ".join(title.casefold().split())
