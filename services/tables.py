"""What a user reads on the screen: tables of rich, from layers and releases."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from layers.catalog import Catalog
from layers.explain import MADE_UP, REASONS, caveat, number, plural
from layers.layer import Layer
from layers.sources import SourceDeclaration
from services import release
from services.files import written
from services.ports import Delivered
from services.sources.testland import HotSpot

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
    table = Table("rang", "zoekgebied", "gemeenten", plural(key.level), "score", "q", title=escape(title))
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
    without = ", ".join(f"{count} {REASONS[reason]}" for reason, count in told["without_score"].items())
    lines = [
        f"{told['areas']} {plural(layer.key.level)}, {told['tested']} getoetst",
        f"zonder score of toets: {without or 'geen'}",
        f"p: {told['how']}, {told['floor']:.0e} op zijn kleinst",
        caveat(layer.against),
    ]
    if layer.provenance.made_up:
        lines.insert(0, MADE_UP)
    return Group(*(escape(line) for line in lines), "")


def truth(hotspots: Iterable[HotSpot], layer: Layer) -> RenderableType:
    """The planted hot spots of Testland beside what was found."""
    hot = set(layer.table.loc[layer.table["kansrijk"], "gebiedscode"])
    planted: set[str] = set()
    table = Table("geplant", "sterkte", "buurten", "daarvan gevonden", title="Testland: wat er echt is")
    for spot in hotspots:
        planted |= spot.buurten
        table.add_row(spot.name, number(spot.strength), str(len(spot.buurten)), str(len(hot & spot.buurten)))
    table.caption = f"{len(hot - planted)} buurten aangemerkt waar niets geplant is"
    return table


def published(folder: Path) -> RenderableType:
    """The collections of a release."""
    told = release.manifest(folder)
    made_up = " (Testland, verzonnen)" if told["made_up"] else ""
    table = Table("collection", "titel", "rijen", title=f"Release {told['id']} van {told['created']}{made_up}")
    for one in told["collections"]:
        table.add_row(one["id"], escape(one["title"]), str(one["rows"]))
    return table


def released(folder: Path) -> RenderableType:
    """A release and where it stands."""
    return Group(
        published(folder), f"{escape(str(folder))}: zicht.gpkg (QGIS), kaart.html (map), *.parquet, release.json"
    )


def tallied(declared: SourceDeclaration, counted: Delivered, to: Path | None, listed: Path | None) -> RenderableType:
    """What was counted of a municipality's own records, and what fell out."""
    table = Table("telling", "totaal", "gebieden met iets", title=f"{escape(declared.title)}: {counted.rows} rijen")
    for name, column in counted.table.items():
        table.add_row(str(name), number(float(column.sum()), 0), str(int((column > 0).sum())))
    lines = [escape(note) for note in counted.notes]
    if to is not None:
        lines.append(f"{escape(str(to))}; wat niet is geteld: {escape(str(listed))}")
    lines.append("Onbeveiligde tellingen: niet publiceren. Een thema dat deze bron leest, beveiligt ze.")
    return Group(table, *lines)


def written_counts(table: pd.DataFrame, path: Path) -> None:
    """Write counts per area, the whole file or nothing."""
    with written(path) as unfinished:
        if path.suffix == ".csv":
            table.to_csv(unfinished, index_label="gebiedscode")
        else:
            table.rename_axis("gebiedscode").reset_index().to_parquet(unfinished, index=False)


def addresses(host: str, port: int) -> RenderableType:
    """Where to look, printed last."""
    base = f"http://{host}:{port}"
    return Group(f"map  {base}/kaart", f"API  {base}", "Ctrl-C stops")
