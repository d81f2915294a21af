"""Testland as a country to build from."""

import pytest

from boundaries.vintages import vintage
from layers.declarations.catalog import load
from layers.method.country import Country
from services.testland.source import TestlandSource


@pytest.fixture(scope="session")
def testland_country() -> Country:
    return Country(TestlandSource(), vintage(2024), load())
