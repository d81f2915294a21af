"""What all tests share: Testland, made once, and how hypothesis looks for counterexamples."""

import pytest
from hypothesis import HealthCheck, settings

from boundaries import cbs
from boundaries.vintages import vintage
from geo.areas import AreaFrame
from geo.neighbors import Neighbors, queen
from services.testland.country import Testland, make_testland

settings.register_profile(
    "zicht",
    deadline=None,
    derandomize=True,  # the same examples in every run
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault
)
settings.load_profile("zicht")


@pytest.fixture(scope="session")
def testland() -> Testland:
    return make_testland()


@pytest.fixture(scope="session")
def buurten(testland: Testland) -> AreaFrame:
    return cbs.buurten(testland.boundaries, vintage(2024), "Testland")


@pytest.fixture(scope="session")
def borders(buurten: AreaFrame) -> Neighbors:
    return queen(buurten)
