"""Faults of declarations, as messages: rules of our own, and those that pydantic checks for us.

A validator raises a RuleError, which pydantic gathers with all others. What pydantic finds itself is said by templates
of ours, by its type; so all of it can be said in Dutch. Rejected: PydanticCustomError, whose text is filled in at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from geo.errors import ZichtError
from geo.messages import Message, message, plural

RENAMED = {"spread": "dasymetric"}
"""What fields were called before, and what they are called now."""

ID_PATTERN = r"^[a-z][a-z0-9_]{1,39}$"
REFERENCE_PATTERN = r"^([a-z][a-z0-9_]{1,39}\.)?[a-z][a-z0-9_]{1,39}$"
GEMEENTE_PATTERN = r"^GM\d{4}$"
GEMEENTE_OR_COUNTRY_PATTERN = r"^(GM[0-9]{4}|NL)$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
TABLE_PATTERN = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$"

PATTERN_RULES = {
    ID_PATTERN: message("should be 2 to 40 small letters, digits or _, the first a letter"),
    REFERENCE_PATTERN: message("should be the name of a column, or of a source and a column: kerncijfers.inwoners"),
    GEMEENTE_PATTERN: message("should be the code of a gemeente, such as GM0599"),
    GEMEENTE_OR_COUNTRY_PATTERN: message("should be the code of a gemeente, such as GM0599, or NL for the country"),
    COUNTRY_PATTERN: message("should be a country in two capital letters, such as BE"),
    TABLE_PATTERN: message("should be the name of a table, or of a schema and a table, such as vth.meldingen"),
}
"""What text that must match a pattern should be."""

TYPE_RULES = {
    "missing": message("field required"),
    "extra_forbidden": message("extra inputs are not permitted"),
    "string_type": message("should be text, between quotes"),
    "literal_error": message("should be {expected}"),
    "enum": message("should be {expected}"),
    "float_type": message("should be a number, without quotes"),
    "finite_number": message("should be a finite number"),
    "greater_than": message("should be greater than {gt:g}"),
    "greater_than_equal": message("should be greater than or equal to {ge:g}"),
    "less_than": message("should be less than {lt:g}"),
    "less_than_equal": message("should be less than or equal to {le:g}"),
    "float_parsing": message("should be a number, without quotes"),
    "int_type": message("should be a whole number, without quotes"),
    "int_parsing": message("should be a whole number, without quotes"),
    "int_parsing_size": message("should be a smaller whole number"),
    "int_from_float": message("should be a whole number"),
    "bool_type": message("should be true or false, without quotes"),
    "bool_parsing": message("should be true or false, without quotes"),
    "tuple_type": message("should be a list, between [ and ]"),
    "dict_type": message("should be a section: its name between [ and ], and a line for each field"),
    "model_type": message("should be a section: its name between [ and ], and a line for each field"),
}
"""What pydantic finds, by its type."""


class RuleError(ZichtError, ValueError):
    """A rule of ours that a declaration breaks. Only validators raise it."""


def rule_of(fault: ErrorDetails) -> Message:
    """The rule that was broken; one that has no template here in pydantic's English."""
    kind, context, place = fault["type"], fault.get("ctx", {}), fault["loc"]
    if isinstance(broken := context.get("error"), RuleError):
        return broken.message
    if kind == "extra_forbidden" and place[-1] in RENAMED:
        return message("is called {name} now; rename it", name=RENAMED[str(place[-1])])
    if kind == "string_pattern_mismatch" and context["pattern"] in PATTERN_RULES:
        return PATTERN_RULES[context["pattern"]]
    if "min_length" in context or "max_length" in context:
        return _length(kind, context)
    if kind in TYPE_RULES:
        expected = str(context.get("expected", "")).replace(" or ", ", ")
        return Message(TYPE_RULES[kind].template, context | {"expected": expected})
    return Message(f"{fault['msg'][0].lower()}{fault['msg'][1:]}")


def fields_at(kind: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The fields that may stand at a place in a declaration; none where that may be of several kinds."""
    steps = iter(place)
    for step in steps:
        if not isinstance(step, str) or step not in kind.model_fields:
            continue  # an item of a list, or the name of a kind
        annotation = kind.model_fields[step].annotation
        inside = _parts(annotation)
        models = [one for one in inside if isinstance(one, type) and issubclass(one, BaseModel)]
        if len(models) != 1:
            return []
        (kind,) = models
        if any(get_origin(one) in {dict, Mapping} for one in inside):
            next(steps, None)  # the key
    return sorted(field.alias or name for name, field in kind.model_fields.items())


def _parts(annotation: object) -> list[object]:
    """A type and all types that it is made of."""
    return [annotation, *(part for one in get_args(annotation) for part in _parts(one))]


def listed(names: Iterable[object]) -> Message | str:
    """Names parted by commas, or that there are none."""
    return ", ".join(map(str, names)) or message("none")


def _length(kind: str, context: dict[str, Any]) -> Message:
    """Text or a list that is too short or too long."""
    if kind == "string_too_long":
        most = context["max_length"]
        return plural("should have at most 1 character", "should have at most {count} characters", count=most)
    least = context["min_length"]
    if kind == "string_too_short":
        return plural("should have at least 1 character", "should have at least {count} characters", count=least)
    return plural("should have at least 1 item", "should have at least {count} items", count=least)
