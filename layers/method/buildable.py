"""Which years a theme can be built of: those of which all its sources have figures."""

from collections.abc import Sequence

from geo.errors import SourceError
from layers.declarations.periods import PER_YEAR, absent_parts
from layers.declarations.sources import SourceDeclaration


def period_of(sources: Sequence[SourceDeclaration], wanted: int | None) -> int:
    """The wanted period, or the newest that every source has.

    Raises SourceError for one that they do not share, naming who lacks it, and where they share none.
    """
    shared = set.intersection(*(set(source.years) for source in sources))
    if not shared:
        raise SourceError(
            "no period that all sources have: {sources}; add one to their `periods`",
            sources=[f"{source.id} {list(source.years)}" for source in sources],
        )
    if wanted is not None and wanted not in shared:
        check_years(sources, wanted)
        raise SourceError(
            "period {wanted}: not one of {lacking}; all sources have {shared}: take one of these with --period, or add "
            "{wanted} to the `periods` of the source that lacks it",
            wanted=wanted, shared=sorted(shared),
            lacking=[f"{source.id} {list(source.years)}" for source in sources if wanted not in source.years],
        )  # fmt: skip
    return max(shared) if wanted is None else wanted


def check_years(sources: Sequence[SourceDeclaration], year: int) -> None:
    """Raise SourceError, naming what is missing, where a source has some months or quarters of a year and not all."""
    for source in sources:
        absent = absent_parts(year, source.periods)
        whole = PER_YEAR[source.periods[0].kind]
        if 0 < len(absent) < whole:
            raise SourceError(
                "source {id!r}: of {year} it has {count} of {whole} periods; a year is known when all are: add "
                "{absent}",
                id=source.id, year=year, count=whole - len(absent), whole=whole,
                absent=[str(one) for one in absent],
            )  # fmt: skip
