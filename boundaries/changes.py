"""From one vintage to another: whole where an area stayed what it was, by weights only where its border moved.

CBS says what became of every buurt since the year before (`indelingswijziging`, the column `change` of an AreaFrame):
1 unchanged, so the same code is the same area; 2 another code, so some area of the year before coincides with it; 3
another border. Over more years than one, go year by year (`Crosswalk.then`); where the map does not say, or years are
missing, areas are compared (`by_likeness`), or a table says which code became which (`by_pairs`).

What is left on both sides, of which the borders moved, is spread by surface or by weights. Borders are accurate to 10
to 50 m: a sliver below `SLIVER` of an area is how the map was drawn, not where people are, and an area of which all but
slivers lies in one new area goes there whole. So two buurten that were joined are carried whole too.
"""

from functools import partial

import pandas as pd
import shapely

from boundaries.crosswalk import Crosswalk, Method, by_surface
from boundaries.dasymetric import Weights, by_weights
from boundaries.overlaps import overlaps
from geo.areas import AreaFrame
from geo.errors import AlignmentError, AreaError, first_few

MIN_OVERLAP = 0.9
"""Surface in common, of the surface that two areas take up together, above which they are taken for one."""

COINCIDES = 0.5
"""The same, where CBS says that there is such an area: more than half leaves no second candidate."""

SLIVER = 0.01
"""Share of an area below which an overlap is how the map was drawn."""

COVERED = 0.9
"""Share of an area that must lie in what is left of the new division for the rest to be slivers too."""

UNCHANGED, RECODED = 1, 2


def by_change(old: AreaFrame, new: AreaFrame, weights: Weights | None = None) -> Crosswalk:
    """From the year before, by what CBS says has changed; by surface (or weights) where borders moved."""
    where = f"areas ({new.level} {new.vintage})"
    if "change" not in new.table:
        raise AreaError(f"{where}: nothing says what changed since {old.vintage}; compare the areas (by_likeness)")
    if new.vintage != old.vintage + 1:
        raise AreaError(
            f"{where}: says what changed since {new.vintage - 1}, not since {old.vintage}; go year by year, or compare "
            "the areas (by_likeness)"
        )
    change = new.table["change"]
    unchanged = new.ids[change.eq(UNCHANGED).fillna(value=False)]
    if len(strange := unchanged[~unchanged.isin(old.ids)]):
        raise AreaError(
            f"{where}: {len(strange)} areas are unchanged by its own words, but are not in the division of "
            f"{old.vintage}: {first_few(strange)}; give the map of {old.vintage} that belongs with it"
        )
    whole = pd.Series(unchanged, index=unchanged)
    recoded = new.where(change.eq(RECODED).fillna(value=False))
    alike = _alike(_without(old, unchanged), recoded, COINCIDES)
    notes = []
    if len(alone := recoded.ids[~recoded.ids.isin(alike)]):
        notes.append(f"alleen van code veranderd, maar zonder gebied dat samenvalt: {len(alone)}, waaronder {alone[0]}")
    return _with_rest(old, new, pd.concat([whole, alike]), weights, notes)


def by_overlap(old: AreaFrame, new: AreaFrame, weights: Weights | None = None, least: float = MIN_OVERLAP) -> Crosswalk:
    """Between any two divisions: areas that coincide for more than `least`, whatever their codes, are one. The rest is
    spread.
    """
    return _with_rest(old, new, _alike(old, new, least), weights, [])


def by_pairs(old: AreaFrame, new: AreaFrame, pairs: pd.Series, weights: Weights | None = None) -> Crosswalk:
    """By a table of what each old code (its index) became; old and new areas that it does not name are spread."""
    for side, codes, areas in (("old", pairs.index, old), ("new", pairs, new)):
        if len(strange := codes[~codes.isin(areas.ids)]):
            raise AlignmentError(
                f"pairs of codes: {len(strange)} {side} codes are not in the division of {areas.vintage}: "
                f"{first_few(strange)}"
            )
    if len(doubles := pairs.index[pairs.index.duplicated()]):
        raise AlignmentError(f"pairs of codes: {len(doubles)} old codes occur more than once: {first_few(doubles)}")
    return _with_rest(old, new, pairs, weights, [])


def _alike(old: AreaFrame, new: AreaFrame, least: float) -> pd.Series:
    """The new code of each old area with which it coincides, each of them once; indexed by old code."""
    before, after = old.table.geometry.to_numpy(), new.table.geometry.to_numpy()
    found = overlaps(before, after)
    together = shapely.area(before)[found.left] + shapely.area(after)[found.right] - found.surface
    same = old.ids[found.left] == new.ids[found.right]
    candidates = pd.DataFrame(
        {"old": old.ids[found.left], "new": new.ids[found.right], "like": found.surface / together, "same": same}
    )
    best = candidates[candidates["like"] > least].sort_values(["like", "same", "new"], ascending=[False, False, True])
    best = best.drop_duplicates("old").drop_duplicates("new")
    return best.set_index("old")["new"]


def _without(areas: AreaFrame, codes: pd.Index | pd.Series) -> AreaFrame:
    return areas.where(pd.Series(~areas.ids.isin(codes), index=areas.ids))


def _with_rest(
    old: AreaFrame, new: AreaFrame, whole: pd.Series, weights: Weights | None, notes: list[str]
) -> Crosswalk:
    """The areas that go whole, and those that are left spread over the new areas that are left."""
    table = pd.DataFrame({"source": whole.index, "target": whole.to_numpy(), "share": 1.0, "method": Method.WHOLE})
    rest = _without(old, whole.index)
    if len(rest):
        spread = _spread(rest, new, whole, weights)
        notes = [*notes, *spread.notes]
        table = pd.concat([table, _without_slivers(spread)], ignore_index=True)
    return Crosswalk(old.ids, new.ids, table, tuple(notes))


def _spread(rest: AreaFrame, new: AreaFrame, taken: pd.Series, weights: Weights | None) -> Crosswalk:
    """Over the new areas that are not taken; over all, for what lies for more than slivers outside those.

    Whether it does is asked of the same weights: a tenth of the surface may be where half of the people are.
    """
    spread = by_surface if weights is None else partial(by_weights, weights=weights)
    left = _without(new, taken)
    fits = spread(rest, left).given >= COVERED
    parts = [spread(some, into) for some, into in ((rest.where(fits), left), (rest.where(~fits), new)) if len(some)]
    table = pd.concat([part.table.astype({"source": object, "target": object}) for part in parts], ignore_index=True)
    return Crosswalk(rest.ids, new.ids, table, tuple(note for part in parts for note in part.notes))


def _without_slivers(spread: Crosswalk) -> pd.DataFrame:
    """Shares without slivers; of a source that was covered but for slivers they add up to 1."""
    table = spread.table[spread.table["share"] >= SLIVER].astype({"source": object, "target": object})
    given = table.groupby("source")["share"].transform("sum")
    share = table["share"] / given.where(spread.given.reindex(table["source"]).to_numpy() >= COVERED, 1.0)
    method = table["method"].where(share < 1 - 1e-9, Method.WHOLE)
    return table.assign(share=share.where(method != Method.WHOLE, 1.0), method=method)
