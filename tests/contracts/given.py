"""What every adapter is held against, and a disk that is full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from layers.publication.collection import Collection
from tests.services.made_release import made_areas, made_release

AWKWARD = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "'; DROP TABLE gebieden; --", 'a"b;c\nd', "é\u2028")
"""Names that a spreadsheet, a database or a table of text could take for more than text; those of a release do so for
markup and templates."""


def release() -> list[Collection]:
    """Collections with awkward names."""
    areas = made_areas(60)
    start = len(areas) - len(AWKWARD)
    areas.loc[start:, "gebiedsnaam"] = AWKWARD
    zones, figures = made_release(areas)
    titles = [AWKWARD[at % len(AWKWARD)] for at in range(len(zones.table))]
    return [replace(zones, table=zones.table.assign(titel=titles)), figures]


def with_an_empty_one(collections: list[Collection]) -> list[Collection]:
    first = collections[0]
    return [*collections, replace(first, id=f"{first.id}_leeg", table=first.table.iloc[:0])]


def without_rows(collections: list[Collection]) -> list[Collection]:
    return [replace(one, table=one.table.iloc[:0]) for one in collections]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A limit on file size stands in for a full disk: the kernel refuses the write in the same place."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
