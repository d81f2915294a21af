"""How many times what it was: with the later counts, which another release gives, the earlier ones follow from it."""

import numpy as np
import pandas as pd
import pytest

from geo.disclosure.cell_keys import record_keys
from geo.disclosure.perturbation import Noise
from geo.measures import Measure
from layers.declarations.indicators import Indicator
from layers.method.indicator_values import indicator_values
from layers.method.protection import protected
from tests.attacks.inverting import exposure_of
from tests.country import names

AREAS = names(400)
GROWTH = Indicator(
    id="toename", title="Toename", why="Omdat.", source="bron", value="nu", per="eerder", scale=100, min_exposure=0
)  # fmt: skip


@pytest.fixture(scope="module")
def counted():
    """Counts of two years; of the earlier one many are under five."""
    draws = np.random.default_rng(5)
    expected = draws.gamma(1.0, 12.0, len(AREAS))
    return tuple(pd.Series(draws.poisson(expected).astype(float), AREAS) for _ in range(2))


def measure(now, before, secret=None):
    nothing = pd.Series(None, AREAS, dtype=object)
    made = Measure.of("toename", now, before, nothing)
    if secret is None:
        return made
    keys = [pd.Series(record_keys(AREAS + year, secret), AREAS) for year in ("nu", "eerder")]
    keyed = Measure("toename", made.events, made.exposure, made.reason, event_keys=keys[0], exposure_keys=keys[1])
    return protected(keyed, events=Noise(), exposure=Noise(), part=False)


def published(of, floor):
    """The growth as it is shown, in four decimals, and the national one."""
    values = indicator_values(of, indicator=GROWTH, floor=floor)
    return (values.value * GROWTH.scale).round(4) / GROWTH.scale, round(
        values.national * GROWTH.scale, 4
    ) / GROWTH.scale


def test_growth_gives_every_earlier_count_away_also_those_that_were_too_small_to_show(counted):
    now, before = counted
    growth, national = published(measure(now, before), 0)
    found = exposure_of(growth, now, national)
    assert (found == before[found.index]).mean() > 0.99
    assert (found < 5).sum() > 50


@pytest.mark.parametrize("secret", [b"a", b"b"])
def test_of_perturbed_counts_it_gives_the_perturbed_ones_and_none_that_are_too_small(counted, secret):
    """The floor of a confidential exposure is that of counts, whatever the indicator says (MeasurePlan.floor)."""
    now, before = counted
    safe = measure(now, before, secret)
    growth, national = published(safe, 5)
    found = exposure_of(growth, safe.events, national)
    assert (found == safe.exposure[found.index]).mean() > 0.99
    assert found.min() >= 5
    assert (found == before[found.index]).mean() < 0.3
