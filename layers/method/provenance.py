"""How a layer was made: the method in lines that can be read."""

from collections.abc import Sequence

from geo import deviations, residuals
from geo.areas import AreaLevel
from geo.errors import first_few
from geo.measures import Unknown
from geo.messages import Message, message
from geo.statistics import PLACE_SEARCHES
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Dasymetric, Theme
from layers.messages import say
from layers.method.build import LEAST_SEARCHED, Analysis
from layers.method.places import Boundaries, tolerance_of


def method_of(analysis: Analysis, theme: Theme, boundaries: Boundaries) -> tuple[str, ...]:
    """How an analysis was made, in lines."""
    lines = _method(tolerance_of(analysis.areas.level, boundaries), analysis, theme)
    if not boundaries.national:
        lines.append(message("areas: {count}, a part of the country", count=len(analysis.areas)))
    return tuple(say(line) for line in lines)


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


def protection_of(sources: Sequence[SourceDeclaration]) -> tuple[str, ...]:
    """By how much the counts of confidential sources are perturbed, in lines."""
    return tuple(
        say(
            "counts of {source} are perturbed by cell key (Thompson, Broadfoot and Elazar 2013): at most {most} more "
            "or less, variance {variance:g}, none below {smallest} but 0; all else is computed from these",
            source=one.id, most=one.protection.max_noise, variance=one.protection.variance,
            smallest=one.protection.smallest,
        )
        for one in sources
        if one.confidential
    )  # fmt: skip


def _method(tolerance: float, analysis: Analysis, theme: Theme) -> list[Message]:
    """The steps of the method in order, with every setting that changes what is published."""
    level = analysis.areas.level
    return [
        message("rates: empirical Bayes, Poisson-gamma (Clayton and Kaldor 1987)"),
        _deviations(analysis, theme),
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
        message("suppressed: fewer than {count:g} events, less exposure than {exposure:g}",
                count=theme.privacy.min_count, exposure=theme.privacy.min_exposure),
    ]  # fmt: skip


def _search(analysis: Analysis, theme: Theme) -> Message:
    if (analysis.result.reason == Unknown.TOO_FEW_AREAS).any():
        return message("search: none; {least} areas are needed", least=LEAST_SEARCHED)
    if theme.search.statistic in PLACE_SEARCHES:
        return message(
            "search: {statistic}, zones and parts of at most {largest} areas, {how}, q <= {max_q:g}",
            statistic=theme.search.statistic,
            largest=theme.search.largest,
            how=analysis.result.how.message,
            max_q=theme.search.max_q,
        )
    return message("search: {statistic}, greater, exact conditional permutation, Benjamini-Hochberg q <= {max_q:g}",
                   statistic=theme.search.statistic, max_q=theme.search.max_q)  # fmt: skip


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
