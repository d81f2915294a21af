"""API keys, of colleagues: made, and read.

A file has a line for each key: a name, by which it is withdrawn, and the SHA-256 of the key, so that who reads the file
has no key. A key is 256 random bits: to guess it takes as long as to guess its digest, so that no salt or slow digest
is needed. It is sent in a header and not in the address, which proxies log, browsers remember and pages link to; and in
one of its own, since a proxy with a login of its own has Authorization.
"""

import hmac
import logging
import os
import re
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from geo.errors import ServeError
from geo.messages import message
from services.files import disk_errors
from services.stores.served import written

LOGGER = logging.getLogger(__name__)

HEADER = "X-API-Key"
NAME = r"[\w.@-]{1,64}"
LINE = re.compile(rf"(?P<name>{NAME})\s+(?P<digest>[0-9a-f]{{64}})")
ANOTHER = message("write a line for each key: a name and the SHA-256 of the key, as `zicht key NAME` does")


def made(name: str, file: Path) -> str:
    """A new key, of which the digest is added to the file; there is no other copy. Raises ServeError for a name that is
    none or has a key, StoreError where the file cannot be written.
    """
    if not re.fullmatch(NAME, name):
        raise ServeError("{name!r} is no name for a key: letters, digits and . @ - _, at most 64", name=name)
    known = read(file) if file.exists() else {}
    if name in known:
        raise ServeError("{file}: {name} has a key; remove its line first, and that key is no longer one",
                         file=file, name=name)  # fmt: skip
    key = secrets.token_urlsafe(32)
    with disk_errors(file), os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+") as lines:
        before = lines.read()
        end = "" if before.endswith("\n") or not before else "\n"
        lines.write(f"{end}{name} {_digest(key)}\n")
    return key


def read(file: Path) -> dict[str, str]:
    """The digest of each key, by its name. Raises ServeError, which says nothing of what stands there, for a file that
    cannot be read, or that others than its owner can write: they would let themselves in.
    """
    try:
        mode, text = stat.S_IMODE(file.stat().st_mode), file.read_text(encoding="utf-8")
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "UTF-8"
        raise ServeError("{file}: cannot be read ({fault}); {way_out}", file=file, fault=why, way_out=ANOTHER) from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ServeError("{file}: others than its owner can write it (mode {mode:o}), and so let themselves in; "
                         "run `chmod go-w {file}`", file=file, mode=mode)  # fmt: skip
    found: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line or line.startswith("#"):
            continue
        if (parts := LINE.fullmatch(line)) is None or parts["name"] in found:
            raise ServeError("{file}, line {number}: is no key, or of a name that stands above; {way_out}",
                             file=file, number=number, way_out=ANOTHER)  # fmt: skip
        found[parts["name"]] = parts["digest"]
    return found


class Keys:
    """The keys in a file, read again when it changes: one that is removed opens nothing from then on. While the file
    cannot be read no key does, and the log says why. Raises ServeError where it cannot be at first.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written, self._digests = self._stamp(), tuple(read(file).values())

    def has(self, key: bytes) -> bool:
        """Whether it is one of them; how long that takes says nothing of any."""
        self._follow()
        digest = sha256(key).hexdigest()
        return sum(hmac.compare_digest(digest, one) for one in self._digests) > 0  # each is compared

    def _stamp(self) -> object:
        return written(self._file)

    def _follow(self) -> None:
        if (now := self._stamp()) == self._written:
            return
        self._written, self._digests = now, ()
        try:
            self._digests = tuple(read(self._file).values())
        except ServeError as fault:
            LOGGER.error("%s", fault)  # noqa: TRY400  # it says what is wrong; where it was raised says nothing


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
