"""Hexagons and the buurten that they overlap are audited as one: what trying all counts gives, no more and no less."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import eye_array, vstack

from boundaries.hexagons import larger_around, outlines_of
from boundaries.overlaps import overlaps
from geo.areas import AreaLevel
from geo.disclosure.intervals import Bounds
from geo.disclosure.overlays import narrowest
from geo.disclosure.perturbation import Noise
from layers.evaluation import disclosure
from layers.evaluation.audit import Audit, Exposed
from layers.evaluation.disclosure import audited
from layers.evaluation.overlay import overlay, overlay_of_sizes, overlay_of_three
from layers.publication.perturbed import perturbed_counts

LEAST, H3 = 5.0, AreaLevel.H3_8
BUURTEN = ["BU00010001", "BU00010002", "BU00010101"]


def rows(level, published, noise, overlaps=None):
    table = perturbed_counts("m", level, 2024, pd.Series(published, dtype=float), noise, LEAST)
    return table if overlaps is None else table.assign(overlaps=table["area"].map(overlaps))


@st.composite
def overlays(draw):
    """Counts of what buurten and hexagons have in common, and of what lies in one of them only."""
    buurten, cells = BUURTEN[: draw(st.integers(1, 3))], ["88a", "88b"][: draw(st.integers(1, 2))]
    pairs = draw(st.lists(st.sampled_from([*product(buurten, cells)]), min_size=1, max_size=3, unique=True))
    partly = draw(st.sets(st.sampled_from(sorted({one for one, _ in pairs})), max_size=1))
    beyond = draw(st.sets(st.sampled_from(sorted({one for _, one in pairs})), max_size=1))
    parts = [*pairs, *((one, None) for one in sorted(partly)), *((None, one) for one in sorted(beyond))]
    counts = [draw(st.integers(0, 1)) for _ in parts]
    return parts, counts


def tokens(parts, cell):
    """What a hexagon overlaps, as it is told."""
    partly = {one for one, other in parts if other is None}
    lie = [f"{one}+" if one in partly else one for one, other in parts if other == cell and one is not None]
    return " ".join([*lie, *(["+"] if (None, cell) in parts else [])])


@given(overlays(), st.data())
def test_the_audit_exposes_what_trying_all_counts_does(made, data):
    parts, counts = made
    noise = Noise(2, 1.0, 1)
    names = [sorted({one[side] for one in parts if one[side] is not None}) for side in (0, 1)]
    areas = [*names[0], *names[1]]
    matrix = np.array([[area in one for one in parts] for area in areas], dtype=float)
    true = matrix @ np.array(counts)
    published = np.array([data.draw(st.integers(max(0, int(one) - 2), int(one) + 2)) if one else 0 for one in true])
    lowest, highest = noise.possible(published.astype(float))
    tried = np.array(list(product(range(9), repeat=len(parts))))
    every = np.hstack([tried @ matrix.T, tried])
    every = every[((every[:, : len(areas)] >= lowest) & (every[:, : len(areas)] <= highest)).all(axis=1)]
    least, most = every.min(axis=0), every.max(axis=0)
    whole = (matrix[matrix.sum(axis=1) == 1] > 0).any(axis=0)  # parts that are all there is of an area
    named = ["" if out else " / ".join(side or "+" for side in one) for one, out in zip(parts, whole, strict=True)]
    exposed = (least < LEAST) & (most - np.maximum(least, 1) + 1 < 3)
    of_cells = {cell: tokens(parts, cell) for cell in names[1]}
    told = dict(zip(areas, published, strict=True))
    tables = [
        rows(AreaLevel.BUURT, {one: told[one] for one in names[0]}, noise),
        rows(H3, {one: told[one] for one in names[1]}, noise, of_cells),
    ]
    audit = audited(pd.concat(tables, ignore_index=True))
    assert (audit.overlays, audit.contradicting) == (1, 0)
    found = {one.area: (one.lowest, one.highest) for one in audit.exposed}
    of = [*areas, *named]
    assert found == {of[at]: (least[at], most[at]) for at in np.flatnonzero(exposed) if of[at]}


def test_two_hexagons_that_make_up_a_buurt_betray_it_and_one_that_reaches_further_does_not():
    noise = Noise(2, 1.0, 1)
    buurt = rows(AreaLevel.BUURT, {BUURTEN[0]: 8.0}, noise)
    cells = rows(H3, {"88a": 1.0, "88b": 1.0}, noise, {"88a": BUURTEN[0], "88b": BUURTEN[0]})
    assert audited(buurt).passed
    assert audited(cells).passed
    audit = audited(pd.concat([buurt, cells], ignore_index=True))
    assert audit.exposed == (Exposed("m", "h3-8", "88a", 3, 3, "overlay"), Exposed("m", "h3-8", "88b", 3, 3, "overlay"))
    assert (audit.fewest, audit.insiders) == (1, 1)
    reaching = cells.assign(overlaps=f"{BUURTEN[0]}+")  # of it something lies in other hexagons
    assert audited(pd.concat([buurt, reaching], ignore_index=True)).passed


def test_what_a_buurt_has_more_than_the_hexagon_inside_it_is_a_cell_too():
    """All of these may be shown; in one household of the buurt, outside the hexagon, something was counted."""
    lie = {"88a": BUURTEN[0], "88b": f"{BUURTEN[0]} {BUURTEN[1]}"}
    buurten = rows(AreaLevel.BUURT, {BUURTEN[0]: 14.0, BUURTEN[1]: 9.0}, Noise())
    table = pd.concat([buurten, rows(H3, {"88a": 13.0, "88b": 10.0}, Noise(), lie)], ignore_index=True)
    relations = overlay(table, "h3-8")
    known = table["published"].to_numpy()[relations.cells]
    bounds = Bounds(np.append(known, np.zeros(3)), np.append(known, np.full(3, np.inf)))
    parts = narrowest(bounds, vstack([relations.parts, eye_array(3)]), np.array([4, 5, 6]), 9)
    assert dict(zip(relations.names, parts.lowest, strict=True))[f"{BUURTEN[0]} / 88b"] == 1
    assert parts.width.max() == 0
    assert audited(table).passed
    assert audited(table).insiders >= 3


def test_hexagons_of_other_records_than_the_buurten_tell_nothing_of_them():
    noise = Noise(2, 1.0, 1)
    buurt = rows(AreaLevel.BUURT, {BUURTEN[0]: 90.0}, noise)
    cells = rows(H3, {"88a": 3.0}, noise, {"88a": BUURTEN[0]})
    audit = audited(pd.concat([buurt, cells], ignore_index=True))
    assert isinstance(audit, Audit)
    assert audit.passed
    assert (audit.overlays, audit.contradicting) == (1, 1)


def test_hexagons_without_areas_to_hold_them_against_have_no_overlay():
    cells = rows(H3, {"88a": 3.0}, Noise(), {"88a": BUURTEN[0]})
    assert overlay(cells, "h3-8") is None
    wijk = rows(AreaLevel.WIJK, {"WK000100": 3.0}, Noise())
    assert overlay(pd.concat([wijk, cells], ignore_index=True), "h3-8") is None


def test_a_large_hexagon_and_its_seven_small_ones_are_sums_of_what_they_have_in_common_and_of_the_rest():
    """By H3 itself: that in the middle lies in it whole, the six around it reach over its border, others into it."""
    large, small = "881969532bfffff", [f"891969532{one}ffff" for one in ("a3", "a7", "ab", "af", "b3", "b7", "bb")]
    table = pd.concat([rows(H3, {large: 9.0}, Noise()), rows(AreaLevel.H3_9, dict.fromkeys(small, 3.0), Noise())])
    made = overlay_of_sizes(table.reset_index(drop=True), "h3-8", "h3-9")
    own, *others = made.parts.toarray().sum(axis=1).tolist()
    assert (own, sorted(others)) == (8, [1, 2, 2, 2, 2, 2, 2])
    assert sum(name.startswith("+ / 89") for name in made.names) == 6
    assert f"{large} / +" in made.names


def test_hexagons_of_two_sizes_that_lie_apart_have_no_overlay():
    table = pd.concat([
        rows(H3, {"881969532bfffff": 9.0}, Noise()), rows(AreaLevel.H3_9, {"891fa4d5433ffff": 3.0}, Noise()),
    ])  # fmt: skip
    assert overlay_of_sizes(table.reset_index(drop=True), "h3-8", "h3-9") is None


@pytest.mark.parametrize("level", ["h3-8", "h3-9"])
def test_hexagons_of_each_size_are_held_against_the_areas(level):
    buurt = rows(AreaLevel.BUURT, {BUURTEN[0]: 9.0}, Noise())
    cells = [rows(one, {f"{one}": 9.0}, Noise(), {f"{one}": BUURTEN[0]}) for one in (H3, AreaLevel.H3_9)]
    made = overlay(pd.concat([buurt, *cells], ignore_index=True), level)
    assert made.parts.toarray().tolist() == [[1], [1]]


@pytest.fixture(scope="module")
def straddling():
    """A small hexagon that lies in two larger ones, and these."""
    small = next(one for one in SIX if len(_around(one)) == 2)
    return small, _around(small)


SIX = [f"891969532{one}ffff" for one in ("a3", "a7", "ab", "af", "b3", "b7", "bb")]


def _around(small):
    """The larger hexagons that a small one lies in."""
    larger = larger_around([small], H3)
    return [larger[at] for at in overlaps(outlines_of([small]), outlines_of(larger)).right]


@st.composite
def three(draw):
    """Counts of what two buurten, a small hexagon and two larger ones have in common, and of what lies in a larger one
    only; which larger ones each buurt reaches in the small one.
    """
    reaches = {
        one: draw(st.sampled_from([(0,), (1,), (0, 1)])) for one in BUURTEN[: draw(st.integers(1, 2))]
    }  # fmt: skip
    parts = [(one, True, larger) for one, some in reaches.items() for larger in some]
    within = {larger for _, _, larger in parts}
    parts += [("", False, larger) for larger in (0, 1) if larger not in within or draw(st.booleans())]
    return reaches, parts, [draw(st.integers(0, 1)) for _ in parts]


@given(made=three(), data=st.data())
def test_of_buurten_and_two_sizes_it_exposes_what_trying_all_counts_does(straddling, made, data):
    (small, large), (reaches, parts, counts) = straddling, made
    of_small = " ".join(
        one + ("" if len(some) == 2 else f"/{large[some[0]]}") for one, some in reaches.items()
    )  # fmt: skip
    lie = {small: of_small} | {
        name: " ".join([*(one for one, some in reaches.items() if at in some), *["+"] * (("", False, at) in parts)])
        for at, name in enumerate(large)
    }  # fmt: skip
    noise, areas = Noise(2, 1.0, 1), [*reaches, small, *large]
    matrix = np.array([[one == area for one, _, _ in parts] for area in reaches] + [[inside for _, inside, _ in parts]]
                      + [[of == at for _, _, of in parts] for at in (0, 1)], dtype=float)  # fmt: skip
    true = matrix @ np.array(counts)
    told = [data.draw(st.integers(max(0, int(one) - 2), int(one) + 2)) if one else 0 for one in true]
    lowest, highest = noise.possible(np.array(told, dtype=float))
    tried = np.array(list(product(range(7), repeat=len(parts))))
    every = np.hstack([tried @ matrix.T, tried])
    every = every[((every[:, : len(areas)] >= lowest) & (every[:, : len(areas)] <= highest)).all(axis=1)]
    least, most = every.min(axis=0), every.max(axis=0)
    exposed = (least < LEAST) & (most - np.maximum(least, 1) + 1 < 3)
    alone = (matrix[matrix.sum(axis=1) == 1] > 0).any(axis=0)  # parts that are all there is of an area
    names = [" / ".join([one or "+", small if inside else "+", large[of]]) for one, inside, of in parts]
    named = [*areas, *("" if out else name for name, out in zip(names, alone, strict=True))]
    published = dict(zip(areas, told, strict=True))
    table = pd.concat([
        rows(AreaLevel.BUURT, {one: published[one] for one in reaches}, noise),
        rows(AreaLevel.H3_9, {small: published[small]}, noise, lie),
        rows(H3, {one: published[one] for one in large}, noise, lie),
    ], ignore_index=True)  # fmt: skip
    cells = disclosure._cells(table)
    made = overlay_of_three(cells, "h3-8", "h3-9")
    assert sorted(made.names) == sorted(names)
    found = {one.area: (one.lowest, one.highest) for one in disclosure._of_overlay(cells, made).exposed}
    assert found == {named[at]: (least[at], most[at]) for at in np.flatnonzero(exposed) if named[at]}
