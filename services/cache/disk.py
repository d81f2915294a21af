"""The cache of the build: values by the key of all that decided them (layers.method.plan), in the folder of a home.

    <home>/cache/open/<key>.zip           the value, and first the sha256 of what follows
    <home>/cache/open/<key>.json          what it was made by, to say later why it is made again
    <vault>/cache/<home>/...              what comes of a confidential source, in the vault

It holds figures that are not protected: its folders are for their owner alone, whatever the umask. A value is written
beside its place and moved there in one step; one that was damaged is removed and made again. What was used longest ago
is removed where together they are larger than `LARGEST`. One lock is held by who writes or removes. Who reads holds
none: a file that is removed meanwhile stays readable to him, and one that is replaced has the same content.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

from geo.errors import StoreError, ZichtError
from layers.method.ports import About
from services.cache.encoding import decoded, encoded
from services.files import UNFINISHED, disk_errors, locked, private_folder, readable_folder
from services.settings import Settings

FORMAT = 1
"""How values are written (services.cache.encoding); those of another format are made again."""
LARGEST = 2 * 1024**3
"""Bytes that all values may take together. All of the country with one theme takes some thirty million."""
OPEN, BEFORE = "open", "vertrouwelijk"
"""What is open; and where an earlier zicht had what is confidential, which goes."""
FOLDER, LOCK = "cache", ".lock"
VALUE, ABOUT = ".zip", ".json"
SHA256, NAMED = 32, 16
"""Bytes of a digest; hexadecimal digits of one that a home is known by."""

log = logging.getLogger(__name__)


class HomeCache:
    """The cache in a home."""

    def __init__(self, home: Path, largest: int = LARGEST) -> None:
        self.root = home / FOLDER
        self.vault = Settings().vault
        named = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:NAMED]
        self.parts = {False: self.root / OPEN, True: self.vault / FOLDER / named}
        self.largest = largest

    def get(self, key: str) -> object | None:
        """The value of that key, whole, as it was put; None where it is not remembered or was damaged."""
        for path in self._paths(key):
            try:
                content = path.read_bytes()
            except OSError:
                continue
            if _digest(content[SHA256:]) == content[:SHA256]:
                with suppress(OSError):
                    os.utime(path)
                with suppress(ZichtError, ValueError, KeyError, TypeError, BadZipFile):
                    value: object = decoded(content[SHA256:])
                    return value
            log.warning("%s: damaged; it is made again", path)
            with suppress(StoreError), self._alone():
                _remove(path)
        return None

    def has(self, key: str) -> bool:
        """Whether a value of that key is remembered; whether it is whole is seen when it is read."""
        return any(path.is_file() for path in self._paths(key))

    def put(self, key: str, value: object, about: About) -> None:
        """Remember a value. A disk that refuses it is no fault of the build: it is made again next time."""
        content = encoded(value)
        folder = self.parts[about.confidential]
        try:
            with self._alone():
                if about.confidential:
                    private_folder(self.vault)
                    private_folder(self.vault / FOLDER)
                private_folder(folder)
                described = json.dumps(asdict(about), ensure_ascii=False)
                _write(folder / f"{key}{ABOUT}", described.encode())
                _write(folder / f"{key}{VALUE}", _digest(content) + content)
                self._shrink(keep=key)
        except StoreError as fault:
            log.warning("%s", fault.message)

    def latest(self, kind: str, name: tuple[str, ...]) -> About | None:
        """What the last value of that kind and name was made by, whatever its key; None where none is remembered."""
        described = [(_used(path), about) for path in self._values() if (about := _about(path)) is not None]
        of_it = [(when, about) for when, about in described if (about.kind, about.name) == (kind, name)]
        return max(of_it, key=lambda one: one[0])[1] if of_it else None

    def clean(self, *, confidential_only: bool = False) -> tuple[int, int]:
        """Forget everything, or what comes of confidential sources. Returns how many values, and how many bytes."""
        if not self.root.is_dir():
            return 0, 0
        with self._alone():
            parts = [self.parts[True], *([] if confidential_only else [self.parts[False]])]
            values = [path for folder in parts for path in folder.glob(f"*{VALUE}")]
            size = sum(path.stat().st_size for path in values)
            for path in (path for folder in parts if folder.is_dir() for path in folder.iterdir()):
                path.unlink()
        return len(values), size

    def _paths(self, key: str) -> list[Path]:
        return [part / f"{key}{VALUE}" for part in self.parts.values()]

    def _values(self) -> list[Path]:
        return [path for part in self.parts.values() for path in part.glob(f"*{VALUE}")]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with disk_errors(self.root):
            readable_folder(self.root.parent)  # the releases in it are for all
            private_folder(self.root)
            with locked(self.root / LOCK, fcntl.LOCK_EX):
                shutil.rmtree(self.root / BEFORE, ignore_errors=True)
                yield

    def _shrink(self, keep: str) -> None:
        """Remove what was used longest ago, until what is left is small enough; and what a crash left behind."""
        for left in (one for part in self.parts.values() for one in part.glob(f"{UNFINISHED}*")):
            left.unlink()
        values = sorted(self._values(), key=_used)
        size = sum(path.stat().st_size for path in values)
        for path in values:
            if size <= self.largest:
                return
            if path.stem != keep:
                size -= path.stat().st_size
                _remove(path)


def _digest(content: bytes) -> bytes:
    """Of a value in this format; of another it is not the same."""
    return hashlib.sha256(bytes([FORMAT]) + content).digest()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone from its first byte on."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
    unfinished.replace(path)


def _remove(path: Path) -> None:
    for ending in (VALUE, ABOUT):
        path.with_suffix(ending).unlink(missing_ok=True)


def _used(path: Path) -> int:
    """When it was used last; 0 where it was removed meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _about(path: Path) -> About | None:
    """What a value was made by; None where that cannot be read."""
    try:
        described = json.loads(path.with_suffix(ABOUT).read_text(encoding="utf-8"))
        return About(**described | {name: tuple(described[name]) for name in ("name", "declarations")})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
