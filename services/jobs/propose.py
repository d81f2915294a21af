"""propose: from a file to the declaration of a source that reads it, for a person to check and fill in."""

from dataclasses import dataclass
from pathlib import Path

from boundaries.vintages import FIRST, vintages
from geo.areas import AreaLevel
from geo.errors import SourceError
from services.files import whole_file
from services.jobs.build import open_country
from services.jobs.declarations import catalogue
from services.settings import TESTLAND, Settings
from services.sources import grid_proposals
from services.sources.boundaries import BoundaryFolder
from services.sources.records.proposal import Origin, Proposal, identifier, of_file, of_table, proposed

TABLE = "postgis:"
"""What a table is named with, where a file would be."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where the declaration was written, of which vintage it is, and the fields that are still to be filled in."""

    path: Path
    vintage: int
    empty: tuple[str, ...]


def propose(file: Path, data: str) -> Proposed:
    """Write the declaration of a file beside it, or that of `postgis:schema.table` in this folder. Raises SourceError
    where there is one already, or no such file or table.
    """
    table = str(file).removeprefix(TABLE) if str(file).startswith(TABLE) else None
    if table is None and not file.is_file():
        raise SourceError(
            "{path}: no such file; give the file with rows to look at, or postgis:schema.table", path=file
        )
    id_ = identifier(table.rpartition(".")[2] if table else file.name.partition(".")[0])
    to = file.with_name(f"{id_}.toml")
    if to.exists():
        raise SourceError("{path}: is there already; remove it, or give it another name", path=to)
    vintage = _newest(data)
    empty: tuple[str, ...] = ()
    if table is not None:
        made = _of_records(of_table(table, Settings().postgis), id_, data, vintage)
        text, empty = made.text, made.empty
    elif file.suffix.lower() in grid_proposals.RASTERS:
        text = grid_proposals.of_raster(file, id_, vintage)
    elif grid_proposals.is_squares(file):
        text = grid_proposals.of_squares(file, id_, vintage)
    else:
        made = _of_records(of_file(file), id_, data, vintage)
        text, empty = made.text, made.empty
    with whole_file(to) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return Proposed(to, vintage, empty)


def _of_records(origin: Origin, id_: str, data: str, vintage: int) -> Proposal:
    return proposed(origin, id_, open_country(data, catalogue(), vintage).areas(AreaLevel.BUURT))


def _newest(data: str) -> int:
    """The newest vintage of which there are boundaries; where there are none, that of the sources."""
    of_sources = max(one.vintage for one in catalogue().sources.values())
    if data == TESTLAND:
        return of_sources
    folder = BoundaryFolder(Path(data))
    years = (year for year in range(max(vintages()), FIRST - 1, -1) if folder.has(year))
    return next(years, of_sources)
