"""The attack on a count that grows: it is published again and again, with other noise whenever a record came.

Who knows how many records come on average, and that none go, follows how likely each count is from release to release.
Of small counts it tells a little more than the last release by itself, and is never sure: of one or two records mostly
nothing is published, whenever they came.
"""

import numpy as np
import pytest
from scipy.stats import poisson

from geo.disclosure.perturbation import probabilities
from layers.declarations.protection import Protection

NOISE, MOST, EXPECTED, PLACES = Protection().noise, 30, 2.0, 900
CHANCES = np.zeros((MOST, MOST + NOISE.max_noise + 1))
for count in range(MOST):
    alike = min(count, NOISE.last)
    CHANCES[count, count + NOISE.steps(alike)] = probabilities(NOISE, alike)


def followed(releases):
    """Of places with one to four records at the end: how often the likeliest count is right, how often that is what the
    last release tells by itself, and the share of which the attacker is surer than nine in ten.
    """
    draws, comes = np.random.default_rng(25), poisson.pmf(np.arange(MOST), EXPECTED / releases)
    right, alone, sure = [], [], []
    for _ in range(PLACES):
        count, published, likely = 0, 0, np.eye(MOST)[0]
        for more in draws.poisson(EXPECTED / releases, releases):
            before, count = published, count + more
            if more:
                published = draws.choice(CHANCES.shape[1], p=CHANCES[count])
            grown = np.convolve(likely, np.append(0.0, comes[1:]))[:MOST] * CHANCES[:, published]
            likely = grown + (likely * comes[0] if published == before else 0.0)
            likely /= likely.sum()
        if 1 <= count <= 4:
            by_itself = poisson.pmf(np.arange(MOST), EXPECTED) * CHANCES[:, published]
            right.append(likely.argmax() == count)
            alone.append(by_itself.argmax() == count)
            sure.append(likely.max() > 0.9)
    return np.mean(right), np.mean(alone), np.mean(sure)


@pytest.mark.parametrize("releases", [4, 52])
def test_many_releases_of_a_growing_count_tell_little_more_of_a_small_one_than_the_last(releases):
    right, alone, sure = followed(releases)
    assert 0.4 < alone < 0.55
    assert alone < right < 0.66
    assert sure < 0.01
