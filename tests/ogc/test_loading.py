"""What serves loads only what answers need: searches, boundaries and maps take seconds to load."""

import subprocess
import sys

import pytest

HEAVY = {"folium", "geopandas", "libpysal", "numba", "pyogrio", "rasterio", "scipy"}


@pytest.mark.parametrize(
    "module", ["layers.publication.fields", "services.ogc.app", "services.ogc.server", "services.jobs.serve"]
)
def test_what_serves_loads_no_library_of_searches_tables_of_shapes_or_maps(module):
    script = f"import sys; import {module}; print(*{HEAVY}.intersection(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []
