"""Where each record lies, in RD New, or in Dutch why that is not known."""

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

from boundaries.crs import RD_BOUNDS, system_of, within
from geo.areas import RD_NEW
from geo.errors import SourceError
from layers.declarations.records import Place
from services.formats.cells import NOTHING, text
from services.formats.numbers import coordinates
from services.geocoder import Addresses
from services.http.client import Client

Floats = NDArray[np.float64]

NO_PLACE, ABROAD = "geen plaats", "plaats buiten Nederland"
SRID, HEXED = r"^(?i:SRID=(?P<srid>[0-9]+);)", r"^0[01](?:[0-9A-Fa-f]{2}){8,}$"
ENOUGH, MOST = 100, 0.9
"""Of so many places outside the country, or more, this share decides that they are in another system."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Metres in RD New, NaN where there is no place, and there in Dutch why not."""

    x: Floats
    y: Floats
    why: NDArray[np.object_]


@dataclass(slots=True)
class Placer:
    """Places batches of records as their declaration says.

    Attributes:
        where: what to call the records in a message.
        place: which columns.
        crs: of the geometry column, where there is one.
        decimal: how decimals are written, where that is declared.
        client: asks PDOK where a verblijfsobject or address lies; None where this may not be asked.
        seen: who hears how many of these questions were answered, of how many.
        stray: what the first places outside the country look like.
    """

    where: str
    place: Place
    crs: str | None
    decimal: str | None
    client: Client | None
    on_progress: Callable[[int, int], None] = lambda _done, _whole: None
    stray: str | None = field(init=False, default=None)
    _to_rd: Transformer | None = field(init=False)
    _addresses: Addresses | None = field(init=False)

    def __post_init__(self) -> None:
        self._addresses = None if self.client is None else Addresses(self.client, self.on_progress)
        way = self.place.way
        system = {"lon": "EPSG:4326", "wkt": f"EPSG:{self.place.crs}", "geometry": self.crs}.get(way[0])
        if way[0] == "geometry" and system is None:
            raise SourceError(
                f"{self.where}: its geometry declares no CRS; declare it in the file (RD New is EPSG:28992)"
            )
        try:
            same = system is None or CRS.from_user_input(system) == CRS.from_epsg(RD_NEW)
            self._to_rd = None if same else Transformer.from_crs(system, RD_NEW, always_xy=True)
        except CRSError as fault:
            raise SourceError(f"{self.where}: no such CRS: {system}: {fault}") from None

    def of(self, batch: pa.RecordBatch) -> Placed:
        """Where the rows of a batch lie. Raises SourceError where most of them lie in another system than declared."""
        way = self.place.way[0]
        if way in {"object", "postcode"}:
            return self._asked(batch)
        x, y = self._points(batch) if way in {"wkt", "geometry"} else self._pair(batch)
        missing = np.isnan(x) | np.isnan(y)
        if self._to_rd is None:
            right, up = x, y
        else:
            right, up = self._to_rd.transform(np.where(missing, 0.0, x), np.where(missing, 0.0, y))
        inside = within(right, up, RD_BOUNDS) & ~missing
        self._check(x[~missing & ~inside], y[~missing & ~inside], int(np.sum(~missing)))
        why = np.full(len(x), None, dtype=object)
        why[~inside], why[missing] = ABROAD, NO_PLACE
        return Placed(np.where(inside, right, np.nan), np.where(inside, up, np.nan), why)

    def _pair(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        first, second = (coordinates(batch.column(one), self.decimal) for one in self.place.columns)
        none = (first == 0) & (second == 0)  # what many a system writes where it knows no place
        return np.where(none, np.nan, first), np.where(none, np.nan, second)

    def _points(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        column = batch.column(self.place.columns[0])
        if self.place.wkt is not None:
            shapes = self._written(text(column))
        else:
            storage = column.storage if isinstance(column, pa.ExtensionArray) else column
            shapes = shapely.from_wkb(np.array(storage.to_pylist(), dtype=object), on_invalid="ignore")
        shapes[shapely.is_empty(shapes)] = None
        point = np.where(
            shapely.get_type_id(shapes) == shapely.GeometryType.POINT, shapes, shapely.point_on_surface(shapes)
        )
        return shapely.get_x(point), shapely.get_y(point)

    def _written(self, cells: pa.Array) -> NDArray[np.object_]:
        """Places as text: WKT, with the SRID before it that PostGIS writes if it is the declared one, or WKB in hex."""
        bare = pc.replace_substring_regex(cells, SRID, "")
        hexed = pc.fill_null(pc.match_substring_regex(bare, HEXED), False)
        wkt = np.array(pc.if_else(hexed, NOTHING, bare).to_pylist(), dtype=object)
        wkb = np.array(pc.if_else(hexed, bare, NOTHING).to_pylist(), dtype=object)
        found: NDArray[np.object_] = shapely.from_wkt(wkt, on_invalid="ignore")
        found[pd.notna(wkb)] = shapely.from_wkb(wkb[pd.notna(wkb)], on_invalid="ignore")
        parts = pc.struct_field(pc.extract_regex(cells, SRID), "srid").drop_null()
        told = {*map(int, parts.unique().to_pylist()), *shapely.get_srid(found[pd.notna(wkb)]).tolist()}
        if strange := sorted(told - {0, -1, self.place.crs}):
            raise SourceError(f"{self.where}: places in SRID {strange[0]} where crs = {self.place.crs} is declared")
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        """In Dutch, what to know of how rows were placed."""
        return () if self._addresses is None else self._addresses.notes

    def _asked(self, batch: pa.RecordBatch) -> Placed:
        """What PDOK knows of verblijfsobjecten and addresses."""
        if self._addresses is None:
            raise SourceError(f"{self.where}: places of this kind are looked up with PDOK; that is not possible here")
        if self.place.object is not None:
            return Placed(*self._addresses.of_objects(_text(batch, self.place.object)))
        numbers = _text(batch, self.place.huisnummer)
        for extra in (self.place.huisletter, self.place.toevoeging):
            if extra is not None:
                added = zip(numbers, _text(batch, extra), strict=True)
                numbers = [number and f"{number} {more or ''}" for number, more in added]
        return Placed(*self._addresses.located(_text(batch, self.place.postcode), numbers))

    def _check(self, x: Floats, y: Floats, count: int) -> None:
        """Refuse places of which most lie outside the country, and say what they look like."""
        if len(x) and self.stray is None:
            self.stray = f"({x[0]:.6g}, {y[0]:.6g}) for one in columns {list(self.place.columns)}: {_looks(x, y)}"
        if len(x) >= max(ENOUGH, MOST * count):
            raise SourceError(
                f"{self.where}: {len(x)} of {count} places lie outside the country, {self.stray}; "
                "correct [records.place]"
            )


def _looks(x: Floats, y: Floats) -> str:
    found = system_of(x, y)
    return f"they lie as places do in {found}" if found else "they lie nowhere"


def _text(batch: pa.RecordBatch, column: str | None) -> list[str | None]:
    cells: list[str | None] = text(batch.column(column)).to_pylist()
    return cells
