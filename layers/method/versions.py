"""The version of a method: a digest of the source code behind it. What an older method made is never taken for new.

Derived, not declared. Rejected: a number per kind of node that is raised by hand; a test can hold it against the code,
but every refactoring of eight people would trip over it, and what it guards against is forgetting. The digest is too
careful instead of too trusting: a changed comment in a module makes its figures again, and never gives a wrong one.

Behind a function stand its module, all modules of zicht that this imports, and the data files (TOML, catalogues of
messages) beside those; and the libraries that zicht names, in the versions that are installed.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

OURS = ("geo", "boundaries", "layers", "services")
"""The packages that the code of zicht is in."""
DATA = ("*.toml", "*.po")
"""Files beside a module that it may read."""
IMPORT = re.compile(
    rf"^[ \t]*from ((?:{'|'.join(OURS)})(?:\.\w+)*) import (\([^)]*\)|.*)"
    rf"|^[ \t]*import ((?:{'|'.join(OURS)})(?:\.\w+)*)",
    re.MULTILINE,
)
"""What a module imports of zicht. A line of a docstring may look like it: that is one module too many, not too few."""


def version_of(function: Callable[..., Any]) -> str:
    """The version of what computes a value: which function, the code behind it and the libraries below that."""
    return f"{function.__qualname__} {version_of_module(function.__module__)}"


@cache
def version_of_module(name: str) -> str:
    """The version of all that a module rests on."""
    digest = hashlib.sha256(libraries().encode())
    for module in sorted(modules_behind(name)):
        digest.update(_content(module))
    return digest.hexdigest()


@cache
def _content(module: str) -> bytes:
    """The digest of the files of a module. Many functions rest on it, and all of them read it once."""
    digest = hashlib.sha256()
    for part in _files(module):
        digest.update(f"\0{module}\0{part.name}\0".encode() + part.read_bytes())
    return digest.digest()


def modules_behind(name: str) -> frozenset[str]:
    """A module and all modules of zicht that it imports, directly or not."""
    seen: set[str] = set()
    wanted = [name]
    while wanted:
        module = wanted.pop()
        if module not in seen and _file(module) is not None:
            seen.add(module)
            wanted += _imports(module)
            wanted += [module.rpartition(".")[0]] if "." in module else []
    return frozenset(seen)


@cache
def libraries() -> str:
    """Python and the libraries that zicht names, with their versions."""
    named = (re.match(r"[\w.-]+", one) for one in metadata.requires("zicht") or () if "extra ==" not in one)
    versions = (f"{name[0]} {metadata.version(name[0])}" for name in named if name)
    return "\n".join((f"python {sys.version}", *sorted(versions)))


@cache
def _imports(module: str) -> tuple[str, ...]:
    return tuple(_named_in(_text(module)))


def _named_in(text: str) -> Iterator[str]:
    """The modules that a text imports; `from geo import areas` may name a module or a function of one."""
    for package, names, whole in IMPORT.findall(text):
        yield package or whole
        yield from (f"{package}.{name}" for name in re.findall(r"\w+", names.split("#")[0]) if package)


def _text(module: str) -> str:
    file = _file(module)
    return "" if file is None else file.read_text(encoding="utf-8")


def _files(module: str) -> list[Path]:
    file = _file(module)
    if file is None:
        return []
    beside = [found for pattern in DATA for found in sorted(file.parent.glob(pattern))]
    return [file, *(beside if module.partition(".")[0] in OURS else [])]


@cache
def _file(module: str) -> Path | None:
    """The source of a module, loaded or not; None where there is no such module, or none with a source."""
    if (loaded := sys.modules.get(module)) is not None:
        return Path(loaded.__file__) if loaded.__file__ else None
    path: list[str] | None = None
    for end in range(1, module.count(".") + 2):
        part = ".".join(module.split(".")[:end])
        spec = PathFinder.find_spec(part, path)
        if spec is None or spec.origin is None:
            return None
        path, origin = list(spec.submodule_search_locations or ()), spec.origin
    return Path(origin)
