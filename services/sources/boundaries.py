"""Divisions: the maps of several years side by side in one folder, as `zicht fetch` and a user put them there.

A map may be of a part of the country here: counts are carried, and nothing is set against a national mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boundaries import cbs
from boundaries.vintages import Vintage, vintage
from geo.areas import AreaFrame, AreaLevel
from services import receipts
from services.formats import boundary_files
from services.sources.fetched import Fetched
from services.sources.files import BOUNDARIES, Files


@dataclass(slots=True)
class Divisions:
    """The buurten of any year of which there is a map below `root`, each read once."""

    root: Path
    _read: dict[int, AreaFrame] = field(default_factory=dict)
    _notes: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def has(self, year: int) -> bool:
        """Whether there is a map of that year. Raises UnknownNameError for a year of which none is known."""
        shipped = vintage(year).shipped
        return self._own(year) is not None or (shipped is not None and (self.root / shipped.path).is_file())

    def buurten(self, year: int) -> AreaFrame:
        """All areas of that map: CBS's as it was fetched, the user's own, or the one shipped with the real data.

        Raises SourceError where there is none, saying how to get it.
        """
        if year not in self._read:
            self._read[year] = self._made(vintage(year))
        return self._read[year]

    def notes(self, year: int) -> Sequence[str]:
        """In Dutch, what was done to the map of that year when it was read."""
        return self._notes.get(year, ())

    def _made(self, known: Vintage) -> AreaFrame:
        own = self._own(known.year)
        if own is None:
            return Files(self.root).buurten(known)
        if str(own.relative_to(self.root)) in receipts.read(self.root):
            return Fetched(self.root).buurten(known)
        division = cbs.division(boundary_files.read(own, known), known, str(own))
        self._notes[known.year] = division.notes
        names = (boundary_files.names(own, known, level) for level in (AreaLevel.GEMEENTE, AreaLevel.WIJK))
        return cbs.named(division.areas, *names)

    def _own(self, year: int) -> Path | None:
        return boundary_files.of_year(self.root / BOUNDARIES, year)
