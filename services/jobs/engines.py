"""Which engine is asked for: local, local:4 (processes), spark://host:7077, spark:local[2]."""

import os

from geo.errors import UnknownNameError
from geo.messages import message
from services.ports import Engine
from services.registry import ENGINES, adapter


def engine(address: str) -> Engine:
    """The engine at an address. Raises UnknownNameError where there is none of that name."""
    name, _, rest = address.partition(":")
    made = adapter(message("engine"), ENGINES, name)
    if name == "spark":
        spark: Engine = made(address if rest.startswith("//") else rest)
        return spark
    if rest and not (rest.isascii() and rest.isdigit() and int(rest) > 0):
        raise UnknownNameError(message("engine"), address, ("local", f"local:{os.cpu_count()}", "spark://host:7077"))
    local: Engine = made(int(rest or 1))
    return local
