"""Disclosure: what an attacker computes of confidential counts from all that was ever published of them.

The attacker knows every perturbed count, also those that are too small to be shown: rates, plateaus of q and national
values may tell them. He knows how the noise is made, but not the secret; that buurten make up wijken and gemeenten; and
all earlier releases. From that he computes between which bounds each count lies (geo.disclosure.intervals). A cell is
exposed where few counts stay possible and small ones are among them; also where few do for an insider, who knows that a
record of his own was counted (geo.disclosure.insiders); and where the best of all estimates of a small count is right
more often than not (geo.disclosure.averaging). Hexagons are held against the buurten that they overlap,
against those of another size, and against both at once (layers.evaluation.overlay); an insider then knows no more of
them than that he is in one.

The same count perturbed in the same way in two releases tells nothing more: its noise is the same as long as its
records are, and where those changed, so did the count; who follows a count that grows through many releases guesses 56
of 100 small ones right instead of 45, and is never sure (tests/attacks/test_many_releases.py). Perturbed in another way
it is a second opinion, and both count.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import eye_array, vstack

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.disclosure.averaging import LEAST_VARIANCE, remaining_of_sums, remaining_variance
from geo.disclosure.insiders import LEAST_POSSIBLE, possible_to_insiders
from geo.disclosure.intervals import Bounds, in_hierarchy
from geo.disclosure.overlays import MOST_PARTS, narrowest
from geo.disclosure.perturbation import Noise
from geo.errors import MeasureError
from layers.evaluation.amounts import exposed_amounts
from layers.evaluation.audit import (
    AMOUNT,
    AVERAGED,
    COLUMNS,
    INSIDER,
    ITS_NOISE,
    ITS_PARTS,
    OTHER_RELEASE,
    OVERLAY,
    Audit,
    Exposed,
    together,
)
from layers.evaluation.columns import NOISE, columns_in_common, formulas_in_common, source_of, with_one_name
from layers.evaluation.overlay import Overlay, overlay, overlay_of_sizes, overlay_of_three
from layers.publication.perturbed import is_amount

GEMEENTE = slice(2, 6)
"""What buurten, wijken and their gemeente have in common in their codes."""

CELL = ["count", "vintage", "level", "area"]


def audited(published: pd.DataFrame) -> Audit:
    """What an attacker computes from rows of layers.publication.perturbed; of several releases, the first one first,
    also `release`, and `fingerprint`, which tells the secrets of noise apart.

    Raises MeasureError where what the last release says of a count cannot be: then it was not made by this noise.
    """
    noisy, exact = with_one_name(published[~is_amount(published)]), published[is_amount(published)]
    counts = [rows for _, rows in noisy.groupby(["count", "vintage"], sort=True)]
    amounts = [_of_amount(rows) for _, rows in exact.groupby(["count", "vintage"], sort=True)]
    of_sources = [rows for _, rows in noisy.groupby([noisy["count"].map(source_of), "vintage"], sort=True)]
    by_columns = [one for rows in of_sources for one in _of_columns(rows)]
    return together(
        [*(one for rows in counts for one in (_of_count(rows), *_of_overlays(rows))), *by_columns, *amounts]
    )


def _of_amount(rows: pd.DataFrame) -> Audit:
    """The audit of an amount, of which all is shown as it is or withheld."""
    count = str(rows["count"].iloc[0])
    exposed = tuple(Exposed(count, *one, AMOUNT) for one in exposed_amounts(rows))
    last = rows.drop_duplicates("area", keep="last")["published"]
    return Audit(len(last), 0, 0, 1.0, exposed, amounts=len(last), withheld=int(last.isna().sum()))


def _of_count(rows: pd.DataFrame) -> Audit:
    """The audit of one count. In a gemeente where releases contradict one another the earlier ones are of other
    records, and tell nothing of these.
    """
    try:
        return _audited(_cells(rows))
    except MeasureError:
        if "release" not in rows:
            raise
    return together([_of_latest(part) for _, part in rows.groupby(rows["area"].str[GEMEENTE], sort=True)])


def _of_latest(rows: pd.DataFrame) -> Audit:
    """The audit of the last releases that do not contradict one another."""
    for some in _ever_later(rows):
        with suppress(MeasureError):
            return _audited(_cells(some))
    return _audited(_cells(rows[rows["release"] == rows["release"].iloc[-1]]))


def _ever_later(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows of all releases, of all but the first, and so on."""
    releases = list(dict.fromkeys(rows["release"])) if "release" in rows else [None]
    for first in range(len(releases)):
        yield rows[rows["release"].isin(releases[first:])] if first else rows


