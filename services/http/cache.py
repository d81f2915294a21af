"""kept(): where answers are remembered: a file each, written whole or not at all."""

from pathlib import Path

from requests_cache.backends.base import DESERIALIZE_ERRORS, BaseCache
from requests_cache.backends.filesystem import FileDict
from requests_cache.models.response import CachedResponse

from services.files import disk_errors, whole_file


class _Whole(FileDict):
    """Files as requests-cache makes them, but for three things: one that is killed leaves no half file behind, a full
    disk is told as such, and a file that is damaged is None: who asks tells so, in words of his own.
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


def cached(folder: Path) -> BaseCache:
    """The answers below `folder`, as JSON around the bytes that were sent, and which address led to which.

    The cache of files that requests-cache ships keeps the latter in SQLite, which a mirror on a disk that cannot be
    written does not open.
    """
    cache = BaseCache(cache_name=str(folder))
    with disk_errors(folder):
        cache.responses = _Whole(folder, serializer="json", decode_content=False)
        cache.redirects = _Whole(folder / "redirects", serializer=None)
    return cache
