"""What a user reads on the screen: tables of rich, from layers and releases."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from layers.declarations.catalog import Catalog
from layers.declarations.lenses import BASIS
from layers.messages import number, said, say
from layers.publication.explanations import MADE_UP, REASONS, caveat, plural_of
from layers.publication.layer import Layer
from services.jobs.demo import Shown
from services.jobs.tally import Tally

MOST = 10


def declared(catalog: Catalog) -> RenderableType:
    """Every theme with its indicators, lenses and sources."""
    table = Table("theme", "indicators", "lenses", "sources", title="Declarations: no faults")
    for theme in catalog.themes.values():
        indicators = "\n".join(f"{one.id} (weight {one.weight:g})" for one in theme.indicator)
        lenses = "\n".join(lens.id for lens in catalog.lenses.values() if lens.theme == theme.id)
        sources = "\n".join(f"{one.id}: {one.publisher}" for one in catalog.needed_by(theme))
        table.add_row(theme.id, indicators, lenses, escape(sources))
    return table


def zoekgebieden(layer: Layer) -> RenderableType:
    """The first zoekgebieden of a layer."""
    found = layer.zoekgebieden
    key = layer.key
    title = f"{layer.theme.title}: {len(found)} zoekgebieden, {key.level}, {key.period}, lens {key.lens}"
    table = Table("rang", "zoekgebied", "gemeenten", plural_of(key.level), "score", "q", title=escape(title))
    for row in found.head(MOST).itertuples():
        table.add_row(
            str(row.rang), escape(row.titel), escape(row.gemeenten), str(row.aantal_gebieden),
            number(row.score, 2), number(row.q, 3),
        )  # fmt: skip
    if len(found) > MOST:
        table.caption = f"en {len(found) - MOST} meer"
    return table


def summary(layer: Layer) -> RenderableType:
    """How it was searched and what could not be."""
    told = layer.summary
    without = ", ".join(f"{count} {say(REASONS[reason])}" for reason, count in told["without_score"].items())
    lines = [
        f"{told['areas']} {plural_of(layer.key.level)}, {told['tested']} getoetst",
        f"zonder score of toets: {without or 'geen'}",
        f"p: {told['how']}, {told['floor']:.0e} op zijn kleinst",
        caveat(layer.references),
    ]
    if layer.provenance.made_up:
        lines.insert(0, say(MADE_UP))
    return Group(*(escape(line) for line in lines), "")


def demonstrated(shown: Shown) -> Iterator[RenderableType]:
    """What the demonstration found."""
    for layer in shown.layers:
        if layer.key.lens == BASIS:
            yield zoekgebieden(layer)
            yield summary(layer)
    if shown.hotspots:
        yield truth(shown)
    yield released(shown.manifest, shown.folder)


def truth(shown: Shown) -> RenderableType:
    """The planted hot spots of Testland beside what was found."""
    table_of_areas = shown.layers[0].table
    hot = set(table_of_areas.loc[table_of_areas["kansrijk"], "gebiedscode"])
    planted: set[str] = set()
    table = Table("geplant", "sterkte", "buurten", "daarvan gevonden", title="Testland: wat er echt is")
    for spot in shown.hotspots:
        planted |= spot.buurten
        table.add_row(spot.name, number(spot.strength), str(len(spot.buurten)), str(len(hot & spot.buurten)))
    table.caption = f"{len(hot - planted)} buurten aangemerkt waar niets geplant is"
    return table


def published(told: Mapping[str, Any]) -> RenderableType:
    """The collections of a release, by what it says of itself."""
    made_up = " (Testland, verzonnen)" if told["made_up"] else ""
    table = Table("collection", "titel", "rijen", title=f"Release {told['id']} van {told['created']}{made_up}")
    for one in told["collections"]:
        table.add_row(one["id"], escape(one["title"]), str(one["rows"]))
    return table


def released(told: Mapping[str, Any], folder: Path) -> RenderableType:
    """A release and where it stands."""
    return Group(
        published(told), f"{escape(str(folder))}: zicht.gpkg (QGIS), kaart.html (map), *.parquet, release.json"
    )


def tallied(made: Tally, to: Path | None) -> RenderableType:
    """What was counted of a municipality's own records, and what fell out."""
    declared, counted = made.declared, made.counted
    table = Table("telling", "totaal", "gebieden met iets", title=f"{escape(declared.title)}: {counted.rows} rijen")
    for name, column in counted.table.items():
        table.add_row(str(name), number(float(column.sum()), 0), str(int((column > 0).sum())))
    lines = [escape(said(note)) for note in counted.notes]
    if to is not None:
        lines.append(f"{escape(str(to))}; wat niet is geteld: {escape(str(made.rejects))}")
    lines.append("Onbeveiligde tellingen: niet publiceren. Een thema dat deze bron leest, beveiligt ze.")
    return Group(table, *lines)


def addresses(host: str, port: int) -> RenderableType:
    """Where to look, printed last."""
    base = f"http://{host}:{port}"
    return Group(f"map  {base}/kaart", f"API  {base}", "Ctrl-C stops")
