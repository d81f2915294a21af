"""Where the real open data is: ZICHT_REAL_DATA, or the folder beside the project where that is absent or empty."""

import os
from pathlib import Path


def folder() -> Path:
    """The folder, there or not."""
    return Path(os.environ.get("ZICHT_REAL_DATA") or "../shared/data")  # noqa: TID251  # what a tester sets
