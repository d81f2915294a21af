"""Which key of a table of OData a title, a code or a year stands for; what is not there is named with what is near."""

import difflib

from geo.errors import SourceError
from layers.declarations.statline import StatLine, Topic
from services.downloads.odata import Entry, OData


def key_of(column: str, topic: Topic, entries: list[Entry], where: str) -> str:
    """The key of the topic with that title, this year."""
    of_title = [one for one in entries if _plain(one.title) == _plain(topic.title)]
    found = [one for one in of_title if topic.group is None or _plain(topic.group) in map(_plain, one.groups)]
    if len(found) == 1:
        return found[0].key
    told = f"{where}: column {column!r}: "
    if found:
        groups = "; ".join(" < ".join(one.groups) or "no heading" for one in found)
        raise SourceError(
            f"{told}{len(found)} topics have the title {topic.title!r}, below: {groups}; name one of these headings: "
            'group = "..."'
        )
    titles = {_plain(one.title): one.title for one in entries}
    near = [titles[one] for one in difflib.get_close_matches(_plain(topic.title), titles, n=3, cutoff=0.4)]
    below = f" below {topic.group!r}" if topic.group else ""
    raise SourceError(
        f"{told}no topic has the title {topic.title!r}{below}; nearest: {', '.join(map(repr, near)) or 'none'}, of "
        f"{len(titles)}; correct the title in its declaration"
    )


def on_the_wire(table: OData, dimension: str, code: str) -> str:
    """The code with the padding that the service wants."""
    known = {one.strip(): one for one in table.codes(dimension)}
    if code.strip() not in known:
        raise SourceError(
            f"{table.where}: {dimension} has no code {code!r}; nearest: "
            f"{', '.join(difflib.get_close_matches(code, known, n=3, cutoff=0.3)) or 'none'}, of {len(known)}"
        )
    return known[code.strip()]


def suffixes_of(told: StatLine, periods: list[str], year: int, where: str) -> dict[str, str]:
    """The periods of a year, as they are on the wire, with what they add to the name of a column."""
    if told.every == "year":
        found = {one: f"_{year}" for one in periods if one.strip() == f"{year}JJ00"}
    else:
        found = {one: f"_{year}_{one.strip()[6:]}" for one in periods if one.startswith(f"{year}MM")}
    if not found:
        raise SourceError(
            f"{where}: no {told.every} of {year}; the last periods are {', '.join(map(str.strip, periods[-3:]))}"
        )
    return found


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
