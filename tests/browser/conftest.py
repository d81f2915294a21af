"""One browser per size for all tests; a machine without one skips them, but CI never does."""

import os

import pytest

from tests.browser.chromium import DESKTOP, PHONE, absent, chromium


def _browser(size):
    if missing := absent():
        message = f"not on PATH: {', '.join(missing)}; on Debian: apt-get install chromium chromium-driver"
        if os.environ.get("CI"):  # noqa: TID251  # says where the tests run; not a setting of the service
            pytest.fail(message)
        pytest.skip(message)
    with chromium(size) as opened:
        yield opened


@pytest.fixture(scope="session")
def desktop():
    yield from _browser(DESKTOP)


@pytest.fixture(scope="session")
def phone():
    yield from _browser(PHONE)
