"""Squares as a source: their counts in each area, and themselves as weights for dasymetric interpolation.

Squares that CBS keeps secret hold something, and a count without them is too low. By how much at most is known: a
secret square holds fewer than five. A count is given where what may be missing is at most a tenth of what there may be
(as in boundaries.crosswalk), and elsewhere stands CBS's own code for secret. So a street with three secret squares in a
town of thousands has a count, and a hamlet of which half is secret has none. Less than half a person or home is no
reason to be silent: slivers of a secret square lie in many areas.

Squares without inhabitants are not in the file, so an area without squares has 0, but only where the file is whole: in
the gemeenten that the source `covers`. Elsewhere, and in hexagons on the border with elsewhere, nothing is known.
"""

from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.codes import CBS_MISSING
from boundaries.crosswalk import LEAST_KNOWN
from boundaries.rd import check_dutch
from boundaries.squares import Squares, code_of, same, squares
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.unknown import Unknown
from layers.declarations.records import WHOLE_COUNTRY, Format
from layers.declarations.sources import SourceDeclaration
from layers.declarations.squares import SquareGrid
from layers.messages import say
from layers.method import numbers
from layers.method.ports import Delivered, Weighed
from services import receipts
from services.files import below, digest
from services.formats import reader
from services.ports import Engine, Part
from services.sources.parts import digest_of

HALF = 0.5
"""Persons or homes: what may be missing without a count being unknown."""

NEAR = 1.0
"""Metres between hexagons that touch: their corners are rounded."""

SECRET = next(code for code, why in CBS_MISSING.items() if why is Unknown.SECRET)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The squares of a source, and what is known of their file."""

    grid: SquareGrid
    squares: Squares
    where: str
    sha256: str
    notes: tuple[Message | str, ...]
    fetched: str = ""


def fetched_file(declaration: SourceDeclaration) -> str:
    """Where a fetch leaves the squares of a source, below the folder of the figures."""
    year = declaration.squares.year if declaration.squares else declaration.vintage
    return f"sources/{declaration.id}-{year}.parquet"


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the squares of a file have in every area, and what is known of the file."""

    columns: pd.DataFrame
    where: str
    rows: int
    sha256: str
    notes: tuple[str, ...]
    fetched: str


@dataclass(frozen=True, slots=True)
class SquaresPart:
    """Counts the squares of a file; goes whole to whoever does it."""

    declaration: SourceDeclaration
    areas: AreaFrame
    root: Path

    def __call__(self, part: Part) -> _Counted:
        """What they have in every area, the declared names followed by what the file is of. Raises SourceError."""
        opened = _opened(self.declaration, self.root, part.where or None)
        covered, border = _covered(opened.grid, self.areas)
        _check_covered(opened, self.areas, covered | border)
        columns: dict[str, pd.Series] = {}
        notes = [say(note) for note in opened.notes]
        for ours, theirs in opened.grid.column.items():
            columns[ours], of_column = _column(opened.squares, theirs, self.areas, covered)
            notes += [f"{ours}: {note}" for note in of_column]
        rows = len(opened.squares.table)
        return _Counted(pd.DataFrame(columns), opened.where, rows, opened.sha256, tuple(notes), opened.fetched)


def counted(declaration: SourceDeclaration, areas: AreaFrame, root: Path, engine: Engine) -> Delivered:
    """The declared counts in every area, `name`, or `name_2024` where there are several years: NaN where the source
    does not cover it, CBS's code for secret where suppressed squares make up too much of it. The file of a year is a
    part.

    Raises SourceError where there is no such file or column, and where gemeenten that are covered have no square.
    """
    check_dutch(areas, message("squares of 100 m"))
    grid = _declared(declaration)
    work = SquaresPart(declaration, areas, root if engine.streams else root.absolute())
    parts = (Part(number, path or "") for number, (_, path) in enumerate(grid.files))
    files = list(engine.tally(work, parts))
    suffixes = [suffix for suffix, _ in grid.files]
    columns = [one.columns.add_suffix(suffix) for one, suffix in zip(files, suffixes, strict=True)]
    notes: list[Message | str] = [
        f"{suffix[1:]}: {note}" if suffix else note
        for one, suffix in zip(files, suffixes, strict=True) for note in one.notes
    ]  # fmt: skip
    covered, border = _covered(grid, areas)
    notes += _counted_of(
        (message("areas outside the gemeenten that the source covers, unknown"), ~covered & ~border),
        (message("hexagons on their edge, unknown"), border),
    )
    wheres = [one.where for one in files]
    where = wheres[0] if len(wheres) == 1 else str(grid.path)
    digests = digest_of(wheres, [one.sha256 for one in files])
    rows = sum(one.rows for one in files)
    return Delivered(pd.concat(columns, axis=1), where, rows, digests, tuple(notes), files[0].fetched)


def weighed(declaration: SourceDeclaration, column: str, root: Path) -> Weighed:
    """A declared column as weights. Raises SourceError where there is no such file or column."""
    opened = _opened(declaration, root, _declared(declaration).path)
    weights = opened.squares.weights(opened.grid.column[column])
    rows = len(opened.squares.table)
    return Weighed(replace(weights, of=column), opened.where, rows, opened.sha256, opened.notes, opened.fetched)


