"""tally: a municipality's own records to counts per area, with a list of what could not be counted; likewise what a
raster or squares give.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.method.ports import Delivered
from services.files import whole_file
from services.http.client import Client
from services.jobs.build import open_country
from services.jobs.declarations import catalogue
from services.jobs.engines import engine
from services.pages import counts_map
from services.settings import Settings
from services.sources import rasters, squares
from services.sources.records.tally import RecordsInput
from services.sources.records.tally import tally as counted_by

ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted, of which source, and the file that lists other rows; None where nothing was written."""

    declared: SourceDeclaration
    counted: Delivered
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class TallyRequest:
    """What to count and where to write it.

    Attributes:
        source: a source with [records], [raster] or [squares]; paths in it lie below its folder.
        level: the areas to count in.
        to: the file to write; None for none.
        data: the folder with boundaries, or testland.
        mirror: where answers of PDOK are cached.
        offline: whether addresses are looked up there only.
        drawn: the HTML file to draw the counts in; None for none.
        engine: what counts the records; see services.jobs.engines.
    """

    source: Path
    level: AreaLevel
    to: Path | None
    data: str
    mirror: Path
    offline: bool
    drawn: Path | None = None
    engine: str = "local"


def tally(request: TallyRequest, steps: Callable[[str], None], on_retry: Callable[[str], None]) -> Tally:
    """Count, and write the counts where they are wanted. Raises ZichtErrors for what a user can correct."""
    if not request.source.is_file():
        raise SourceError(
            "{source}: no such file; give the TOML file of a source that declares [records]", source=request.source
        )
    if request.to is not None and request.to.suffix not in ENDINGS:
        raise SourceError("{to}: counts are written as .csv or .parquet; name one of these", to=request.to)
    settings, declared = Settings(), read(request.source, SourceDeclaration)
    counts = engine(request.engine)
    rejects = (
        None
        if request.to is None or declared.records is None
        else request.to.with_name(f"{request.to.stem}-niet-geteld.csv")
    )
    client = Client(
        request.mirror,
        offline=request.offline,
        gateway=settings.gateway,
        hosts=settings.hosts,
        on_retry=lambda why: on_retry(say(why)),
    )
    steps(say("areas"))
    areas = open_country(request.data, catalogue(), declared.vintage).areas(request.level)
    steps(say("searching for persons"))
    given = RecordsInput(
        request.source.parent, settings.postgis, client, rejects,
        lambda rows: steps(say("{rows:,} rows", rows=rows)),
        lambda done, whole: steps(say("PDOK: {done:,} of {whole:,} answers", done=done, whole=whole)),
        engine=counts,
    )  # fmt: skip
    counted = _counted(declared, areas, given)
    if request.to is not None:
        _write(counted.table, request.to)
    if request.drawn is not None:
        counts_map.export(declared.title, areas, counted.table, [say(note) for note in counted.notes], request.drawn)
    return Tally(declared, counted, rejects)


def _counted(declared: SourceDeclaration, areas: AreaFrame, given: RecordsInput) -> Delivered:
    """What a source gives per area, from where it is declared to come from."""
    if declared.raster is not None:
        return rasters.zonal(declared, areas, given.root, given.engine)
    if declared.squares is not None:
        return squares.counted(declared, areas, given.root, given.engine)
    return counted_by(declared, areas, given)


def _write(table: pd.DataFrame, path: Path) -> None:
    """The whole file or nothing."""
    with whole_file(path) as unfinished:
        if path.suffix == ".csv":
            table.to_csv(unfinished, index_label="gebiedscode")
        else:
            table.rename_axis("gebiedscode").reset_index().to_parquet(unfinished, index=False)
