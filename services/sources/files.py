"""Files: figures and maps from a folder: where boundaries/vintages.toml and layers/sources say, or a map of one's own.

Who has a map of his own puts it in the folder as boundaries/buurten-2024.gpkg (or another ending of `maps.KINDS`): the
name says the year, and it goes before the shipped one. It needs no declaration, since CBS's codes say what is on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import cbs
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.publication.layer import Receipt
from services.files import digest
from services.formats import boundary_files

LICENSE, PUBLISHERS = "CC BY 4.0", "CBS, Kadaster"
BOUNDARIES = "boundaries"
OWN = ("eigen bestand van de gebruiker; de herkomst is niet nagegaan",)


@dataclass(slots=True)
class Files:
    """Maps and tables in CSV below `root`; each file is read once."""

    root: Path
    made_up: bool = False
    _receipts: dict[str, Receipt] = field(default_factory=dict)
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def buurten(self, vintage: Vintage) -> AreaFrame:
        """The national map: the user's own, boundaries/buurten-2024 with any ending of `maps.KINDS`, or the shipped one
        with official polygons in place of the generalised ones where there are.
        """
        own = self._own(vintage)
        if own is not None:
            areas = self._national(boundary_files.read(own, vintage), vintage, str(own.relative_to(self.root)), OWN)
            return cbs.named(
                areas, *(boundary_files.names(own, vintage, level) for level in (AreaLevel.GEMEENTE, AreaLevel.WIJK))
            )
        if (shipped := vintage.shipped) is None:
            others = ", ".join(one for one in boundary_files.KINDS if one != ".gpkg")
            raise SourceError(
                f"{self.root}: no map of {vintage.year}; put it there as {BOUNDARIES}/buurten-{vintage.year}.gpkg (or "
                f"{others}), or fetch it: zicht fetch {BOUNDARIES} "
                f"--vintage {vintage.year} --to {self.root}"
            )
        areas = self._national(boundary_files.read(self._file(shipped.path), vintage), vintage, shipped.path)
        for path in shipped.detail:
            better = boundary_files.read(self._file(path), vintage)
            areas = cbs.replaced(areas, self._division(better, vintage, path, "Basisregistratie gebieden"))
        names = {level: self._names(**where) for level, where in shipped.names.items()}
        return cbs.named(areas, **names)

    def tolerance(self, vintage: Vintage) -> float:
        """What the division's declaration says of the shipped map; 0 on a map of the user's own, as CBS makes them."""
        own = self._own(vintage) is not None
        return 0.0 if own or vintage.shipped is None else vintage.shipped.tolerance

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

    def _own(self, vintage: Vintage) -> Path | None:
        return boundary_files.of_year(self.root / BOUNDARIES, vintage.year)

    def _national(
        self, raw: geopandas.GeoDataFrame, vintage: Vintage, path: str, notes: tuple[str, ...] = ()
    ) -> AreaFrame:
        """A map of the whole country: a part of it has no national mean."""
        areas = self._division(raw, vintage, path, f"CBS-wijk- en buurtindeling {vintage.year}", notes)
        if len(areas) < vintage.least:
            raise SourceError(f"{path}: {len(areas)} buurten where the country of {vintage.year} has "
                              f"{vintage.least} at least; give the national map")  # fmt: skip
        return areas

    def _division(
        self, raw: geopandas.GeoDataFrame, vintage: Vintage, path: str, title: str, notes: tuple[str, ...] = ()
    ) -> AreaFrame:
        """The areas, with what was done to them in the receipt."""
        made = cbs.division(raw, vintage, path)
        self._receive(path, f"boundaries/{Path(path).stem}", title, len(raw), PUBLISHERS, (*notes, *made.notes))
        return made.areas

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

    def _receive(
        self, path: str, id_: str, title: str, rows: int, attribution: str, notes: tuple[str, ...] = ()
    ) -> None:
        sha256 = digest(self.root / path)
        self._receipts[id_] = Receipt(id_, title, path, sha256, rows, LICENSE, attribution, notes)
