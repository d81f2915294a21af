"""Settings: what a user sets in the environment, read here and nowhere else."""

import os
from dataclasses import dataclass, field
from pathlib import Path

TESTLAND = "testland"


def _from(name: str, default: str) -> str:
    return os.environ.get(f"ZICHT_{name}") or default


@dataclass(frozen=True, slots=True)
class Settings:
    """Each setting is an environment variable; `zicht --help` shows them.

    Attributes:
        home: ZICHT_HOME, the folder with built layers and releases.
        data: ZICHT_DATA, a folder of real open data, or `testland`.
        config: ZICHT_CONFIG, the pygeoapi configuration that `zicht publish` keeps current.
    """

    home: Path = field(default_factory=lambda: Path(_from("HOME", "output/demo")))
    data: str = field(default_factory=lambda: _from("DATA", TESTLAND))
    config: Path = field(default_factory=lambda: Path(_from("CONFIG", "pygeoapi-config.yml")))
