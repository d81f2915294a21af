"""tally: a municipality's own records to counts per area, with a list of what could not be counted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.catalog import load
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Delivered
from services.files import whole_file
from services.http.client import Client
from services.jobs.build import open_country
from services.settings import Settings
from services.sources.records.tally import Door
from services.sources.records.tally import tally as counted_by

ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted, of which source, and which file lists what was not; None where nothing was written."""

    declared: SourceDeclaration
    counted: Delivered
    listed: Path | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to count and where to write it.

    Attributes:
        source: a source with [records]; paths in it lie below its folder.
        level: the areas to count in.
        to: the file to write; None for none.
        data: the folder with boundaries, or testland.
        mirror: where answers of PDOK are remembered.
        offline: whether addresses are looked up there only.
    """

    source: Path
    level: AreaLevel
    to: Path | None
    data: str
    mirror: Path
    offline: bool


def tally(wanted: Wanted, steps: Callable[[str], None], on_retry: Callable[[str], None]) -> Tally:
    """Count, and write the counts where they are wanted. Raises ZichtErrors for what a user can mend."""
    if not wanted.source.is_file():
        raise SourceError(f"{wanted.source}: no such file; give a source with [records], as README.md shows")
    if wanted.to is not None and wanted.to.suffix not in ENDINGS:
        raise SourceError(f"{wanted.to}: counts are written as .csv or .parquet; name one of these")
    settings, declared = Settings(), read(wanted.source, SourceDeclaration)
    listed = None if wanted.to is None else wanted.to.with_name(f"{wanted.to.stem}-niet-geteld.csv")
    client = Client(wanted.mirror, offline=wanted.offline, gateway=settings.gateway, on_retry=on_retry)
    steps("areas")
    areas = open_country(wanted.data, load(), declared.vintage).areas(wanted.level)
    steps("searching for persons")
    door = Door(
        wanted.source.parent, settings.postgis, client, listed,
        lambda rows: steps(f"{rows:,} rows"), lambda done, whole: steps(f"PDOK: {done:,} of {whole:,} answers"),
    )  # fmt: skip
    counted = counted_by(declared, areas, door)
    if wanted.to is not None:
        _write(counted.table, wanted.to)
    return Tally(declared, counted, listed)


def _write(table: pd.DataFrame, path: Path) -> None:
    """The whole file or nothing."""
    with whole_file(path) as unfinished:
        if path.suffix == ".csv":
            table.to_csv(unfinished, index_label="gebiedscode")
        else:
            table.rename_axis("gebiedscode").reset_index().to_parquet(unfinished, index=False)
