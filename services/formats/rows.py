"""Rows: what every format is read into: batches of columns, that can be read again and again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

from geo.messages import Message
from services.formats import mixed

ROWS = 65_536
"""In a batch."""
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
        notes: what to know of the file.
    """

    where: str
    headers: tuple[str, ...]
    batches: Callable[[Sequence[str]], Batches]
    crs: str | None = None
    sha256: str = ""
    geometry: str | None = None
    notes: tuple[Message, ...] = ()

    def renamed(self, names: Mapping[str, str]) -> "Rows":
        """The same rows with other names for some columns; `names` gives, for a new name, the one in the file."""
        if not names:
            return self

        def batches(columns: Sequence[str]) -> Batches:
            for batch in self.batches([names.get(name, name) for name in columns]):
                yield batch.rename_columns(list(columns))

        new = {old: name for name, old in names.items()}
        return replace(self, headers=tuple(new.get(header, header) for header in self.headers), batches=batches)


def frame(batches: Iterable[pa.RecordBatch]) -> pd.DataFrame:
    """One table of batches, of which there is at least one. Of a column with cells of several types each keeps its own,
    and a cell that has no value for a reason is that reason in words, so that nobody takes it for a blank.
    """
    whole = pa.Table.from_batches(list(batches))
    typed = {name: mixed.is_mixed(whole.schema.field(name).type) for name in whole.column_names}
    table: pd.DataFrame = whole.select([name for name, is_mixed in typed.items() if not is_mixed]).to_pandas()
    for at, (name, is_mixed) in enumerate(typed.items()):
        if is_mixed:
            cells = [one for chunk in whole[name].chunks for one in mixed.objects(chunk)]
            table.insert(at, name, pd.Series(cells, table.index if at else None, dtype=object))
    return table
