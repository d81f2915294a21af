"""The place scan: agrees with its definition in plain Python, whatever the map, and keeps what it promises."""

import pickle

import numba
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.errors import AlignmentError, StatisticError
from geo.neighbors import Neighbors
from geo.residuals import Residuals
from geo.roles import Role
from geo.statistics.places.result import role
from geo.statistics.places.scan import Places, gamma_values, place_scan
from geo.unknown import Unknown
from tests.country import grid, names
from tests.geo.statistics.places import naive

SIDE = 12
FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def board(side=SIDE, seed=0):
    """Points of a board of squares, none exactly as far from a third as another."""
    grid_points = 100.0 * np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    return grid(side, side), grid_points + np.random.default_rng(seed).uniform(-20, 20, grid_points.shape)


def residuals(z, expected, index, shape=3.0):
    return Residuals(pd.Series(z, index=index, dtype=float), pd.Series(expected, index=index, dtype=float), shape)


def planted(side=SIDE, at=(2, 2), size=3, lift=2.2, seed=0):
    """A map with a square of high values."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(side, side))
    z[at[0] : at[0] + size, at[1] : at[1] + size] += lift
    return z.ravel(), rng.gamma(4, 10, side * side)


def inside(side=SIDE, at=(2, 2), size=3):
    flags = np.zeros((side, side), dtype=bool)
    flags[at[0] : at[0] + size, at[1] : at[1] + size] = True
    return names(side * side)[flags.ravel()]


@st.composite
def maps(draw):
    """A board with holes, places in some of them, areas that may not join, and any control."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    neighbors, points = board(seed=int(rng.integers(1000)))
    z, expected = planted(lift=draw(st.sampled_from([0.0, 1.5, 3.0])), seed=int(rng.integers(1000)))
    if draw(st.booleans()):
        z.reshape(SIDE, SIDE)[8:11, 7:10] += 2.5
    z[rng.random(len(z)) < draw(st.sampled_from([0.0, 0.1]))] = np.nan
    joins = rng.random(len(z)) < 0.9
    return neighbors, points, residuals(z, expected, neighbors.ids), joins, draw(st.sampled_from(["whole", "rate"]))


def naive_map(one, neighbors, points):
    """The same for the second implementation, and the codes of its positions."""
    known = np.flatnonzero(one.values.notna())
    alone = np.asarray(neighbors.matrix[known][:, known].sum(axis=1)).ravel() == 0
    known = known[~alone]
    order = sorted(known, key=lambda at: (*points[at],))
    pairs = {(a, b) for a, b in zip(*neighbors.matrix[order][:, order].nonzero(), strict=True)}
    z, e = (list(part.iloc[order]) for part in (one.values, one.expected))
    return naive.Map(z, e, pairs, [tuple(points[at]) for at in order], one.shape), list(neighbors.ids[order]), order


@FEW
@given(maps())
def test_it_is_its_definition_in_plain_python(case):
    neighbors, points, one, joins, control = case
    found = place_scan(
        one, neighbors, points, may_join=pd.Series(joins, index=neighbors.ids), places=Places(control, draws=19)
    )
    slow, codes, order = naive_map(one, neighbors, points)
    zones, parts, p = naive.searched(slow, joins[order], control, 19)
    assert found.p == pytest.approx(p, abs=1e-12)
    for ours, theirs in ((found.zones, zones), (found.parts, parts)):
        assert [place.window for place in ours] == [tuple(sorted(codes[at] for at in w)) for w, *_ in theirs]
        assert [dict(place.weights) for place in ours] == [
            pytest.approx({codes[at]: weight for at, weight in held.items()}) for _, held, _, _ in theirs
        ]
        assert [(place.p, place.q) for place in ours] == [pytest.approx(one[2:]) for one in theirs]


def test_what_was_planted_is_found_as_one_place():
    neighbors, points = board()
    z, expected = planted()
    found = place_scan(residuals(z, expected, neighbors.ids), neighbors, points)
    (part,) = found.parts
    assert set(part.areas) <= set(inside())
    assert len(part.areas) >= 7
    assert part.p == part.q == found.p == 0.001
    assert part.strength(part.areas) > 1


def test_cores_weigh_nine_tenths_and_members_half():
    assert role(0.9) is Role.CORE
    assert role(0.89) is Role.MEMBER
    neighbors, points = board()
    found = place_scan(residuals(*planted(), neighbors.ids), neighbors, points)
    weights = [weight for place in found.parts + found.zones for weight in place.weights.values()]
    assert min(weights) >= 0.5
    assert max(weights) <= 1 + 1e-12


def test_a_map_without_places_has_none_and_says_so():
    neighbors, points = board()
    z, expected = planted(lift=0.0)
    found = place_scan(residuals(z, expected, neighbors.ids), neighbors, points)
    assert (found.zones, found.parts) == ((), ())
    assert found.p > 0.05
    assert (found.local.q == 1).all()


def test_what_was_found_is_no_chance_to_the_rest():
    neighbors, points = board(20)
    z, expected = planted(20, size=4, lift=3.5, seed=1)
    z.reshape(20, 20)[13:16, 13:16] += 1.6
    found = place_scan(residuals(z, expected, neighbors.ids), neighbors, points, places=Places("rate", draws=99))
    weaker = set(inside(20, (13, 13), 3))
    assert max(len(weaker & set(part.areas)) for part in found.parts) == 8
    assert [part.q for part in found.parts] == sorted(part.q for part in found.parts)


