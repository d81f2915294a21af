"""What is compiled works where nothing may be written."""

import subprocess
import sys

READ_ONLY = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
from geo.statistics import SEARCHES
from boundaries import clipping, points
from geo.compiled import njit
print(njit()(lambda x: x + 1)(41))
"""


def test_where_no_cache_can_be_written_it_compiles_all_the_same():
    done = subprocess.run([sys.executable, "-c", READ_ONLY], capture_output=True, text=True, check=False)
    assert done.stdout == "42\n", done.stderr
