"""The period of a layer: the newest that all its sources have, unless another is wanted."""

import pytest

from geo.errors import SourceError, UnknownNameError
from layers.method.country import period_of
from tests.layers.declared import catalog


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Sources of the given periods."""
    declared = catalog(tmp_path_factory.mktemp("declared")).sources["tellingen"]
    return lambda *periods: [declared.model_copy(update={"periods": years}) for years in periods]


def test_the_default_period_is_the_newest(sources):
    assert period_of(sources((2024, 2025)), None) == 2025
    assert period_of(sources((2025, 2024)), None) == 2025


def test_the_default_period_is_one_that_every_source_has(sources):
    assert period_of(sources((2023, 2024, 2025), (2024, 2025)), None) == 2025
    assert period_of(sources((2023, 2024), (2022, 2024, 2025)), None) == 2024


def test_a_wanted_period_is_taken(sources):
    assert period_of(sources((2024, 2025), (2023, 2024, 2025)), 2024) == 2024


def test_a_period_that_some_source_lacks_is_unknown(sources):
    with pytest.raises(UnknownNameError, match="unknown period '2023'; known: 2024, 2025"):
        period_of(sources((2024, 2025), (2023, 2024, 2025)), 2023)


def test_sources_without_a_period_in_common_are_refused(sources):
    with pytest.raises(SourceError, match=r"no period that all sources have: tellingen \[2023\], tellingen \[2024\]"):
        period_of(sources((2023,), (2024,)), None)