@FEW
@given(st.integers(0, 2**32), st.sampled_from(["whole", "rate"]))
def test_the_order_of_areas_changes_nothing(seed, control):
    neighbors, points = board()
    z, expected = planted()
    order = np.random.default_rng(seed).permutation(len(z))
    turned = Neighbors(neighbors.ids[order], csr_array(neighbors.matrix[order][:, order]))
    places = Places(control, draws=99)
    before = place_scan(residuals(z, expected, neighbors.ids), neighbors, points, places=places)
    after = place_scan(residuals(z[order], expected[order], turned.ids), turned, points[order], places=places)
    assert before.parts == after.parts
    assert before.zones == after.zones


@FEW
@given(st.integers(0, 6), st.integers(0, 10**6))
def test_moving_the_map_or_measuring_it_otherwise_changes_nothing(power, away):
    neighbors, points = board()
    points = np.round(points)
    one, places = residuals(*planted(), neighbors.ids), Places(draws=99)
    before = place_scan(one, neighbors, points, places=places)
    after = place_scan(one, neighbors, points * 2.0**power + away, places=places)
    assert [place.weights for place in before.parts] == [place.weights for place in after.parts]


def test_areas_without_a_value_are_as_areas_that_are_not_there():
    neighbors, points = board()
    z, expected = planted()
    there = np.random.default_rng(5).random(len(z)) > 0.1
    missing = np.where(there, z, np.nan)
    few = neighbors.among(there)
    whole = place_scan(residuals(missing, expected, neighbors.ids), neighbors, points)
    without = place_scan(residuals(z[there], expected[there], few.ids), few, points[there])
    assert whole.parts == without.parts
    assert (whole.reason[~there] == Unknown.ABSENT).all()
    assert whole.local.q[~there].isna().all()


@pytest.mark.parametrize("control", ["whole", "rate"])
def test_threads_do_not_change_a_byte(control, monkeypatch):
    neighbors, points = board()
    one, places = residuals(*planted(), neighbors.ids), Places(control, draws=99)
    before = place_scan(one, neighbors, points, places=places)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert place_scan(one, neighbors, points, places=places).parts == before.parts
    finally:
        numba.set_num_threads(threads)


def test_threads_do_not_change_a_byte_of_fifty_thousand_areas(monkeypatch):
    side = 224
    neighbors, points = board(side)
    z, expected = planted(side, at=(100, 30), size=4)
    z.reshape(side, side)[20:23, 190:193] += 2.5
    one, places = residuals(z, expected, neighbors.ids), Places("rate", draws=70)
    threads, found = numba.get_num_threads(), []
    try:
        for several in (1, 2, 5):
            monkeypatch.setattr("os.cpu_count", lambda: several)  # noqa: B023
            numba.set_num_threads(min(several, threads))
            result = place_scan(one, neighbors, points, places=places)
            found.append(pickle.dumps(result))
    finally:
        numba.set_num_threads(threads)
    assert result.parts
    assert found == [found[0]] * 3


def test_an_area_that_may_not_join_is_in_no_place():
    neighbors, points = board()
    joins = pd.Series(True, index=neighbors.ids)
    joins[inside()[4]] = False
    found = place_scan(residuals(*planted(), neighbors.ids), neighbors, points, may_join=joins)
    members = {area for place in found.parts + found.zones for area in place.areas}
    assert members
    assert inside()[4] not in members


def test_a_part_is_small_and_a_zone_may_be_large():
    neighbors, points = board(20)
    z, expected = planted(20, size=6, lift=2.0)
    found = place_scan(residuals(z, expected, neighbors.ids), neighbors, points)
    assert max(len(zone.areas) for zone in found.zones) > 12
    assert all(len(part.areas) <= 12 for part in found.parts)
    assert found.parts
    assert all(
        len(part.areas) <= 5
        for part in place_scan(residuals(z, expected, neighbors.ids), neighbors, points, places=Places(part=5)).parts
    )


def test_fewer_than_a_hundred_areas_are_not_searched_and_a_hundred_are():
    neighbors, points = board(10)
    z, expected = planted(10)
    assert place_scan(residuals(z, expected, neighbors.ids), neighbors, points).how.kind == "permutation"
    z[0] = np.nan
    nothing = place_scan(residuals(z, expected, neighbors.ids), neighbors, points)
    assert nothing.parts == ()
    assert (nothing.reason == Unknown.TOO_FEW_AREAS).all()
    assert str(nothing.local.how) == "not searched"


def test_an_area_without_neighbours_is_in_no_window():
    neighbors, points = board()
    matrix = neighbors.matrix.tolil()
    matrix[0, :], matrix[:, 0] = 0, 0
    cut = csr_array(matrix)
    cut.eliminate_zeros()
    found = place_scan(residuals(*planted(), neighbors.ids), Neighbors(neighbors.ids, cut), points)
    assert found.reason.iloc[0] == Unknown.ISLAND
    assert found.reason.iloc[1:].isna().all()


def test_values_that_do_not_differ_and_areas_that_do_not_match_are_refused():
    neighbors, points = board()
    with pytest.raises(StatisticError, match="do not differ"):
        place_scan(residuals(np.zeros(144), np.ones(144), neighbors.ids), neighbors, points)
    with pytest.raises(AlignmentError, match="place_scan"):
        place_scan(residuals(*planted(), neighbors.ids[::-1]), neighbors, points)


def test_gamma_values_have_mean_one_and_are_cut_at_four():
    z = np.array([-1.0, 0.0, 1.0, 4.0, 4.5, 8.0])
    u = gamma_values(z, 2.0)
    assert u.mean() == pytest.approx(1)
    assert u[3] == u[4] == u[5]
    assert (np.diff(u[:4]) > 0).all()
