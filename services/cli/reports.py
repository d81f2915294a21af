"""What a user reads on the screen: tables of rich, from layers and releases."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from geo.areas import AreaLevel
from geo.errors import first_few
from geo.messages import Message, message, plural
from geo.unknown import Unknown
from geo.variation import differs
from layers.declarations.catalog import Catalog
from layers.messages import number, say
from layers.publication import explanations
from layers.publication.changes import Change
from layers.publication.corrections import sentence, without_effect
from layers.publication.explanations import MADE_UP, caveat
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected
from layers.publication.reasons import LABELS, REASONS
from services.jobs.plan import LayerSteps, Renewed, State, Step

if TYPE_CHECKING:  # they load all that publishes, and all that asks the geocoder
    from services.jobs.demo import Demonstration
    from services.jobs.tally import Tally

MOST = 10
PARTS = {
    "boundaries": message("boundaries"), "areas": message("areas"), "neighbors": message("neighbors"),
    "table": message("table"), "points": message("points"), "counted": message("own records"),
    "weights": message("weights"), "crosswalk": message("crosswalk"), "figures": message("figures"),
    "indicator": message("indicator"), "search": message("search"), "receipts": message("receipts"),
    "baseline": message("baseline"), "interpolation": message("interpolation"),
    "interpolated": message("interpolated figures"), "run": message("searching in another way"),
}  # fmt: skip
"""What the parts of a plan are called."""
NAMES: Mapping[str, Mapping[str, Message]] = {
    "neighbors": {"finest": message("smallest areas"), "nearest": message("nearest areas")},
    "baseline": {
        "finest": message("smallest areas"), "expected": message("what fits what is there"),
        "peers": message("areas that are alike"),
    },
    "receipts": PARTS,
}  # fmt: skip
"""What words in the names of parts are called that nobody declared, by kind of part."""
STATES = {
    State.REMEMBERED: message("remembers it"), State.READ: message("reads it"), State.MADE: message("makes it"),
}  # fmt: skip

OUTCOMES = {
    "new": message("New values: this release is served from now on."),
    "unchanged": message("Nothing changed: the release with these values was there already, and was confirmed."),
    "again": message("The values were published before: the release with these is served from now on."),
    "repaired": message("The values were published before; files of that release were damaged and were made again."),
    "renewed": message(
        "The values were published before; their files were made again, since zicht or a library is another."
    ),
}
"""What a publication did, by the name of its outcome."""


def changed(changes: Sequence[Change]) -> Iterator[str]:
    """What a publication changed of what was served before, the greatest first."""
    for one in changes[:MOST]:
        yield say(one.said())
    if (rest := len(changes) - MOST) > 0:
        yield say(plural("1 change more, all smaller.", "{count} changes more, all smaller.", count=rest))


def not_published(keys: Sequence[LayerKey]) -> Iterator[str]:
    """The layers that were built, and that the list of what is published does not name."""
    for key in keys:
        yield say(
            "Not in publication.toml, and not published: {theme}, {level}, lens {lens}, {period}",
            theme=key.theme, level=key.level, lens=key.lens, period=key.period,
        )  # fmt: skip


def declared(catalog: Catalog) -> RenderableType:
    """Every theme with its indicators, lenses and sources."""
    headings = (say("theme"), say("indicators"), say("lenses"), say("sources"))
    table = Table(*headings, title=say("Declarations: no faults"))
    for theme in catalog.themes.values():
        indicators = [say("{id} (weight {weight:g})", id=one.id, weight=one.weight) for one in theme.indicator]
        lenses = [lens.id for lens in catalog.lenses.values() if lens.theme == theme.id]
        sources = [f"{source.id}: {source.publisher}" for source in catalog.needed_by(theme)]
        table.add_row(theme.id, *("\n".join(map(escape, lines)) for lines in (indicators, lenses, sources)))
    return table


def zoekgebieden(layer: Protected) -> RenderableType:
    """The first zoekgebieden of a layer."""
    areas, key = layer.zoekgebieden, layer.key
    title = plural(
        "{theme}: 1 zoekgebied, {level}, {period}, lens {lens}",
        "{theme}: {count} zoekgebieden, {level}, {period}, lens {lens}",
        count=len(areas), theme=layer.theme.title, level=key.level, period=key.period, lens=key.lens,
    )  # fmt: skip
    if "least_searched" in layer.summary:
        title = message(
            "{theme}: not searched, {level}, {period}, lens {lens}",
            theme=layer.theme.title, level=key.level, period=key.period, lens=key.lens,
        )  # fmt: skip
    if not len(areas):
        return escape(say(title))
    headings = (say("rank"), say("zoekgebied"), say("gemeenten"), _plural(layer), say("score"), say("q"))
    table = Table(*headings, title=escape(say(title)))
    for row in areas.head(MOST).itertuples():
        table.add_row(
            str(row.rang), escape(row.titel), escape(row.gemeenten), str(row.aantal_gebieden),
            number(row.score, 2), number(row.q, 3),
        )  # fmt: skip
    if len(areas) > MOST:
        table.caption = say("and {count} more", count=len(areas) - MOST)
    return table


def summary(layer: Protected) -> RenderableType:
    """How it was searched and what could not be."""
    counts = layer.summary
    reasons = [
        message("{count:,} {reason}", count=count, reason=say(REASONS[reason]))
        for reason, count in counts["without_score"].items()
    ]
    lines = [
        say(
            "{count:,} {areas}, {tested:,} tested", count=counts["areas"], areas=_plural(layer), tested=counts["tested"]
        ),
        say(
            "{count:,} can be judged on the map; of the others: {reasons}",
            count=counts["areas"] - sum(counts["without_score"].values()),
            reasons=reasons or message("none"),
        ),
        how_searched(layer),
        *_without_any(layer),
        *_alike(layer),
        say(caveat(layer.references, perturbed=layer.perturbed)),
        *map(sentence, layer.provenance.changed),
        *(without_effect(one) for one in layer.provenance.corrections if one.effect != "changed"),
    ]
    if layer.provenance.made_up:
        lines.insert(0, say(MADE_UP))
    return Group(*(escape(line) for line in lines), "")


def _without_any(layer: Protected) -> Iterator[str]:
    """That no area of the gemeente on the map has a score, and why: all figures above are of the country."""
    table = layer.table
    if layer.key.gemeente is None or table["score"].notna().any():
        return
    reasons = first_few(say(LABELS[code]) for code in table["reden"].value_counts().index)
    yield say(
        "no area of {gemeente} has a score ({reasons}): the map says nothing of it",
        gemeente=table["gemeentenaam"].iloc[0], reasons=reasons,
    )  # fmt: skip


def _alike(layer: Protected) -> Iterator[str]:
    """The indicators of which the figures do not differ: nothing of the map is theirs."""
    for one in layer.theme.indicator:
        known = layer.table[f"{one.id}_afwijking"].dropna().to_numpy(dtype=float)
        if len(known) > 1 and not differs(known):
            yield say("the same everywhere, so that it tells no area from another: {title}", title=one.title)


def how_searched(layer: Protected) -> str:
    """How p was found; where there are too few areas, that nothing was searched and how many are needed."""
    counts = layer.summary
    if (least := counts.get("least_searched")) is not None:
        return say(
            "not searched: {reason} ({count}; {least} are needed)",
            reason=REASONS[Unknown.TOO_FEW_AREAS], count=counts["areas"], least=least,
        )  # fmt: skip
    if counts["tested"] == 0 and Unknown.INTERPOLATED in counts["without_score"]:
        if layer.key.level.resolution is None:
            return say(
                "not searched: these figures are known of other areas, such as postcodes, and divided over {areas}: of "
                "one postcode each would be the neighbor of itself",
                areas=explanations.plural_of(layer.key.level),
            )  # fmt: skip
        return say(
            "not searched: these figures are known of larger areas, and divided over hexagons. Hexagons are searched "
            "where points lie in them: own records with coordinates or addresses (`zicht tally`)"
        )
    return say("p: {how}, {floor:.0e} at its smallest", how=counts["how"], floor=counts["floor"])


def built(layers: Sequence[Protected], gemeenten: Mapping[str, str], whole: Message, home: Path) -> Iterator[str]:
    """Which layers there are now, and where; `whole` is what all areas are, which need not be the country."""
    for layer in layers:
        key = layer.key
        place = whole if key.gemeente is None else gemeenten[key.gemeente]
        yield say(
            "Built in {home}: {theme}, {level}, {period}, lens {lens}, {place}",
            home=home, theme=key.theme, level=key.level, period=key.period, lens=key.lens, place=place,
        )  # fmt: skip


def renewed(renewed: Renewed, home: Path) -> Iterator[str]:
    """Which layers were built again, how many were not, and which could not be."""
    for layer in renewed.layers:
        yield say("Built again in {home}: {layer}", home=home, layer=_key(layer.key))
    if renewed.current:
        yield say(plural("1 layer was not out of date", "{count} layers were not out of date", count=renewed.current))
    elif not renewed.layers and not renewed.gone:
        yield nothing_built(home)
    yield from left(renewed.gone)


def left(gone: Mapping[Path, Message]) -> Iterator[str]:
    """Which built layers cannot be built again, why, and what to do about it."""
    for folder, why in gone.items():
        yield say("{folder} cannot be built again and is left as it was: {why}. Remove it, or put back what it was "
                  "built of", folder=folder, why=why)  # fmt: skip


def nothing_built(home: Path) -> str:
    """That no layer can be built again."""
    return say("{home}: there is no built layer to build again; run `zicht build THEME` first", home=home)


def planned(layer: LayerSteps) -> RenderableType:
    """What a build does for a layer, with why something is made again."""
    state = (
        message("{layer}: built, and not out of date", layer=_key(layer.key))
        if layer.built
        else message("{layer}: to be built", layer=_key(layer.key))
    )
    if not layer.steps:
        return escape(say(state))
    table = Table(say("part"), say("of"), say("a build"), title=escape(say(state)), title_justify="left")
    for step in layer.steps:
        done = say(STATES[step.state])
        why = done if step.why is None else say("{done}: {why}", done=done, why=step.why)
        table.add_row(say(PARTS[step.kind]), escape(_named(step)), escape(why))
    return table


def _named(step: Step) -> str:
    """What a part is of, in words."""
    words = NAMES.get(step.kind, {})
    return ", ".join(say(words[one]) if one in words else one for one in step.name)


def _key(key: LayerKey) -> Message:
    return message(
        "{theme}, {level}, {period}, lens {lens}", theme=key.theme, level=key.level, period=key.period, lens=key.lens
    )


def demonstrated(demonstration: "Demonstration") -> Iterator[RenderableType]:
    """What the demonstration found: raw, and given what is there."""
    for layer in demonstration.layers:
        if layer.key.lens in demonstration.lenses:
            yield zoekgebieden(layer)
            yield summary(layer)
    if demonstration.hotspots:
        yield truth(demonstration)
    yield released(demonstration.manifest, demonstration.folder)


def truth(demonstration: "Demonstration") -> RenderableType:
    """The planted hot spots of Testland beside what was found; only those in the part that is demonstration."""
    buurten = {one.key.lens: one.table for one in demonstration.layers if one.key.level == AreaLevel.BUURT}
    shown = set(demonstration.layers[0].table["gebiedscode"])
    hot = [set(buurten[lens].loc[buurten[lens]["kansrijk"], "gebiedscode"]) for lens in demonstration.lenses]
    planted: set[str] = set()
    headings = (say("planted"), say("strength"), say("buurten"), say("of these found"), say("given what is there"))
    table = Table(*headings, title=say("Testland: what there really is"))
    for spot in demonstration.hotspots:
        if spot.buurten.isdisjoint(shown):
            continue
        planted |= spot.buurten
        found = (str(len(one & spot.buurten)) for one in hot)
        table.add_row(spot.name, number(spot.strength), str(len(spot.buurten)), *found)
    table.caption = say(
        plural(
            "1 buurt marked where nothing is planted",
            "{count} buurten marked where nothing is planted",
            count=len(set.union(*hot) - planted),
        )
    )
    return table


def published(manifest: Mapping[str, Any], confirmed: str = "") -> RenderableType:
    """The collections of a release, by what it says of itself, and when its values were last `confirmed`."""
    title = (
        message("Release {id} of {created} (Testland, made up)", id=manifest["id"], created=manifest["created"])
        if manifest["made_up"]
        else message("Release {id} of {created}", id=manifest["id"], created=manifest["created"])
    )
    table = Table(say("collection"), say("title"), say("rows"), title=say(title))
    for collection in manifest["collections"]:
        table.add_row(collection["id"], escape(collection["title"]), str(collection["rows"]))
    if confirmed:
        table.caption = say("Last confirmed {moment}", moment=confirmed)
    return table


def released(manifest: Mapping[str, Any], folder: Path) -> RenderableType:
    """A release and where it stands."""
    where = say("{folder}: zicht.gpkg (QGIS), kaart.html (map), *.parquet, release.json", folder=folder)
    return Group(published(manifest), escape(where))


def tallied(tally: "Tally", to: Path | None, drawn: Path | None = None) -> RenderableType:
    """What was counted of a municipality's own records, and what fell out."""
    declaration, counts = tally.declared, tally.counted
    title = plural("{source}: 1 row", "{source}: {count} rows", count=counts.rows, source=declaration.title)
    table = Table(say("count"), say("total"), say("areas with any"), title=escape(say(title)))
    for name, column in counts.table.items():
        table.add_row(str(name), number(float(column.sum()), 0), str(int((column > 0).sum())))
    lines = [say(note) for note in counts.notes]
    if to is not None:
        listed = say("{file}; what is not counted: {listed}", file=to, listed=tally.rejects)
        lines.append(listed if tally.rejects else str(to))
    if drawn is not None:
        lines.append(say("map  {url}", url=str(drawn)))
    lines.append(say("Unprotected counts: do not publish. A theme that reads this source protects them."))
    return Group(table, *map(escape, lines))


def _plural(layer: Protected) -> str:
    """What several of its areas are called."""
    return say(explanations.plural_of(layer.key.level))
