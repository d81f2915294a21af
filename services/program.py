"""Which program this is: its version, and what tells apart two states of one version.

`code` and `libraries` are digests of what really runs, so that they are known of a checkout, a wheel and a container
alike; `commit` is there where git is. Rejected: the digest of requirements.lock, which a wheel does not carry and which
says what should have been installed.
"""

import hashlib
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path

PACKAGES = ("geo", "boundaries", "layers", "services")
MAKES_LAYERS = (
    "geo", "boundaries", "layers/declarations", "layers/method", "layers/publication",
    "services/sources", "services/formats", "services/persons", "services/testland", "services/vault",
)  # fmt: skip
"""What the values of a layer come from; a style sheet or a command makes no layer another."""
DECLARED = ("layers/themes", "layers/lenses", "layers/sources")
"""Declarations: what stands there is told apart by itself."""
LENGTH = 16


@dataclass(frozen=True, slots=True)
class Program:
    """A state of zicht. `commit` is "" where it is not run from a checkout, and ends in -dirty where that was changed.

    `code`, `method` and `libraries` are digests: of its source, of the part of it that makes layers, and of the
    versions of all that is installed beside it.
    """

    version: str
    commit: str
    code: str
    method: str
    libraries: str


@cache
def program() -> Program:
    """The program that runs now."""
    return Program(metadata.version("zicht"), _commit(), _code(PACKAGES), _code(MAKES_LAYERS), _libraries())


def _code(parts: Sequence[str]) -> str:
    """The digest of all files below these parts of the packages."""
    content = hashlib.sha256()
    root = Path(str(resources.files("services"))).parent
    declared = {root / name for name in DECLARED}
    for file in sorted(file for part in parts for file in (root / part).rglob("*") if file.is_file()):
        if "__pycache__" not in file.parts and not declared & {*file.parents}:
            content.update(file.relative_to(root).as_posix().encode() + b"\0")
            content.update(hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()[:LENGTH]


def _libraries() -> str:
    named = map(_name_and_version, metadata.distributions())
    installed = {f"{name}=={version}".lower() for name, version in named if name != "zicht"}
    return hashlib.sha256("\n".join(sorted(installed)).encode()).hexdigest()[:LENGTH]


def _name_and_version(installed: metadata.Distribution) -> tuple[str, str]:
    """As its metadata says. Read here: the standard library parses all of it, as a mail, for each of the two."""
    head = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    name, version = (re.search(rf"^{field}: *(.*?) *$", head, re.MULTILINE) for field in ("Name", "Version"))
    return (name[1], version[1]) if name and version else (installed.name, installed.version)


def _commit() -> str:
    root = Path(str(resources.files("services"))).parent
    if not (root / ".git").exists():
        return ""
    asked = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  # no input
    except OSError:  # no git on this machine
        return ""
