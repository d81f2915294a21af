"""A configuration as pygeoapi reads it: `${NAME}` and `${NAME:-default}` stand for variables of the environment.

Read by our own few lines, since the function of pygeoapi brings all of it along, which takes longer to load than the
service takes to start; `tests/ogc/test_documents.py` holds both to the same values.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

import yaml

from geo.errors import ServeError

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C is ten times as fast; it is there but where PyYAML was built without."""


def loaded(text: str, given: Mapping[str, str]) -> dict[str, Any]:
    """What a configuration says, where `given` goes before the environment.

    Raises ServeError for a variable that is not set and has no default.
    """

    class Loader(LOADER):  # type: ignore[misc, valid-type]  # one of two, as above
        """With the variables of this call."""

    def filled(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
        return _typed(VARIABLE.sub(lambda found: _value(found, given), str(loader.construct_scalar(node))))

    Loader.add_implicit_resolver("!env", re.compile(f".*?{VARIABLE.pattern}", re.DOTALL), None)
    Loader.add_constructor("!env", filled)
    found: dict[str, Any] = yaml.load(text, Loader)  # noqa: S506  # it is a safe one
    return found


def _value(found: re.Match[str], given: Mapping[str, str]) -> str:
    name = found["name"]
    value = given.get(name, os.environ.get(name, found["default"]))  # noqa: TID251  # as the configuration says
    if value is None:
        raise ServeError(
            "configuration: the variable {name} is not set; set it, or write ${{{name}:-what it is else}}", name=name
        )
    return value


def _typed(text: str) -> object:
    """A number or truth where the whole text spells one; what begins with a 0 is a code."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text[:1] == "0" and len(text) > 1 and "." not in text:
        return text
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
