"""response_cache(): answers on disk, a file each, written whole or not at all."""

from pathlib import Path

from requests_cache.backends.base import DESERIALIZE_ERRORS, BaseCache
from requests_cache.backends.filesystem import FileDict
from requests_cache.models.response import CachedResponse

from services.files import disk_errors, whole_file
from services.http.privacy import namer


class _AtomicFiles(FileDict):
    """The files of requests-cache, with three differences: a killed process leaves no half file, a full disk is a
    StoreError, and a damaged file is None, which the client reports in a message of its own.
    """

    def __getitem__(self, key: str) -> CachedResponse | str | None:
        with self._try_io(key):
            content = self._key2path(key).read_bytes()
        try:
            text = content.decode()
            return self.serializer.loads(text) if self.serializer else text
        except DESERIALIZE_ERRORS:
            return None

    def __setitem__(self, key: str, value: CachedResponse | str) -> None:
        with self._lock, whole_file(self._key2path(key)) as path:
            path.write_text(self.serialize(value), encoding="utf-8")


class _PrivateFiles(_AtomicFiles):
    """The same for their owner alone, under names that do not tell what was asked."""

    def __init__(self, folder: Path, serializer: str | None) -> None:
        self._named = namer(folder)
        super().__init__(folder, serializer=serializer, decode_content=False)

    def _key2path(self, key: str) -> Path:
        return super()._key2path(self._named(key))

    def __setitem__(self, key: str, value: CachedResponse | str) -> None:
        with self._lock, whole_file(self._key2path(key)) as path:
            path.touch(mode=0o600)
            path.write_text(self.serialize(value), encoding="utf-8")


def private_cache(folder: Path) -> BaseCache:
    """The same answers as of `response_cache`, in files that others cannot read, nor guess what they are about."""
    cache = BaseCache(cache_name=str(folder))
    with disk_errors(folder):
        cache.responses = _PrivateFiles(folder, serializer="json")
        cache.redirects = _PrivateFiles(folder / "redirects", serializer=None)
    return cache


def response_cache(folder: Path) -> BaseCache:
    """The answers below `folder`, as JSON around the bytes that were sent, and which address redirected to which.

    Rejected: the file cache that requests-cache ships. It keeps redirects in SQLite, which cannot open a mirror on a
    read-only disk.
    """
    cache = BaseCache(cache_name=str(folder))
    with disk_errors(folder):
        cache.responses = _AtomicFiles(folder, serializer="json", decode_content=False)
        cache.redirects = _AtomicFiles(folder / "redirects", serializer=None)
    return cache
