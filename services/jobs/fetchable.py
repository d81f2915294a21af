"""What there is to fetch: a job for each source and for boundaries, with its addresses, tables and receipts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd

from boundaries.vintages import Vintage
from geo.areas import AreaLevel
from geo.errors import SourceError, UnknownNameError
from geo.messages import Message, joined, message
from layers.declarations.catalog import Catalog
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.publication.layer import Receipt
from services.downloads import pdok, postcodes, squares, statline
from services.http.client import Client
from services.http.progress import OnProgress
from services.sources.boundaries import POSTCODES
from services.sources.squares import fetched_file

BOUNDARIES = "boundaries"

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Job:
    """One source to fetch.

    Attributes:
        name: the id of the source, or `boundaries`.
        urls: the first addresses that are requested.
        download: makes its tables, by the name of the file that each becomes.
        receipt: of each file, but for what is only known of the file and the answers.
        notes: what its receipts must say.
    """

    name: str
    urls: tuple[str, ...]
    download: Callable[[Client, OnProgress], Tables]
    receipt: Callable[[str], Receipt]
    notes: tuple[Message, ...] = ()


def jobs(
    catalog: Catalog, names: Sequence[str], vintage: Vintage, gemeenten: Sequence[str] = ()
) -> tuple[list[Job], dict[str, Message]]:
    """What there is to fetch for these themes and sources (none: all themes), and what is not fetched, and why.

    A source that no theme reads is fetched only where it is named: CBS's squares are hundreds of pages. A name that a
    theme and a source share is both: the source and all else that the theme reads.

    Raises SourceError where a source that was named cannot be fetched, UnknownNameError for a name that is not there.
    """
    known = list(dict.fromkeys([*catalog.themes, *catalog.sources, BOUNDARIES]))
    if unknown := [name for name in names if name not in known]:
        raise UnknownNameError(message("theme or source"), unknown[0], known)
    statline.prefixes_of(gemeenten)
    themes = [catalog.themes[name] for name in names or catalog.themes if name in catalog.themes]
    ids = {source.id for theme in themes for source in catalog.needed_by(theme)} | set(names)
    wanted: list[Job] = []
    skipped = {} if names else _unread(catalog, ids)
    for source in (source for source in catalog.sources.values() if source.id in ids):
        try:
            wanted.append(_job(source, vintage, tuple(gemeenten)))
        except SourceError as fault:
            if source.id in names:
                raise
            skipped[source.id] = fault.message
    if not gemeenten:
        wanted += [_postcodes(year) for year in _years_of_postcodes(catalog, ids)]
    if themes or BOUNDARIES in names:
        if gemeenten:
            skipped[BOUNDARIES] = message("boundaries are fetched as a whole, without --gemeente")
        else:
            wanted.append(_boundaries(vintage))
    if not wanted:
        raise SourceError("nothing to fetch: {reasons}", reasons=joined("; ", skipped.values()))
    return wanted, skipped


def _unread(catalog: Catalog, ids: set[str]) -> dict[str, Message]:
    """The sources that are not among `ids`, and why."""
    return {
        source: message("no theme reads it; name it to fetch it: zicht fetch {source}", source=source)
        for source in catalog.sources
        if source not in ids
    }


def _job(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """The job that fetches a source. Raises SourceError for one that cannot be fetched."""
    if source.squares is None or source.statline is not None:
        return _figures(source, vintage, gemeenten)
    urls = tuple(squares.planned(source))
    if gemeenten:
        raise SourceError(
            "source {source!r}: squares are fetched for the whole country, without --gemeente", source=source.id
        )
    file = fetched_file(source)
    receipt = _receipt(source, urls[0].partition("?")[0])

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: squares.squares_of(client, source, on_progress)}

    return Job(source.id, urls, download, lambda _: receipt)


def _figures(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """The figures of one source; those of some gemeenten get a file of their own beside that of the country."""
    urls = tuple(statline.planned(source, vintage, gemeenten))
    part = "-".join(["", *sorted(gemeenten)])
    file = f"sources/{source.id}-{vintage.year}{part}.parquet"
    receipt = _receipt(source, urls[-1].partition(" ")[0])

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: statline.figures_of(client, source, vintage, gemeenten, on_progress)}

    notes = (message("only {gemeenten}", gemeenten=sorted(gemeenten)),) if gemeenten else ()
    return Job(source.id, urls, download, lambda _: receipt, notes)


def _receipt(source: SourceDeclaration, where: str) -> Receipt:
    return Receipt(f"sources/{source.id}", source.title, where, "", 0, source.license, source.attribution)


def _boundaries(vintage: Vintage) -> Job:
    """The boundaries of buurten, wijken and gemeenten."""

    def file_of(name: str) -> str:
        return f"{BOUNDARIES}/{name}-{vintage.year}.parquet"

    def download(client: Client, on_progress: OnProgress) -> Mapping[str, geopandas.GeoDataFrame]:
        return {file_of(name): table for name, table in pdok.boundary_tables(client, vintage, on_progress).items()}

    def receipt(file: str) -> Receipt:
        name = Path(file).stem.partition("-")[0]
        title = say("CBS wijken and buurten of {year}: {name}", year=vintage.year, name=name)
        return Receipt(f"{BOUNDARIES}/{name}", title, vintage.url, "", 0, "CC BY 4.0", "CBS, Kadaster")

    return Job(BOUNDARIES, tuple(pdok.planned(vintage)), download, receipt)


def _years_of_postcodes(catalog: Catalog, ids: set[str]) -> list[int]:
    """The years of the postcodes that sources have figures of."""
    sources = [one for one in catalog.sources.values() if one.id in ids and one.native is AreaLevel.PC4]
    return sorted({one.codes_of or one.vintage for one in sources})


def _postcodes(year: int) -> Job:
    """The boundaries of the postcodes of a year."""
    file = f"{BOUNDARIES}/{POSTCODES}-{year}.parquet"
    title = say("CBS boundaries of postcodes {year}", year=year)
    receipt = Receipt(f"{BOUNDARIES}/{POSTCODES}", title, postcodes.URL, "", 0, "CC BY 4.0", "CBS, Kadaster")

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: postcodes.postcode_table(client, year, on_progress)}

    return Job(f"{POSTCODES}-{year}", (postcodes.planned(year),), download, lambda _: receipt)
