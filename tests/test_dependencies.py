"""Libraries that are patched or bounded have the versions that this was tried on; another fails, with what to check."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


CHECK = {
    "pygeoapi": "services/ogc/patches.py (names in pygeoapi.api.itemtypes), services/ogc/provider.py (arguments of "
    "query) and services/ogc/configuration.py (`limit` in OpenAPI); run tests/ogc",
    "cql2": "services/stores/cql.py (the bounds below which it does not end the process, and its errors); run "
    "tests/services/stores",
    "requests-cache": "services/http/cache.py (_key2path, _try_io and serialize of FileDict); run tests/services/http",
}


@pytest.mark.parametrize(
    ("name", "tried", "bounds"),
    [
        ("pygeoapi", "0.24", ">=0.24,<0.25"),
        ("cql2", "0.6", ">=0.6,<0.7"),
        ("requests-cache", "1.3", ">=1.3,<1.4"),
    ],
)
def test_a_patched_library_is_of_a_version_that_the_patches_were_tried_on(name, tried, bounds):
    installed = version(name)
    assert installed.startswith(f"{tried}."), f"{name} {installed} was not tried, only {tried}: check {CHECK[name]}"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"{name}{bounds}" in declared, f"pyproject.toml must bound {name}: {bounds}"
