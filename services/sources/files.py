"""Files: the real open data from a folder, as boundaries/vintages.toml and layers/sources say where it lies."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import cbs
from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.layer import Receipt
from layers.sources import SourceDeclaration

LICENSE, PUBLISHERS = "CC BY 4.0", "CBS, Kadaster"


@dataclass(slots=True)
class Files:
    """Maps in GeoParquet and tables in CSV below `root`; each file is read once."""

    root: Path
    made_up: bool = False
    _receipts: dict[str, Receipt] = field(default_factory=dict)
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def buurten(self, vintage: Vintage) -> AreaFrame:
        """The national map, with official polygons in place of the generalised ones where there are."""
        areas = cbs.buurten(self._map(vintage.path), vintage, vintage.path)
        if len(areas) < vintage.least:
            raise SourceError(f"{vintage.path}: {len(areas)} buurten where the country of {vintage.year} has "
                              f"{vintage.least} at least; give the national map")  # fmt: skip
        for path in vintage.detail:
            areas = cbs.replaced(areas, cbs.buurten(self._map(path), vintage, path))
        names = {level: self._names(**where) for level, where in vintage.names.items()}
        return cbs.named(areas, **names)

    def gap(self, vintage: Vintage) -> float:
        """What the division's declaration says of its map."""
        return vintage.gap

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """The raw table as text and numbers, padding and all."""
        if declaration.table is None:
            raise SourceError(f"source {declaration.id!r}: declares no [table]; fetch it first: zicht fetch")
        return self._csv(
            declaration.table.path, f"sources/{declaration.id}", declaration.title, declaration.attribution
        )

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame | None:  # noqa: ARG002
        """None: the open figures are per buurt."""
        return None

    @property
    def receipts(self) -> Sequence[Receipt]:
        """What was read so far."""
        return tuple(self._receipts.values())

    def _map(self, path: str) -> geopandas.GeoDataFrame:
        file = self._file(path)
        try:
            polygons = geopandas.read_parquet(file)
        except (ValueError, OSError) as fault:
            raise SourceError(f"{file}: cannot be read as GeoParquet: {fault}") from None
        title = "CBS-wijk- en buurtindeling" if "nl_" in path else "Basisregistratie gebieden"
        self._receive(path, f"boundaries/{file.stem}", title, len(polygons), PUBLISHERS)
        return polygons

    def _csv(self, path: str, id_: str, title: str, attribution: str) -> pd.DataFrame:
        file = self._file(path)
        if path not in self._tables:
            try:
                self._tables[path] = pd.read_csv(file, low_memory=False)
            except (ValueError, OSError) as fault:
                raise SourceError(f"{file}: cannot be read as CSV: {fault}") from None
        self._receive(path, id_, title, len(self._tables[path]), attribution)
        return self._tables[path]

    def _names(self, path: str, code: str, name: str) -> pd.Series:
        table = self._csv(path, f"names/{code}", f"Namen bij {code}", "CBS")
        return table.set_index(code)[name].astype(str).str.strip()

    def _file(self, path: str) -> Path:
        file = self.root / path
        if not file.is_file():
            raise SourceError(f"{file}: no such file; ZICHT_DATA (or real=) must name the folder that holds {path}")
        return file

    def _receive(self, path: str, id_: str, title: str, rows: int, attribution: str) -> None:
        sha256 = hashlib.sha256((self.root / path).read_bytes()).hexdigest()
        self._receipts[id_] = Receipt(id_, title, path, sha256, rows, LICENSE, attribution)
