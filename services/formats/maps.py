"""Maps as rows: GeoPackage, GeoJSON, FlatGeobuf, shapefile, GML, by GDAL's Arrow stream.

What the stream would decide for us is asked for otherwise. Moments come as text, with their zone where they have one:
as times GDAL takes those of a GeoPackage for UTC, and loses the UTC of a FlatGeobuf. Properties of GeoJSON of which the
cells are of several types come as they are in the file.
"""

import codecs
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyogrio

from geo.errors import SourceError
from layers.declarations.records import Format
from services.files import digest
from services.formats import bounds, encodings, mixed
from services.formats.rows import ROWS, Batches, Rows

JSON = (".json", ".geojson")
STYLES = "layer_styles"
"""The table in which QGIS keeps how the layers of a GeoPackage are drawn."""


def rows(path: Path, format_: Format, _geometry: str | None) -> Rows:
    """The rows of a map, or of a list in JSON.

    Raises SourceError where it has several tables, or letters that cannot be read.
    """
    encoding = _encoding(path, format_)
    if path.suffix.lower() == ".json" and (listed := _listed(path, encoding)) is not None:
        return listed
    recoded = encoding is not None and path.suffix.lower() in JSON
    if not recoded and path.suffix.lower() in JSON:
        _check_letters(path)
    given = bounds.json_bytes(path, encoding) if recoded else path
    every = [str(name) for name in pyogrio.list_layers(given)[:, 0]]
    layers = [name for name in every if name != STYLES]
    if format_.layer is None and len(layers) > 1:
        raise SourceError(
            "{path}: has layers {layers!r}; name one as format.layer in the source", path=path, layers=layers
        )
    layer = format_.layer or (every.index(layers[0]) if layers else 0)
    of_gdal = None if recoded or encoding is None else codecs.lookup(encoding).name  # GDAL knows no "latin-1"
    about = pyogrio.read_info(given, layer=layer, encoding=of_gdal)
    name = about["geometry_name"] or "geometry"

    def batches(columns: Sequence[str]) -> Batches:
        fields, first = [one for one in columns if one != name], 0
        with pyogrio.open_arrow(
            given, layer=layer, encoding=of_gdal, columns=fields, read_geometry=name in columns, batch_size=ROWS,
            use_pyarrow=True, datetime_as_string=True,
        ) as (described, stream):  # fmt: skip
            theirs = described["geometry_name"] or "wkb_geometry"
            for batch in stream:
                renamed = batch.rename_columns([name if one == theirs else one for one in batch.schema.names])
                checked = _checked(path, renamed.select(list(columns)))
                yield _typed(path, encoding, checked, first)
                first += batch.num_rows
        check_whole(path, about, first)

    headers = (*(str(one) for one in about["fields"]), *((name,) if about["geometry_type"] else ()))
    return Rows(str(path), headers, batches, about["crs"], digest(path), name)


def _check_letters(path: Path) -> None:
    """Raise SourceError for JSON with bytes of zero: GDAL leaves out the rows that they are in."""
    if any(b"\0" in block for block in bounds.blocks(path)):
        raise SourceError(
            "{path}: has bytes of zero, which JSON in UTF-8 never has; it is damaged: copy or export it again; or it "
            "is in UTF-16: declare format.encoding in the source",
            path=path,
        )


def check_whole(path: Path, about: Mapping[str, Any], read: int) -> None:
    """Raise SourceError where a GeoPackage gave fewer rows than it says that it has: of one that is damaged GDAL reads
    as far as it comes, and is silent.
    """
    if about["driver"] == "GPKG" and read < about["features"]:
        raise SourceError(
            "{path}: says that it has {there:,} rows, and {read:,} can be read; it is damaged: copy or export it again",
            path=path, there=about["features"], read=read,
        )  # fmt: skip


def _listed(path: Path, encoding: str | None) -> Rows | None:
    """The rows of a list of objects; None where a file has something else, which GDAL may know."""
    try:
        content = bounds.json(path, encoding)
    except orjson.JSONDecodeError:
        return None
    if isinstance(content, dict) and not {"type", "features", "arcs", "geometryType"} & content.keys():
        raise SourceError(
            "{path}: JSON that is neither GeoJSON nor a list of rows, but has {keys}; save the list in it by itself",
            path=path, keys=list(content)[:10],
        )  # fmt: skip
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        return None
    names = list(dict.fromkeys(name for one in content for name in one))
    table = pa.table({name: mixed.column([_plain(one.get(name)) for one in content]) for name in names})
    return Rows(
        str(path), tuple(names), lambda columns: iter(table.select(list(columns)).to_batches(ROWS)),
        sha256=digest(path),
    )  # fmt: skip


def _encoding(path: Path, format_: Format) -> str | None:
    """What is declared; of a shapefile that does not say it, what its letters show; else what the file says, and of
    JSON UTF-8.
    """
    table, shapefile = path.with_suffix(".dbf"), path.suffix.lower() == ".shp"
    if isinstance(format_.encoding, str):
        return encodings.decided(path, format_.encoding).name
    if shapefile and table.is_file() and not path.with_suffix(".cpg").is_file() and not _tells_encoding(table):
        return encodings.decided(table, format_.encoding, _letters).name
    return None


def _tells_encoding(table: Path) -> bool:
    """Whether a dBase table says in which code page it is; ANSI (0x57) is any of Windows, or none at all."""
    with table.open("rb") as content:
        return content.read(30)[29:] not in {b"", b"\x00", b"\x57"}


def _letters(table: Path) -> Iterator[bytes]:
    """The names of the columns and the rows of a dBase table: the lengths in its head are no letters."""
    with table.open("rb") as content:
        start, length = struct.unpack("<8xHH", content.read(12))
        content.seek(32)
        columns = content.read(max(start - 32, 0))
        yield b"".join(columns[at : at + 11] + b"\n" for at in range(0, len(columns), 32))
        while length and (row := content.read(length)):
            yield row + b"\n"


def _checked(path: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        raise SourceError(
            "{path}: letters that are not in the encoding that the file names; declare the one they are in, as "
            'format.encoding = "cp1252" in the source',
            path=path,
        ) from None
    return batch


def _typed(path: Path, encoding: str | None, batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """The batch with properties of several types as cells with a type of their own."""
    several = [field.name for field in batch.schema if _is_json(field.type)]
    if not several:
        return batch
    properties = _properties(path, encoding)
    columns = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name not in several:
            columns.append(column)
        elif properties is None:
            columns.append(column.storage.cast(pa.string()))
        else:
            cells = [_plain(one.get(name)) for one in properties[first : first + batch.num_rows]]
            columns.append(mixed.column(cells))
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _is_json(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.BaseExtensionType) and kind.extension_name == "arrow.json"


def _properties(path: Path, encoding: str | None) -> list[dict[str, Any]] | None:
    """The properties of every feature of a GeoJSON file; None where it is something else."""
    if path.suffix.lower() not in JSON or zipfile.is_zipfile(path):
        return None
    content = bounds.json(path, encoding)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        return None
    return [feature.get("properties") or {} for feature in features]


def _plain(cell: Any) -> Any:
    """A cell as it is; what is nested as the JSON that it is."""
    return orjson.dumps(cell).decode() if isinstance(cell, dict | list) else cell
