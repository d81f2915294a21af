"""From built layers to the published collections.

Lens and period are columns, not collections of their own, so that an address of the API outlives both:
`zoekgebieden-<theme>`, `indicatoren-<theme>-<level>` and `gebieden-<level>`; and where several themes have a level
`stapeling-<level>` and `samenhang-<level>`.
"""

from collections.abc import Sequence

import geopandas
import pandas as pd

from geo.areas import AreaLevel
from geo.messages import Message, message
from geo.unknown import Unknown
from layers.declarations.indicators import Indicator
from layers.messages import say
from layers.publication import association, stacking
from layers.publication.audience import Audience
from layers.publication.collection import Collection, typed
from layers.publication.comparison import References, mean, shared
from layers.publication.corrections import counted
from layers.publication.development import developed
from layers.publication.explanations import MADE_UP, caveat, plural_of, singular_of
from layers.publication.fields import AREA_FIELDS, LENS, PERIOD, Field, layer_fields, zoekgebied_fields
from layers.publication.lenses import lens_field
from layers.publication.protected import Protected, check_protected
from layers.publication.reasons import REASONS


def collections(layers: Sequence[Protected]) -> list[Collection]:
    """All collections of these layers: per theme its zoekgebieden, then indicators and areas per level."""
    check_protected(layers)
    themes = list(dict.fromkeys(layer.theme.id for layer in layers))
    published = [_zoekgebieden([layer for layer in layers if layer.theme.id == theme]) for theme in themes]
    for theme in themes:
        for level in _levels(layers):
            of_level = [layer for layer in layers if layer.theme.id == theme and layer.key.level is level]
            published += [_indicators(of_level)] if of_level else []
    for level in _levels(layers):
        several = stacking.stackable([layer for layer in layers if layer.key.level is level])
        published += [_stacking(several), _association(several)] if several else []
    return published + [_areas([layer for layer in layers if layer.key.level is level]) for level in _levels(layers)]


def _levels(layers: Sequence[Protected]) -> list[AreaLevel]:
    return sorted({layer.key.level for layer in layers}, key=list(AreaLevel).index)


def _zoekgebieden(layers: Sequence[Protected]) -> Collection:
    theme = layers[0].theme
    description = message(
        "{question} Areas where the pattern is so much stronger than elsewhere, with neighboring areas to match, that "
        "it is worthwhile to look there first.",
        question=theme.question,
    )
    if all("least_searched" in layer.summary for layer in layers):
        description = message(
            "{description} Not searched: {reason}.", description=description, reason=REASONS[Unknown.TOO_FEW_AREAS]
        )
    zoekgebieden = pd.concat([layer.zoekgebieden for layer in layers], ignore_index=True)
    return _collection(
        layers,
        f"zoekgebieden_{theme.id}",
        (message("{theme}: kansrijke zoekgebieden", theme=theme.title), description),
        zoekgebied_fields(theme.indicator, _references(layers)),
        [developed(zoekgebieden, _searched(layers))],
    )


def _searched(layers: Sequence[Protected]) -> dict[tuple[str, str], list[int]]:
    """The periods of each level and lens of which some area was tested."""
    searched: dict[tuple[str, str], list[int]] = {}
    for key in (layer.key for layer in layers if layer.summary.get("tested")):
        searched.setdefault((str(key.level), key.lens), []).append(key.period)
    return searched


def _indicators(layers: Sequence[Protected]) -> Collection:
    theme, level = layers[0].theme, layers[0].key.level
    description = message(
        "{question} Indicators, their deviation from {mean} and the score, for all {areas}.",
        question=theme.question,
        mean=mean(shared(_references(layers).values())),
        areas=plural_of(level),
    )
    return _collection(
        layers,
        f"indicatoren_{theme.id}_{level}",
        (message("{theme}: indicators per {level}", theme=theme.title, level=singular_of(level)), description),
        layer_fields(theme.indicator, _references(layers)),
        [layer.table for layer in layers],
    )


