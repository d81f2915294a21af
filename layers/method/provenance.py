"""How a layer was made: the method in lines that can be read."""

from collections.abc import Mapping, Sequence

from geo import deviations, residuals
from geo.areas import AreaLevel
from geo.errors import first_few
from geo.expected import LeftOut
from geo.messages import Message, message
from geo.statistics.names import PLACE_SEARCH_NAMES
from geo.unknown import Unknown
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.messages import say
from layers.method.baseline import CONFIDENTIAL, HEXAGONS, NO_FIT, NO_PEERS, NOT_THERE, POSTCODES, BaselineReport
from layers.method.build import LEAST_SEARCHED, Analysis
from layers.method.places import Boundaries, tolerance_of

REFERENCES = {
    "expected": message("what is to be expected given what is there (negative binomial regression, Lawless 1987)"),
    "peers": message("areas that are alike"),
}
"""What is compared with, in the record of a layer."""
MISSING = {
    HEXAGONS: message("what is to be expected is fitted per buurt, and not known per hexagon"),
    POSTCODES: message("what is to be expected is fitted per buurt, and the figures are per postcode"),
    NO_FIT: message(
        "what is to be expected could not be fitted: too few figures are known, or the fit does not settle"
    ),
    NO_PEERS: message("too few areas are known to be alike"),
}
"""Why there is no baseline."""
LEFT_OUT = {
    NOT_THERE: message("its figures are not at hand; fetch them: zicht fetch"),
    CONFIDENTIAL: message("its source is confidential, and what is expected would tell its figures"),
    LeftOut.MISSING: message("not known in more than a tenth of the areas"),
    LeftOut.IN_GEMEENTEN: message("not known in whole gemeenten"),
    LeftOut.CONSTANT: message("the same in all areas"),
    LeftOut.COLLINEAR: message("it says the same as a term before it"),
}
"""Why a term is left out."""


def method_of(analysis: Analysis, theme: Theme, boundaries: Boundaries) -> tuple[str, ...]:
    """How an analysis was made, in lines."""
    lines = _method(tolerance_of(analysis.areas.level, boundaries), analysis, theme)
    if not boundaries.national:
        lines.append(message("areas: {count}, a part of the country", count=len(analysis.areas)))
    return tuple(say(line) for line in lines)


def compared_with(baselines: Mapping[str, BaselineReport], theme: Theme) -> Message | None:
    """What a zoekgebied is compared with, in words for its reader; None where nothing but the country was asked for."""
    if not baselines:
        return None
    report = next(iter(baselines.values()))
    if report.missing:
        return message("Compared with the country: {why}.", why=MISSING[report.missing])
    if report.reference == "peers" and theme.peers:
        return message("Compared with areas that are alike: {title}.", title=theme.peers.title)
    terms = [one.title for one in theme.expected.term if one.column in (report.effects or {})] if theme.expected else []
    return message("Expected is what fits what is there: {terms}.", terms=", ".join(terms))


def _baseline_lines(analysis: Analysis, theme: Theme) -> list[Message]:
    """What indicators were compared with, how that was fitted, and what was left out of it."""
    lines = []
    titles = {one.column: one.title for one in theme.expected.term} if theme.expected else {}
    for name, report in analysis.baselines.items():
        if report.missing:
            lines.append(message("{indicator}: falls back on the national value: {why}",
                                 indicator=name, why=MISSING[report.missing]))  # fmt: skip
        else:
            lines.append(message(
                "{indicator}: compared with {reference}; dispersion between areas {before:.2f} over exposure alone, "
                "{after:.2f} over this, so that it explains {share:.0%}",
                indicator=name, reference=REFERENCES[report.reference], before=report.before, after=report.after,
                share=max(0.0, 1 - report.after / report.before) if report.before and report.after is not None else 0.0,
            ))  # fmt: skip
        lines += [
            message("{indicator}: {term}: {times:.2f} times as many expected where it is high as where it is low",
                    indicator=name, term=titles.get(column, column), times=times)
            for column, times in (report.effects or {}).items()
        ]  # fmt: skip
        lines += [
            message("{indicator}: {term} is left out: {why}",
                    indicator=name, term=titles.get(column, column), why=LEFT_OUT[why])
            for column, why in (report.left_out or {}).items()
        ]  # fmt: skip
        if report.fewer:
            lines.append(message("{indicator}: {count} areas lack a term, and are compared with what the others say",
                                 indicator=name, count=report.fewer))  # fmt: skip
    return lines


def rounding_of(sources: Sequence[SourceDeclaration]) -> tuple[str, ...]:
    """Which sources have counts that were rounded, in lines."""
    return tuple(
        say(
            "counts of {source} are rounded to {step} by their publisher: 0 may be {most}",
            source=one.id, step=one.rounded_to, most=one.rounded_to // 2,
        )
        for one in sources
        if one.rounded_to is not None
    )  # fmt: skip


