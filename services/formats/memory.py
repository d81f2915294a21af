"""Reading within so much memory, whatever a file says of itself: what its pages hold is known when they are unpacked.

The system refuses what goes beyond, and Arrow says so; a bound on the pool of Arrow itself is not in pyarrow.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import pyarrow as pa

from geo.errors import SourceError

MEMORY = 4 << 30
"""Bytes beside those of the file itself, as a workbook may take (services.formats.child)."""
ADDRESSES = resource.RLIMIT_AS
TAKEN = Path("/proc/self/statm")
"""Pages of memory of this process, where the system (Linux) tells; elsewhere there is no such bound."""
_ONE_AT_A_TIME = Lock()  # the bound is of the whole process


class _Grown:
    """Bytes that reading has added to this process: Arrow keeps what is given back, and uses it again."""

    size = 0


@contextmanager
def bounded(path: Path) -> Iterator[None]:
    """Read a file, or a part of it, in here. Raises SourceError where that takes more memory than `MEMORY`."""
    with _ONE_AT_A_TIME:
        soft, hard = resource.getrlimit(ADDRESSES)
        before, size = _taken(), path.stat().st_size
        free = max(0, _Grown.size - pa.total_allocated_bytes())
        most = before - free + MEMORY + size
        if before:
            resource.setrlimit(ADDRESSES, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
        try:
            yield
        except MemoryError:
            raise SourceError(
                "{path}: takes more than {most:,} bytes of memory to read, and is a file of {size:,}; that is no "
                "table: leave out the columns of long text, or save it as CSV",
                path=path, most=MEMORY, size=size,
            ) from None  # fmt: skip
        finally:
            resource.setrlimit(ADDRESSES, (soft, hard))
            _Grown.size += max(0, _taken() - before)


def _taken() -> int:
    """Bytes of memory of this process; 0 where it is not known."""
    with suppress(OSError):
        return int(TAKEN.read_text().split()[0]) * resource.getpagesize()
    return 0
