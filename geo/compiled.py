"""Compilation by numba. What was compiled is kept on disk, for the next run, where there is a place for it.

Numba takes a second to load: it is when something that it compiles is first called. What compiles loops in parallel
needs it at once, for `prange`, and is imported where it is used.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

_ONCE = Lock()


class Compiled:
    """A function that is compiled when it is first called, here or by another that is compiled."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__
        self._options = options
        self._compiled: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives."""
        return self._dispatcher(*arguments)

    @property
    def _numba_type_(self) -> Any:
        """By which numba knows it where another compiled function calls it."""
        return self._dispatcher._numba_type_  # the name that numba asks every value for

    @property
    def _dispatcher(self) -> Any:
        if self._compiled is None:
            with _ONCE:  # several threads may be the first
                self._compiled = self._compiled or self._njit()
        return self._compiled

    def _njit(self) -> Any:
        import numba  # noqa: PLC0415  # a second

        try:
            return numba.njit(cache=True, **self._options)(self.py_func)
        except RuntimeError:  # numba: no locator available
            return numba.njit(**self._options)(self.py_func)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` with its cache; without one where neither beside the code nor below the home may be written.

    So is a container of which the disk may only be read: it compiles at every start, and is otherwise the same.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        return Compiled(function, options)

    return compiled
