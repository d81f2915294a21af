"""Boundary files that are declared: of another country, or of a grid. `boundaries/gemeenten-2021.toml` says which file,
and what its rows and columns are (layers.declarations.boundaries); without one a boundary file is of the Netherlands.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from boundaries.coverage import fit
from boundaries.elsewhere import read_elsewhere
from boundaries.rd import RD_NEW
from geo.areas import AreaFrame
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.boundaries import BoundaryFile
from layers.declarations.reading import read
from layers.messages import say
from layers.publication.layer import Receipt
from services.files import below, digest
from services.formats import boundary_files

NAME = "gemeenten"
"""How the name of a declaration begins: its areas are of the level of gemeenten."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The areas of a declared file, what is to be said of them, its receipt, and how far their borders lie apart."""

    areas: AreaFrame
    notes: tuple[Message, ...]
    receipt: Receipt
    tolerance: float


def declared(folder: Path, year: int) -> Path | None:
    """The declaration of a year in a folder of boundary files, if there is one. Raises SourceError beside another file
    of that year: which one counts is not ours to choose.
    """
    file = folder / f"{NAME}-{year}.toml"
    if not file.is_file():
        return None
    names = [f"{name}-{year}" for name in ("buurten", "wijken", NAME)]
    others = sorted(
        one.name for one in folder.iterdir() if one.stem in names and one.suffix.lower() in boundary_files.KINDS
    )
    if others:
        raise SourceError(
            "{folder}: {file} declares the boundaries of {year}, and {others} is of that year too; keep one, and give "
            "the file that is declared a name of its own",
            folder=folder, file=file.name, year=year, others=", ".join(others),
        )  # fmt: skip
    return file


def files_of(folder: Path, year: int) -> list[Path]:
    """The files that a declaration of a year reads, itself among them; none where there is none."""
    file = declared(folder, year)
    return [] if file is None else [file, folder / read(file, BoundaryFile).path]


def elsewhere(root: Path, file: Path, year: int) -> Elsewhere:
    """The areas that a declaration is of. Raises ZichtErrors for what a user can correct."""
    asked = read(file, BoundaryFile)
    source = below(root, (file.parent / asked.path).relative_to(root))
    only = (asked.of_country, asked.country) if asked.country else None
    columns = list(dict.fromkeys(one for one in (asked.code, asked.name) if one))
    raw = boundary_files.rows(source, asked.layer, columns, only)
    if raw.empty and asked.country:
        raise SourceError(
            "{path}: no rows of {country} in column {column}; give the two letters of Eurostat for the country (EL for "
            "Greece, UK for the United Kingdom)",
            path=source, country=asked.country, column=asked.of_country,
        )  # fmt: skip
    names = raw[asked.name] if asked.name else pd.Series(None, raw.index, dtype=object)
    table = raw[["geometry"]].assign(code=raw[asked.code], name=names)
    where = source.relative_to(root).as_posix()
    result = read_elsewhere(table, year, where, asked.crs)
    fits = fit(result.areas, where)
    abroad = message(
        "areas outside the Netherlands, in EPSG:{crs}: the background map of PDOK does not reach there, and "
        "coordinates in RD are metres off; take those in degrees or in ETRS89",
        crs=asked.crs,
    )
    notes = (*(() if asked.crs == RD_NEW else (abroad,)), *result.notes, *fits.notes)
    receipt = Receipt(
        f"boundaries/{file.stem}", asked.title, where, digest(source), len(raw), asked.license, asked.attribution,
        notes=tuple(say(note) for note in notes),
    )  # fmt: skip
    return Elsewhere(result.areas, notes, receipt, fits.tolerance)