def _of_overlays(rows: pd.DataFrame) -> Iterator[Audit]:
    """What hexagons of each size and the areas that they overlap tell of one another, hexagons of two sizes, and all
    three, of the last releases that do not contradict one another.
    """
    sizes = sorted({level for level in rows["level"] if level.startswith("h3")}, key=list(AreaLevel).index)
    ways: list[Callable[[pd.DataFrame], Overlay | None]] = [partial(overlay, level=one) for one in sizes]
    ways += [
        partial(of_two, coarser=one, finer=other)
        for of_two in (overlay_of_sizes, overlay_of_three) for one, other in combinations(sizes, 2)
    ]  # fmt: skip
    for related in ways:
        tried = 0
        for some in _ever_later(rows):
            cells = _cells(some)
            relations = related(cells)
            if relations is None:
                continue
            tried = 1
            with suppress(MeasureError):
                yield _of_overlay(cells, relations)
                tried = 0
                break
        if tried:
            yield Audit(0, 0, 0, 1.0, (), 0, 1, 1)


def _of_columns(rows: pd.DataFrame) -> Iterator[Audit]:
    """What counts of a source tell of one another, of which some are sums or parts of others: in each gemeente or
    hexagon of the last releases that do not contradict one another, with its areas all at once where these do not
    either, and where that is not too much to find out.
    """
    told = rows["selects"].dropna().unique() if "selects" in rows else ()
    if not (terms := formulas_in_common(rows["count"].unique(), told)):
        return
    for _, part in rows.groupby(rows["area"].str[GEMEENTE], sort=True):
        for nested, some in product((True, False), list(_ever_later(part))):
            cells = _cells(some)
            relations = columns_in_common(cells, terms, nested=nested)
            if relations is None or (nested and len(relations.names) > MOST_PARTS):
                continue
            with suppress(MeasureError):
                of_bounds = replace(_of_overlay(cells, relations, COLUMNS), overlays=0)
                yield from (_of_sums(cells, relations), of_bounds)  # the last says what betrays a cell
                break


def _of_sums(cells: pd.DataFrame, relations: Overlay) -> Audit:
    """The audit of what stays of the noise on counts of a source, where all ways in which each is known are weighed."""
    mine = cells.iloc[relations.cells].reset_index(drop=True)
    known = Bounds(mine["lowest"].to_numpy(dtype=float), mine["highest"].to_numpy(dtype=float))
    small = known.lowest < mine["least"].to_numpy(dtype=float)
    if not small.any():
        return Audit(0, 0, 0, 1.0, ())
    stays = remaining_of_sums(_variance(mine), relations.parts)
    left = float((stays / mine["variance"].to_numpy(dtype=float))[small].min())
    return Audit(0, 0, 0, left, tuple(_averaged(mine, known, small & (stays < LEAST_VARIANCE))))


def _cells(published: pd.DataFrame) -> pd.DataFrame:
    """A row a cell, with the bounds that its published counts give it by themselves."""
    rows = published.copy()
    rows[["lowest", "highest"]] = 0.0
    for _, same in rows.groupby(NOISE):
        first = same.iloc[0]
        noise = Noise(int(first["max_noise"]), float(first["variance"]), int(first["smallest"]))
        bounds = noise.possible(same["published"].to_numpy(dtype=float))
        rows.loc[same.index, "lowest"], rows.loc[same.index, "highest"] = bounds
    # Two figures of one count in a release, of which one is no more than all of which it is a share, both hold.
    if "release" in rows:
        both = rows.groupby([*CELL, *NOISE, "release"])
        rows["lowest"], rows["highest"] = both["lowest"].transform("max"), both["highest"].transform("min")
    # Of one secret and noise the last release counts: where it differs from one before, its records do.
    alike = [*CELL, *NOISE, *(["fingerprint"] if "fingerprint" in rows else [])]
    last = rows.drop_duplicates(alike, keep="last")
    cells = last.groupby(CELL, sort=True).agg(
        lowest=("lowest", "max"), highest=("highest", "min"), least=("least", "max"), times=("area", "size"),
        variance=("variance", "min"), overlaps=("overlaps", "last"),
    )  # fmt: skip
    changed = cells["lowest"] > cells["highest"]  # its records changed between the two
    newest = last.groupby(CELL, sort=True)[["lowest", "highest"]].last()
    cells.loc[changed, ["lowest", "highest"]] = newest[changed]
    return cells.reset_index()


def _audited(cells: pd.DataFrame) -> Audit:
    parent = _parent(cells)
    alone = Bounds(cells["lowest"].to_numpy(), cells["highest"].to_numpy())
    known = in_hierarchy(alone, parent)
    small = known.lowest < cells["least"].to_numpy()
    if not small.any():
        return Audit(len(cells), 0, 0, 1.0, ())
    to_insiders = possible_to_insiders(alone, parent)
    exposed = small & (np.minimum(to_insiders, known.width + 1) < LEAST_POSSIBLE)
    named = [_named(cells, parent, alone, known, int(at)) for at in np.flatnonzero(exposed)]
    stays = remaining_variance(_variance(cells), parent)
    named += _averaged(cells, known, small & ~exposed & (stays < LEAST_VARIANCE))
    left = stays / cells["variance"].to_numpy(dtype=float)
    return Audit(
        len(cells), int(small.sum()), int(known.width[small].min() + 1), float(left[small].min()), tuple(named),
        int(to_insiders[small].min()),
    )  # fmt: skip


