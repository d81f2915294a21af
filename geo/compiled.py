"""Compilation by numba. What was compiled is kept on disk, for the next run, where there is a place for it."""

from collections.abc import Callable
from typing import Any

import numba


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` with its cache; without one where neither beside the code nor below the home may be written.

    So is a container of which the disk may only be read: it compiles at every start, and is otherwise the same.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # numba: no locator available
            return numba.njit(**options)(function)

    return compiled
