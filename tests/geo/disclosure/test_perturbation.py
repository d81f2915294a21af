"""The noise is that which was declared, and of all such noise the least telling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from geo.disclosure import perturbation
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.perturbation import Noise, perturbed, probabilities
from geo.errors import MeasureError


@st.composite
def noises(draw):
    most = draw(st.integers(2, 8))
    smallest = draw(st.integers(1, most))
    least = max([0.0, *(float(count * (smallest - count)) for count in range(1, smallest))])
    highest = min(float(most * count) for count in range(1, most + 1))
    share = draw(st.floats(0.05, 0.9))
    if least >= highest:
        smallest, least = 1, 0.0
    return Noise(most, least + share * (highest - least), smallest)


@given(noises(), st.integers(1, 30))
def test_noise_is_nothing_on_average_and_varies_as_declared(noise, count):
    chances, steps = probabilities(noise, count), noise.steps(count)
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1)
    assert (chances * steps).sum() == pytest.approx(0, abs=1e-5)
    assert (chances * steps**2).sum() == pytest.approx(noise.variance, abs=1e-4)


@given(noises(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**64 - 1)), min_size=1, max_size=50))
def test_nothing_moves_further_than_declared_nothing_small_is_published_and_zero_stays_zero(noise, cells):
    counts = np.array([count for count, _ in cells], dtype=float)
    published = perturbed(counts, np.array([key for _, key in cells], dtype=np.uint64), noise)
    assert (abs(published - counts) <= noise.max_noise).all()
    assert ((published == 0) | (published >= noise.smallest)).all()
    assert (published[counts == 0] == 0).all()
    lowest, highest = noise.possible(published)
    assert ((lowest <= counts) & (counts <= highest)).all()


@given(noises(), st.integers(0, 40))
def test_what_a_published_count_can_stand_for_is_just_what_may_become_it(noise, published):
    becoming = [count for count in range(60) if published - count in noise.steps(count) and (count or not published)]
    if becoming:
        lowest, highest = noise.possible(np.array([float(published)]))
        assert (lowest[0], highest[0]) == (min(becoming), max(becoming))


@pytest.mark.parametrize(("noise", "count"), [
    (Noise(5, 3.0, 3), 1), (Noise(5, 3.0, 3), 2), (Noise(5, 3.0, 3), 4), (Noise(5, 3.0, 3), 30), (Noise(2, 1.0, 1), 1),
    (Noise(2, 1.0, 1), 9), (Noise(8, 5.0, 4), 6),
])  # fmt: skip
def test_no_other_table_has_more_entropy(noise, count):
    """A second solver, with the probabilities themselves for unknowns: SLSQP on Giessing's (2016) programme."""
    steps = noise.steps(count)
    constraints = [
        {"type": "eq", "fun": lambda p: p.sum() - 1},
        {"type": "eq", "fun": lambda p: p @ steps},
        {"type": "eq", "fun": lambda p: p @ steps**2 - noise.variance},
    ]
    start = np.full(len(steps), 1 / len(steps))
    found = minimize(
        lambda p: (p * np.log(np.maximum(p, 1e-300))).sum(), start, method="SLSQP", bounds=[(0, 1)] * len(steps),
        constraints=constraints, options={"ftol": 1e-14, "maxiter": 1000},
    )  # fmt: skip
    assert found.success
    np.testing.assert_allclose(probabilities(noise, count), found.x, atol=2e-4)


def test_a_large_count_moves_as_the_closed_form_says():
    """Of at most 2: chances 1, q and q**4 of 0, 1 and 2. A variance of 1 makes 2q + 8q**4 = 1 + 2q + 2q**4."""
    ratio = (1 / 6) ** (1 / 4)
    chances = np.array([ratio**4, ratio, 1, ratio, ratio**4])
    np.testing.assert_allclose(probabilities(Noise(2, 1.0, 1), 50), chances / chances.sum(), atol=1e-7)


def test_keys_spread_evenly_give_every_count_as_often_as_the_table_says(monkeypatch):
    monkeypatch.setattr(perturbation, "mixed", lambda keys: keys)
    noise, keys = Noise(5, 3.0, 3), (np.arange(100_000, dtype=np.uint64) * np.uint64(2**64 // 100_000))
    for count in (1, 2, 3, 5, 8, 40):
        published = perturbed(np.full(100_000, float(count)), keys, noise)
        shares = [(published == count + step).mean() for step in noise.steps(count)]
        np.testing.assert_allclose(shares, probabilities(noise, count), atol=2e-5)


def test_on_many_cells_the_noise_averages_out_and_varies_as_declared():
    keys = record_keys(map(str, range(50_000)), b"secret")
    noise = perturbed(np.full(50_000, 20.0), keys, Noise(5, 3.0, 3)) - 20
    assert abs(noise.mean()) < 4 * np.sqrt(3 / 50_000)
    assert noise.var() == pytest.approx(3.0, abs=0.1)


def test_what_is_not_known_stays_unknown_and_what_is_no_count_is_refused():
    keys = np.zeros(2, dtype=np.uint64)
    assert np.isnan(perturbed(np.array([np.nan, 0.0]), keys, Noise())[0])
    with pytest.raises(MeasureError, match="no whole counts"):
        perturbed(np.array([0.5, 1.0]), keys, Noise())


def test_between_which_variances_there_is_noise_without_bias():
    assert Noise.between(5, 3) == (2.0, 5.0)
    assert Noise.between(3, 1) == (0.0, 3.0)
    assert Noise.between(2, 4) == (0.0, 0.0)


def test_counts_from_twice_the_bounds_on_are_perturbed_alike():
    noise = Noise(5, 3.0, 3)
    assert noise.last == 8
    np.testing.assert_array_equal(probabilities(noise, 8), probabilities(noise, 800))
    assert len(noise.steps(7)) == 10


@pytest.mark.parametrize("wrong", [(5, 2.0, 3), (5, 5.0, 3), (2, 1.0, 4), (3, 0.0, 1)])
def test_noise_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="variance"):
        Noise(*wrong)