def _variance(cells: pd.DataFrame) -> NDArray[np.float64]:
    """Of the noise on each cell; less where it was published with several."""
    variance: NDArray[np.float64] = cells["variance"].to_numpy(dtype=float) / cells["times"].to_numpy(dtype=float)
    return variance


def _averaged(cells: pd.DataFrame, known: Bounds, which: NDArray[np.bool_]) -> list[Exposed]:
    """Cells of which the best estimate is too good."""
    rows = zip(cells["count"], cells["level"], cells["area"], known.lowest, known.highest, strict=True)
    return [Exposed(count, level, area, float(low), float(high), AVERAGED)
            for (count, level, area, low, high), one in zip(rows, which, strict=True) if one]  # fmt: skip


def _of_overlay(cells: pd.DataFrame, relations: Overlay, betrayed_by: str = OVERLAY) -> Audit:
    """The audit of what lies in an overlay, which counts its cells no second time; and of what an area and a hexagon
    have in common, for where one of them is nearly all of the other a difference tells that.
    """
    mine, parts = cells.iloc[relations.cells], len(relations.names)
    lowest, highest, least = (mine[name].to_numpy(dtype=float) for name in ("lowest", "highest", "least"))
    bounds = Bounds(np.append(lowest, np.zeros(parts)), np.append(highest, np.full(parts, np.inf)))
    floor = np.append(least, np.full(parts, least.max()))
    alone = relations.parts[np.diff(relations.parts.indptr) == 1].indices  # the parts that are a whole cell
    asked = np.setdiff1d(np.flatnonzero(bounds.lowest < floor), len(mine) + alone)
    sums = vstack([relations.parts, eye_array(parts)])
    found = narrowest(bounds, sums, asked, LEAST_POSSIBLE + 1, whole=relations.whole)
    to_insiders = found.highest - np.maximum(found.lowest, 1.0) + 1
    small = found.lowest < floor[asked]
    levels, areas = [*mine["level"], *[betrayed_by] * parts], [*mine["area"], *relations.names]
    counts = [*mine["count"], *[mine["count"].iloc[0]] * parts]
    named = tuple(
        Exposed(counts[asked[at]], levels[asked[at]], areas[asked[at]], float(found.lowest[at]),
                float(found.highest[at]), betrayed_by)
        for at in np.flatnonzero(small & (to_insiders < LEAST_POSSIBLE))
    )  # fmt: skip
    if not small.any():
        return Audit(0, 0, 0, 1.0, (), 0, 1)
    fewest, insiders = (int(one[small].min()) for one in (found.width + 1, to_insiders))
    return Audit(0, int(small.sum()), fewest, 1.0, named, insiders, 1)


def _parent(cells: pd.DataFrame) -> NDArray[np.intp]:
    """Where the wijk or gemeente of each buurt or wijk stands, the nearest that is published; -1 where none is, and for
    hexagons.
    """
    parent = np.full(len(cells), -1, dtype=np.intp)
    levels = [level for level in COARSENESS if str(level) in set(cells["level"])]
    for finer, coarser in combinations(levels, 2):  # the nearest first
        at, of = (np.flatnonzero(cells["level"] == str(level)) for level in (finer, coarser))
        at = at[parent[at] < 0]
        found = pd.Index(cells["area"].iloc[of]).get_indexer(parents(pd.Index(cells["area"].iloc[at]), coarser))
        parent[at] = np.where(found >= 0, of[found], -1)
    return parent


def _named(cells: pd.DataFrame, parent: NDArray[np.intp], alone: Bounds, known: Bounds, at: int) -> Exposed:
    cell = cells.iloc[at]
    parts = parent == at
    of_parts = parts.any() and (
        alone.lowest[parts].sum() > alone.lowest[at] or alone.highest[parts].sum() < alone.highest[at]
    )
    relation = ITS_PARTS if of_parts or parent[at] < 0 else str(cells["area"].iloc[parent[at]])
    if known.width[at] + 1 >= LEAST_POSSIBLE:
        relation = INSIDER
    elif alone.width[at] + 1 < LEAST_POSSIBLE:
        relation = OTHER_RELEASE if cell["times"] > 1 else ITS_NOISE
    bounds = float(known.lowest[at]), float(known.highest[at])
    return Exposed(cell["count"], cell["level"], cell["area"], *bounds, relation)
