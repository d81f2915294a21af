"""What no message and no name of a file may tell of what a service was asked: the postcodes of confidential records.

The question goes to the service, over TLS, and to nobody else: a log of a night is read by others, and the name of a
file that is a plain digest is as good as the postcode, of which there are half a million.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from geo.messages import Message
from services.files import UNFINISHED, private_folder

KEY = "key"
"""The file with what names of files are made with, beside them: it goes along where they are carried."""
HIDDEN = "…"


def hidden(text: Message, secret: re.Pattern[str]) -> Message:
    """The message without what matches in any of its values."""
    return Message(text.template, _hidden_values(text.values, secret), text.plural, text.count)


def _hidden_values(values: Mapping[str, Any], secret: re.Pattern[str]) -> dict[str, Any]:
    return {name: _hidden(value, secret) for name, value in values.items()}


def _hidden(value: object, secret: re.Pattern[str]) -> object:
    match value:
        case Message():
            return hidden(value, secret)
        case str() | Exception():
            return secret.sub(HIDDEN, str(value))
    return value


def namer(folder: Path) -> Callable[[str], str]:
    """What makes, in a folder for its owner alone, the name of a file from what was asked, with a key of its own."""
    private_folder(folder)
    return partial(_named, _key(folder / KEY))


def _named(key: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


def _key(path: Path) -> bytes:
    """The key of a folder, made where there is none; of two processes that make one, the first."""
    if not path.exists():
        unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(unfinished, path)
        unfinished.unlink()
    return path.read_bytes()


def remove_older(folder: Path, age: timedelta) -> int:
    """Remove the answers in a folder that were written longer ago, and where they were redirected; say how many."""
    before = time.time() - age.total_seconds()
    files = (one for one in folder.rglob("*") if one.is_file() and one.name != KEY)
    old = [one for one in files if one.stat().st_mtime < before]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)
