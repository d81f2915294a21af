"""Layers that may be published together: of one run, which is one state of the data and of the program, and of one part
of the country each. They may be built by several commands.

Rejected: publishing those that agree and leaving the rest out. Only the analyst knows which of two states is meant.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected

WHOLE_COUNTRY = "NL"


def check(layers: Mapping[Path, Protected]) -> None:
    """Raises StoreError where two of the layers in these folders were not made from the same data, or where one theme,
    level, period and lens was built for two parts of the country.
    """
    first: dict[str, tuple[object, Protected]] = {}
    parts: dict[tuple[str, ...], LayerKey] = {}
    for folder, layer in layers.items():
        for what, value in _common(layer):
            known, other = first.setdefault(what, (value, layer))
            if known != value:
                raise StoreError(
                    "{first} and {second} do not go together: {what}; build all again from the same data, or build one "
                    "of them in a home of its own (--home), or remove {folder}",
                    first=_name(other.key), second=_name(layer.key), what=_difference(what, known, value),
                    folder=folder,
                )  # fmt: skip
        key = layer.key
        part = parts.setdefault((key.theme, key.level, str(key.period), key.lens), key)
        if part is not key:
            raise StoreError(
                "{theme}, {level}, {period}, lens {lens}: built for {first} and for {second}, and a release shows one "
                "part of the country; build one of them in a home of its own (--home), or remove {folder}",
                theme=key.theme, level=str(key.level), period=key.period, lens=key.lens,
                first=part.gemeente or WHOLE_COUNTRY, second=key.gemeente or WHOLE_COUNTRY, folder=folder,
            )  # fmt: skip


def _common(layer: Protected) -> Iterator[tuple[str, object]]:
    """What the layers of one run have in common: real or made up, areas, program, and the bytes of every source."""
    made_from = layer.provenance
    yield "made_up", made_from.made_up
    yield "vintage", made_from.vintage
    yield "version", made_from.version
    if made_from.code:  # not known of layers of format 1
        yield "code", made_from.code
    if made_from.libraries:
        yield "libraries", made_from.libraries
    for receipt in made_from.receipts:
        yield f"receipt {receipt.id}", receipt.sha256


def _difference(what: str, first: object, second: object) -> Message:
    if what == "made_up":
        return message("the figures of one are made up, and those of the other are real")
    if what == "vintage":
        return message("their areas are those of {first} and of {second}", first=first, second=second)
    if what == "version":
        return message("they were built by zicht {first} and by zicht {second}", first=first, second=second)
    if what == "code":
        return message("they were built by two states of the code of zicht ({first} and {second})",
                       first=first, second=second)  # fmt: skip
    if what == "libraries":
        return message("a library that zicht uses is another since one of them was built")
    return message("{source} changed in between", source=what.removeprefix("receipt "))


def _name(key: LayerKey) -> Message:
    return message("{theme}, {level}, {period}, lens {lens}", theme=key.theme, level=str(key.level), period=key.period,
                   lens=key.lens)  # fmt: skip
