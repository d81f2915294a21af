"""Who has all counts but one, and zicht itself, can guess that one: published q tell which guess is right."""

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.perturbation import Noise, perturbed
from layers.evaluation.disclosure import audited
from layers.publication.perturbed import perturbed_counts
from tests.layers.declared import QUIET, board, built, catalog, counts, layer

CODE = board()[2]
COUNTS, AIM = counts(CODE), CODE[QUIET]
GUESSES = range(9)


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


def q_of(declared, crimes):
    """The q of every area, as they are published where these are the crimes."""
    return layer(declared, built(declared, COUNTS.assign(misdrijven=crimes))).table["q"]


def possible(declared, published, known):
    """The guesses of the count in one area that give the q that were published, where all others are known."""
    return [guess for guess in GUESSES if q_of(declared, known.where(known.index != AIM, guess)).equals(published)]


def test_plateaus_of_q_tell_which_guess_of_a_suppressed_count_is_right(declared):
    true = COUNTS["misdrijven"].astype(float)
    published = q_of(declared, true)
    assert true[AIM] == 3
    assert possible(declared, published, true) == [true[AIM]]


@pytest.mark.parametrize("secret", [b"a", b"b"])
def test_of_a_perturbed_count_they_tell_the_perturbed_one_for_which_many_counts_can_stand(declared, secret):
    true = COUNTS["misdrijven"].astype(float)
    safe = pd.Series(perturbed(true.to_numpy(), record_keys(true.index, secret), Noise()), true.index)
    (found,) = possible(declared, q_of(declared, safe), safe)
    assert found == safe[AIM]
    lowest, highest = Noise().possible(np.array([float(found)]))
    assert highest[0] - max(lowest[0], 1.0) + 1 >= 5
    assert audited(perturbed_counts("misdrijven", AreaLevel.BUURT, 2024, safe, Noise(), 5.0)).passed
