"""Work that engines carry in tests, where other processes find it."""

import os
import random
import signal
import time
from pathlib import Path

from geo.errors import SourceError
from services.ports import Part


def named(part: Part) -> tuple[int, str, int]:
    return part.number, part.where, part.before


def unevenly(part: Part) -> int:
    time.sleep(0.05 if part.number % 2 == 0 else 0.0)
    return part.number


def refusing(part: Part) -> int:
    if part.number in {3, 5}:
        raise SourceError("{where}: is broken", where=part.where)
    return part.number


def drawn(one: str, seed: int) -> tuple[str, float]:
    return one, random.Random(seed).random()  # noqa: S311  # no secret


def dying(part: Part) -> int:
    """Ends its process, the first time it counts the second part."""
    mark = Path(part.where)
    if part.number == 1 and not mark.exists():
        mark.touch()
        os._exit(9)
    return part.number


def killed_once(part: Part) -> int:
    """Kills its own process at the third part, the first time."""
    mark = Path(part.where)
    if part.number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part.number


def waiting(part: Part) -> int:
    """Says which process does the third part, and takes its time the first time."""
    mark = Path(part.where)
    if part.number == 2 and not mark.exists():
        mark.write_text(str(os.getpid()), encoding="utf-8")
        time.sleep(20)
    return part.number
