"""Which encoding the letters of a text file are in, and rows that are in another.

The first encoding of the declared order in which all of the file can be read is that of the file. Where there is none,
or where a few rows are UTF-8 and others not, it is the one that most rows with letters beyond ASCII are in.
What cannot be read then stands as U+FFFD, so that those rows can be listed: one row never changes all others.
"""

import codecs
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, override

import pyarrow as pa

from geo.errors import SourceError
from services.formats import bounds
from services.formats.bounds import BLOCK

Blocks = Iterator[bytes]
ORDER = ("utf-8", "cp1252")
"""What is tried where nothing is declared."""
MARKS = {  # that of UTF-32 begins as that of UTF-16 does
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
ZEROS = {(False, True, False, True): "utf-16-le", (True, False, True, False): "utf-16-be"}
"""Which of the first bytes are zero in UTF-16 without a mark, where the first letters are of ASCII."""
LOST = "\N{REPLACEMENT CHARACTER}"
"""Stands where a letter could not be read."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, and whether all of it is in that."""

    name: str
    whole: bool = True


def decided(
    path: Path, declared: str | Sequence[str] | None = None, letters: Callable[[Path], Blocks] = bounds.blocks
) -> Encoding:
    """The encoding of a text file by its mark, else by the declared order; UTF-8 before that of Windows otherwise.
    Of another file `letters` gives what of it is text, a line a row.

    Raises SourceError for an encoding that does not exist.
    """
    order = (declared,) if isinstance(declared, str) else tuple(declared or ORDER)
    for name in order:
        try:
            codecs.lookup(name)
        except LookupError:
            raise SourceError(
                "{path}: no such encoding: {name!r}; declare format.encoding as utf-8, cp1252, iso-8859-1 or another "
                "that Python knows",
                path=path, name=name,
            ) from None  # fmt: skip
    if wide := _wide(path):
        return Encoding(wide)
    whole = next((name for name in order if _is_whole(letters(path), name)), None)
    if whole and (whole == order[0] or "utf-8" not in order or not _any_utf8(path, letters)):
        return Encoding(whole)
    return Encoding(_of_most(path, letters, order), whole=False)


def _wide(path: Path) -> str | None:
    """An encoding of two or four bytes a letter, by its mark or by its zeros; None for another."""
    with pa.input_stream(path) as content:
        start = content.read(4)
    by_mark = (name for mark, name in MARKS.items() if start.startswith(mark))
    return next(by_mark, ZEROS.get(tuple(byte == 0 for byte in start)))


def readable(path: Path, encoding: Encoding) -> BinaryIO:
    """The file as UTF-8 in which letters that cannot be read are `LOST`, for one that is not whole."""
    return io.BufferedReader(_Decoded(path, encoding.name))


def _is_whole(blocks: Blocks, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", True)  # positional in codecs
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, letters: Callable[[Path], Blocks]) -> Iterator[bytes]:
    """Lines with other bytes than those of ASCII."""
    rest = b""
    for block in letters(path):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line for line in lines if not line.isascii())
        if len(rest) > bounds.BLOCK:
            raise SourceError(
                "{path}: a line of more than {most:,} bytes; that is no table", path=path, most=bounds.BLOCK
            )
    if not rest.isascii():
        yield rest


def _any_utf8(path: Path, letters: Callable[[Path], Blocks]) -> bool:
    """Whether a line with other letters can be read as UTF-8, as text in another encoding hardly ever can."""
    return any(_reads(line, "utf-8") for line in _lines(path, letters))


def _of_most(path: Path, letters: Callable[[Path], Blocks], order: Sequence[str]) -> str:
    counts = dict.fromkeys(order, 0)
    for line in _lines(path, letters):
        if name := next((one for one in order if _reads(line, one)), None):
            counts[name] += 1
    return max(order, key=lambda name: counts[name])


def _reads(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True


class _Decoded(io.RawIOBase):
    """A file in UTF-8, line by line."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__()
        self._content = pa.input_stream(path)
        self._name, self._utf8 = name, codecs.lookup(name).name == "utf-8"
        self._raw = self._ready = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = self._content.read(BLOCK)
            if not block and not self._raw:
                return 0
            cut = (self._raw + block).rfind(b"\n") + 1 if block else len(self._raw)
            lines, self._raw = (self._raw + block)[:cut], (self._raw + block)[cut:]
            self._ready = b"".join(self._line(line) for line in lines.splitlines(keepends=True))
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    @override
    def close(self) -> None:
        self._content.close()
        super().close()

    def _line(self, line: bytes) -> bytes:
        """A line in UTF-8. One that is UTF-8 in a file that is not: its letters are as lost as the other way around."""
        if line.isascii():
            return line
        if not self._utf8 and _reads(line, "utf-8"):
            return line.decode("ascii", "replace").encode()
        return line.decode(self._name, "replace").encode()
