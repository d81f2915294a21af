"""The column of the lens in a publication: what each lens is called, and why it changes what it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from geo.messages import Message, joined, message
from layers.declarations.lenses import BASIS, Lens, Where
from layers.messages import number
from layers.publication.fields import LENS, Field

REFERENCES: Mapping[str | None, Message] = {
    "expected": message("Compared with what is expected given what is there."),
    "peers": message("Compared with areas that are alike."),
}
"""What a lens compares with, where that is not what its theme says."""


def lens_field(lenses: Sequence[Lens], titles: Mapping[str, str]) -> Field:
    """The lens, with what each is called and why it changes what it changes; `titles` are those of indicators."""
    codes: dict[str, Message | str] = {BASIS: message("without a lens")}
    codes |= {one.id: one.title for one in lenses}
    return replace(
        LENS, codes=codes, description=joined("\n", [LENS.description, *map(partial(_changes, titles), lenses)])
    )


def _changes(titles: Mapping[str, str], lens: Lens) -> Message:
    changes = [
        message("{title} gets weight {weight}. {why}", title=titles.get(one.indicator, one.indicator),
                weight=number(one.weight, None), why=one.why)
        for one in lens.change
    ]  # fmt: skip
    changes += [bounds(titles.get(one.indicator, one.indicator), one) for one in lens.where]
    if lens.others == "drop":
        changes.append(message("The other figures do not count."))
    if lens.reference in REFERENCES:
        changes.append(REFERENCES[lens.reference])
    return message("{lens}: {changes}", lens=lens.title, changes=joined(" ", changes))


def bounds(title: str, where: Where) -> Message:
    """Where it searches."""
    least, most = (None if one is None else number(one, None) for one in (where.at_least, where.at_most))
    of = {"title": title, "least": least, "most": most, "why": where.why}
    if least is None:
        return message("Searches only where this is {most} at most: {title}. {why}", **of)
    if most is None:
        return message("Searches only where this is {least} at least: {title}. {why}", **of)
    return message("Searches only where this is {least} to {most}: {title}. {why}", **of)
