"""Folder: figures and boundaries from one folder, side by side: what was fetched, a file that a declaration names, and
boundary files of the user's own.

Which of these is chosen for every declaration by itself: a file that `receipts.json` names is taken, if it is still
what its receipt says; else the file of [table].
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import message
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Identity
from layers.publication.layer import Receipt
from services import receipts
from services.files import below, digest
from services.sources.boundaries import BoundaryFolder
from services.sources.tables import columns_of_text, declared_columns


@dataclass(slots=True)
class Folder:
    """Boundary files and tables below `root`; each file is read once."""

    root: Path
    made_up: bool = False
    _boundaries: BoundaryFolder = field(init=False)
    _of_areas: dict[tuple[int, AreaLevel], Sequence[Receipt]] = field(default_factory=dict)
    _of_tables: dict[str, Receipt] = field(default_factory=dict)
    _tables: dict[Path, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._boundaries = BoundaryFolder(self.root)

    def areas(self, vintage: Vintage) -> AreaFrame:
        """The buurten of the year, or its wijken where there are only these: see BoundaryFolder."""
        boundaries = self._boundaries.read(vintage)
        self._of_areas[vintage.year, vintage.finest] = boundaries.receipts
        return boundaries.areas

    def identity(self, vintage: Vintage, declaration: SourceDeclaration | None = None) -> Identity:
        """The digest of the boundary files, or of the file of a source, that would be read."""
        if declaration is None:
            return self._boundaries.identity(vintage)
        by_file = receipts.read(self.root)
        file = _fetched_file(declaration)
        if file not in by_file and declaration.table is not None:
            file = declaration.table.path
        return receipts.identity(self.root, [file], by_file)

    def has(self, declaration: SourceDeclaration) -> bool:
        """Whether its table was fetched, or the file of [table] is there."""
        named = declaration.table is not None and (self.root / declaration.table.path).is_file()
        return named or _fetched_file(declaration) in receipts.read(self.root)

    def is_national(self, vintage: Vintage) -> bool:
        """Whether these are all of the country; an own boundary file may be of a gemeente or region."""
        return self._boundaries.read(vintage).national

    def tolerance(self, vintage: Vintage) -> float:
        """What is declared of the shipped file; 0 of others, as CBS makes them."""
        return self._boundaries.read(vintage).tolerance

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """The table as it was fetched, else that of [table], as text and numbers, padding and all.

        Raises SourceError where there is neither, naming both.
        """
        by_file = receipts.read(self.root)
        file = _fetched_file(declaration)
        if file in by_file:
            self._of_tables[declaration.id] = receipts.checked(self.root, file, by_file)
            return self._once(self.root / file, declaration)
        if declaration.table is None or not (self.root / declaration.table.path).is_file():
            own = message("declares no [table]")
            if declaration.table is not None:
                own = message("{path} of [table] is not there", path=declaration.table.path)
            raise SourceError(
                "source {id!r}: no figures in {root}: {file} was not fetched, and {own}; run `zicht fetch {id} --to "
                "{root}`, or put the file there",
                id=declaration.id, root=self.root, file=file, own=own,
            )  # fmt: skip
        path = declaration.table.path
        table = self._once(below(self.root, path), declaration)
        named = declared_columns(table, declaration)
        self._of_tables[declaration.id] = Receipt(
            f"sources/{declaration.id}", declaration.title, path, digest(self.root / path), len(table),
            declaration.license, declaration.attribution,
        )  # fmt: skip
        return named

    def columns_of_cells(self, declaration: SourceDeclaration) -> frozenset[str]:  # noqa: ARG002
        """None: the open figures are per buurt."""
        return frozenset()

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame | None:  # noqa: ARG002
        """None: the open figures are per buurt."""
        return None

    def receipts_of(
        self,
        vintage: Vintage,
        tables: Sequence[SourceDeclaration],
        points: Sequence[SourceDeclaration],  # noqa: ARG002  # it has none
    ) -> Sequence[Receipt]:
        """Those of the boundary files of a year and of the tables of these sources."""
        of_tables = (self._of_tables[one.id] for one in tables if one.id in self._of_tables)
        return (*self._of_areas.get((vintage.year, vintage.finest), ()), *of_tables)

    def _once(self, path: Path, declaration: SourceDeclaration) -> pd.DataFrame:
        if path not in self._tables:
            if declaration.table is not None and path == self.root / declaration.table.path:
                self._tables[path] = columns_of_text(path, format_=declaration.table.format)
            else:
                self._tables[path] = pd.read_parquet(path)
        return self._tables[path]


def _fetched_file(declaration: SourceDeclaration) -> str:
    """Where a fetch leaves the table of a source."""
    return f"sources/{declaration.id}-{declaration.vintage}.parquet"
