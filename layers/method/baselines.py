"""Baselines: what the events of an indicator are compared with in place of exposure at the national rate.

Fitted over the finest areas, of all of the country that is known; wijken and gemeenten have the sum of what is expected
in their buurten. Where there is no baseline the map falls back on the national value, and its report says why.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd

from boundaries.codes import parents
from boundaries.crosswalk import LEAST_KNOWN
from geo import peers
from geo.areas import AreaFrame, AreaLevel
from geo.expected import Term, expected
from geo.measures import Measure
from geo.unknown import Unknown
from layers.declarations import baselines
from layers.method.baseline import NO_FIT, NO_PEERS, BaselineEvents, BaselineReport
from layers.method.build import Analysis
from layers.method.figures import Figures
from layers.method.places import Boundaries, upward


def absent(*, reference: str, why: str) -> BaselineEvents:
    """No baseline, and why."""
    return BaselineEvents(None, BaselineReport(reference, why))


def expected_events(
    measure: Measure,
    areas: AreaFrame,  # noqa: ARG001  # says of which areas the figures are
    *figures: Figures,
    section: baselines.Expected,
    left_out: Mapping[str, str],
    floor: float,
) -> BaselineEvents:
    """What is to be expected of an indicator in every area, given what is there.

    Args:
        measure: of the indicator, in the finest areas and in others of which there are figures.
        areas: the finest areas.
        figures: that hold the columns of the terms that are there.
        section: the terms.
        left_out: columns of terms that are not used, and why.
        floor: least exposure of an area that steers the fit.
    """
    codes = measure.events.index
    values = _columns(codes, figures)
    terms = [
        Term(one.column, values[one.column], log=one.scale == "log", square=one.square)
        for one in section.term
        if one.column not in left_out
    ]
    gemeenten = pd.Series(parents(codes, AreaLevel.GEMEENTE), codes)
    fit = expected(measure.with_floor(floor), terms, gemeenten)
    every = {**left_out, **{name: str(why) for name, why in fit.left_out.items()}}
    report = BaselineReport("expected", "" if fit.events is not None else NO_FIT, fit.effects, every, fit.fewer)
    return BaselineEvents(_against(measure, fit.events), report)


def peer_events(
    measure: Measure,
    areas: AreaFrame,  # noqa: ARG001  # says of which areas the figures are
    *figures: Figures,
    section: baselines.Peers,
    left_out: Mapping[str, str],
    floor: float,
) -> BaselineEvents:
    """The events of every area at the rate of its peers; arguments as of `expected_events`."""
    if left_out:
        return BaselineEvents(None, BaselineReport("peers", NO_PEERS, {}, left_out))
    with_floor = measure.with_floor(floor)
    values = _columns(measure.events.index, figures)[list(section.columns)]
    if section.nearest is not None:
        events = peers.of_nearest(with_floor, values, section.nearest)
    else:
        events = peers.of_class(with_floor, peers.classed(values.iloc[:, 0], section.classes))
    there = events.notna().any()
    return BaselineEvents(
        _against(measure, events if there else None), BaselineReport("peers", "" if there else NO_PEERS, {}, left_out)
    )


def with_peers(analysis: Analysis, *figures: Figures, section: baselines.Peers) -> Analysis:
    """The analysis with the class of each area."""
    values = _columns(analysis.areas.ids, figures)[section.columns[0]]
    return replace(analysis, alike=peers.classed(values, section.classes))


def summed(of_finest: BaselineEvents, measure: Measure, boundaries: Boundaries, areas: AreaFrame) -> BaselineEvents:
    """The baseline of wijken or gemeenten: of the buurten in them that have one.

    Unknown where these hold less than `LEAST_KNOWN` of the exposure.
    """
    if of_finest.measure is None or areas.level is boundaries.areas.level:
        return of_finest
    known = of_finest.measure.known
    crosswalk = upward(measure.events.index, areas)
    nothing = pd.Series(None, index=known.index, dtype=object)
    events, exposure = (one.where(known, 0.0) for one in (of_finest.measure.events, of_finest.measure.exposure))
    total = crosswalk.apportion(Measure.of(measure.id, events, exposure, nothing))
    whole = measure.exposure.fillna(0.0)
    share = crosswalk.apportion(Measure.of(measure.id, whole.where(known, 0.0), whole, nothing))
    partly = share.events < LEAST_KNOWN * share.exposure
    reason = total.reason.mask(partly & total.reason.isna(), Unknown.PARTLY)
    summed_ = Measure.of(measure.id, total.events.mask(partly), total.exposure.mask(partly), reason)
    return replace(of_finest, measure=summed_)


def _columns(codes: pd.Index, figures: tuple[Figures, ...]) -> pd.DataFrame:
    """All columns of the figures, of these areas."""
    if not figures:
        return pd.DataFrame(index=codes)
    return reduce(Figures.joined, (one.of(codes) for one in figures)).values


def _against(measure: Measure, events: pd.Series | None) -> Measure | None:
    """The events of a measure against those of a baseline."""
    if events is None:
        return None
    nothing = pd.Series(None, index=events.index, dtype=object)
    both = events.notna() & measure.events.notna()
    exposure = events.where(both & (events > 0), np.nan)
    return Measure.of(measure.id, measure.events.where(both), exposure, nothing, margins=(measure.margin, None))
