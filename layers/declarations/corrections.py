"""Corrections: figures of others that a municipality knows to be wrong, and what they should be.

id     = "bureau"       # the name of its file
source = "misdrijven"

[[correction]]
area   = "BU05991234"
period = 2024
figure = "misdrijven"   # as formulas of the source read it, without its period
value  = 12
why    = "Het politiebureau stond als plaats van alle aangiften."
role   = "gegevensbeheerder"

They are applied on top of what was received, which stays as it is, and are published beside the map: who decided is
said by role. Rejected: a file of figures that replaces that of the publisher, in which nobody sees what was changed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from boundaries.cbs import COARSENESS
from boundaries.codes import PATTERNS
from geo.areas import AreaLevel
from geo.errors import first_few
from geo.messages import Message, message
from layers.declarations.faults import RuleError, listed
from layers.declarations.indicators import Declared, Id, Number, Text
from layers.declarations.periods import DeclaredPeriod, Period
from layers.declarations.persons import persons, without_accents
from layers.declarations.sources import SourceDeclaration, columns_of

WORD = re.compile(r"[^\W\d_]+")
WRITTEN_AS_A_PERSON = re.compile(r"@|\b[A-Z]\.\s*[A-Z]|\b(?i:dhr|mevr|mw|mevrouw|meneer)\b")
"""An address of mail, initials, or how a person is addressed."""


def _names_nobody(text: str) -> str:
    """A text without the name of a person: it is published with the map, for years."""
    known = {without_accents(one) for one in (*persons().names.given, *persons().names.family)}
    named = next((word for word in WORD.findall(text) if without_accents(word) in known), None)
    if named is None and (written := WRITTEN_AS_A_PERSON.search(text)) is not None:
        named = written[0]
    if named is not None:
        raise RuleError("{name!r} may be of a person, and this is published: say a role or an office", name=named)
    return text


Short = Annotated[Text, StringConstraints(max_length=300), AfterValidator(_names_nobody)]


class Correction(Declared):
    """What a figure of an area in a period should be, why, and in which role someone decided so."""

    area: Text
    period: DeclaredPeriod
    figure: Text
    value: Annotated[Number, Field(ge=0)]
    why: Short
    role: Short

    def column(self, source: SourceDeclaration, period: Period) -> str | None:
        """The column of its source, as it is received, that it is about where figures of a period are made; None where
        these do not read it.
        """
        read = {name for one in source.columns.values() for name in columns_of(one.formula, period)}
        of_its_own = f"{self.figure}_{self.period.suffix}"
        if of_its_own in read:
            return of_its_own
        return self.figure if self.figure in read and self.period in period else None


class Corrections(Declared):
    """The corrections of one source."""

    id: Id
    source: Id
    correction: Annotated[tuple[Correction, ...], Field(min_length=1)]


def correction_faults(
    where: Mapping[str, str], corrections: Mapping[str, Corrections], sources: Mapping[str, SourceDeclaration]
) -> Iterator[Message]:
    """Sources, figures and areas that cannot be corrected, and figures that are corrected twice.

    `where` is, by id, the file of each, as its faults call it.
    """
    first: dict[tuple[str, str, str, Period], Message] = {}
    for name, declared in corrections.items():
        if (source := sources.get(declared.source)) is None:
            yield message(
                "{where}: source: unknown source {source!r}; known: {known}",
                where=where[name], source=declared.source, known=listed(sources),
            )  # fmt: skip
            continue
        yield from _source_faults(where[name], source)
        for at, one in enumerate(declared.correction, start=1):
            place = message("{where}: correction {at}", where=where[name], at=at)
            yield from _faults(place, one, source)
            other = first.setdefault((source.id, one.area, one.figure, one.period), place)
            if other is not place:
                yield message("{place}: is of the same figure as {other}; leave one of them out",
                              place=place, other=other)  # fmt: skip


def _source_faults(where: str, source: SourceDeclaration) -> Iterator[Message]:
    if source.confidential:
        yield message(
            "{where}: source: {source!r} is confidential, and a correction is published with the map; correct the file "
            "or records of that source",
            where=where, source=source.id,
        )  # fmt: skip
    elif source.own or source.native is AreaLevel.PC4:
        yield message(
            "{where}: source: {source!r} has no figures per buurt, wijk or gemeente that are used as they are; correct "
            "its own file or rows",
            where=where, source=source.id,
        )  # fmt: skip


def _faults(place: Message, correction: Correction, source: SourceDeclaration) -> Iterator[Message]:
    if not any(correction.column(source, period) for period in source.periods):
        read = {
            name for one in source.columns.values() for of in source.periods for name in columns_of(one.formula, of)
        }
        yield message(
            "{place}: figure: source {source!r} reads no {figure!r} of {period}; it reads {known}",
            place=place, source=source.id, figure=correction.figure, period=str(correction.period),
            known=first_few(sorted(read), 12),
        )  # fmt: skip
    levels = [one for one in COARSENESS if one in PATTERNS and COARSENESS.index(one) >= COARSENESS.index(source.native)]
    if not any(re.fullmatch(PATTERNS[level], correction.area) for level in levels):
        yield message(
            "{place}: area: {area!r} is no code of an area ({level}) of which source {source!r} has figures",
            place=place, area=correction.area, source=source.id,
            level=listed(levels),
        )  # fmt: skip
