"""What the scripts of a page say, extracted from the scripts themselves: a list beside them could differ from them.

Babel's own reading of JavaScript was rejected: it skips a message within another message or a template literal.
"""

import json
import re
from collections.abc import Iterable, Iterator

from geo.errors import first_few
from geo.messages import Message
from layers.messages import say

CALL = re.compile(r"(?<!function )\b(?:say|plural)\(")
"""The functions of the scripts that say a message: `say("template", values)`, `plural("one", "several", values)`."""
STRING = r'("(?:[^"\\]|\\.)*")'
TO_THE_LETTER = re.compile(rf"(?<!function )\b(?:say\({STRING}|plural\({STRING},\s*{STRING})")


def messages_in(script: str) -> Iterator[tuple[int, str, str | None]]:
    """The line, template and plural (None for `say`) of each message in a script.

    Raises ValueError for a message whose template does not stand there to the letter: no catalogue could have it.
    """
    messages = {call.start(): call.groups() for call in TO_THE_LETTER.finditer(script)}
    unread = [_line(script, call.start()) for call in CALL.finditer(script) if call.start() not in messages]
    if unread:
        raise ValueError(f"script: no template to the letter on line {first_few(unread)}")
    for start, literals in messages.items():
        template, *plural = [json.loads(literal) for literal in literals if literal is not None]
        yield _line(script, start), template, plural[0] if plural else None


def texts(scripts: Iterable[str]) -> dict[str, str | list[str]]:
    """The texts of all these messages in the language that is spoken, by their English; a pair for `plural`.

    Nothing is filled in: the scripts do that.
    """
    return {
        template: say(Message(template))
        if several is None
        else [say(Message(template, plural=several, count=count)) for count in (1, 2)]
        for script in scripts
        for _, template, several in messages_in(script)
    }


def _line(script: str, start: int) -> int:
    return script.count("\n", 0, start) + 1
