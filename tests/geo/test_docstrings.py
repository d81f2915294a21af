"""Every public name of geo says what it is and is tested; the examples in docstrings run."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import geo
import layers.messages

TESTS = Path(__file__).parent
MODULES = [importlib.import_module(one.name) for one in pkgutil.walk_packages(geo.__path__, "geo.")]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public(module):
    """What a module defines for others, by name: functions and classes, and the methods and properties of those."""
    for name, defined in vars(module).items():
        if name.startswith("_") or getattr(defined, "__module__", None) != module.__name__:
            continue
        source = getattr(defined, "py_func", defined)  # of what numba compiles
        if inspect.isfunction(source) or inspect.isclass(source):
            yield name, source
        if inspect.isclass(source):
            yield from ((f"{name}.{member}", body) for member, body in members(source))


def members(owner):
    for name, member in vars(owner).items():
        body = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and (inspect.isfunction(body) or isinstance(body, property)):
            yield name, body


PUBLIC = {f"{module.__name__}.{name}": defined for module in MODULES for name, defined in public(module)}
TESTED = "\n".join(file.read_text(encoding="utf-8") for file in TESTS.rglob("*.py"))


@pytest.mark.parametrize("module", [*MODULES, layers.messages], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_run(module):
    assert doctest.testmod(module, optionflags=OPTIONS).failed == 0


def test_there_are_examples_enough_to_learn_from():
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(one.examples) for module in MODULES for one in finder.find(module)) >= 20


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is(name):
    said = PUBLIC[name].__doc__ or ""
    assert len(said) > 10
    assert not said.startswith(f"{name.rpartition('.')[2]}(")  # what a dataclass writes by itself


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_named_in_a_test(name):
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", TESTED)


def test_a_package_that_is_typed_says_so():
    assert (Path(geo.__path__[0]) / "py.typed").is_file()
