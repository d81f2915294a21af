"""CSV as any office writes it, in batches of text.

All of it is read as text: what is a number or a date is decided where its meaning is known. Delimiter and encoding
follow from the content; nothing is guessed that the file contradicts further on: a line with another number of cells is
an error that says which, and so is a quote that is never closed, since it would swallow all rows after it.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from geo.errors import SourceError
from geo.messages import message
from layers.declarations.records import Format
from services.formats import encodings
from services.formats.encodings import Encoding

BYTES = 16 << 20
"""Of a file that is parsed at a time."""
DELIMITERS = ";,\t|"
SEP_LINE = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)
"""A first line in which Excel names the delimiter."""
FIGURES = "[-+0-9.,:/ T€]*"
"""How numbers, dates and moments are written."""
BYTE_ORDER_MARK = "\ufeff"
CORRECT = message("correct the line, or declare format.delimiter and format.encoding in the source")


@dataclass(slots=True)
class CsvFile:
    """A text file, opened again for every reading.

    Attributes:
        path: the file.
        encoding: what its bytes mean, and whether all of them do.
        delimiter: what stands between cells.
        skipped: lines above the header.
        names: of all columns; some exports have columns without a name.
        row: a pattern of a line that is a row.
    """

    path: Path
    encoding: Encoding
    delimiter: str
    skipped: int = 0
    names: tuple[str, ...] = ()
    row: str = ""
    _ragged: list[pyarrow.csv.InvalidRow] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, format_: Format) -> "CsvFile":
        """The file in the declared format, or in the one that its first lines show.

        Raises SourceError where two columns have one name.
        """
        encoding = encodings.decided(path, format_.encoding)
        above = (format_.header_row or 1) - 1
        with pa.input_stream(path) as content:
            lines = io.TextIOWrapper(content, encoding.name, errors="replace")
            top = [lines.readline(BYTES).removeprefix(BYTE_ORDER_MARK) for _ in range(above + 3)]
        named = SEP_LINE.match(top[0])
        first, *rest = top[above:]
        if named and not above:
            above, first, *rest = 1, *rest
        delimiter = named[1] if named else max(DELIMITERS, key=first.count)
        file = cls(path, encoding, format_.delimiter or delimiter, above)
        with file._opened(None) as stream:
            file.names = tuple(stream.schema.names)
        file.row = file._like(rest[0] if rest else "")
        if len(set(file.headers)) < len(file.headers):
            raise SourceError(
                "{path}: two columns of one name: {headers!r}; rename one", path=path, headers=list(file.headers)
            )
        return file

    @property
    def headers(self) -> tuple[str, ...]:
        """All columns that have a name."""
        return tuple(one for one in self.names if one.strip())

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The batches of some columns, as text. Raises SourceError at a line that cannot be right."""
        convert = pyarrow.csv.ConvertOptions(
            include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), null_values=[""],
            strings_can_be_null=True, quoted_strings_can_be_null=True,
        )  # fmt: skip
        first = 1
        with self._opened(convert) as stream:
            for batch in stream:
                self._check_quotes(batch, first)
                first += batch.num_rows
                yield batch

    @contextmanager
    def _opened(self, convert: pyarrow.csv.ConvertOptions | None) -> Iterator[pyarrow.csv.CSVStreamingReader]:
        whole = self.encoding.whole
        name = self.encoding.name if whole else "utf-8"
        read = pyarrow.csv.ReadOptions(encoding=name, block_size=BYTES, skip_rows=self.skipped)
        parse = pyarrow.csv.ParseOptions(
            delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=self._refuse
        )
        try:
            source = self.path if whole else encodings.readable(self.path, self.encoding)
            with pyarrow.csv.open_csv(source, read, parse, convert) as stream:
                yield stream
        except pa.ArrowInvalid as fault:
            raise self._error(fault) from None

    def _refuse(self, row: pyarrow.csv.InvalidRow) -> str:
        self._ragged.append(row)
        return "error"

    def _error(self, fault: pa.ArrowInvalid) -> SourceError:
        """What is wrong, without what stands in the line."""
        if "Empty CSV" in str(fault) and not self._ragged:
            return SourceError(
                "{path}: {what}", path=self.path,
                what=message("has no rows below its first line") if self.path.stat().st_size else message("is empty"),
            )  # fmt: skip
        if not self._ragged:
            return SourceError(
                "{path}: is not {encoding}: {fault}; {correct}",
                path=self.path, encoding=self.encoding.name, fault=fault, correct=CORRECT,
            )  # fmt: skip
        row = self._ragged[0]
        if row.expected_columns == 1:
            return SourceError(
                "{path}: its first line has 1 cell, another {count}; declare which line has the names of columns, "
                "format.header_row, or format.delimiter, in the source",
                path=self.path, count=row.actual_columns,
            )  # fmt: skip
        return SourceError(
            "{path}: lines differ in their number of cells: {count} where the header has {expected}, parted by "
            "{delimiter!r}, first in line {line}; {correct}",
            path=self.path, count=row.actual_columns, expected=row.expected_columns, delimiter=self.delimiter,
            line=self._line(row), correct=CORRECT,
        )  # fmt: skip

    def _line(self, row: pyarrow.csv.InvalidRow) -> int:
        """Where it begins, for a quote that is not closed runs to the end of the file: several threads do not know."""
        wanted = row.text.partition("\n")[0].rstrip("\r").encode("utf-8")
        with pa.input_stream(self.path) as content:
            lines = io.TextIOWrapper(content, self.encoding.name, errors="replace", newline="\n")
            return next((at for at, one in enumerate(lines, 1) if one.rstrip("\r\n").encode("utf-8") == wanted), 0)

    def _like(self, line: str) -> str:
        """A pattern of rows like this one: as many cells, and numbers and dates where it has those."""
        mark = re.escape(self.delimiter)
        cells = line.rstrip("\r\n").split(self.delimiter)
        number, any_ = FIGURES.replace(self.delimiter, ""), rf"[^\n{mark}]*"
        patterns = [number if cell and re.fullmatch(number, cell) else any_ for cell in cells]
        if len(patterns) != len(self.names) or number not in patterns:
            return rf"(?:\n{mark.join([any_] * len(self.names))}){{2}}"  # prose may have as many commas in one line
        return rf"\n{mark.join(patterns)}\r?(?:\n|$)"

    def _check_quotes(self, batch: pa.RecordBatch, first: int) -> None:
        """Refuse a cell that holds lines which look like rows."""
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if not pc.any(pc.fill_null(pc.match_substring(column, "\n"), False)).as_py():
                continue
            rows = pc.fill_null(pc.match_substring_regex(column, self.row), False)
            if pc.any(rows).as_py():
                at = pc.index(rows, True).as_py()
                raise SourceError(
                    "{path}: row {row}, column {name!r}: a quote that is not closed: the cell holds lines that look "
                    "like rows; close or remove the quote",
                    path=self.path, row=first + at, name=name,
                )  # fmt: skip
