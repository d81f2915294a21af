"""Tables of figures from a file, read as any file of records is: delimiter, encoding and kind are found by looking."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from geo.errors import SourceError
from layers.declarations.records import Format
from services.formats import reader


def columns_of_text(path: Path, columns: Sequence[str] = (), format_: Format | None = None) -> pd.DataFrame:
    """The columns of a file that are named, or all; text where the file is text, since what a number is, is decided
    where its meaning is known. Raises SourceError for what cannot be read.
    """
    rows = reader.file(path, format_ or Format())
    if missing := [name for name in columns if name not in rows.headers]:
        raise SourceError(
            "{path}: columns {missing} are missing; the table has {columns}",
            path=path, missing=missing, columns=list(rows.headers),
        )  # fmt: skip
    wanted = list(columns or rows.headers)
    batches = list(rows.batches(wanted))
    if not sum(batch.num_rows for batch in batches):
        raise SourceError("{path}: no rows; give a table with a row for each area", path=path)
    table: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
    return table
