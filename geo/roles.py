"""Role, apart from the search that gives it: what only names roles loads no search."""

from enum import StrEnum


class Role(StrEnum):
    """What an area is to its place: the core of it, or part of it by all likelihood."""

    CORE = "core"
    MEMBER = "member"
