"""Settings: what a user sets in the environment, read here and nowhere else."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

TESTLAND = "testland"


def _from(name: str, default: str) -> str:
    return os.environ.get(f"ZICHT_{name}") or default


def _folders(paths: str) -> tuple[Path, ...]:
    return tuple(Path(path).expanduser() for path in paths.split(os.pathsep) if path.strip())


@dataclass(frozen=True, slots=True)
class Settings:
    """Each setting is an environment variable; `zicht --help` shows them.

    Attributes:
        home: ZICHT_HOME, the folder with built layers and releases.
        data: ZICHT_DATA, a folder of real open data, or `testland`.
        layers: ZICHT_LAYERS, folders with own themes, lenses and sources, separated as in PATH; mostly none.
        config: ZICHT_CONFIG, the pygeoapi configuration that `zicht publish` keeps current.
        cache: ZICHT_CACHE, the folder where answers of services are kept; a mirror is such a folder.
        gateway: ZICHT_GATEWAY, where all requests go instead, the host as first part of the path.
        postgis: ZICHT_POSTGIS, the URI of the database with a municipality's own records; the password in ~/.pgpass.
    """

    home: Path = field(default_factory=lambda: Path(_from("HOME", "output/demo")))
    data: str = field(default_factory=lambda: _from("DATA", TESTLAND))
    layers: tuple[Path, ...] = field(default_factory=lambda: _folders(_from("LAYERS", "")))
    config: Path = field(default_factory=lambda: Path(_from("CONFIG", "pygeoapi-config.yml")))
    cache: Path = field(default_factory=lambda: Path(_from("CACHE", str(user_cache_path("zicht")))))
    gateway: str = field(default_factory=lambda: _from("GATEWAY", ""))
    postgis: str = field(default_factory=lambda: _from("POSTGIS", ""))
