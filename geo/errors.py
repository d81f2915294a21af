"""Every error zicht raises for what a user can put right.

    ZichtError
    ├── AreaError            areas that break the rules of an AreaFrame
    ├── AlignmentError       two things about areas that are not the same areas in the same order
    ├── MeasureError         figures that cannot be: negative counts, infinite values
    ├── StatisticError       a statistic asked for what it cannot give
    ├── DeclarationError     a TOML file with faults; all of them are named
    ├── SourceError          a source that is absent, unreachable or not what its declaration says
    ├── StoreError           a release that cannot be written or read
    ├── DisclosureError      what others could compute from what is to be published
    ├── UnknownNameError     a theme, lens, gemeente, level or period that does not exist
    └── ServeError           the service cannot start

What a programmer did wrong is a plain TypeError or ValueError and ends in a traceback. The command line shows a
ZichtError as one message and exits with 1.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from geo.messages import Message, joined, message, plural


class ZichtError(Exception):
    """Something a user can put right; its message says where, what rule, what was found and the way out.

    The template is English and stands literally where it is raised; values go in by name. `str()` of the error is
    English; `message` can be said in another language.
    """

    def __init__(self, template: str | Message, /, **values: Any) -> None:
        self.message = template if isinstance(template, Message) else Message(template, values)
        super().__init__(str(self.message))


class AreaError(ZichtError):
    """Areas that break the rules of an AreaFrame."""


class AlignmentError(ZichtError):
    """Two things about areas that are not the same areas in the same order."""


class MeasureError(ZichtError):
    """Figures that cannot be: negative counts, infinite values."""


class StatisticError(ZichtError):
    """A statistic asked for what it cannot give."""


class DeclarationError(ZichtError):
    """One or more faults in declarations, each with its file and field."""

    def __init__(self, faults: Sequence[Message | str]) -> None:
        self.faults = tuple(faults)
        counted = plural("1 fault in the declarations:", "{count} faults in the declarations:", count=len(self.faults))
        super().__init__(joined("\n  ", [counted, *self.faults]))


class SourceError(ZichtError):
    """A source that is absent, unreachable or not what its declaration says."""


class StoreError(ZichtError):
    """A release that cannot be written or read."""


class DisclosureError(ZichtError):
    """What others could compute from what is to be published."""


class ServeError(ZichtError):
    """The service cannot start."""


MOST_LISTED = 12


class UnknownNameError(ZichtError):
    """A name that is not declared or not in the figures; the message lists those that are: of many, those it is like
    first.
    """

    def __init__(self, kind: Message | str, name: object, known: Iterable[object]) -> None:
        self.known = tuple(str(candidate) for candidate in known)
        near = get_close_matches(str(name), self.known) if len(self.known) > MOST_LISTED else []
        listed = first_few(dict.fromkeys([*near, *self.known]), MOST_LISTED) if self.known else message("none")
        super().__init__(message("unknown {kind} {name!r}; known: {known}", kind=kind, name=str(name), known=listed))


def first_few(items: Iterable[object], most: int = 3) -> Message:
    """The first `most` of the items, and how many more there are.

    >>> str(first_few(["GM0034", "GM0344", "GM0363", "GM0599", "GM1904"]))
    'GM0034, GM0344, GM0363 and 2 more'
    """
    listed = [str(item) for item in items]
    rest, shown = len(listed) - most, ", ".join(listed[:most])
    return (
        message("{shown} and {rest} more", shown=shown, rest=rest) if rest > 0 else Message("{shown}", {"shown": shown})
    )
