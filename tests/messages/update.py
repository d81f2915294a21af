"""Renew the catalogue from the code: `python -m tests.messages.update [TRANSLATIONS.json ...]`.

New messages come in without a translation, for someone to write; those that the code no longer says go. A file of
translations holds a list of {"en": ..., "nl": ...}, with a list of two for one and for several.
"""

import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.messages.extraction import ROOT, found

DUTCH = ROOT / "layers" / "messages" / "nl.po"


def renewed(known: Catalog, given: dict[str, str | list[str]]) -> Catalog:
    """The messages of the code, in the order of the code, with what is known of each."""
    catalogue = Catalog(locale="nl", project="zicht", fuzzy=False, charset="utf-8")
    catalogue.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1)"),
    ]
    for one in found():
        before = known.get(one.template)
        told = given.get(one.template) or (before.string if before is not None else None)
        if (one.plural is not None) is isinstance(told, str) and told:
            raise SystemExit(f"{one.template!r}: a text of one and several takes two translations, another takes one")
        if one.plural is not None:
            key, text = (one.template, one.plural), tuple(told) if told else ("", "")
        else:
            key, text = one.template, told or ""
        catalogue.add(key, text, locations=[(one.file, 0)])
    return catalogue


def written(catalogue: Catalog, path: Path) -> None:
    with path.open("wb") as content:
        write_po(content, catalogue, width=120, include_lineno=False, omit_header=True)


def main(files: list[str]) -> None:
    given = {one["en"]: one["nl"] for file in files for one in json.loads(Path(file).read_text(encoding="utf-8"))}
    known = Catalog(locale="nl")
    if DUTCH.is_file():
        with DUTCH.open("rb") as content:
            known = read_po(content, locale="nl")
    catalogue = renewed(known, given)
    written(catalogue, DUTCH)
    missing = [
        one.id for one in catalogue if one.id and not all([one.string] if isinstance(one.string, str) else one.string)
    ]
    print(f"{DUTCH}: {len(catalogue)} messages, {len(missing)} without a translation")
    for one in missing:
        print(f"  {one!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
