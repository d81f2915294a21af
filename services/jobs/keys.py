"""key: an API key is made, and added to the file that the settings name."""

from pathlib import Path

from geo.errors import ServeError
from services.ogc import keys
from services.settings import Settings


def made(name: str) -> tuple[str, Path]:
    """A new key, and the file that has its digest from now on. Raises ServeError where no file is named."""
    if (file := Settings().keys) is None:
        raise ServeError("say which file has the keys: --keys FILE, or ZICHT_KEYS")
    return keys.made(name, file), file
