"""Where each record lies, in RD New, or why that is not known."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from boundaries.crs import within
from boundaries.rd import RD_BOUNDS, RD_NEW
from geo.errors import SourceError
from layers.declarations.records import Place
from layers.method.numbers import Mark
from services.formats.cells import NOTHING, text
from services.formats.curves import from_wkb, from_wkt
from services.formats.numbers import coordinates
from services.geocoder import Addresses, Located
from services.sources.records.addresses import parted
from services.sources.records.reasons import ABROAD, NO_PLACE, Codes, code_of, codes_of
from services.sources.records.seen import Seen

Floats = NDArray[np.float64]
Find = Callable[[Floats, Floats], NDArray[np.int64]]
"""The position of the area that each point lies in, -1 where there is none."""

SRID, WKB_IN_HEX = r"^(?i:SRID=(?P<srid>[0-9]+);)", r"^0[01](?:[0-9A-Fa-f]{2}){8,}$"
DRAWN_IN = 0.01
"""Part of the way to its middle that a corner is drawn in: a plot may lie against a border."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Metres in RD New, NaN where there is no place, and there why not, by its code, elsewhere 0.

    Of lines and surfaces `corners` are theirs, drawn in by `DRAWN_IN` to where the row is placed, and `corner_of` which
    row each is of: they show whether the row lies in several areas.
    """

    x: Floats
    y: Floats
    why: Codes
    corners: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    corner_of: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def spread(self, find: Find) -> int:
        """How many rows are lines or surfaces with a corner in another area than where they are placed."""
        if not len(self.corner_of):
            return 0
        rows, which = np.unique(self.corner_of, return_inverse=True)
        here, there = find(self.x[rows], self.y[rows])[which], find(*self.corners.T)
        return len(np.unique(which[(here >= 0) & (there >= 0) & (here != there)]))


@dataclass(slots=True)
class Placer:
    """Places batches of records as their declaration says.

    Attributes:
        where: what to call the records in a message.
        place: which columns.
        crs: of the geometry column, where there is one.
        decimal: how decimals are written, where that is declared.
        addresses: knows, or asks PDOK, where a verblijfsobject or address lies; None where this may not be asked.
        seen: what is to be said of where the rows so far lie.
    """

    where: str
    place: Place
    crs: str | None
    decimal: Mark | None
    addresses: Addresses | None
    seen: Seen = field(default_factory=Seen)
    _to_rd: Transformer | None = field(init=False)

    def __post_init__(self) -> None:
        kind = self.place.way[0]
        system = {"lon": "EPSG:4326", "wkt": f"EPSG:{self.place.crs}", "geometry": self.crs}.get(kind)
        if kind == "geometry" and system is None:
            raise SourceError(
                "{where}: its geometry declares no CRS; declare it in the file (RD New is EPSG:28992)", where=self.where
            )
        try:
            same = system is None or CRS.from_user_input(system) == CRS.from_epsg(RD_NEW)
            self._to_rd = None if same else Transformer.from_crs(system, RD_NEW, always_xy=True)
        except CRSError as fault:
            raise SourceError(
                "{where}: no such CRS: {system}: {fault}", where=self.where, system=system, fault=fault
            ) from None

    def of(self, batch: pa.RecordBatch) -> Placed:
        """Where the rows of a batch lie."""
        kind = self.place.way[0]
        if self.place.looked_up:
            return self._geocoded(batch)
        shapes = self._shapes(batch) if kind in {"wkt", "geometry"} else None
        x, y = self._pair(batch) if shapes is None else _points(shapes)
        missing = np.isnan(x) | np.isnan(y)
        if self._to_rd is None:
            right, up = x, y
        else:
            right, up = self._to_rd.transform(np.where(missing, 0.0, x), np.where(missing, 0.0, y))
        inside = within(right, up, RD_BOUNDS) & ~missing
        self.seen.look_at_places(x[~missing & ~inside], y[~missing & ~inside], int(np.sum(~missing)))
        why = np.where(inside, 0, code_of(ABROAD)).astype(np.uint8)
        why[missing] = code_of(NO_PLACE)
        corners, corner_of = self._corners(shapes, np.column_stack([right, up]), inside)
        return Placed(np.where(inside, right, np.nan), np.where(inside, up, np.nan), why, corners, corner_of)

    def _corners(
        self, shapes: NDArray[np.object_] | None, middle: Floats, inside: NDArray[np.bool_]
    ) -> tuple[Floats, NDArray[np.intp]]:
        """The corners of lines and surfaces, and which row each is of; see `Placed`."""
        if shapes is None:
            return np.zeros((0, 2)), np.zeros(0, dtype=np.intp)
        extended = np.flatnonzero((shapely.get_dimensions(shapes) > 0) & inside)
        corners, at = shapely.get_coordinates(shapes[extended], return_index=True)
        if self._to_rd is not None and len(corners):
            corners = np.column_stack(self._to_rd.transform(*corners.T))
        corner_of = extended[at]
        return corners + DRAWN_IN * (middle[corner_of] - corners), corner_of

    def _pair(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        first, second = (coordinates(batch.column(name), self.decimal) for name in self.place.columns)
        none = (first == 0) & (second == 0)  # what many a system writes where it knows no place
        if self.place.way[0] == "lon":
            self.seen.look_at_degrees(first, second)
        return np.where(none, np.nan, first), np.where(none, np.nan, second)

    def _shapes(self, batch: pa.RecordBatch) -> NDArray[np.object_]:
        """The shapes of rows, None where there is none; and what is to be said of them."""
        column = batch.column(self.place.columns[0])
        if self.place.wkt is not None:
            shapes = self._parsed(text(column))
        else:
            storage = column.storage if isinstance(column, pa.ExtensionArray) else column
            shapes, curved = from_wkb(storage.to_pylist())
            self.seen.curved += curved
        shapes[shapely.is_empty(shapes)] = None
        kinds = shapely.get_type_id(shapes)
        self.seen.several += int(
            ((kinds == shapely.GeometryType.MULTIPOINT) & (shapely.length(shapely.envelope(shapes)) > 0)).sum()
        )
        return shapes

    def _parsed(self, cells: pa.Array) -> NDArray[np.object_]:
        """Geometries from text: WKT, with the SRID before it that PostGIS writes if it is the declared one, or WKB in
        hex; None where a cell is neither.
        """
        bare = pc.replace_substring_regex(cells, SRID, "")
        in_hex = pc.fill_null(pc.match_substring_regex(bare, WKB_IN_HEX), False)
        wkt = np.array(pc.if_else(in_hex, NOTHING, bare).to_pylist(), dtype=object)
        wkb = np.array(pc.if_else(in_hex, bare, NOTHING).to_pylist(), dtype=object)
        shapes, curved = from_wkt(wkt)
        shapes[pd.notna(wkb)], more = from_wkb(wkb[pd.notna(wkb)])
        self.seen.curved += curved + more
        of_wkt = pc.struct_field(pc.extract_regex(cells, SRID), "srid").drop_null()
        srids = {*map(int, of_wkt.unique().to_pylist()), *shapely.get_srid(shapes[pd.notna(wkb)]).tolist()}
        if strange := sorted(srids - {0, -1, self.place.crs}):
            raise SourceError(
                "{where}: places in SRID {srid} where crs = {crs} is declared",
                where=self.where, srid=strange[0], crs=self.place.crs,
            )  # fmt: skip
        return shapes

    def _geocoded(self, batch: pa.RecordBatch) -> Placed:
        """What PDOK knows of verblijfsobjecten and addresses."""
        if self.addresses is None:
            raise SourceError(
                "{where}: places of this kind are looked up with PDOK; that is not possible here", where=self.where
            )
        if self.place.object is not None:
            return _placed(self.addresses.of_objects(_text(batch, self.place.object)))
        if self.place.adres is not None:
            return _placed(self.addresses.located(*parted(_text(batch, self.place.adres))))
        numbers = _text(batch, self.place.huisnummer)
        for extra in (self.place.huisletter, self.place.toevoeging):
            if extra is not None:
                additions = zip(numbers, _text(batch, extra), strict=True)
                numbers = [number and f"{number} {more or ''}" for number, more in additions]
        return _placed(self.addresses.located(_text(batch, self.place.postcode), numbers))


def _placed(located: Located) -> Placed:
    x, y, why = located
    return Placed(x, y, codes_of(why))


def _points(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """A point of each shape; on its surface, where it has one."""
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    point = np.where(is_point, shapes, shapely.point_on_surface(shapes))
    return shapely.get_x(point), shapely.get_y(point)


def _text(batch: pa.RecordBatch, column: str | None) -> list[str | None]:
    cells: list[str | None] = text(batch.column(column)).to_pylist()
    return cells
