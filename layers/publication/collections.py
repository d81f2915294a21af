"""From built layers to the published collections.

Lens and period are columns, not collections of their own, so that an address of the API outlives both:
`zoekgebieden_<theme>`, `indicatoren_<theme>_<level>` and `gebieden_<level>`.
"""

from collections.abc import Sequence

import geopandas
import pandas as pd

from geo.areas import AreaLevel
from layers.declarations.indicators import Indicator
from layers.publication.collection import Collection, typed
from layers.publication.comparison import Against, mean, shared
from layers.publication.explanations import MADE_UP, caveat, plural
from layers.publication.fields import AREA_FIELDS, Field, layer_fields, zoekgebied_fields
from layers.publication.layer import Layer

WORTHWHILE = (
    "Gebieden waar het patroon zo veel sterker is dan elders, met buurgebieden die daarbij passen, dat het loont daar "
    "het eerst te kijken."
)
EVERYTHING = "Indicatoren, hun afwijking van {mean} en de score, voor alle {areas}."


def collections(layers: Sequence[Layer]) -> list[Collection]:
    """All collections of these layers: per theme its zoekgebieden, then indicators and areas per level."""
    themes = {layer.theme.id: layer.theme for layer in layers}
    made = [_zoekgebieden([one for one in layers if one.theme.id == name]) for name in themes]
    for name in themes:
        for level in _levels(layers):
            here = [one for one in layers if one.theme.id == name and one.key.level is level]
            made += [_indicators(here)] if here else []
    return made + [_areas([one for one in layers if one.key.level is level]) for level in _levels(layers)]


def _levels(layers: Sequence[Layer]) -> list[AreaLevel]:
    return sorted({one.key.level for one in layers}, key=list(AreaLevel).index)


def _zoekgebieden(layers: Sequence[Layer]) -> Collection:
    theme = layers[0].theme
    return _collection(
        layers,
        f"zoekgebieden_{theme.id}",
        (f"{theme.title}: kansrijke zoekgebieden", f"{theme.question} {WORTHWHILE}"),
        zoekgebied_fields(theme.indicator, _against(layers)),
        [layer.zoekgebieden for layer in layers],
    )


def _indicators(layers: Sequence[Layer]) -> Collection:
    theme, level = layers[0].theme, layers[0].key.level
    told = EVERYTHING.format(mean=mean(shared(_against(layers).values())), areas=plural(level))
    return _collection(
        layers,
        f"indicatoren_{theme.id}_{level}",
        (f"{theme.title}: indicatoren per {_singular(level)}", f"{theme.question} {told}"),
        layer_fields(theme.indicator, _against(layers)),
        [layer.table for layer in layers],
    )


def _areas(layers: Sequence[Layer]) -> Collection:
    level = layers[0].key.level
    known = pd.concat([_areas_of(layer) for layer in layers], ignore_index=True)
    return _collection(
        layers,
        f"gebieden_{level}",
        (f"Gebieden: {plural(level)}", f"De {plural(level)} waarover cijfers zijn gepubliceerd."),
        AREA_FIELDS,
        [known.drop_duplicates("id").sort_values("id", ignore_index=True)],
        time_field=None,
    )


def _areas_of(layer: Layer) -> geopandas.GeoDataFrame:
    table = layer.table.assign(id=layer.table["gebiedscode"] + "-" + layer.table["indeling"].astype(str))
    return table[[*(field.name for field in AREA_FIELDS), "geometry"]]


def _collection(
    layers: Sequence[Layer],
    id_: str,
    words: tuple[str, str],
    fields: tuple[Field, ...],
    tables: Sequence[geopandas.GeoDataFrame],
    time_field: str | None = "periode",
) -> Collection:
    title, description = words
    made_up = any(layer.provenance.made_up for layer in layers)
    rows = pd.concat([typed(table, fields) for table in tables], ignore_index=True)
    receipts = [receipt for layer in layers for receipt in layer.provenance.receipts]
    theme = layers[0].theme
    return Collection(
        id=id_,
        title=f"{title} (Testland)" if made_up else title,
        description=" ".join(part for part in (MADE_UP if made_up else "", description) if part),
        keywords=(
            "ondermijning",
            theme.id,
            "zoekgebieden",
            "Zicht op",
            *sorted({str(one.key.level) for one in layers}),
        ),
        fields=fields,
        table=geopandas.GeoDataFrame(rows, geometry="geometry", crs=rows.crs),
        attribution="; ".join(dict.fromkeys(receipt.attribution for receipt in receipts)),
        license=", ".join(dict.fromkeys(receipt.license for receipt in receipts)),
        caveat=caveat(_against(layers)),
        time_field=time_field,
    )


def _against(layers: Sequence[Layer]) -> Against:
    """With what indicators are compared on all these layers; where they differ, only that it is somewhere."""
    found: dict[Indicator, str] = {}
    for layer in layers:
        for one, place in layer.against.items():
            found[one] = shared({found.get(one, place), place})
    return found


def _singular(level: AreaLevel) -> str:
    return str(level) if level.resolution is None else f"zeshoek (H3 {level.resolution})"
