"""The real open data, read where it is; tests skip with a reason where it is not, and fail in CI."""

import os
from pathlib import Path

import pytest

from layers.declarations.catalog import load
from layers.method.country import Country
from services.jobs.build import open_country
from tests.real_data import folder


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real data."""
    data = folder()
    if not data.is_dir():
        reason = f"{data} is not there; set ZICHT_REAL_DATA to a folder with the real open data"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)  # noqa: TID251  # likewise
    return data


@pytest.fixture(scope="session")
def netherlands(real: Path) -> Country:
    """The whole country, read once."""
    return open_country(str(real), load())
