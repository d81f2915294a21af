"""The period of a layer: the newest that all its sources have, unless another is wanted."""

import pytest

from geo.errors import SourceError
from layers.declarations.periods import Period, PeriodKind
from layers.method.buildable import period_of
from tests.layers.declared import catalog


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Sources of the given periods."""
    declared = catalog(tmp_path_factory.mktemp("declared")).sources["tellingen"]
    return lambda *periods: [declared.model_copy(update={"periods": tuple(map(Period, one))}) for one in periods]


def test_the_default_period_is_the_newest(sources):
    assert period_of(sources((2024, 2025)), None) == 2025
    assert period_of(sources((2025, 2024)), None) == 2025


def test_the_default_period_is_one_that_every_source_has(sources):
    assert period_of(sources((2023, 2024, 2025), (2024, 2025)), None) == 2025
    assert period_of(sources((2023, 2024), (2022, 2024, 2025)), None) == 2024


def test_a_wanted_period_is_taken(sources):
    assert period_of(sources((2024, 2025), (2023, 2024, 2025)), 2024) == 2024


def test_a_period_that_some_source_lacks_is_refused_naming_the_source(sources):
    said = r"period 2023: not one of tellingen \[2024, 2025\]; all sources have 2024, 2025: take one of these"
    with pytest.raises(SourceError, match=said):
        period_of(sources((2024, 2025), (2023, 2024, 2025)), 2023)


def test_sources_without_a_period_in_common_are_refused(sources):
    with pytest.raises(SourceError, match=r"no period that all sources have: tellingen \[2023\], tellingen \[2024\]"):
        period_of(sources((2023,), (2024,)), None)


def test_a_year_of_which_a_month_is_missing_is_no_period_and_the_month_is_named(sources):
    months = [month for month in Period(2024).parts(PeriodKind.MONTH) if month.number != 7]
    (yearly,) = sources((2023, 2024))
    monthly = yearly.model_copy(update={"periods": (*Period(2023).parts(PeriodKind.MONTH), *months)})
    assert period_of([yearly, monthly], None) == 2023
    with pytest.raises(SourceError, match="of 2024 it has 11 of 12 periods; a year is known when all are: add 2024-07"):
        period_of([yearly, monthly], 2024)
