"""Notes of sources are tested in the language that is published."""

from collections.abc import Iterator

import pytest

from layers.messages import speaking


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    with speaking("nl"):
        yield
