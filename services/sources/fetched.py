"""Fetched: the folder that `zicht fetch` fills, as a source. A file is what its receipt says, or it is not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import cbs
from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.publication.layer import Receipt
from services import receipts


@dataclass(slots=True)
class Fetched:
    """Maps of PDOK and tables of StatLine below `root`."""

    root: Path
    made_up: bool = False
    _read: dict[str, Receipt] = field(default_factory=dict)
    _known: dict[str, Receipt] = field(init=False)

    def __post_init__(self) -> None:
        self._known = receipts.read(self.root)

    def buurten(self, vintage: Vintage) -> AreaFrame:
        """CBS's own map, with the names of gemeenten and wijken from CBS's own tables of these."""
        file = f"boundaries/buurten-{vintage.year}.parquet"
        division = cbs.division(self._map(file), vintage, str(self.root / file))
        if len(division.areas) < vintage.least:
            raise SourceError(
                f"{self.root / file}: {len(division.areas)} buurten where the country of {vintage.year} has "
                f"{vintage.least} at least; fetch the map again: zicht fetch --to {self.root} --fresh"
            )
        self._read[file] = _noted(self._read[file], division.notes)
        return cbs.named(division.areas, self._names(vintage, "gemeente"), self._names(vintage, "wijk"))

    def tolerance(self, vintage: Vintage) -> float:  # noqa: ARG002  # the same for every year
        """0: on CBS's own map borders coincide."""
        return 0.0

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """The table as StatLine gave it."""
        file = f"sources/{declaration.id}-{declaration.vintage}.parquet"
        self._take(file)
        return pd.read_parquet(self.root / file)

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame | None:  # noqa: ARG002
        """None: StatLine's figures are per buurt."""
        return None

    @property
    def receipts(self) -> Sequence[Receipt]:
        """What was read so far."""
        return tuple(self._read.values())

    def _take(self, file: str) -> None:
        """Check a file against its receipt, once."""
        if file not in self._read:
            self._read[file] = receipts.checked(self.root, file, self._known)

    def _map(self, file: str) -> geopandas.GeoDataFrame:
        self._take(file)
        return geopandas.read_parquet(self.root / file)

    def _names(self, vintage: Vintage, level: str) -> pd.Series:
        """The names of a level, by code."""
        file = f"boundaries/{'gemeenten' if level == 'gemeente' else 'wijken'}-{vintage.year}.parquet"
        raw = self._map(file)
        code, name = (vintage.column(ours, raw.columns) for ours in (level, f"{level}_name"))
        if code is None or name is None:
            raise SourceError(
                f"{self.root / file}: no column for the code or name of a {level}; found {list(raw.columns)}"
            )
        named = raw[[code, name]].dropna().astype(str).apply(lambda column: column.str.strip())
        names: pd.Series = named.drop_duplicates(code).set_index(code)[name]
        return names


def _noted(receipt: Receipt, notes: tuple[str, ...]) -> Receipt:
    """The receipt with what was done to the map."""
    return replace(receipt, notes=(*receipt.notes, *notes))