def interpolation_of(sources: Sequence[SourceDeclaration]) -> tuple[str, ...]:
    """By what the figures of sources per postcode came to other areas, in lines."""
    lines = {
        one.id: message("surface (Goodchild and Lam 1980)")
        if one.dasymetric is None
        else message(
            "{column} of {source} (dasymetric, Wright 1936; Schroeder 2007)",
            column=one.dasymetric.column, source=one.dasymetric.source,
        )
        for one in sources
        if one.native is AreaLevel.PC4
    }  # fmt: skip
    return tuple(
        say(
            "figures of {source} are per postcode of four digits: estimated from these by {by}; a rate of them is "
            "shrunk per postcode, before it is divided, except of a gemeente",
            source=name,
            by=by,
        )
        for name, by in lines.items()
    )


def protection_of(sources: Sequence[SourceDeclaration]) -> tuple[str, ...]:
    """By how much the counts of confidential sources are perturbed, and when their amounts are withheld, in lines."""
    amounts = tuple(_withheld(one) for one in sources if one.amounts)
    return amounts + tuple(
        say(
            "counts of {source} are perturbed by cell key (Thompson, Broadfoot and Elazar 2013): at most {most} more "
            "or less, variance {variance:g}, none below {smallest} but 0; all else is computed from these",
            source=one.id, most=one.protection.max_noise, variance=one.protection.variance,
            smallest=one.protection.smallest,
        )
        for one in sources
        if one.confidential and not one.amounts
    )  # fmt: skip


def _withheld(source: SourceDeclaration) -> str:
    """When the amount of a source is withheld, in a line."""
    return say(
        "{column} of {source} is shown as it is, or withheld: where few contribute to it, where the largest of them "
        "have most of it, and where it would tell such a sum (cell suppression, Fischetti and Salazar-Gonzalez 2001)",
        column=next(iter(source.amounts)), source=source.id,
    )  # fmt: skip


def _method(tolerance: float, analysis: Analysis, theme: Theme) -> list[Message]:
    """The steps of the method in order, with every setting that changes what is published."""
    level = analysis.areas.level
    return [
        message("rates: empirical Bayes, Poisson-gamma (Clayton and Kaldor 1987)"),
        *([message("rates of what is only counted per buurt: shrunk per buurt, before they are divided over hexagons")]
          if level.resolution is not None and (analysis.result.reason == Unknown.INTERPOLATED).any() else []),
        _deviations(analysis, theme),
        *_baseline_lines(analysis, theme),
        *(
            message("deviations of {indicator}: from the value of {gemeenten}",
                    indicator=indicator, gemeenten=first_few(gemeenten))
            for indicator, gemeenten in analysis.local.items()
        ),
        _neighbors(level, tolerance),
        *([_interpolation(theme.dasymetric)] if theme.dasymetric is not None and level.resolution is not None else []),
        message("searched in: quantile residuals of rates (Dunn and Smyth 1996), cut off at {limit:g}; deviations of "
                "shares and levels", limit=residuals.LIMIT),
        _search(analysis, theme),
        *_second_search(analysis, theme),
        message("suppressed: fewer than {count:g} events, less exposure than {exposure:g}",
                count=theme.privacy.min_count, exposure=theme.privacy.min_exposure),
    ]  # fmt: skip


def _search(analysis: Analysis, theme: Theme) -> Message:
    if (analysis.result.reason == Unknown.TOO_FEW_AREAS).any():
        return message("search: none; {least} areas are needed", least=LEAST_SEARCHED)
    if theme.search.statistic in PLACE_SEARCH_NAMES:
        return message(
            "search: {statistic}, zones and parts of at most {largest} areas, {how}, q <= {max_q:g}",
            statistic=theme.search.statistic,
            largest=theme.search.largest,
            how=analysis.result.how.message,
            max_q=theme.search.max_q,
        )
    return message(
        "search: {statistic}, greater, {how}, Benjamini-Hochberg q <= {max_q:g}",
        statistic=theme.search.statistic,
        how=analysis.result.how.message,
        max_q=theme.search.max_q,
    )


def _second_search(analysis: Analysis, theme: Theme) -> list[Message]:
    """Nothing where it tested nothing, as where there is nothing to search in."""
    if analysis.second is None or analysis.second.isna().all():
        return []
    return [message("second search, of the same: {statistic}, greater, Benjamini-Hochberg q <= {max_q:g}",
                    statistic=theme.search.second, max_q=theme.search.max_q)]  # fmt: skip


def _deviations(analysis: Analysis, theme: Theme) -> Message:
    """Nothing national where no indicator is compared with the country."""
    if all(indicator.id in analysis.local for indicator in theme.indicator):
        return message("deviations: in standard deviations, cut off at {limit:g}", limit=deviations.LIMIT)
    return message(
        "deviations: from the national value, in standard deviations, cut off at {limit:g}", limit=deviations.LIMIT
    )


def _neighbors(level: AreaLevel, tolerance: float) -> Message:
    if level.resolution is not None:
        return message("neighbors: hexagon ring")
    return message("neighbors: queen, borders at most {tolerance:g} m apart", tolerance=tolerance)


def _interpolation(by: Dasymetric) -> Message:
    """How figures of buurten came to hexagons, where the theme says by what."""
    return message(
        "figures only known per buurt: interpolated by {column} of {source} in squares of 100 m (dasymetric, Wright "
        "1936); by surface in a buurt that has none",
        column=by.column,
        source=by.source,
    )
