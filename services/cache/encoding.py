"""Values of the build as bytes and back, to the bit: text in JSON, tables in Arrow. Nothing in it is ever run.

Rejected: pickle, which does it in one line and runs what a copied or altered file tells it to; and Parquet, which by
itself keeps no enums apart from text, nor None from NaN.

Only values of zicht's own dataclasses go in (`CLASSES`), made of tables, columns, arrays and plain values. What is
shared is written once and shared again: an index of all areas stands beside each of a dozen columns.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from geopandas.array import GeometryArray, GeometryDtype
from numpy.typing import NDArray
from scipy.sparse import csr_array

from boundaries.crosswalk import Crosswalk, Method
from boundaries.interpolation import Interpolation
from geo.areas import AreaFrame, AreaLevel
from geo.measures import Measure
from geo.messages import Message
from geo.neighbors import Neighbors
from geo.residuals import Residuals
from geo.statistics.places.result import Place, PlaceResult
from geo.statistics.result import How, LocalResult
from geo.unknown import Unknown
from layers.method.baseline import BaselineEvents, BaselineReport
from layers.method.figures import Figures
from layers.method.indicator_values import IndicatorValues
from layers.method.places import Boundaries
from layers.publication.corrections import Corrected
from layers.publication.layer import Receipt

CLASSES: Mapping[str, type[Any]] = {
    one.__name__: one
    for one in (
        AreaFrame, BaselineEvents, BaselineReport, Boundaries, Corrected, Crosswalk, Figures, How, IndicatorValues,
        Interpolation, LocalResult,
        Measure, Message, Neighbors, Place, PlaceResult, Receipt, Residuals,
    )
}  # fmt: skip
"""What a value may be made of, beside what JSON holds."""
ENUMS: Mapping[str, type[Any]] = {one.__name__: one for one in (AreaLevel, Method, Unknown)}
TREE = "value.json"
CSR = ("data", "indices", "indptr")
KINDS = frozenset({
    "enum", "list", "tuple", "dict", "object", "csr", "range", "index", "series", "table", "geometry", "category",
    "str", "words", "numbers",
})  # fmt: skip


def encoded(value: object) -> bytes:
    """The bytes of a value. Raises TypeError for what it may not be made of."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        writer = _Writer(archive)
        archive.writestr(TREE, json.dumps(writer.tree(value)))
    return content.getvalue()


def decoded(content: bytes) -> Any:
    """The value of these bytes."""
    with ZipFile(BytesIO(content)) as archive:
        return _Reader(archive).value(json.loads(archive.read(TREE)))


