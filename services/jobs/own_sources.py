"""What is counted in the areas themselves: records, a raster or squares below a folder, or the records of Testland."""

import glob
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Delivered, Identity, Source, Weighed
from layers.method.reading import Own
from services import receipts
from services.formats.object_storage import is_stored
from services.jobs.engines import engine
from services.registry import OWN, WEIGHTS, adapter
from services.settings import Settings
from services.vault.secret import Vault


class MadeUp(Source, Protocol):
    """A made-up country, which writes the records that are counted in it."""

    def write_records(self, declaration: SourceDeclaration, folder: Path) -> None:
        """The file of [records] of a source, below a folder."""
        ...


def below(folder: Path, by: str = "local") -> Own:
    """The municipality's own sources below a folder. `by` is the engine that reads rasters and squares."""
    vault = Vault(Settings().vault)
    return Own(
        partial(_own_table, folder, vault, by), partial(_weights, folder), partial(_identity, folder), _module, vault
    )


def made_up(source: MadeUp, vintage: Vintage) -> Own:
    """The records of a made-up country; it has no squares that weigh."""
    vault, identity = Vault(Settings().vault), partial(source.identity, vintage)
    return Own(partial(_made_up_table, source, vault), partial(_weights, Path()), identity, _module, vault)


def _own_table(folder: Path, vault: Vault, by: str, declaration: SourceDeclaration, areas: AreaFrame) -> Delivered:
    """A row an area of what the municipality's own source has there: records, a raster or squares below `folder`."""
    settings = Settings()
    if declaration.records is not None:
        from services.http.client import Client  # noqa: PLC0415  # for those who have records
        from services.sources.records.tally import RecordsInput  # noqa: PLC0415  # likewise

        client = Client(settings.cache, gateway=settings.gateway, hosts=settings.hosts)
        key_of = partial(vault.keys, declaration.id) if declaration.confidential else None
        counts: Delivered = adapter("source", OWN, "records")(
            declaration, areas, RecordsInput(folder, settings.postgis, client, key_of=key_of)
        )
        return counts
    table: Delivered = adapter("source", OWN, _kind(declaration))(declaration, areas, folder, engine(by))
    return table


def _made_up_table(source: MadeUp, vault: Vault, declaration: SourceDeclaration, areas: AreaFrame) -> Delivered:
    """The same of Testland, whose records are written for it: they are counted as those of a municipality are."""
    with TemporaryDirectory() as folder:
        source.write_records(declaration, Path(folder))
        return _own_table(Path(folder), vault, "local", declaration, areas)


def _kind(declaration: SourceDeclaration) -> str:
    """Which adapter reads a municipality's own source."""
    if declaration.records is not None:
        return "records"
    return "raster" if declaration.raster is not None else "squares"


def _module(declaration: SourceDeclaration) -> str:
    """The module of that adapter, which is not loaded for it."""
    return OWN[_kind(declaration)].partition(":")[0]


def _identity(folder: Path, declaration: SourceDeclaration) -> Identity:
    """What identifies the bytes of a municipality's own source; of a database, of object storage
    and of PDOK only asking tells.
    """
    by_file = receipts.read(folder) if folder.is_dir() else {}
    if (records := declaration.records) is not None:
        if records.path is None or is_stored(records.path) or records.place.looked_up:
            return Identity(None)
        return receipts.identity(folder, _all(folder, records.path), {})
    if (raster := declaration.raster) is not None:
        if is_stored(raster.path):
            return Identity(None)
        return receipts.identity(folder, _all(folder, raster.path), {})
    from services.sources.squares import fetched_file  # noqa: PLC0415  # for those who have squares

    files = declaration.squares.files if declaration.squares else ()
    return receipts.identity(folder, [path or fetched_file(declaration) for _, path in files], by_file)


def _all(folder: Path, path: str) -> list[str]:
    """A file and those beside it that go with it: a shapefile is several, a raster may have a description. Of a folder
    all files in it.
    """
    whole = folder / path
    if whole.is_dir():
        return sorted(one.relative_to(folder).as_posix() for one in whole.rglob("*") if one.is_file())
    beside = (one for one in whole.parent.glob(f"{glob.escape(whole.stem)}.*") if one.is_file())
    return sorted({path, *(one.relative_to(folder).as_posix() for one in beside)})


def _weights(folder: Path, declaration: SourceDeclaration, column: str) -> Weighed:
    """A column of the squares of a source below `folder`, as weights for dasymetric interpolation."""
    weights: Weighed = adapter("weights", WEIGHTS, "squares")(declaration, column, folder)
    return weights
