"""The noise on the counts of a source is declared, and noise that cannot be without bias is refused."""

import pytest
from pydantic import ValidationError

from geo.disclosure.perturbation import Noise
from layers.declarations.protection import Protection


def test_noise_is_at_most_five_with_variance_three_and_no_one_or_two_where_nothing_is_said():
    assert Protection().noise == Noise(5, 3.0, 3)
    assert Protection(max_noise=3, variance=1.0, smallest=1).noise == Noise(3, 1.0, 1)


@pytest.mark.parametrize("wrong", [{"variance": 2.0}, {"variance": 5.0}, {"max_noise": 2, "smallest": 4}])
def test_noise_that_cannot_be_is_refused_with_what_can(wrong):
    with pytest.raises(ValidationError, match=r"between .* and .*, not"):
        Protection(**wrong)
