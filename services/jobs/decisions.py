"""Which built layers are published and for whom: by the list that a person wrote, else only what everyone may have."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from geo.errors import StoreError, UnknownNameError, first_few
from geo.messages import message
from layers.declarations.catalog import Catalog
from layers.declarations.lenses import BASIS
from layers.declarations.publication import PublicationList, PublishedLayers, closed_licenses
from layers.declarations.reading import read
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected

LIST = "publication.toml"


def decided(home: Path, layers: Sequence[Protected], catalog: Catalog) -> tuple[list[Protected], list[LayerKey]]:
    """The layers of a home that are published, each for whom it is, and the keys of those that are left out.

    Without a list all are, where each is of open sources, or made up, or its theme says for whom it is.

    Raises StoreError for a layer of confidential sources about which nobody decided, one for everyone whose sources do
    not allow it, a decision that an earlier one undoes, and a list that leaves nothing; UnknownNameError for a theme or
    lens that is not there; DeclarationError for a list that is not right.
    """
    path = home / LIST
    if not path.is_file():
        for layer in layers:
            _check_open(layer, path)
        return list(layers), []
    listed = read(path, PublicationList, str(path)).layer
    _check_list(path, listed, [layer.key for layer in layers], catalog)
    kept, left_out = [], []
    for layer in layers:
        key = layer.key
        chosen = (one.audience for one in listed if one.covers(key.theme, key.level, key.lens, key.period))
        if (audience := next(chosen, None)) is None:
            left_out.append(key)
            continue
        theme = layer.theme.model_copy(update={"audience": audience})
        kept.append(replace(layer, theme=theme))
        if audience == "publiek":
            _check_licenses(layer, path)
    if not kept:
        built = first_few(map(_named, left_out))
        raise StoreError("{path}: covers none of the layers that were built: {layers}", path=path, layers=built)
    return kept, left_out


def _check_list(path: Path, listed: Sequence[PublishedLayers], built: Sequence[LayerKey], catalog: Catalog) -> None:
    """Raise where a decision would pass unseen, and what somebody kept for colleagues be public by the next one."""
    for number, one in enumerate(listed):
        themes = {*catalog.themes, *(key.theme for key in built)}
        if one.theme not in themes:
            raise UnknownNameError(message("theme in {path}", path=path), one.theme, sorted(themes))
        lenses = {BASIS} | {lens.id for lens in catalog.lenses.values() if lens.theme == one.theme}
        lenses |= {key.lens for key in built if key.theme == one.theme}
        if one.lens is not None and one.lens not in lenses:
            raise UnknownNameError(
                message("lens for theme {theme!r} in {path}", theme=one.theme, path=path), one.lens, sorted(lenses)
            )
        earlier = next((before for before in listed[:number] if before.includes(one)), None)
        if earlier is not None and earlier.audience != one.audience:
            raise StoreError(
                '{path}: the decision that {theme} is "{audience}" for one level, lens or period comes after one that '
                'says "{earlier}" of it, and the first counts: put it before that one',
                path=path, theme=one.theme, audience=one.audience, earlier=earlier.audience,
            )  # fmt: skip


def _check_open(layer: Protected, path: Path) -> None:
    """Raise StoreError where figures are not open, and nobody decided for whom they are."""
    if layer.audience == "publiek" or layer.theme.audience is not None or layer.provenance.made_up:
        return
    closed = sorted(name for name, status in layer.provenance.sources.items() if status != "open")
    raise StoreError(
        "{theme}: not everyone may have the figures of {sources}, and nobody decided for whom this map is; write it in "
        '{path}: [[layer]] theme = "{theme}", audience = "intern" (colleagues) or "publiek" (everyone)',
        theme=layer.key.theme, sources=", ".join(closed) or layer.key.theme, path=path,
    )  # fmt: skip


def _check_licenses(layer: Protected, path: Path) -> None:
    """Raise StoreError where a license does not let everyone have the figures."""
    if closed := closed_licenses({receipt.license for receipt in layer.provenance.receipts}):
        raise StoreError(
            '{path}: {theme} is for everyone, and the license of its figures does not allow that: {licenses}; say '
            'audience = "intern", or leave it out',
            path=path, theme=layer.key.theme, licenses=", ".join(closed),
        )  # fmt: skip


def _named(key: LayerKey) -> str:
    return f"{key.theme} {key.level} {key.lens} {key.period}"
