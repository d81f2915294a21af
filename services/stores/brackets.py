"""Brackets of a CQL2 text, looked into before the whole is parsed.

The parser of the package `cql2` tries what stands in brackets as a condition and as a value, and begins again for each
way: for a text that cannot be read it takes twice as long for every bracket around the fault, 4 seconds for 20 of them
and years for 50. What can be read takes no time, however deep. So of a deep text each group is parsed by itself, the
innermost first, with a placeholder for what was found right in it; that takes as long as the text is.
"""

import re
from collections.abc import Callable

SHALLOW = 8
"""Brackets in one another that are left to the parser: a fault in these takes it a few milliseconds."""
TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][\w.:]*|[()]|[^\s()'"A-Za-z_]+|\S""")
JOINING = frozenset({"and", "or", "not", "like", "between", "div"})
"""Words before a bracket that groups; after any other it holds arguments, a list or the coordinates of a geometry."""
OPAQUE = frozenset(
    {
        "in",
        "bbox",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    }
)
"""Words before a bracket of which the inside is no expression."""
CONDITION, VALUE = " 1 = 1 ", " 1 "
"""What stands for a group that was read."""

type Reads = Callable[[str], bool]


def unreadable(text: str, reads: Reads) -> int | None:
    """Where the first group begins that cannot be read, by the number of its character; None where there is none.

    Args:
        text: with as many brackets that open as that close, or not.
        reads: whether the parser can read a condition.
    """
    open_: list[tuple[int, list[str], bool, bool]] = []
    content: list[str] = []
    before, opaque = "(", False
    for token in TOKENS.finditer(text):
        word = token[0]
        if word == "(":
            groups = not opaque and _groups(before)
            open_.append((token.start(), content, groups, opaque))
            opaque, content = opaque or before.lower() in OPAQUE, []
        elif word == ")":
            if not open_:
                return token.start()
            start, around, groups, was_opaque = open_.pop()
            inside: str | None = " ".join(content)
            if groups and (inside := _read(str(inside), reads)) is None:
                return start
            content, opaque = [*around, f"({inside})"], was_opaque
        else:
            content.append(word)
        before = word
    return open_[-1][0] if open_ else None


def _groups(before: str) -> bool:
    return before in ("(", ",") or before.lower() in JOINING or not re.match(r"[\w\"')]", before)


def _read(inside: str, reads: Reads) -> str | None:
    """The placeholder of what stands in a group; None where it is neither a condition nor a value."""
    if reads(inside):
        return CONDITION
    return VALUE if reads(f"({inside}) = 1") else None
