"""The noise on the counts of a source is declared, and noise that cannot be without bias is refused."""

import pandas as pd
import pytest
from pydantic import ValidationError

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise
from layers.declarations.protection import Protection
from layers.evaluation.disclosure import audited
from layers.publication.perturbed import perturbed_counts


def test_noise_is_at_most_six_with_variance_three_and_no_one_or_two_where_nothing_is_said():
    assert Protection().noise == Noise(6, 3.0, 3)
    assert Protection(max_noise=3, variance=1.0, smallest=1).noise == Noise(3, 1.0, 1)


@pytest.mark.parametrize("wrong", [{"variance": 2.0}, {"variance": 6.0}, {"max_noise": 2, "smallest": 4}])
def test_noise_that_cannot_be_is_refused_with_what_can(wrong):
    with pytest.raises(ValidationError, match=r"between .* and .*, not"):
        Protection(**wrong)


@pytest.mark.parametrize("smallest", [1, 2])
def test_noise_of_which_no_release_passes_the_audit_is_refused_when_it_is_declared(smallest):
    """A published 0 is one or two to somebody who is in it; with three of noise a third count stays possible."""
    zero = perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series({"BU03630001": 0.0}), Noise(2, 1.5, smallest), 5.0)
    assert [one.relation for one in audited(zero).exposed] == ["insider"]
    with pytest.raises(ValidationError, match=r"max_noise = 2 leaves 2 counts possible .* say max_noise = 3 or more"):
        Protection(max_noise=2, variance=1.5, smallest=smallest)
    three = perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series({"BU03630001": 0.0}), Noise(3, 2.5, smallest), 5.0)
    assert audited(three).passed
    assert Protection(max_noise=3, variance=2.5, smallest=smallest).noise == Noise(3, 2.5, smallest)


def test_where_the_noise_of_a_wijk_and_a_buurt_is_at_its_ends_enough_counts_stay_possible():
    """It came once in a hundred thousand cells of the country, and such a release was never published."""
    told = ((AreaLevel.BUURT, {"BU19820701": 8.0, "BU19820703": 0.0}), (AreaLevel.WIJK, {"WK198207": 0.0}))

    def found(noise):
        rows = [perturbed_counts("m", level, 2024, pd.Series(counts), noise, 5.0) for level, counts in told]
        return audited(pd.concat(rows, ignore_index=True))

    assert {one.area for one in found(Noise(5, 3.0, 3)).exposed} == {"BU19820701", "BU19820703", "WK198207"}
    assert found(Protection().noise).passed


def test_noise_that_leaves_most_counts_as_they_are_is_refused():
    with pytest.raises(ValidationError, match="variance"):
        Protection(max_noise=5, variance=0.9, smallest=1)
    assert Protection(max_noise=5, variance=1.0, smallest=1).noise == Noise(5, 1.0, 1)
