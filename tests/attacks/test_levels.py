"""A confidential count by itself: a release shows the perturbed count, and of none or few nothing."""

import pytest

from geo.areas import AreaLevel
from tests.attacks.country import PER_THOUSAND, confidential, crimes, layers

ALONE = PER_THOUSAND.replace('per = "inwoners"\nscale = 1000', 'unit = "misdrijven"')
LEVELS = (AreaLevel.BUURT, AreaLevel.GEMEENTE, AreaLevel.H3_8)
FLOOR = 5


@pytest.fixture(scope="module")
def made(testland, tmp_path_factory):
    """A layer of each level of the number of crimes, whatever it is set against."""
    rows = crimes(testland).sample(frac=0.1, random_state=3)
    return layers(confidential(rows, tmp_path_factory.mktemp("alleen"), ALONE), *LEVELS)


def test_none_or_few_are_withheld_with_all_that_is_computed_from_them(made):
    for layer in made:
        table = layer.table.set_index("gebiedscode")
        leaves = layer.leaving[layer.leaving["level"] == str(layer.key.level)].set_index("area")["published"]
        shown, few = table["misdrijven"].dropna(), table["misdrijven_reden"] == "klein_aantal"
        assert shown.min() > 0
        assert (leaves[shown.index] >= FLOOR).all()
        assert (leaves.reindex(table.index[few]) < FLOOR).all()
        derived = ["misdrijven_afwijking", "misdrijven_bijdrage", "score", "q", "rol", "toelichting"]
        assert table.loc[few, derived].isna().all(axis=None)
    of_buurten, _, of_cells = (layer.table for layer in made)
    assert min((one["misdrijven_reden"] == "klein_aantal").sum() for one in (of_buurten, of_cells)) > 30
