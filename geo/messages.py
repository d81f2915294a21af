"""Message: text that a person reads, before it is said in a language.

Code holds English; the catalogue (layers.messages) holds every template in Dutch. What knows no language, as geo and
boundaries do, passes messages on as values, and whoever shows them says them. `str()` of a message is its English.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from string import Formatter
from typing import Any, override

type Say = Callable[[str, str | None, int | None], str]
"""The template of a language for an English one, its plural and the number that chooses between the two."""
type Written = Callable[[str], str]
"""A number as Python writes it, as a language does."""


@dataclass(frozen=True, slots=True)
class Message:
    """A template in English, and what is filled in: `message("{count} areas", count=3)`.

    Values go in by name, formatted as `str.format` does; a value may be a message itself, or a list of them, which is
    parted by commas. Without values a template is taken to the letter, braces and all.

    >>> str(message("{where}: {share:.0%} of {what}", where="here", share=0.5, what=message("all areas")))
    'here: 50% of all areas'
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    count: int | None = None

    def __str__(self) -> str:
        return self.said(_english, str)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def said(self, say: Say, written: Written) -> str:
        """The text in the language that `say` and `written` know."""
        template = say(self.template, self.plural, self.count)
        return _Filler(say, written).format(template, **self.values) if self.values else template


def message(template: str, /, **values: Any) -> Message:
    """A message; the template must stand here to the letter, so that the catalogue finds it."""
    return Message(template, values)


def plural(one: str, many: str, /, *, count: int, **values: Any) -> Message:
    """A message about `count` things, as it is said of one and of several.

    >>> str(plural("1 area", "{count} areas", count=1)), str(plural("1 area", "{count} areas", count=0))
    ('1 area', '0 areas')
    """
    return Message(one, {**values, "count": count}, many, count)


def joined(between: str, parts: Iterable[Message | str]) -> Message:
    """Several messages as one, with `between` between them."""
    listed = {f"part{at}": part for at, part in enumerate(parts)}
    return Message(between.join(f"{{{name}}}" for name in listed), listed)


def _english(template: str, plural: str | None, count: int | None) -> str:
    return template if plural is None or count == 1 else plural


@dataclass(frozen=True, slots=True)
class _Filler(Formatter):
    """`str.format` that says the messages among the values, and writes numbers as the language does."""

    say: Say
    written: Written

    @override
    def convert_field(self, value: Any, conversion: Any) -> Any:
        """`!r` quotes text, and each of the texts of a list; never brackets, nor a type's own name of its values."""
        if conversion != "r":
            return Formatter.convert_field(self, value, conversion)  # slots make another class than super() knows
        if isinstance(value, Message):
            return value
        if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            return [self.convert_field(one, conversion) for one in value]
        return repr(str(value)) if isinstance(value, str | PurePath) else str(value)

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Message):
            return format(value.said(self.say, self.written), format_spec)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self._each(value))
        text = str(format(value, format_spec))
        return self.written(text) if format_spec and isinstance(value, int | float) else text

    def _each(self, values: Sequence[Any]) -> Iterator[str]:
        return (one.said(self.say, self.written) if isinstance(one, Message) else str(one) for one in values)
