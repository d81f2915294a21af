"""What is logged, where and how, as the configuration says in the words of pygeoapi."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

FORMAT = "[%(asctime)s] {%(pathname)s:%(lineno)d} %(levelname)s - %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def prepare(section: Mapping[str, Any]) -> None:
    """Log by this section of the configuration, from the first call on: to standard output, or to a file."""
    if "logfile" in section:
        from pygeoapi.log import setup_logger  # noqa: PLC0415  # it rotates files; most have none

        setup_logger(section)
        return
    logging.basicConfig(
        level=section["level"],
        format=section.get("logformat", FORMAT),
        datefmt=section.get("dateformat", MOMENT),
        stream=sys.stdout,
    )