def read(path: Path, wanted: Iterable[str] = (), format_: Format | None = None) -> Squares:
    """The squares of a GeoPackage, a (Geo)Parquet file or a CSV.

    Raises SourceError for what are no such squares, and for `wanted` columns of text that are not numbers.
    """
    if not path.is_file():
        raise SourceError("{path}: no such file; give the squares of CBS as GeoPackage, GeoParquet or CSV", path=path)
    format_ = format_ or Format()
    raw = reader.table(path, format_)
    headers = [str(header) for header in raw]
    code, needed = code_of(headers), {same(name, headers) for name in wanted}
    squares_of_rows = raw[code] if code else raw.index
    for name in headers:
        if name != code and pd.api.types.is_string_dtype(raw[name]):
            where = message("{path}, column {column!r}", path=path, column=name)
            with nullcontext() if name in needed else suppress(SourceError):
                raw[name] = numbers.column(raw[name].set_axis(squares_of_rows), format_.decimal, where).to_numpy()
    return squares(raw, str(path))


def _declared(declaration: SourceDeclaration) -> SquareGrid:
    if declaration.squares is None:
        raise SourceError("source {id!r}: declares no [squares]", id=declaration.id)
    return declaration.squares


def _opened(declaration: SourceDeclaration, root: Path, path: str | None) -> _Opened:
    """The user's own file, or (without one) what was fetched and is still what its receipt says."""
    grid = _declared(declaration)
    if path is not None:
        own = read(below(root, path), grid.column.values(), grid.format)
        return _Opened(grid, own, path, digest(root / path), _said(own.notes))
    file = fetched_file(declaration)
    if not (root / file).is_file():
        raise SourceError(
            "{path}: no such file; fetch it: zicht fetch {id} --to {root}, or name a file of your own as path in "
            "[squares] of layers/sources/{id}.toml",
            path=root / file,
            id=declaration.id,
            root=root,
        )
    receipt = receipts.checked(root, file, receipts.read(root))
    fetched = read(root / file)
    notes = _said((*receipt.notes, *fetched.notes))
    return _Opened(grid, fetched, receipt.where, receipt.sha256, notes, receipt.fetched)


def _said(notes: Iterable[Message | str]) -> tuple[str, ...]:
    return tuple(say(note) for note in notes)


def _covered(grid: SquareGrid, areas: AreaFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which areas the source covers, and which hexagons on its border it may cover in part only."""
    border = np.zeros(len(areas), dtype=bool)
    if WHOLE_COUNTRY in grid.covers:
        return ~border, border
    named = areas.table["gemeente"].isin(grid.covers).to_numpy()
    if areas.level.resolution is not None:
        polygons = areas.table.geometry.to_numpy()
        near, _ = shapely.STRtree(polygons[~named]).query(polygons[named], predicate="dwithin", distance=NEAR)
        border[np.flatnonzero(named)[near]] = True
    return named & ~border, border


def _check_covered(opened: _Opened, areas: AreaFrame, covered: NDArray[np.bool_]) -> None:
    """Refuse a file that is of a smaller part than the source says: there would be no inhabitants in the rest."""
    tree = shapely.STRtree(opened.squares.table.geometry.to_numpy())
    touched = np.zeros(len(areas), dtype=bool)
    touched[tree.query(areas.table.geometry.to_numpy(), predicate="intersects")[0]] = True
    gemeenten = areas.table["gemeente"]
    wanted, present = set(gemeenten[covered]), set(gemeenten[covered & touched])
    if empty := sorted(wanted - present):
        raise SourceError(
            "{where}: no square in {count} of {whole} gemeenten that the source covers: {gemeenten}; name those of "
            'which the file is whole: covers = ["{code}"]',
            where=opened.squares.where,
            count=len(empty),
            whole=len(wanted),
            gemeenten=first_few(empty),
            code=min(present, default="GM0363"),
        )


def _column(squares: Squares, column: str, areas: AreaFrame, covered: NDArray[np.bool_]) -> tuple[pd.Series, list[str]]:
    """The counts of one column, and what suppressed squares did to them."""
    known, missing = squares.counts(column, areas).figures, squares.missing(column, areas)
    short = (missing >= HALF).to_numpy() & covered
    doubted = short & (known < LEAST_KNOWN * (known + missing)).to_numpy()
    notes = _counted_of(
        (message("squares without a figure"), squares.most[squares.column(column)].to_numpy() > 0),
        (message("areas unknown because of that"), doubted),
        (message("areas too low because of that, by a tenth at most"), short & ~doubted),
    )
    return known.mask(doubted, SECRET).where(covered), notes


def _counted_of(*parts: tuple[Message, NDArray[np.bool_]]) -> list[str]:
    """How many of all, of what there is at least one."""
    return [
        say("{what}: {count} of {whole}", what=what, count=int(which.sum()), whole=len(which))
        for what, which in parts if which.any()
    ]  # fmt: skip
