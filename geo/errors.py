"""Every error zicht raises for what a user can mend.

    ZichtError
    ├── AreaError            areas that break the rules of an AreaFrame
    ├── AlignmentError       two things about areas that are not the same areas in the same order
    ├── MeasureError         figures that cannot be: negative counts, infinite values
    ├── StatisticError       a statistic asked for what it cannot give
    ├── DeclarationError     a TOML file with faults; all of them are named
    ├── SourceError          a source that is absent, unreachable or not what its declaration says
    ├── StoreError           a release that cannot be written or read
    ├── UnknownNameError     a theme, lens, gemeente, level or period that does not exist
    └── ServeError           the service cannot start

What a programmer did wrong is a plain TypeError or ValueError and ends in a traceback. The command line shows a
ZichtError as one message and exits with 1.
"""

from collections.abc import Iterable, Sequence


class ZichtError(Exception):
    """Something a user can mend; its message says where, what rule, what was found and the way out."""


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

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        counted = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{counted} in the declarations:\n" + "\n".join(f"  {fault}" for fault in self.faults))


class SourceError(ZichtError):
    """A source that is absent, unreachable or not what its declaration says."""


class StoreError(ZichtError):
    """A release that cannot be written or read."""


class ServeError(ZichtError):
    """The service cannot start."""


class UnknownNameError(ZichtError):
    """A name that is not declared or not in the figures; the message lists those that are."""

    def __init__(self, kind: str, name: object, known: Iterable[object]) -> None:
        self.known = tuple(str(one) for one in known)
        shown = ", ".join(self.known[:12]) + (f" and {len(self.known) - 12} more" if len(self.known) > 12 else "")
        super().__init__(f"unknown {kind} {str(name)!r}; known: {shown or 'none'}")


def first_few(found: Iterable[object], most: int = 3) -> str:
    """Show the first few of what was found, and how many there are, for a message."""
    listed = [str(one) for one in found]
    rest = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {rest} more" if rest > 0 else "")