def _stacking(layers: Sequence[Protected]) -> Collection:
    level = layers[0].key.level
    table, description = stacking.stacking_of(layers)
    title = message("Several themes at once: {areas}", areas=plural_of(level))
    return _collection(layers, f"stapeling_{level}", (title, description), stacking.FIELDS, [table])


def _association(layers: Sequence[Protected]) -> Collection:
    level = layers[0].key.level
    table, description = association.association_of(layers)
    title = message("One theme among another: {areas}", areas=plural_of(level))
    return _collection(layers, f"samenhang_{level}", (title, description), association.FIELDS, [table])


def _areas(layers: Sequence[Protected]) -> Collection:
    level = layers[0].key.level
    areas = plural_of(level)
    table = pd.concat([_areas_of(layer) for layer in layers], ignore_index=True)
    return _collection(
        layers,
        f"gebieden_{level}",
        (
            message("Areas: {areas}", areas=areas),
            message("The {areas} of which figures have been published.", areas=areas),
        ),
        AREA_FIELDS,
        [table.drop_duplicates("id").sort_values("id", ignore_index=True)],
        time_field=None,
    )


def _areas_of(layer: Protected) -> geopandas.GeoDataFrame:
    table = layer.table.assign(id=layer.table["gebiedscode"] + "-" + layer.table["indeling"].astype(str))
    return table[[*(field.name for field in AREA_FIELDS), "geometry"]]


def _collection(
    layers: Sequence[Protected],
    id_: str,
    texts: tuple[Message, Message],
    fields: tuple[Field, ...],
    tables: Sequence[geopandas.GeoDataFrame],
    time_field: str | None = PERIOD.name,
) -> Collection:
    title, description = (say(text) for text in texts)
    fields = _with_lenses(fields, layers)
    made_up = any(layer.provenance.made_up for layer in layers)
    rows = pd.concat([typed(table, fields) for table in tables], ignore_index=True)
    receipts = [receipt for layer in layers for receipt in layer.provenance.receipts]
    levels = sorted({str(layer.key.level) for layer in layers})
    themes = dict.fromkeys(layer.theme.id for layer in layers)
    return Collection(
        id=id_,
        title=f"{title} (Testland)" if made_up else title,
        description=f"{say(MADE_UP)} {description}" if made_up else description,
        keywords=(say("subversive crime"), *themes, "zoekgebieden", "Zicht op", *levels),
        fields=fields,
        table=geopandas.GeoDataFrame(rows, geometry="geometry", crs=rows.crs),
        attribution="; ".join(dict.fromkeys(receipt.attribution for receipt in receipts)),
        license=", ".join(dict.fromkeys(receipt.license for receipt in receipts)),
        caveat=_caveat(layers),
        time_field=time_field,
        audience=_audience(layers),
    )


def _caveat(layers: Sequence[Protected]) -> str:
    general = caveat(_references(layers), perturbed=any(layer.perturbed for layer in layers))
    corrections = [one for layer in layers for one in layer.provenance.changed]
    return f"{general} {counted(corrections)}" if corrections else general


def _with_lenses(fields: tuple[Field, ...], layers: Sequence[Protected]) -> tuple[Field, ...]:
    """The fields, that of the lens with what the lenses of these layers are called."""
    lenses = list({one.lens.id: one.lens for one in layers if one.lens is not None}.values())
    titles = {one.id: one.title for layer in layers for one in layer.theme.indicator}
    return tuple(lens_field(lenses, titles) if one == LENS else one for one in fields)


def _audience(layers: Sequence[Protected]) -> Audience:
    """For everyone only where each of the layers is."""
    return "publiek" if all(layer.audience == "publiek" for layer in layers) else "intern"


def _references(layers: Sequence[Protected]) -> References:
    """The place that each indicator is compared with on all these layers; where they differ, only that it is one."""
    places: dict[Indicator, str] = {}
    for layer in layers:
        for indicator, place in layer.references.items():
            places[indicator] = shared({places.get(indicator, place), place})
    return places
