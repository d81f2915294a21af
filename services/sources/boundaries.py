"""Boundary files of any year in one folder: as `zicht fetch` and a user put them there, or as shipped with real data.

Who has a boundary file of his own puts it in the folder as boundaries/buurten-2014.gpkg (or another ending of
`boundary_files.KINDS`): the name says the year, and it goes before the shipped one. It may be of one gemeente or a
region, of any year, and of wijken (boundaries/wijken-2014.gpkg) where there are no buurten. It needs no declaration,
since CBS's codes say what is in it. A file that a receipt names is what its receipt says, or it is not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import cbs, postcodes
from boundaries.cbs import AreasOfVintage
from boundaries.coverage import fit
from boundaries.vintages import Shipped, Vintage, vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.messages import say
from layers.method.ports import Identity
from layers.publication.layer import Receipt
from services import receipts
from services.files import below, digest
from services.formats import boundary_files
from services.sources import declared_boundaries
from services.sources.tables import columns_of_text

BOUNDARIES = "boundaries"
PLURALS = {AreaLevel.BUURT: "buurten", AreaLevel.WIJK: "wijken", AreaLevel.GEMEENTE: "gemeenten"}
"""How the name of a boundary file begins."""
POSTCODES = "pc4"
"""How the name of a boundary file of postcodes begins."""
LICENSE, PUBLISHERS = "CC BY 4.0", "CBS, Kadaster"
WHOLE = message("give the national file")
OWN = message("a file of the user's own; its origin was not checked")


@dataclass(frozen=True, slots=True)
class FolderAreas:
    """The areas of a year as a folder has them.

    Attributes:
        areas: buurten, or wijken where there are only these.
        notes: what was done to the file when it was read.
        receipts: of every file that was read.
        national: whether they are those of the whole country.
        tolerance: metres that the borders of neighbours may lie apart.
    """

    areas: AreaFrame
    notes: tuple[Message, ...]
    receipts: tuple[Receipt, ...]
    national: bool
    tolerance: float = 0.0


@dataclass(slots=True)
class BoundaryFolder:
    """The areas of any year of which there is a boundary file below `root`, each read once; of the years in `finest` no
    finer ones than those.
    """

    root: Path
    finest: Mapping[int, AreaLevel] = field(default_factory=dict)
    _read: dict[tuple[int, AreaLevel], FolderAreas] = field(default_factory=dict)

    def has(self, year: int) -> bool:
        """Whether there is a boundary file of that year. Raises UnknownNameError for a year before there were any."""
        shipped = vintage(year).shipped
        if declared_boundaries.declared(self.root / BOUNDARIES, year) is not None:
            return True
        return self._file(year) is not None or (shipped is not None and (self.root / shipped.path).is_file())

    def areas(self, year: int) -> AreaFrame:
        """All areas of that year's file. Raises SourceError where there is none, saying how to get it."""
        of = vintage(year)
        return self.read(replace(of, finest=self.finest.get(year, of.finest))).areas

    def notes(self, year: int) -> Sequence[Message]:
        """What was done to that year's file when it was read."""
        return next((read.notes for (of, _), read in self._read.items() if of == year), ())

    def read(self, of: Vintage) -> FolderAreas:
        """The areas as they were fetched, or in the user's own file, or as shipped with the real data; none finer than
        `of` asks for.

        Raises SourceError where there are none, saying how to get them, and for a national file with areas missing.
        """
        at = (of.year, of.finest)
        if at not in self._read and of.finest is AreaLevel.PC4:
            self._read[at] = self._postcodes(of)
        elif at not in self._read:
            read = self._made(of)
            self._read[at] = replace(read, areas=cbs.no_finer_than(read.areas, of.finest, read.tolerance))
        return self._read[at]

    def identity(self, of: Vintage) -> Identity:
        """What identifies the bytes of all files from which the areas of a year may be read."""
        own = (self.root / BOUNDARIES).glob(f"*-{of.year}.*")
        declared = declared_boundaries.files_of(self.root / BOUNDARIES, of.year)
        files = {_below(file, self.root) for file in (*own, *declared)}
        if of.shipped is not None:
            files |= {of.shipped.path, *of.shipped.detail, *(place["path"] for place in of.shipped.names.values())}
        if of.postcodes is not None:
            files.add(of.postcodes)
        return receipts.identity(self.root, files, receipts.read(self.root))

    def _made(self, of: Vintage) -> FolderAreas:
        if not self.root.is_dir():
            raise SourceError(
                "{root}: no such folder; ZICHT_DATA (or real=) must name a folder with figures and boundaries",
                root=self.root,
            )
        if (declaration := declared_boundaries.declared(self.root / BOUNDARIES, of.year)) is not None:
            other = declared_boundaries.elsewhere(self.root, declaration, of.year)
            return FolderAreas(other.areas, other.notes, (other.receipt,), national=True, tolerance=other.tolerance)
        by_file = receipts.read(self.root)
        file = self._file(of.year)
        if file is not None and _below(file, self.root) in by_file:
            return self._fetched(of, file, by_file)
        if file is not None:
            return self._own(of, file)
        if of.shipped is not None and (self.root / of.shipped.path).is_file():
            return self._shipped(of, of.shipped)
        others = ", ".join(kind for kind in boundary_files.KINDS if kind != ".gpkg")
        fetching = message(
            ", or fetch it: zicht fetch boundaries --vintage {year} --to {root}", year=of.year, root=self.root
        )
        raise SourceError(
            "{root}: no boundary file of {year}; put it there as boundaries/buurten-{year}.gpkg (or "
            "{others}){fetching}",
            root=self.root, year=of.year, others=others, fetching=fetching if of.service else "",
        )  # fmt: skip

    def _postcodes(self, of: Vintage) -> FolderAreas:
        """The postcodes of four digits of a year."""
        file = boundary_files.of_year(self.root / BOUNDARIES, of.year, POSTCODES)
        if file is None and of.postcodes is not None and (self.root / of.postcodes).is_file():
            file = self.root / of.postcodes
        if file is None:
            raise SourceError(
                "{root}: no boundary file of the postcodes of {year}; `zicht fetch THEME` fetches it with the theme "
                "that needs it; or put it there as boundaries/pc4-{year}.gpkg, which PDOK has as 'CBS Postcode 4'",
                root=self.root, year=of.year,
            )  # fmt: skip
        path, by_file = _below(file, self.root), receipts.read(self.root)
        if path in by_file:
            result = postcodes.read_postcodes(self._checked(file, by_file), of, path)
            return FolderAreas(result.areas, result.notes, (_noted(by_file[path], result.notes),), national=True)
        raw = boundary_files.read(below(self.root, path), of, AreaLevel.PC4)
        result = postcodes.read_postcodes(raw, of, path)
        receipt = self._receipt(path, say("CBS boundaries of postcodes {year}", year=of.year), len(raw), PUBLISHERS)
        return FolderAreas(result.areas, result.notes, (_noted(receipt, (OWN, *result.notes)),), national=True)

    def _file(self, year: int) -> Path | None:
        """The boundary file of buurten, else that of wijken, else that of gemeenten."""
        files = (boundary_files.of_year(self.root / BOUNDARIES, year, PLURALS[level]) for level in cbs.COARSENESS)
        return next((below(self.root, _below(file, self.root)) for file in files if file is not None), None)

    def _fetched(self, of: Vintage, file: Path, by_file: Mapping[str, Receipt]) -> FolderAreas:
        """CBS's own boundaries, with the names of gemeenten and wijken from CBS's own tables of these."""
        level = _level(file)
        result = cbs.read_areas(self._checked(file, by_file), of, str(file), level)
        if level is AreaLevel.BUURT:
            again = message("fetch it again: zicht fetch --to {root} --fresh", root=self.root)
            _check_complete(result.areas, of, file, again)
        name = _below(file, self.root)
        read = {name: _noted(by_file[name], result.notes)}
        names = []
        for larger in (AreaLevel.GEMEENTE, AreaLevel.WIJK):
            side = self.root / BOUNDARIES / f"{PLURALS[larger]}-{of.year}.parquet"
            names.append(_names(self._checked(side, by_file), of, larger, side))
            read.setdefault(_below(side, self.root), by_file[_below(side, self.root)])
        return FolderAreas(cbs.named(result.areas, *names), result.notes, tuple(read.values()), national=True)

    def _own(self, of: Vintage, file: Path) -> FolderAreas:
        level = _level(file)
        raw = boundary_files.read(file, of, level)
        result = cbs.read_areas(raw, of, _below(file, self.root), level)
        national = of.is_national(result.areas.ids)
        if national and level is AreaLevel.BUURT:
            _check_complete(result.areas, of, file, WHOLE)
        receipt = self._receipt(
            _below(file, self.root),
            say("CBS boundaries of wijken and buurten {year}", year=of.year),
            len(raw),
            PUBLISHERS,
        )
        names = (boundary_files.names(file, of, larger) for larger in (AreaLevel.GEMEENTE, AreaLevel.WIJK))
        fits = fit(result.areas, _below(file, self.root))
        notes = (*result.notes, *fits.notes)
        return FolderAreas(
            cbs.named(result.areas, *names), notes, (_noted(receipt, (OWN, *notes)),), national, fits.tolerance
        )  # fmt: skip

    def _shipped(self, of: Vintage, shipped: Shipped) -> FolderAreas:
        """The national file, with official polygons in place of the generalised ones where there are."""
        title = say("CBS boundaries of wijken and buurten {year}", year=of.year)
        if shipped.level is AreaLevel.GEMEENTE:
            title = say("CBS boundaries of gemeenten {year}", year=of.year)
        whole, receipt = self._part(of, shipped.path, title, shipped.level)
        _check_complete(whole.areas, of, self.root / shipped.path, WHOLE)
        areas, notes, read = whole.areas, whole.notes, [receipt]
        for path in shipped.detail:
            better, receipt = self._part(of, path, "Basisregistratie gebieden", shipped.level)
            areas, notes = cbs.replaced(areas, better.areas), (*notes, *better.notes)
            read.append(receipt)
        names = {}
        for level, place in shipped.names.items():
            table = columns_of_text(self._there(place["path"]), (place["code"], place["name"]))
            names[level] = table.set_index(place["code"])[place["name"]].str.strip()
            about = self._receipt(place["path"], say("Names by {code}", code=place["code"]), len(table), "CBS")
            read.append(replace(about, id=f"names/{place['code']}"))
        return FolderAreas(cbs.named(areas, **names), notes, tuple(read), national=True, tolerance=shipped.tolerance)

    def _part(self, of: Vintage, path: str, title: str, level: AreaLevel) -> tuple[AreasOfVintage, Receipt]:
        raw = boundary_files.read(self._there(path), of, level)
        result = cbs.read_areas(raw, of, path, level)
        return result, _noted(self._receipt(path, title, len(raw), PUBLISHERS), result.notes)

    def _there(self, path: str) -> Path:
        return existing(self.root, path)

    def _receipt(self, path: str, title: str, rows: int, attribution: str) -> Receipt:
        sha256 = digest(self.root / path)
        return Receipt(f"{BOUNDARIES}/{Path(path).stem}", title, path, sha256, rows, LICENSE, attribution)

    def _checked(self, file: Path, by_file: Mapping[str, Receipt]) -> geopandas.GeoDataFrame:
        receipts.checked(self.root, _below(file, self.root), by_file)
        return geopandas.read_parquet(file)


