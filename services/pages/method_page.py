"""How the map of a theme was made, as a page of its own: made from the record of a release alone, so from the
declarations as they were, the run and what was measured of its search. Nothing in it runs.

Rejected: a page that is written by hand, which says what was true when it was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geo.unknown import Unknown
from layers.evaluation.calibration import Alarm, Recall, measured
from layers.messages import language, number, say
from layers.publication.corrections import Corrected, sentence, without_effect
from layers.publication.explanations import MADE_UP
from layers.publication.in_words import readable
from layers.publication.reasons import REASONS
from services.files import whole_file
from services.pages.templates import template

type Said = Mapping[str, Any]
"""A part of a record, as JSON holds it."""

BASIS = "basis"


def file_of(theme: str) -> str:
    """The name of the page of a theme."""
    return f"methode-{theme}.html"


def write(record: Said, folder: Path) -> None:
    """The page of each theme of a release, into its folder. Raises StoreError where one cannot be written.

    A theme of which the record has no declaration, as in releases of before these were kept, has none.
    """
    by_theme: dict[str, list[Said]] = {}
    for layer in record["layers"]:
        by_theme.setdefault(layer["key"]["theme"], []).append(layer)
    for theme, layers in by_theme.items():
        if f"themes/{theme}" in layers[0]["provenance"].get("declarations", {}):
            page = template("method.html.jinja").render(language=language(), **_content(theme, layers, record))
            with whole_file(folder / file_of(theme)) as unfinished:
                unfinished.write_text(page, encoding="utf-8")


def _content(theme: str, layers: Sequence[Said], record: Said) -> dict[str, Any]:
    declarations = {name: one for layer in layers for name, one in layer["provenance"]["declarations"].items()}
    declared = declarations[f"themes/{theme}"]
    lenses = [one for name, one in declarations.items() if name.startswith("lenses/")]
    collection = next(one for one in record["collections"] if one["id"] == f"zoekgebieden_{theme}")
    search = declared["search"]
    return {
        "title": declared["title"],
        "question": declared["question"],
        "made_up": say(MADE_UP) if record["made_up"] else "",
        "caveat": collection["caveat"],
        "indicators": [_indicator(one, layers) for one in declared["indicator"]],
        "lenses": [_lens(one, declared) for one in lenses],
        "terms": declared.get("expected", {}).get("term", []),
        "sources": list(_sources(layers, declarations)),
        "corrections": list(_corrections(layers)),
        "privacy": {name: number(value, None) for name, value in declared["privacy"].items()},
        "max_q": number(100 * search["max_q"], None),
        "second": search.get("second"),
        "calibration": _measured(search["statistic"]),
        "amid": [one for one in record["collections"] if _is_amid(one, theme) and _for_all_of(one, collection)],
        "runs": [_run(layer, declarations) for layer in layers],
        "release": record["id"],
        "created": str(record["created"])[:10],
        "license": collection["license"],
        "attribution": collection["attribution"],
    }


def _is_amid(collection: Said, theme: str) -> bool:
    return collection["id"].startswith("samenhang_") and theme in collection["keywords"]


def _for_all_of(collection: Said, shown: Said) -> bool:
    """Whether everybody who may see the one that is `shown` may see this too, and what themes it names."""
    return collection.get("audience") == "publiek" or shown.get("audience") != "publiek"


def _indicator(declared: Said, layers: Sequence[Said]) -> Said:
    """An indicator with the mean that it was compared with, of the newest period without a lens."""
    of_basis = [one for one in layers if one["key"]["lens"] == BASIS] or list(layers)
    newest = max(of_basis, key=lambda one: int(one["key"]["period"]))
    usual = newest["summary"].get("national", {}).get(declared["id"])
    place = ", ".join(newest["summary"].get("local", {}).get(declared["id"], []))
    return {
        "title": declared["title"],
        "why": declared["why"],
        "weight": number(declared.get("weight", 1.0), None),
        "usual": "" if usual is None else f"{readable(usual)} {declared.get('unit', '')}".strip(),
        "period": newest["key"]["period"],
        "place": place,
        "low": declared.get("direction") == "low",
        "quotient": declared.get("quotient", False),
        "least": _bound(declared.get("min_exposure")),
        "handvat": declared.get("handvat"),
    }


def _lens(declared: Said, theme: Said) -> Said:
    titles = {one["id"]: one["title"] for one in theme["indicator"]}
    return {
        "title": declared["title"],
        "where": [
            {"title": titles.get(one["indicator"], one["indicator"]), "why": one["why"],
             "least": _bound(one.get("at_least")), "most": _bound(one.get("at_most"))}
            for one in declared.get("where", [])
        ],
        "dropped": declared.get("others") == "drop",
        "reference": declared.get("reference"),
        "changes": [
            {"title": titles.get(one["indicator"], one["indicator"]), "why": one["why"],
             "weight": number(one["weight"], None)}
            for one in declared.get("change", [])
        ],
    }  # fmt: skip


def _bound(value: float | None) -> str:
    return "" if value is None else number(value, None)


def _sources(layers: Sequence[Said], declarations: Mapping[str, Said]) -> Iterator[Said]:
    """What was read, each once; with the years that its source is declared for and whether it is open."""
    receipts = {receipt["id"]: receipt for layer in layers for receipt in layer["provenance"]["receipts"]}
    for name, receipt in receipts.items():
        declared = declarations.get(name, {})
        yield {
            **receipt,
            "rows": say("not told") if receipt["rows"] is None else number(receipt["rows"], 0),
            "fetched": receipt.get("fetched", "")[:10],
            "periods": ", ".join(str(one) for one in declared.get("periods", [])),
            "confidential": bool(declared) and declared.get("status") != "open",
            "amount": any(one.get("contributions") for one in declared.get("columns", {}).values()),
        }


def _corrections(layers: Sequence[Said]) -> Iterator[str]:
    """What was corrected of the sources, each once; that a correction is needless, or not used, too."""
    made = [Corrected(**one) for layer in layers for one in layer["provenance"].get("corrections", ())]
    for one in dict.fromkeys(made):
        yield f"{one.source}: {sentence(one) if one.effect == 'changed' else without_effect(one)}"


def _run(layer: Said, declarations: Mapping[str, Said]) -> Said:
    key, summary, made_from = layer["key"], layer["summary"], layer["provenance"]
    lens = declarations.get(f"lenses/{key['lens']}", {}).get("title", say("without a lens"))
    without = summary.get("without_score", {})
    return {
        "level": key["level"],
        "lens": lens,
        "period": key["period"],
        "unsearched": "" if summary.get("tested", 0) or not without else _most(without),
        "vintage": made_from["vintage"],
        "areas": number(summary.get("areas", 0), 0),
        "tested": number(summary.get("tested", 0), 0),
        "without": [(say(REASONS[Unknown(reason)]), number(count, 0)) for reason, count in without.items()],
        "method": made_from["method"],
        "robustness": [
            (one["title"], number(one["stands"], 0), number(one["says"], 0))
            for one in summary.get("robustness", [])
        ],
        "bias": [_bias(one) for one in summary.get("bias", [])],
    }  # fmt: skip


def _most(without: Mapping[str, int]) -> str:
    """The reason that most areas have for being without a score or test."""
    return say(REASONS[Unknown(max(without, key=lambda reason: without[reason]))])


def _bias(trait: Said) -> Said:
    """A figure of residents by fifths: the share on the map, and without each indicator."""
    return {
        "title": trait["title"],
        "known": number(trait["known"], 0),
        "without": [one["title"] for one in trait["without"]],
        "fifths": [
            {
                "low": readable(one["low"]),
                "high": readable(one["high"]),
                "areas": number(one["areas"], 0),
                "shares": [_share(one), *(_share(_fifth(other, at)) for other in trait["without"])],
            }
            for at, one in enumerate(trait["fifths"])
        ],
    }


def _fifth(other: Said, at: int) -> Said | None:
    return other["fifths"][at] if at < len(other["fifths"]) else None


def _share(one: Said | None) -> str:
    """The share on the map, in percents; not known where too few were searched."""
    return say("not known") if one is None else f"{number(100 * one['flagged'] / one['areas'], 1)} %"


def _measured(statistic: str) -> Said | None:
    found = measured().get(statistic)
    if found is None:
        return None
    return {
        "draws": found.draws,
        "alarm": [(_which(one), one.alarms, one.maps) for one in found.alarm],
        "recall": [(_which(one), number(100 * one.flagged, 0), one.maps) for one in found.recall],
    }


def _which(measured_of: Alarm | Recall) -> str:
    """On which maps it was measured, in the language of the page."""
    return measured_of.what if language() == "nl" else measured_of.in_english
