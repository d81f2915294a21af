"""What a release says of itself, `release.json`, read; apart from its tables, so that what serves loads none."""

from pathlib import Path
from typing import Any

from geo.errors import StoreError, first_few
from geo.messages import message
from layers.messages import LANGUAGES
from services.files import read_formatted
from services.releases.homes import CURRENT

MANIFEST = "release.json"
FORMAT = 2
"""The format of a release: its files and release.json. It goes up with a change that makes older readers wrong."""

OLDEST = 1
"""The oldest format that is read: its artefacts are `files`, without a size, and its id was a digest of bytes."""

BY_VALUES = 2
"""The first format of which the id is a digest of values."""

AGAIN = message("publish again")


def current(home: Path) -> Path:
    """The folder of the release that is served. Raises StoreError where nothing has been published, or it is gone."""
    link = home / CURRENT
    if link.is_symlink() and not link.exists():
        raise StoreError(
            "{home}: the release that was served ({id}) is gone; publish again, or serve another: `zicht releases` "
            "lists them, `zicht releases rollback ID` goes back to one",
            home=home, id=link.readlink().name,
        )  # fmt: skip
    if not (link / MANIFEST).is_file():
        raise StoreError("{home}: nothing has been published; run `zicht publish` first", home=home)
    return link.resolve()


def manifest(folder: Path) -> dict[str, Any]:
    """What a release says of itself, in the words of the newest format.

    Raises StoreError where it is of another format than this zicht knows, or damaged.
    """
    content = read_formatted(folder / MANIFEST, FORMAT, AGAIN, oldest=OLDEST)
    if "files" in content:  # format 1
        content["artefacts"] = {name: {"sha256": sha256} for name, sha256 in content.pop("files").items()}
    needed = ("id", "created", "collections", "layers", "artefacts")
    if lacking := [name for name in needed if name not in content]:
        raise StoreError(
            "{path}: lacks {names}; {again}", path=folder / MANIFEST, names=first_few(lacking), again=AGAIN
        )
    return content


def language_of(folder: Path) -> str:
    """The language that a release is in; Dutch where it does not say, for then there was no other."""
    spoken = manifest(folder).get("language", "nl")
    if spoken not in LANGUAGES:
        raise StoreError(
            "{path}: is in the language {language!r}, unknown to this zicht; {again}",
            path=folder / MANIFEST, language=spoken, again=AGAIN,
        )  # fmt: skip
    return str(spoken)