@dataclass(slots=True)
class _Writer:
    """Makes the tree of a value, with a file beside it for each array; equal arrays are one file."""

    archive: ZipFile
    names: dict[str, str] = field(default_factory=dict)

    def tree(self, value: object) -> object:
        """What JSON holds of a value: plain values as they are, all else as [what it is, its parts...]."""
        match value:
            case None | bool() | int() | float() | str():
                return ["enum", type(value).__name__, value.value] if isinstance(value, Enum) else value
            case np.generic():
                return value.item()
            case list() | tuple():
                return [type(value).__name__, *(self.tree(one) for one in value)]
            case Mapping():
                return ["dict", *([str(name), self.tree(one)] for name, one in value.items())]
            case _ if is_dataclass(value) and type(value).__name__ in CLASSES:
                parts = [[one.name, self.tree(getattr(value, one.name))] for one in fields(value)]
                return ["object", type(value).__name__, *parts]
        return self._of_tables(value)

    def _of_tables(self, value: object) -> object:
        match value:
            case csr_array():
                return ["csr", list(value.shape), *(self._numbers(getattr(value, part)) for part in CSR)]
            case pd.RangeIndex():
                return ["range", value.start, value.stop, value.step, value.name]
            case pd.Index():
                return ["index", self._array(value.array), value.name]
            case pd.Series():
                return ["series", self.tree(value.index), self._array(value.array), value.name]
            case pd.DataFrame():
                columns = ([str(name), self._array(value[name].array)] for name in value)
                return ["table", self.tree(value.index), *columns]
            case np.ndarray():
                return self._numbers(value)
        raise TypeError(f"a {type(value).__name__} is no value that can be remembered")

    def _array(self, array: Any) -> object:
        if isinstance(array, GeometryArray):
            return ["geometry", array.crs.to_epsg(), self._texts(pa.array(shapely.to_wkb(np.asarray(array))))]
        if isinstance(array.dtype, pd.CategoricalDtype):
            return ["category", self.tree(array.categories), self._numbers(array.codes), array.ordered]
        if isinstance(array.dtype, pd.StringDtype):
            return ["str", self._texts(pa.array(array, pa.large_string()))]
        plain = array.to_numpy()
        return ["words", *self._words(plain)] if plain.dtype == object else self._numbers(plain)

    def _words(self, array: Any) -> tuple[object, object]:
        """Few different values, each once, and which of them stands where; None and NaN are two of them."""
        words: dict[tuple[type, str], int] = {}
        distinct: list[object] = []
        codes = np.empty(len(array), dtype=np.int32)
        for at, one in enumerate(array):
            kind = (type(one), str(one))
            if kind not in words:
                words[kind] = len(distinct)
                distinct.append(self.tree(one))
            codes[at] = words[kind]
        return distinct, self._numbers(codes)

    def _numbers(self, array: np.ndarray) -> object:
        if array.dtype.kind not in "biuf":
            raise TypeError(f"an array of {array.dtype} is no value that can be remembered")
        content = BytesIO()
        np.save(content, np.ascontiguousarray(array), allow_pickle=False)
        return ["numbers", self._file(content.getvalue())]

    def _texts(self, array: pa.Array | pa.ChunkedArray) -> str:
        if isinstance(array, pa.ChunkedArray):  # what pandas put together from several
            array = array.combine_chunks()
        batch = pa.record_batch([array], names=["text"])
        content = BytesIO()
        with pa.ipc.new_stream(content, batch.schema) as stream:
            stream.write_batch(batch)
        return self._file(content.getvalue())

    def _file(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self.names:
            self.names[digest] = str(len(self.names))
            self.archive.writestr(self.names[digest], content)
        return self.names[digest]


@dataclass(slots=True)
class _Reader:
    """Makes the value of a tree; an index that stands in it more than once is one."""

    archive: ZipFile
    indexes: dict[str, pd.Index] = field(default_factory=dict)

    def value(self, tree: Any) -> Any:
        """The value of a tree."""
        if not isinstance(tree, list):
            return tree
        kind, *parts = tree
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of value")
        return getattr(self, f"_{kind}")(*parts)

    def _enum(self, name: str, value: str) -> Any:
        return ENUMS[name](value)

    def _list(self, *parts: Any) -> list[Any]:
        return [self.value(one) for one in parts]

    def _tuple(self, *parts: Any) -> tuple[Any, ...]:
        return tuple(self.value(one) for one in parts)

    def _dict(self, *parts: Any) -> dict[str, Any]:
        return {name: self.value(one) for name, one in parts}

    def _object(self, name: str, *parts: Any) -> Any:
        return CLASSES[name](**{part: self.value(one) for part, one in parts})

    def _csr(self, shape: list[int], *parts: Any) -> csr_array:
        return csr_array(tuple(self.value(one) for one in parts), shape=tuple(shape))

    def _range(self, start: int, stop: int, step: int, name: str | None) -> pd.Index:
        return pd.RangeIndex(start, stop, step, name=name)

    def _index(self, array: Any, name: str | None) -> pd.Index:
        known = json.dumps([array, name])
        if known not in self.indexes:
            values = self.value(array)
            self.indexes[known] = pd.Index(values, name=name, dtype=values.dtype)
        return self.indexes[known]

    def _series(self, index: Any, array: Any, name: str | None) -> pd.Series:
        values = self.value(array)
        series: pd.Series = pd.Series(values, self.value(index), dtype=values.dtype, name=name)
        return series

    def _table(self, index: Any, *columns: Any) -> pd.DataFrame:
        arrays = {name: self._series(index, array, name) for name, array in columns}
        of_places = [name for name, one in arrays.items() if isinstance(one.dtype, GeometryDtype)]
        table = pd.DataFrame(arrays, self.value(index))
        return geopandas.GeoDataFrame(table, geometry=of_places[0]) if of_places else table

    def _geometry(self, epsg: int, file: str) -> GeometryArray:
        return GeometryArray(shapely.from_wkb(self._text(file).to_numpy(zero_copy_only=False)), crs=epsg)

    def _category(self, categories: Any, codes: Any, ordered: bool) -> pd.Categorical:  # noqa: FBT001  # a part of the tree
        return pd.Categorical.from_codes(self.value(codes), self.value(categories), ordered=ordered)

    def _str(self, file: str) -> Any:
        return pd.array(self._text(file).to_numpy(zero_copy_only=False), dtype="str")

    def _words(self, distinct: list[Any], codes: Any) -> NDArray[np.object_]:
        words = np.empty(len(distinct), dtype=object)
        words[:] = [self.value(one) for one in distinct]
        of_all: NDArray[np.object_] = words[self.value(codes)]
        return of_all

    def _numbers(self, file: str) -> NDArray[Any]:
        numbers: NDArray[Any] = np.load(BytesIO(self.archive.read(file)), allow_pickle=False)
        return numbers

    def _text(self, file: str) -> pa.Array:
        with pa.ipc.open_stream(self.archive.read(file)) as stream:
            return stream.read_all().column(0).combine_chunks()
