"""What is said of every zoekgebied and area: each figure beside the usual one, as ratios and in sentences.

What is usual is the national value, that of the gemeenten with figures, or by the lens what is to be expected there.
Only published figures are said: what is suppressed is NaN here already.
"""

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.zoekgebieden import Zoekgebied
from layers.declarations.indicators import Indicator
from layers.declarations.themes import Theme
from layers.messages import language, say
from layers.method.alone import finders
from layers.method.build import Analysis
from layers.method.membership import core_count, zone_of
from layers.method.provenance import compared_with
from layers.method.second import found_twice
from layers.publication import reasoning
from layers.publication.comparison import References, references
from layers.publication.reasoning import Certainty, Compared, Counts, Limits
from layers.publication.reasons import LABELS, coded

RATIO_DECIMALS = 2


def places(analysis: Analysis, theme: Theme) -> References:
    """The place, or what stands for one, that each indicator is compared with."""
    against = {name: one.reference for name, one in analysis.baselines.items() if not one.missing}
    return references(theme.indicator, analysis.local, against)


def usual(analysis: Analysis, theme: Theme, areas: "pd.Index[str]") -> pd.DataFrame:
    """The figure that is usual for each of these areas, by indicator; NaN where what is expected is not known."""
    table = pd.DataFrame(dict(analysis.national), index=areas)
    scales = {one.id: one.scale for one in theme.indicator}
    for name, report in analysis.baselines.items():
        if not report.missing:
            table[name] = np.nan
            if analysis.counted is not None and analysis.counted.indicator == name:
                exposure = analysis.exposure[name].reindex(areas)
                rate = analysis.counted.expected.reindex(areas) / exposure.where(exposure > 0)
                table[name] = rate * scales[name]
    return table


def ratios(analysis: Analysis, theme: Theme) -> pd.DataFrame:
    """How many times the usual figure each figure is; NaN where there is none, or it is 0."""
    expected = usual(analysis, theme, analysis.areas.ids)
    known = analysis.values.reindex(columns=expected.columns)
    return (known / expected.where(expected > 0)).round(RATIO_DECIMALS)


def of_zoekgebied(
    zoekgebied: Zoekgebied, analysis: Analysis, theme: Theme, counts: Mapping[str, object], perturbed: tuple[str, ...],
    *, visited: bool,
) -> dict[str, str | None]:  # fmt: skip
    """The columns of a zoekgebied that are sentences.

    Args:
        zoekgebied: which one.
        analysis: in which it was found.
        theme: by which.
        counts: its columns on what was counted.
        perturbed: the indicators whose counts carry noise.
        visited: whether more people come there than live there.
    """
    table = analysis.areas.table.loc[list(zoekgebied.areas)]
    level, count = analysis.areas.level, len(table)
    titles = {one.id: one.title for one in theme.indicator}
    compared = _compared(zoekgebied, analysis, theme)
    unknown = analysis.values.loc[table.index, list(zoekgebied.reasons)].isna().sum()
    limits = Limits(
        zoekgebied.hidden, {titles[str(name)]: int(one) for name, one in unknown.items() if one}, visited,
        tuple(titles[one] for one in perturbed if one in zoekgebied.reasons),
        compared_with(analysis.baselines, theme),
    )  # fmt: skip
    gemeenten = sorted(table["gemeente_name"].unique())
    return {
        "toelichting": reasoning.why(level, count, gemeenten, compared, _counts(counts, titles, analysis)),
        "zekerheid": reasoning.how_certain(level, count, _certainty(zoekgebied, analysis, titles)),
        "beperkingen": reasoning.limits(level, count, limits),
        "handvat": reasoning.suggestion(compared),
    }


def _counts(counts: Mapping[str, object], titles: Mapping[str, str], analysis: Analysis) -> Counts | None:
    if "waargenomen" not in counts:
        return None
    name = str(counts["geteld"])
    ordinary = name not in analysis.baselines or bool(analysis.baselines[name].missing)
    return Counts(titles[name], float(str(counts["waargenomen"])), float(str(counts["verwacht"])), ordinary)


def _certainty(zoekgebied: Zoekgebied, analysis: Analysis, titles: Mapping[str, str]) -> Certainty:
    alone = analysis.alone
    by_itself = tuple(titles[one] for one in finders(alone, zoekgebied.areas)) if alone else None
    twice = found_twice(analysis, zoekgebied.areas)
    if zoekgebied.strength is None:
        return Certainty(zoekgebied.q, alone=by_itself, second=twice)
    zone = zone_of(zoekgebied, analysis.zones)
    around = 0 if zone is None else len(zone.areas)
    return Certainty(zoekgebied.q, zoekgebied.strength, core_count(zoekgebied), around, by_itself, twice)


def _compared(zoekgebied: Zoekgebied, analysis: Analysis, theme: Theme) -> list[Compared]:
    """Each indicator in the zoekgebied (weighed by exposure) beside what is usual, largest contribution first."""
    areas, names = pd.Index(zoekgebied.areas), list(zoekgebied.reasons)
    by_id = {one.id: (one, place) for one, place in places(analysis, theme).items()}
    tables = (analysis.values[names].loc[areas], analysis.exposure[names].loc[areas], usual(analysis, theme, areas))
    compared = []
    for name, contribution in sorted(zoekgebied.reasons.items(), key=lambda one: -one[1]):
        values, exposure, normal = (one[name].to_numpy(dtype=float) for one in tables)
        known = ~np.isnan(values) & (exposure > 0)
        if known.any():
            here, there = (float(np.average(one[known], weights=exposure[known])) for one in (values, normal))
            compared.append(Compared(*by_id[name], here, there, contribution))
    return compared


def of_areas(analysis: Analysis, theme: Theme) -> pd.Series:
    """Why each area has the score that it has; None where it has none, of which another column says why."""
    scored = analysis.score.value.index[analysis.score.value.notna()]
    by_id = {one.id: (one, place) for one, place in places(analysis, theme).items()}
    normal = usual(analysis, theme, scored)
    columns = [_column(analysis, normal, scored, *by_id[name]) for name in analysis.weights]
    texts = [_text(list(one)) for one in zip(*columns, strict=True)]
    return (
        pd.Series(texts, scored, dtype=object).reindex(analysis.score.value.index).where(lambda one: one.notna(), None)
    )


def _column(
    analysis: Analysis, normal: pd.DataFrame, areas: pd.Index, indicator: Indicator, place: str
) -> list[Compared | tuple[str, str]]:
    """An indicator in each of these areas; its title and the reason where it is not known."""
    name = indicator.id
    labels = coded(analysis.reasons[name]).map({code: say(label) for code, label in LABELS.items()}, na_action="ignore")
    figures = (analysis.values[name], normal[name], analysis.score.contributions[name], labels)
    return [
        Compared(indicator, place, value, there, contribution)
        if not math.isnan(value)
        else (indicator.title, str(reason))
        for value, there, contribution, reason in zip(*(one.loc[areas].tolist() for one in figures), strict=True)
    ]


def _text(parts: list[Compared | tuple[str, str]]) -> str:
    known = sorted((one for one in parts if isinstance(one, Compared)), key=lambda one: -one.contribution)
    unknown = [_unknown(*one, language()) for one in parts if isinstance(one, tuple)]
    return " ".join([*reasoning.stands_out(known), *unknown])


@lru_cache(maxsize=1024)  # of thousands of areas
def _unknown(title: str, reason: str, _spoken: str) -> str:
    return say("Not known: {title} ({reason}).", title=title, reason=reason)
