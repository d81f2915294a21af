"""What serves loads only what answers need: searches, boundaries and maps take seconds to load."""

import subprocess
import sys

import pytest

from tests.ogc import servers

HEAVY = {"folium", "geopandas", "libpysal", "numba", "pandas", "pyarrow", "pydantic", "pyogrio", "rasterio", "scipy"}
FRAMEWORKS = {"jsonschema", "lark", "pygeoapi"}
APPLICATION = """
from pathlib import Path
from services.ogc.app import Site, application
from tests.ogc import asking
served = application(Site(Path(sys.argv[1]), Path(sys.argv[2])))
for path in ("", "/conformance", "/collections", "/openapi", "/collections/gebieden-buurt/items"):
    for format_ in ("json", "html"):
        assert asking.answer(served, f"/v1{path}", params={"f": format_}).status_code == 200, path
"""


def loaded(script: str, *given: str, of: set[str] = HEAVY | FRAMEWORKS) -> set[str]:
    """Which of these libraries a process of its own has loaded after this script."""
    script = f"import sys\n{script}\nprint(*{of}.intersection(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script, *given], check=True, capture_output=True, text=True).stdout
    return set(shown.splitlines()[-1].split())


@pytest.mark.parametrize("module", ["layers.publication.fields", "services.jobs.serve"])
def test_what_serves_loads_no_library_of_searches_tables_of_shapes_or_maps(module):
    assert loaded(f"import {module}") == set()


def test_a_column_is_named_without_tables_or_declarations():
    assert loaded("import layers.publication.fields", of=HEAVY | {"numpy"}) == set()


def test_a_release_is_opened_and_answers_without_them(tmp_path):
    home, config = servers.a_home(tmp_path, servers.free_port())
    assert loaded(APPLICATION, str(home), str(config)) == set()
