"""Which program this is: its version, and what tells apart two states of one version.

`code` and `libraries` are digests of what really runs, so that they are known of a checkout, a wheel and a container
alike; `commit` is there where git is. Rejected: the digest of requirements.lock, which a wheel does not carry and which
says what should have been installed.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path

PACKAGES = ("geo", "boundaries", "layers", "services")
DECLARED = ("themes", "lenses", "sources")
"""Folders of declarations below `layers`: what stands there is told apart by itself."""
LENGTH = 16


@dataclass(frozen=True, slots=True)
class Program:
    """A state of zicht. `commit` is "" where it is not run from a checkout, and ends in -dirty where that was changed.

    `code` and `libraries` are digests of the source and of the versions of all that is installed beside it.
    """

    version: str
    commit: str
    code: str
    libraries: str


@cache
def program() -> Program:
    """The program that runs now."""
    return Program(metadata.version("zicht"), _commit(), _code(), _libraries())


def _code() -> str:
    content = hashlib.sha256()
    for package in PACKAGES:
        root = Path(str(resources.files(package)))
        declared = {root / name for name in DECLARED}
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and not declared & {*file.parents}:
                content.update(f"{package}/{file.relative_to(root).as_posix()}".encode() + b"\0")
                content.update(hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()[:LENGTH]


def _libraries() -> str:
    installed = {f"{one.name}=={one.version}".lower() for one in metadata.distributions() if one.name != "zicht"}
    return hashlib.sha256("\n".join(sorted(installed)).encode()).hexdigest()[:LENGTH]


def _commit() -> str:
    root = Path(str(resources.files("services"))).parent
    if not (root / ".git").exists():
        return ""
    asked = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  # no input
    except OSError:  # no git on this machine
        return ""
