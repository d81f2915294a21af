"""Settings: what a user sets in the environment or before all commands, read here and nowhere else."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

TESTLAND = "testland"

_overrides: dict[str, str] = {}


def override(name: str, value: str | None) -> None:
    """Let what stands on the command line go before ZICHT_`name`; None leaves it to the environment again."""
    if value is None:
        _overrides.pop(name, None)
    else:
        _overrides[name] = value


def overridden(name: str) -> str:
    """What the command line gave in place of ZICHT_`name`; "" where it did not."""
    return _overrides.get(name, "")


def _from(name: str, default: str) -> str:
    return _overrides.get(name) or os.environ.get(f"ZICHT_{name}") or default


def _of_aws(name: str) -> str:
    return os.environ.get(name, "").strip()


def _folders(paths: str) -> tuple[Path, ...]:
    return tuple(Path(path).expanduser() for path in paths.split(os.pathsep) if path.strip())


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _yes(name: str) -> bool:
    return _from(name, "no").strip().lower() in ("yes", "ja", "true", "1")


def _path(name: str) -> Path | None:
    return Path(text) if (text := _from(name, "")) else None


@dataclass(frozen=True, slots=True)
class Settings:
    """Each setting is an environment variable; `zicht --help` shows them.

    Attributes:
        home: ZICHT_HOME, the folder with built layers and releases, to build and publish in.
        published: ZICHT_HOME, the same folder to serve, list and export from; None is the one published last.
        data: ZICHT_DATA, a folder of real open data, or `testland`.
        layers: ZICHT_LAYERS, folders with own themes, lenses and sources, separated as in PATH; mostly none.
        config: ZICHT_CONFIG, the pygeoapi configuration that `zicht publish` writes; None is that of the home.
        cache: ZICHT_CACHE, the folder where answers of services are cached; a mirror is such a folder.
        gateway: ZICHT_GATEWAY, where all requests go instead, the host as first part of the path.
        hosts: ZICHT_HOSTS, to which services may redirect besides their own, separated by commas; mostly none.
        postgis: ZICHT_POSTGIS, the URI of the database with a municipality's own records; the password in ~/.pgpass.
        store: ZICHT_STORE or `--store`, the URI of the database that releases are published in and served from as well;
            the password in ~/.pgpass.
        object_storage: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, where records at s3:// are; that of Amazon without.
        engine: ZICHT_ENGINE, what counts records, reads rasters and squares, and searches again: local, local:4
            (processes) or spark://host:7077.
        vault: ZICHT_VAULT, the folder with the secret by which confidential counts are perturbed.
        proxies: ZICHT_PROXIES, addresses or networks of proxies that are believed on where readers find the service.
        keys: ZICHT_KEYS, the file with API keys of who sees what is for colleagues; without one who reaches it does.
        tiles: ZICHT_TILES, whether a release gets vector tiles too.
        lang: ZICHT_LANG or `--lang`, the language of the screen and of what is published: nl or en.
    """

    home: Path = field(default_factory=lambda: Path(_from("HOME", "output/demo")))
    published: Path | None = field(default_factory=lambda: _path("HOME"))
    data: str = field(default_factory=lambda: _from("DATA", TESTLAND))
    layers: tuple[Path, ...] = field(default_factory=lambda: _folders(_from("LAYERS", "")))
    config: Path | None = field(default_factory=lambda: _path("CONFIG"))
    cache: Path = field(default_factory=lambda: Path(_from("CACHE", str(user_cache_path("zicht")))))
    gateway: str = field(default_factory=lambda: _from("GATEWAY", ""))
    hosts: tuple[str, ...] = field(default_factory=lambda: _names(_from("HOSTS", "")))
    postgis: str = field(default_factory=lambda: _from("POSTGIS", ""))
    store: str = field(default_factory=lambda: _from("STORE", ""))
    object_storage: str = field(default_factory=lambda: _of_aws("AWS_ENDPOINT_URL_S3") or _of_aws("AWS_ENDPOINT_URL"))
    engine: str = field(default_factory=lambda: _from("ENGINE", "local"))
    vault: Path = field(default_factory=lambda: Path(_from("VAULT", str(user_data_path("zicht") / "vault"))))
    proxies: tuple[str, ...] = field(default_factory=lambda: _names(_from("PROXIES", "")))
    keys: Path | None = field(default_factory=lambda: _path("KEYS"))
    tiles: bool = field(default_factory=lambda: _yes("TILES"))
    lang: str = field(default_factory=lambda: _from("LANG", "nl"))
