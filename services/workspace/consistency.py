"""Layers that may be published together: of one country, from one state of its data, and one part of it each.

Rejected: publishing those that agree and leaving the rest out. Only the analyst knows which of two states is meant.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.layer import Layer, LayerKey

WHOLE_COUNTRY = "NL"


def check(layers: Mapping[Path, Layer]) -> None:
    """Raises StoreError where two of the layers in these folders were not made from the same data, or where one theme,
    level, period and lens was built for two parts of the country.
    """
    first: dict[str, tuple[object, Layer]] = {}
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


def _common(layer: Layer) -> Iterator[tuple[str, object]]:
    """What all layers of a release have in common: real or made up, areas, program, and the bytes of every source."""
    made_from = layer.provenance
    yield "made_up", made_from.made_up
    yield "vintage", made_from.vintage
    yield "version", made_from.version
    for receipt in made_from.receipts:
        yield f"receipt {receipt.id}", receipt.sha256


def _difference(what: str, first: object, second: object) -> Message:
    if what == "made_up":
        return message("the figures of one are made up, and those of the other are real")
    if what == "vintage":
        return message("their areas are those of {first} and of {second}", first=first, second=second)
    if what == "version":
        return message("they were built by zicht {first} and by zicht {second}", first=first, second=second)
    return message("{source} changed in between", source=what.removeprefix("receipt "))


def _name(key: LayerKey) -> Message:
    return message("{theme}, {level}, {period}, lens {lens}", theme=key.theme, level=str(key.level), period=key.period,
                   lens=key.lens)  # fmt: skip
