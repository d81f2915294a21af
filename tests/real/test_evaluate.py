"""The map of 2024 held against the crimes of 2025: what the README says of it."""

import pytest

from geo.areas import AreaLevel
from layers.method.country import Country
from services.jobs.build import LayerRequest
from services.jobs.evaluate import as_table, evaluate

pytestmark = pytest.mark.real


def test_the_forecast_catches_no_less_than_last_years_count_and_the_figures_are_those_of_the_readme(
    netherlands: Country,
):
    request = LayerRequest("misdrijven", AreaLevel.BUURT, period=2024)
    table = as_table(evaluate(netherlands, request, None, lambda _: None))
    shares = table.set_index(["cost", "order", "part"])["caught"].sort_index()
    for cost in ("km2", "inwoners", "huishoudens"):
        assert (shares[cost, "forecast_per_unit"] >= shares[cost, "count_per_unit"]).all()
        assert (shares[cost, "forecast_per_unit"] >= shares[cost, "mean_per_unit"] - 0.0002).all()
    assert shares["km2", "forecast_per_unit"].round(3).tolist() == [0.388, 0.518, 0.713, 0.854]
    assert shares["km2", "count_per_unit"].round(3).tolist() == [0.388, 0.517, 0.711, 0.853]
    assert shares["inwoners", "forecast_per_unit"].round(3).tolist() == [0.139, 0.190, 0.281, 0.380]
    assert shares["km2", "score"].tolist() == pytest.approx([0.063, 0.113, 0.205, 0.349], abs=0.01)
