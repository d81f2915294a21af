"""Rows: what every format is read into: batches of columns, that can be read again and again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Rows:
    """Records that can be read again and again.

    Attributes:
        where: what to call them in a message.
        headers: all columns there are.
        batches: the batches of some columns, in that order, rows in the order of the file.
        crs: of the geometry column, where there is one.
        sha256: of the bytes, where they are a file.
        geometry: the column with places, as the file itself names it.
    """

    where: str
    headers: tuple[str, ...]
    batches: Callable[[Sequence[str]], Batches]
    crs: str | None = None
    sha256: str = ""
    geometry: str | None = None

    def renamed(self, names: Mapping[str, str]) -> "Rows":
        """The same rows with other names for some columns; `names` gives, for a new name, the one in the file."""
        if not names:
            return self

        def batches(columns: Sequence[str]) -> Batches:
            for batch in self.batches([names.get(name, name) for name in columns]):
                yield batch.rename_columns(list(columns))

        new = {old: name for name, old in names.items()}
        return replace(self, headers=tuple(new.get(header, header) for header in self.headers), batches=batches)
