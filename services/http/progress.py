"""Who hears how far a download is."""

from collections.abc import Callable

OnProgress = Callable[[str, int, int | None], None]
"""Hears of what, how much is in, and of how much where that is known."""
