"""Withdrawal: what may be in the world no longer, and why; it goes from every release in the home.

Releases are immutable, so one that loses a layer becomes another, with an id of its own, made from the record of the
first, which is removed. `withdrawn.json` remembers what was withdrawn, when and why, so that it is not published again
by mistake.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from geo.messages import Message, message
from layers.declarations.lenses import BASIS
from layers.messages import said
from layers.publication.collection import Collection
from layers.publication.fields import LENS, THEME, Field
from layers.publication.identity import identity
from services.files import made_readable, read_formatted, whole_file
from services.releases.manifest import manifest
from services.releases.record import about, collections

WITHDRAWN = "withdrawn.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was withdrawn: a release by its id, or a theme, of which `lens` is the only one meant where it is not "".

    `at` is when (ISO 8601), `reason` why.
    """

    what: str
    lens: str
    reason: str
    at: str

    def covers(self, theme: str, lens: str) -> bool:
        """Whether a layer of this theme under this lens was withdrawn."""
        return self.what == theme and self.lens in {"", lens}


def withdrawn(home: Path) -> list[Withdrawal]:
    """What was withdrawn in a home, the first one first."""
    path = home / "releases" / WITHDRAWN
    if not path.is_file():
        return []
    content = read_formatted(path, FORMAT, message("put it back from a copy"))
    return [Withdrawal(**one) for one in content["withdrawn"]]


def remember(home: Path, listed: Sequence[Withdrawal]) -> None:
    """Write what was withdrawn."""
    with whole_file(home / "releases" / WITHDRAWN) as unfinished:
        content = {"format": FORMAT, "withdrawn": [asdict(one) for one in listed]}
        unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        made_readable(unfinished)


def check(home: Path, layers: Sequence[tuple[str, str]], release: str) -> None:
    """Raise StoreError where one of these layers, by theme and lens, or the release that they make was withdrawn."""
    for one in withdrawn(home):
        if one.what == release or any(one.covers(*layer) for layer in layers):
            raise StoreError(
                "{what} was withdrawn on {day}: {reason}; leave it out, or run `zicht withdraw {command} --undo`",
                what=_named(one), day=one.at[:10], reason=one.reason,
                command=" ".join([one.what, *(["--lens", one.lens] if one.lens else [])]),
            )  # fmt: skip


def _named(one: Withdrawal) -> Message | str:
    return message("{theme}, lens {lens},", theme=one.what, lens=one.lens) if one.lens else one.what


def without(folder: Path, covered: Callable[[str, str], bool]) -> tuple[dict[str, Any], list[Collection]] | None:
    """The record and collections of a release without the layers that are covered, by theme and lens; None where it has
    none of these. Both are empty where nothing is left.
    """
    content = manifest(folder)
    left = [one for one in content["layers"] if not covered(one["key"]["theme"], one["key"]["lens"])]
    if len(left) == len(content["layers"]):
        return None
    ids = {name for one in left for name in _collections_of(one["key"])}
    lenses = {str(one["key"]["lens"]) for one in left} | {BASIS}
    kept = [_part(one, covered, lenses) for one in collections(folder) if one.id in ids]
    said = {"language": content.get("language", "nl"), "made_up": content.get("made_up", False)}
    said |= {"collections": [about(one) for one in kept], "layers": left}
    rest = {name: value for name, value in content.items() if name not in {"artefacts", "id", *said}}
    return rest | said | {"id": identity(json.loads(json.dumps(said)))}, kept


def _collections_of(key: Mapping[str, str]) -> tuple[str, str, str]:
    """The ids of the collections in which a layer is. What is made of several themes is made anew, or not at all."""
    theme, level = key["theme"], key["level"]
    return f"zoekgebieden_{theme}", f"indicatoren_{theme}_{level}", f"gebieden_{level}"


def _part(one: Collection, covered: Callable[[str, str], bool], lenses: set[str]) -> Collection:
    """A collection without the rows of withdrawn layers; `lenses` are left."""
    if not {THEME.name, LENS.name} <= {*one.table.columns}:
        return one
    pairs = list(zip(one.table[THEME.name], one.table[LENS.name], strict=True))
    table = one.table[[not covered(*each) for each in pairs]].reset_index(drop=True)
    fields = tuple(_of_lenses(field, lenses) if field.name == LENS.name else field for field in one.fields)
    return replace(one, table=table, fields=fields)


def _of_lenses(field: Field, left: set[str]) -> Field:
    """The column of the lens without what it says of lenses that are not left."""
    titles = [f"{title}: " for lens, title in field.codes.items() if lens not in left]
    lines = said(field.description).split("\n")
    return replace(
        field,
        codes={lens: title for lens, title in field.codes.items() if lens in left},
        description="\n".join(line for line in lines if not any(line.startswith(title) for title in titles)),
    )
