"""Which engine is asked for: local, local:4 (processes), spark://host:7077, spark:local[2]."""

import os
import re

from geo.errors import UnknownNameError
from geo.messages import message
from services.ports import Engine
from services.registry import ENGINES, adapter

KNOWN = ("local", f"local:{os.cpu_count()}", "spark://host:7077")
"""How engines are asked for."""
MASTER = re.compile(r"//[^/:,]+:\d+(,[^/:,]+:\d+)*|local(\[([1-9][0-9]*|\*)\])?")
"""What Spark is asked for by: the masters of a cluster, each with its port, or cores of this computer. Others that it
knows, such as YARN, bring files to workers in ways that are not tried here."""


def engine(address: str) -> Engine:
    """The engine at an address. Raises UnknownNameError where there is none of that name."""
    name, _, rest = address.partition(":")
    made = adapter(message("engine"), ENGINES, name)
    if name == "spark":
        if not MASTER.fullmatch(rest):
            raise UnknownNameError(message("engine"), address, (*KNOWN, "spark:local[2]"))
        spark: Engine = made(address if rest.startswith("//") else rest)
        return spark
    if rest and not (rest.isascii() and rest.isdigit() and int(rest) > 0):
        raise UnknownNameError(message("engine"), address, KNOWN)
    local: Engine = made(int(rest or 1))
    return local
