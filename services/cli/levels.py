"""The levels that a command can be asked for, known before anything is loaded."""

from geo.errors import UnknownNameError
from geo.messages import message

LEVELS = ("buurt", "wijk", "gemeente", "h3-7", "h3-8", "h3-9", "h3-10")


def check_level(level: str) -> None:
    """Raises UnknownNameError for a level that there is not."""
    if level not in LEVELS:
        raise UnknownNameError(message("level"), level, LEVELS)
