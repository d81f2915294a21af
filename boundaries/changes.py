"""From one vintage to another: whole where an area stayed what it was, by weights only where its border moved.

CBS says what became of every buurt since the year before (`indelingswijziging`, the column `change` of an AreaFrame):
1 unchanged, so the same code is the same area; 2 another code, so some area of the year before coincides with it; 3
another border. Over more years than one, go year by year (`Crosswalk.then`); where the boundary file does not say, or
years are missing, areas are compared (`by_overlap`), or a table says which code became which (`by_pairs`).

What is left on both sides, of which the borders moved, is interpolated by surface or by weights. Borders are accurate
to 10 to 50 m: a sliver below `SLIVER` of an area is how the borders were drawn, not where people are, and an area of
which all but slivers lies in one new area goes there whole. So two buurten that were joined go whole too.
"""

from functools import partial

import pandas as pd
import shapely

from boundaries.crosswalk import Crosswalk, Method, by_surface, one_method
from boundaries.dasymetric import Weights, by_weights
from boundaries.overlaps import overlaps
from geo.areas import AreaFrame
from geo.errors import AlignmentError, AreaError, first_few
from geo.messages import Message, message

MIN_OVERLAP = 0.9
"""Intersection over union of two areas above which they are taken for one and the same."""

COINCIDES = 0.5
"""The same, where CBS says that there is such an area: more than half leaves no second candidate."""

SLIVER = 0.01
"""Share of an area below which an overlap is how the borders were drawn."""

COVERED = 0.9
"""Share of an area that must lie in what is left of the new areas for the rest to be slivers too."""

UNCHANGED, RECODED = 1, 2


def by_change(old: AreaFrame, new: AreaFrame, weights: Weights | None = None) -> Crosswalk:
    """From the year before, by what CBS says has changed; by surface (or weights) where borders moved."""
    if "change" not in new.table:
        raise AreaError(
            "areas ({level} {year}): nothing says what changed since {before}; compare the areas (by_overlap)",
            level=new.level, year=new.vintage, before=old.vintage,
        )  # fmt: skip
    if new.vintage != old.vintage + 1:
        raise AreaError(
            "areas ({level} {year}): says what changed since {since}, not since {before}; go year by year, or compare "
            "the areas (by_overlap)",
            level=new.level, year=new.vintage, since=new.vintage - 1, before=old.vintage,
        )  # fmt: skip
    change = new.table["change"]
    unchanged = new.ids[change.eq(UNCHANGED).fillna(value=False)]
    if len(strange := unchanged[~unchanged.isin(old.ids)]):
        raise AreaError(
            "areas ({level} {year}): {count} areas are unchanged by its own words, but are not in the vintage of "
            "{before}: {codes}; give the boundary file of {before} that belongs with it",
            level=new.level, year=new.vintage, before=old.vintage, count=len(strange), codes=first_few(strange),
        )  # fmt: skip
    whole = pd.Series(unchanged, index=unchanged)
    recoded = new.where(change.eq(RECODED).fillna(value=False))
    coinciding = _coinciding(_without(old, unchanged), recoded, COINCIDES)
    notes = []
    if len(alone := recoded.ids[~recoded.ids.isin(coinciding)]):
        notes.append(message(
            "only their code changed, but no area coincides with them: {count}, among which {code}",
            count=len(alone), code=alone[0],
        ))  # fmt: skip
    return _with_rest(old, new, pd.concat([whole, coinciding]), weights, notes)


def by_overlap(old: AreaFrame, new: AreaFrame, weights: Weights | None = None, least: float = MIN_OVERLAP) -> Crosswalk:
    """Between any two vintages: areas of which the intersection over union is more than `least`, whatever their codes,
    are one. The rest is interpolated.
    """
    return _with_rest(old, new, _coinciding(old, new, least), weights, [])


