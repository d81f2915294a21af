"""Reading in a process of its own that may use so much memory and no more.

A workbook of a few kilobytes may ask for more memory than there is, and its library then ends the whole process. Here
it ends a child. The child is this program anew (subprocess), not a copy of a process with threads (fork), nor one that
runs the user's script a second time (multiprocessing).
"""

import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from geo.errors import SourceError

MEMORY = 4 << 30
"""Bytes."""


def in_child[Outcome](function: Callable[..., Outcome], /, *arguments: Any) -> Outcome:
    """What the function of a module gives, or raises as an Exception; SourceError where it needs more memory.

    The first argument is the path of what is read.
    """
    child = subprocess.run(  # noqa: S603  # this program
        [sys.executable, "-m", __name__], input=pickle.dumps((function, arguments)), capture_output=True, check=False
    )
    if child.returncode:
        raise SourceError(
            "{path}: cannot be read within {most:,} bytes of memory; remove cells that stand far away from the "
            "table, or save it as CSV or Parquet",
            path=arguments[0], most=MEMORY,
        )  # fmt: skip
    outcome, fault = pickle.loads(child.stdout)  # noqa: S301  # of this program
    if fault is not None:
        raise fault
    return outcome  # type: ignore[no-any-return]  # what the function gives


def _main() -> None:
    function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  # of this program
    with suppress(ValueError, OSError):  # a system that knows no such limit, or has a lower one
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        outcome, raised = function(*arguments), None
    except MemoryError:
        sys.exit(1)
    except Exception as fault:  # noqa: BLE001  # it is raised by who asked
        outcome, raised = None, fault
    sys.stdout.buffer.write(pickle.dumps((outcome, raised)))


if __name__ == "__main__":
    _main()
