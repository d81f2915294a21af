"""What is compiled works where nothing may be written."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from geo.compiled import Compiled, njit

READ_ONLY = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
from geo.statistics.by_name import SEARCHES
from boundaries import clipping, points
from geo.compiled import njit
print(njit()(lambda x: x + 1)(41))
"""


def test_where_no_cache_can_be_written_it_compiles_all_the_same():
    done = subprocess.run([sys.executable, "-c", READ_ONLY], capture_output=True, text=True, check=False)
    assert done.stdout == "42\n", done.stderr


@njit(nogil=True)
def _doubled(number):
    return 2 * number


@njit(nogil=True)
def _fourfold(number):
    return _doubled(_doubled(number))


def test_a_function_is_compiled_once_when_it_is_first_called_also_by_another_and_in_several_threads():
    assert isinstance(_fourfold, Compiled)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(_fourfold, range(8))) == [0, 4, 8, 12, 16, 20, 24, 28]
    assert len(_fourfold._numba_type_.dispatcher.signatures) == 1
    assert _fourfold.py_func(3) == 12


def test_numba_is_not_loaded_before():
    script = "import sys; from boundaries import points, routes; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
