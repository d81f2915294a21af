"""The screen of a command in English, whatever is published."""

from collections.abc import Iterator

import pytest

from layers.messages import speaking


@pytest.fixture
def english() -> Iterator[None]:
    with speaking("en"):
        yield
