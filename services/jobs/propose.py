"""propose: from a file to the declaration of a source that reads it, for a person to check and fill in."""

from dataclasses import dataclass
from pathlib import Path

from geo.areas import AreaLevel
from geo.errors import SourceError
from services.files import whole_file
from services.jobs.build import open_country
from services.jobs.declarations import catalogue
from services.sources import grid_proposals
from services.sources.records.proposal import identifier, proposed

VINTAGE = 2024


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where the declaration was written, and the fields in it that are still to be filled in."""

    path: Path
    empty: tuple[str, ...]


def propose(file: Path, data: str) -> Proposed:
    """Write the declaration of a file beside it. Raises SourceError where there is one already, or no such file."""
    if not file.is_file():
        raise SourceError("{path}: no such file; give the file with rows to look at", path=file)
    id_ = identifier(file.name.partition(".")[0])
    to = file.with_name(f"{id_}.toml")
    if to.exists():
        raise SourceError("{path}: is there already; remove it, or give it another name", path=to)
    empty: tuple[str, ...] = ()
    if file.suffix.lower() in grid_proposals.RASTERS:
        text = grid_proposals.of_raster(file, id_, VINTAGE)
    elif grid_proposals.is_squares(file):
        text = grid_proposals.of_squares(file, id_, VINTAGE)
    else:
        made = proposed(file, id_, open_country(data, catalogue(), VINTAGE).areas(AreaLevel.BUURT))
        text, empty = made.text, made.empty
    with whole_file(to) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return Proposed(to, empty)
