"""zicht: the commands, one module for each kind. What a user types, and what a user reads back.

Exit codes: 0 done, 1 a fault the user can correct (one message, no traceback), 2 wrong usage.

The language is chosen before a command, or an option that commands share, is imported, since their help is said when
they are read; and a command imports what it needs when it runs: pandas and pygeoapi take seconds, and `--help` must
answer at once.
"""

import logging
import sys
from typing import override

import typer

from geo.errors import ZichtError
from geo.messages import Message
from layers.messages import say
from services.cli.anywhere import apply, split


class _Said(logging.Formatter):
    """Writes a warning that is a message in the language of the screen."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return say(record.msg) if isinstance(record.msg, Message) else super().format(record)


def main() -> None:
    """Run the command; a fault the user can correct ends in one message and exit code 1, wrong usage in 2."""
    try:
        given, rest = split(sys.argv[1:])
        apply(given)
        if logging.lastResort is not None:
            logging.lastResort.setFormatter(_Said())
        if given.version:
            from importlib import metadata

            sys.stdout.write(f"zicht {metadata.version('zicht')}\n")
            return
        from services.cli.app import app

        code = app(rest, standalone_mode=False)
    except ZichtError as fault:
        from services.cli.screen import complain

        complain(fault.message)
        sys.exit(1)
    except typer.TyperException as fault:
        from services.cli.usage import wrong_usage

        wrong_usage(fault)
        sys.exit(fault.exit_code)
    if code:  # Ctrl-C
        sys.exit(code)