def by_pairs(old: AreaFrame, new: AreaFrame, pairs: pd.Series, weights: Weights | None = None) -> Crosswalk:
    """By a table of what each old code (its index) became; old and new areas that it does not name are interpolated."""
    for codes, areas in ((pairs.index, old), (pairs, new)):
        if len(strange := codes[~codes.isin(areas.ids)]):
            raise AlignmentError(
                "pairs of codes: {count} codes are not in the vintage of {year}: {codes}",
                count=len(strange), year=areas.vintage, codes=first_few(strange),
            )  # fmt: skip
    if len(doubles := pairs.index[pairs.index.duplicated()]):
        raise AlignmentError(
            "pairs of codes: {count} old codes occur more than once: {codes}",
            count=len(doubles), codes=first_few(doubles),
        )  # fmt: skip
    return _with_rest(old, new, pairs, weights, [])


def _coinciding(old: AreaFrame, new: AreaFrame, least: float) -> pd.Series:
    """The new code of each old area with which it coincides, each of them once; indexed by old code."""
    before, after = old.table.geometry.to_numpy(), new.table.geometry.to_numpy()
    both = overlaps(before, after)
    union = shapely.area(before)[both.left] + shapely.area(after)[both.right] - both.surface
    same = old.ids[both.left] == new.ids[both.right]
    candidates = pd.DataFrame(
        {"old": old.ids[both.left], "new": new.ids[both.right], "iou": both.surface / union, "same": same}
    )
    best = candidates[candidates["iou"] > least].sort_values(["iou", "same", "new"], ascending=[False, False, True])
    best = best.drop_duplicates("old").drop_duplicates("new")
    return best.set_index("old")["new"]


def _without(areas: AreaFrame, codes: pd.Index | pd.Series) -> AreaFrame:
    return areas.where(pd.Series(~areas.ids.isin(codes), index=areas.ids))


def _with_rest(
    old: AreaFrame, new: AreaFrame, whole: pd.Series, weights: Weights | None, notes: list[Message]
) -> Crosswalk:
    """The areas that go whole, and those that are left interpolated to the new areas that are left."""
    pairs = {"source": whole.index, "target": whole.to_numpy()}
    table = pd.DataFrame({**pairs, "share": 1.0, "method": one_method(Method.WHOLE, len(whole))})
    rest = _without(old, whole.index)
    if len(rest):
        parts = _interpolated(rest, new, whole, weights)
        notes = [*notes, *parts.notes]
        table = pd.concat([table, _without_slivers(parts)], ignore_index=True)
    return Crosswalk.of_codes(old.ids, new.ids, table, tuple(notes))


def _interpolated(rest: AreaFrame, new: AreaFrame, taken: pd.Series, weights: Weights | None) -> Crosswalk:
    """To the new areas that are not taken; to all, for what lies for more than slivers outside those.

    Whether it does is measured by the same weights: a tenth of the surface may be where half of the people are.
    """
    interpolate = by_surface if weights is None else partial(by_weights, weights=weights)
    left = _without(new, taken)
    fits = interpolate(rest, left).given >= COVERED
    sides = ((rest.where(fits), left), (rest.where(~fits), new))
    parts = [interpolate(some, into) for some, into in sides if len(some)]
    table = pd.concat([part.codes for part in parts], ignore_index=True)
    return Crosswalk.of_codes(rest.ids, new.ids, table, tuple(note for part in parts for note in part.notes))


def _without_slivers(crosswalk: Crosswalk) -> pd.DataFrame:
    """Shares without slivers; of a source that was covered but for slivers they add up to 1."""
    table = crosswalk.codes[crosswalk.table["share"] >= SLIVER]
    given = table.groupby("source")["share"].transform("sum")
    share = table["share"] / given.where(crosswalk.given.reindex(table["source"]).to_numpy() >= COVERED, 1.0)
    method = table["method"].where(share < 1 - 1e-9, Method.WHOLE)
    return table.assign(share=share.where(method != Method.WHOLE, 1.0), method=method)
