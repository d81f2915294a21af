"""For whom a table is, apart from the table: what serves reads none."""

from typing import Literal

type Audience = Literal["intern", "publiek"]
"""For colleagues, or for everyone."""
