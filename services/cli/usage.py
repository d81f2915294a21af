"""What typer says by itself, in the language that is spoken: the words of its help, and the errors of wrong usage.

typer carries click's code, with texts that no catalogue reaches: some go through gettext while they are imported, most
are plain English. Here they stand as messages. The words of its help are put in place; an error is recognised by its
English and said again, or stays as it came where it is not in this list.
"""

import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, get_args, override

import typer
from typer.core import TyperCommand, TyperGroup

from geo.messages import message
from layers.messages import say
from services.cli.screen import complain, complaints

ERRORS = (
    message("Missing argument {name}. Choose from:{names}"),
    message("Missing argument {name}."),
    message("Missing option {name}. Choose from:{names}"),
    message("Missing option {name}."),
    message("Missing command."),
    message("No such command {name}. Did you mean {names}?"),
    message("No such command {name}."),
    message("No such option: {name} (Possible options: {names})"),
    message("No such option: {name}"),
    message("Option {name} requires an argument."),
    message("Option {name} does not take a value."),
    message("Got unexpected extra argument(s) ({names})"),
    message("Invalid value for {name}: {fault}"),
    message("Invalid value: {fault}"),
    message("{value} is not one of {names}."),
    message("Input should be a valid integer, unable to parse string as an integer"),
    message("Input should be a valid number, unable to parse string as a number"),
    message("Input should be greater than or equal to {limit}"),
    message("Input should be less than or equal to {limit}"),
)
"""What typer 0.29 says of wrong usage, the longer first of two that begin the same."""

ARGUMENTS = (
    message("theme"),
    message("folder"),
    message("what"),
    message("kind"),
    message("name"),
    message("path"),
    message("points"),
    message("source"),
    message("release"),
    message("YEAR=FILE..."),
)
"""Names of arguments, as the help shows them."""

TYPES = {str: message("<text>"), int: message("<number>"), float: message("<number>"), Path: message("<path>")}
"""Which kind of value a parameter takes; a choice shows its values, a switch nothing."""


class _InOneLanguage(TyperCommand if TYPE_CHECKING else object):  # type: ignore[misc]  # mixed into a group as well
    """What a command and the group of all commands say in their help, in one language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _label(self.params)

    @override
    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('Usage:')} ")

    @override
    def get_help_option(self, ctx: Any) -> Any:
        if (option := super().get_help_option(ctx)) is not None:
            option.help = say("Show this message and exit.")
            _label([option])
        return option

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _say_words()
        super().format_help(ctx, formatter)


class Command(_InOneLanguage, TyperCommand):
    """A command whose help is in one language."""


class Group(_InOneLanguage, TyperGroup):
    """All commands, their help in one language."""


def wrong_usage(fault: typer.TyperException) -> None:
    """Say what is wrong with what was typed, and where to read how it should be."""
    text, ctx = fault.format_message(), getattr(fault, "ctx", None)
    if not text:  # nothing was asked for, and the help has been shown
        return
    if ctx is not None:
        complaints.print(ctx.get_usage(), markup=False, highlight=False, soft_wrap=True)
        hint = say("Try '{command} --help' for help.", command=ctx.command_path)
        complaints.print(hint, markup=False, highlight=False, soft_wrap=True)
    complain(said(text))


def said(text: str) -> str:
    """An error of typer in the language that is spoken.

    >>> said("Invalid value for '--port': Input should be greater than or equal to 1")
    "'--port' heeft een ongeldige waarde: geef 1 of meer"
    """
    text = text.removeprefix("Value error, ")  # pydantic's, of a choice
    for error in ERRORS:
        if match := re.fullmatch(_pattern(error.template), text, re.DOTALL):
            values = match.groupdict()
            if "fault" in values:
                values["fault"] = said(values["fault"])
            return say(error.template, **values)
    return text


def _pattern(template: str) -> str:
    """What matches a filled-in template, with a group for each value."""
    parts = Formatter().parse(template)
    return "".join(re.escape(literal) + (f"(?P<{name}>.+)" if name else "") for literal, name, _, _ in parts)


def _label(parameters: list[Any]) -> None:
    """Name arguments, and the kind of value of each parameter, in the language that is spoken."""
    for parameter in parameters:
        if parameter.param_type_name == "argument":
            parameter.metavar = say(parameter.metavar or parameter.name)
        kind = parameter.type_descriptor
        if not kind.is_choice:
            taken = (get_args(kind.annotation) or (kind.annotation,))[0]
            label = say(TYPES[taken]) if taken in TYPES else ""
            parameter.display_type = lambda _ctx, label=label: label


def _say_words() -> None:
    """Put the words of the frame in place; imported here, since what draws it takes long and only the help needs it."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = say("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = say("Options")
    rich_utils.COMMANDS_PANEL_TITLE = say("Commands")
    rich_utils.DEFAULT_STRING = say("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = say("[required]")
