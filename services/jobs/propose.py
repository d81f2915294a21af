"""propose: from a file to the declaration of a source that reads it, for a person to check and fill in."""

from dataclasses import dataclass
from pathlib import Path

from boundaries.vintages import FIRST, vintages
from geo.areas import AreaLevel
from geo.errors import SourceError
from services.files import whole_file
from services.jobs.build import open_country
from services.jobs.declarations import catalogue
from services.settings import TESTLAND
from services.sources import grid_proposals
from services.sources.boundaries import BoundaryFolder
from services.sources.records.proposal import identifier, proposed


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where the declaration was written, of which vintage it is, and the fields that are still to be filled in."""

    path: Path
    vintage: int
    empty: tuple[str, ...]


def propose(file: Path, data: str) -> Proposed:
    """Write the declaration of a file beside it. Raises SourceError where there is one already, or no such file."""
    if not file.is_file():
        raise SourceError("{path}: no such file; give the file with rows to look at", path=file)
    id_ = identifier(file.name.partition(".")[0])
    to = file.with_name(f"{id_}.toml")
    if to.exists():
        raise SourceError("{path}: is there already; remove it, or give it another name", path=to)
    vintage = _newest(data)
    empty: tuple[str, ...] = ()
    if file.suffix.lower() in grid_proposals.RASTERS:
        text = grid_proposals.of_raster(file, id_, vintage)
    elif grid_proposals.is_squares(file):
        text = grid_proposals.of_squares(file, id_, vintage)
    else:
        made = proposed(file, id_, open_country(data, catalogue(), vintage).areas(AreaLevel.BUURT))
        text, empty = made.text, made.empty
    with whole_file(to) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return Proposed(to, vintage, empty)


def _newest(data: str) -> int:
    """The newest vintage of which there are boundaries; where there are none, that of the sources."""
    of_sources = max(one.vintage for one in catalogue().sources.values())
    if data == TESTLAND:
        return of_sources
    folder = BoundaryFolder(Path(data))
    years = (year for year in range(max(vintages()), FIRST - 1, -1) if folder.has(year))
    return next(years, of_sources)
