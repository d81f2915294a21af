"""The callback that reports how far a download is."""

from collections.abc import Callable

from geo.messages import Message

OnProgress = Callable[[Message | str, int, int | None], None]
"""Called with what is downloaded, how many of it are in (rows, areas, bytes), and of how many where that is known."""