def _check_complete(areas: AreaFrame, of: Vintage, file: Path, way_out: Message) -> None:
    """A file of the whole country has all of it: with areas missing its mean would not be the national one."""
    if len(areas) < of.least:
        raise SourceError(
            "{file}: {count} buurten where the country of {year} has {least} at least; {way_out}",
            file=file, count=len(areas), year=of.year, least=of.least, way_out=way_out,
        )  # fmt: skip


def existing(root: Path, path: str) -> Path:
    """A file below the folder of figures. Raises SourceError where it is not there."""
    if not (root / path).is_file():
        raise SourceError(
            "{file}: no such file; ZICHT_DATA (or real=) must name the folder that holds {path}",
            file=root / path, path=path,
        )  # fmt: skip
    return below(root, path)


def _below(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()


def _level(file: Path) -> AreaLevel:
    return next(level for level, name in PLURALS.items() if file.stem.startswith(name))


def _names(raw: geopandas.GeoDataFrame, of: Vintage, level: AreaLevel, file: Path) -> pd.Series:
    """The names of a level, by code."""
    code, name = (of.column(ours, raw.columns) for ours in (level.value, f"{level}_name"))
    if code is None or name is None:
        raise SourceError(
            "{file}: no column for the code or name of a {level}; found {columns}",
            file=file, level=level, columns=list(raw.columns),
        )  # fmt: skip
    named = raw[[code, name]].dropna().astype(str).apply(lambda column: column.str.strip())
    names: pd.Series = named.drop_duplicates(code).set_index(code)[name]
    return names


def _noted(receipt: Receipt, notes: Sequence[Message]) -> Receipt:
    """The receipt with what was done to the file."""
    return replace(receipt, notes=(*receipt.notes, *(say(note) for note in notes)))
