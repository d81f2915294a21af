"""The threads that make answers: few in a process, as Python runs one of them at a time."""

from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

AT_ONCE = 4
"""How many answers a process makes at once; others wait their turn.

With the forty that anyio has, each took three times the work: they took turns at every row. With one or two, a few long
questions would hold up all others.
"""

_LIMITER = RunVar[CapacityLimiter]("zicht.answers")


async def in_turn[*Ts, T](make: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """What `make` makes of the arguments, in a thread, when it is its turn."""
    try:
        limiter = _LIMITER.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _LIMITER.set(limiter)
    return await to_thread.run_sync(make, *arguments, limiter=limiter)
