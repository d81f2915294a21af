"""What a file unpacks to and how far its sheets go is looked at before it is read: no file ends the process."""

import gzip
import resource
import zipfile
from zipfile import ZIP_DEFLATED

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from geo.errors import SourceError
from layers.declarations.records import Format
from services.formats import bounds, child, csv, encodings, excel, memory
from services.formats.reader import file, table
from tests.services.formats.workbooks import row, written

STRINGS = "<si><t>a</t></si><si><t>b</t></si>"


def read(path):
    return table(path, Format())


def plain(folder):
    rows = row(1, A="0", B="1") + "".join(row(at, A=at, B=at / 2) for at in range(2, 6))
    return written(folder / "a.xlsx", rows, strings=STRINGS)


@pytest.mark.parametrize(("last", "cells"), [("XFD1048576", "17,179,869,184"), ("ABC99999", "73,099,269")])
def test_a_workbook_with_a_value_far_away_is_refused_before_room_is_made_for_it(tmp_path, last, cells):
    column, number = last.rstrip("0123456789"), int(last.lstrip("ABCDFX"))
    path = written(tmp_path / "a.xlsx", row(1, A="0") + row(number, **{column: 1}), strings=STRINGS)
    with pytest.raises(
        SourceError, match=rf"sheet 'Blad1' has a value in row {number:,}, .* so {cells} cells where 30"
    ):
        read(path)


def test_the_last_cell_counts_and_not_what_the_sheet_says_of_itself_or_how_far_it_is_merged(tmp_path):
    merged = '<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    path = written(tmp_path / "a.xlsx", row(1, A="0") + row(2, A=7), merged, STRINGS)
    assert read(path)["a"].tolist() == [7.0]
    rows = "<row><c t='s'><v>0</v></c></row>" + "<row><c><v>7</v></c></row>"  # positions may be left out
    assert read(written(tmp_path / "b.xlsx", rows, strings=STRINGS))["a"].tolist() == [7.0]


def test_text_that_many_cells_share_is_read_in_a_child_that_may_use_so_much_memory(tmp_path):
    strings = f"<si><t>a</t></si><si><t>{'x' * 100_000}</t></si>"
    rows = row(1, A="0") + "".join(row(at, A="1") for at in range(2, 60_000))
    path = written(tmp_path / "a.xlsx", rows, strings=strings)
    with pytest.raises(SourceError, match=r"cannot be read within 4,294,967,296 bytes of memory; remove cells"):
        read(path)


def test_a_workbook_gives_the_same_in_a_child_and_so_do_its_faults(tmp_path, monkeypatch):
    here = read(plain(tmp_path))
    monkeypatch.setattr(excel, "MODEST", 0)
    pd.testing.assert_frame_equal(read(tmp_path / "a.xlsx"), here)
    with pytest.raises(SourceError, match="has no sheet 'Blad2'; it has 'Blad1'"):
        table(tmp_path / "a.xlsx", Format(sheet="Blad2"))


def test_what_a_child_cannot_do_is_said_of_the_file(tmp_path):
    with pytest.raises(SourceError, match=r"a\.ods: cannot be read within"):
        child.in_child(_exits, tmp_path / "a.ods")


def _exits(_path):
    raise MemoryError


def zipped(path, *entries):
    with zipfile.ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return path


def test_a_zip_is_looked_at_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "SURELY_FINE", 1_000_000)
    with pytest.raises(SourceError, match=r"unpacks to 3,000,000 bytes, \d+ times its size"):
        read(zipped(tmp_path / "a.zip", ("a.geojson", b"0" * 3_000_000)))
    with pytest.raises(SourceError, match="unpacks to 3,000,000 bytes"):
        read(zipped(tmp_path / "a.xlsx", ("xl/workbook.xml", b"0" * 3_000_000)))
    many = [(f"{at}.txt", b"") for at in range(10_001)]
    with pytest.raises(SourceError, match="a zip of 10,001 files, more than the 10,000 that"):
        read(zipped(tmp_path / "b.zip", *many))


def test_what_is_packed_well_and_is_small_comes_in(tmp_path):
    rows = "\n".join(["a;b", *["1;2"] * 1_000_000]).encode()
    with gzip.open(tmp_path / "a.csv.gz", "wb") as packed:
        packed.write(rows)
    assert len(rows) > 200 * (tmp_path / "a.csv.gz").stat().st_size
    assert len(read(tmp_path / "a.csv.gz")) == 1_000_000


def test_a_packed_table_is_not_unpacked_without_end(tmp_path, monkeypatch):
    with gzip.open(tmp_path / "a.csv.gz", "wb") as packed:
        packed.write(b"a;b\n" + b"0" * 50_000_000)
    monkeypatch.setattr(bounds, "SURELY_FINE", 20_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 20,000,000 bytes, over 200 times its size"):
        read(tmp_path / "a.csv.gz")


def test_a_line_without_end_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", 1000)
    (tmp_path / "a.csv").write_bytes(b"a;b\n" + b"\xe9" * 2500 + "\n\u20ac".encode())
    with pytest.raises(SourceError, match="a line of more than 1,000 bytes"):
        encodings.decided(tmp_path / "a.csv")
    monkeypatch.setattr(csv, "BYTES", 1000)
    (tmp_path / "b.csv").write_bytes(b"a;b\n" + b"1" * 2500)
    with pytest.raises(SourceError, match="is not utf-8"):
        read(tmp_path / "b.csv")


def test_json_that_is_read_whole_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "JSON", 1000)
    (tmp_path / "a.json").write_text("[" + '{"a": 1},' * 200 + '{"a": 1}]')
    with pytest.raises(SourceError, match=r"1,810 bytes of JSON, more than the 1,000 that are read whole; save it as"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize(
    "tag", ["GDAL_WMS", "GDAL_WMTS", "GDALTileIndexDataset", "VRTDataset a='1'", "OGRWFSDataSource"]
)
def test_what_has_gdal_read_elsewhere_is_refused_by_how_it_begins(tmp_path, tag):
    (tmp_path / "a.gpkg").write_text(f"<?xml version='1.0'?>\n<{tag}>")
    with pytest.raises(SourceError, match="describes where data is, and holds none itself"):
        read(tmp_path / "a.gpkg")


@pytest.mark.parametrize("name", ["a.gpkg", "a.gml", "a.json", "a.shp"])
def test_a_map_that_describes_other_data_is_refused_unopened(tmp_path, name):
    (tmp_path / "elsewhere.csv").write_text("a,b\n1,2\n")
    layer = f"<OGRVRTLayer name='elsewhere'><SrcDataSource>{tmp_path}/elsewhere.csv</SrcDataSource></OGRVRTLayer>"
    (tmp_path / name).write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    with pytest.raises(SourceError, match="describes where data is, and holds none itself"):
        read(tmp_path / name)
    with pytest.raises(SourceError, match="describes where data is, and holds none itself"):
        read(zipped(tmp_path / "packed.zip", (name, (tmp_path / name).read_bytes())))


def parquet(folder, columns, **how):
    pyarrow.parquet.write_table(pa.table(columns), folder / "a.parquet", **({"compression": "zstd"} | how))
    return folder / "a.parquet"


def shared(cell, count):
    """A column in which many rows share one cell."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([cell]))


@pytest.mark.parametrize("how", [{}, {"store_schema": False}], ids=["as a dictionary", "as text"])
def test_a_cell_that_many_rows_of_a_parquet_share_is_not_written_out_beyond_memory(tmp_path, how):
    path = parquet(tmp_path, {"t": shared("x" * 16_000, 65_536)}, **how)
    assert path.stat().st_size < 2000
    with pytest.raises(SourceError, match=r"column 't' has cells of 1,048,576,000 bytes in 65,536 rows, where 1,000"):
        next(file(path, Format()).batches(["t"]))
    rows = file(parquet(tmp_path, {"t": shared("x" * 15_000, 65_536)}), Format())  # 983,040,000 bytes
    assert [batch.num_rows for batch in rows.batches(["t"])] == [65_536]


def test_a_parquet_of_few_bytes_that_takes_gigabytes_is_refused_unread(tmp_path):
    rows = pa.table({"x": np.zeros(1_000_000), "y": np.zeros(1_000_000)})
    for count, comes_in in ((62, True), (63, False)):  # 992 million bytes, and 1,008 million
        with pyarrow.parquet.ParquetWriter(tmp_path / "a.parquet", rows.schema, compression="zstd") as written_:
            for _ in range(count):
                written_.write_table(rows)
        if comes_in:
            assert file(tmp_path / "a.parquet", Format()).headers == ("x", "y")
    with pytest.raises(SourceError, match=r"takes 1,008,000,000 bytes in memory, .* times its size; that is no table"):
        file(tmp_path / "a.parquet", Format())


def varint(size, width=0):
    """A size as Thrift writes it, with zeros behind it up to a width."""
    parts = [(2 * size) >> (7 * at) for at in range(max(width, -(-(2 * size).bit_length() // 7)))]
    return bytes([*((part & 127) | 128 for part in parts[:-1]), parts[-1] & 127])


def with_a_footer_that_lies(path, *sizes):
    """The same Parquet, of which the footer says that these sizes are 9."""
    content = path.read_bytes()
    for size in sizes:
        said = varint(size)
        assert said in content
        content = content.replace(said, varint(9, len(said)))
    path.write_bytes(content)
    return path


def test_a_page_that_holds_more_than_the_footer_says_stops_at_a_bound(tmp_path):
    cells = pa.array(["0" * 900_000] * 400)
    how = {"use_dictionary": False, "write_statistics": False, "data_page_size": 1 << 30, "write_batch_size": 400}
    path = parquet(tmp_path, {"a": cells, "b": cells}, **how)
    size = pyarrow.parquet.read_metadata(path).row_group(0).column(0).total_uncompressed_size
    lies = with_a_footer_that_lies(path, size)
    assert pyarrow.parquet.read_metadata(lies).row_group(0).column(1).total_uncompressed_size == 9
    with pytest.raises(SourceError, match=r"takes more than 500,000,000 bytes of memory to read, and is a file of \d"):
        child.in_child(_read_twice, lies)


def _read_twice(path):
    """In a process that has not read before. What the first leaves is no room for the second."""
    memory.MEMORY = 500_000_000
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(SourceError):
        list(file(path, Format()).batches(["a", "b"]))
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    list(file(path, Format()).batches(["a", "b"]))


def test_a_long_text_that_stands_once_and_does_not_pack_stops_at_a_bound(tmp_path, monkeypatch):
    assert memory.MEMORY == 4_294_967_296
    monkeypatch.setattr(memory, "MEMORY", 500_000_000)
    text = np.random.default_rng(1).bytes(500_000).hex()
    path = parquet(tmp_path, {"t": shared(text, 60_000)}, compression="none", store_schema=False)
    with pytest.raises(SourceError, match="takes more than 500,000,000 bytes of memory to read"):
        next(file(path, Format()).batches(["t"]))


def test_what_is_nested_in_one_row_of_a_parquet_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "SURELY_FINE", 7_000_000)
    path = parquet(tmp_path, {"list": pa.ListArray.from_arrays([0, 1_000_000], np.zeros(1_000_000))})
    with pytest.raises(SourceError, match="takes 8,000,000 bytes in memory"):
        file(path, Format())


@pytest.mark.parametrize(("count", "comes_in"), [(16_384, True), (16_385, False)])
def test_a_table_has_as_many_columns_as_excel_at_most(tmp_path, count, comes_in):
    path = parquet(tmp_path, {f"c{at}": [at] for at in range(count)})
    if comes_in:
        assert len(file(path, Format()).headers) == count
        return
    with pytest.raises(SourceError, match="16,385 columns, more than the 16,384 that are read"):
        file(path, Format())


def test_of_a_parquet_with_many_columns_fewer_rows_are_read_at_a_time(tmp_path):
    rows = file(parquet(tmp_path, {f"c{at}": np.arange(6000) for at in range(2000)}), Format())
    assert [batch.num_rows for batch in rows.batches(rows.headers)] == [5000, 1000]
    usual = file(parquet(tmp_path, {f"c{at}": np.arange(70_000) for at in range(9)}), Format())
    assert [batch.num_rows for batch in usual.batches(usual.headers)] == [65_536, 4464]


def test_cells_that_are_the_one_before_them_are_read_a_thousand_at_a_time(tmp_path):
    how = {"use_dictionary": False, "column_encoding": {"t": "DELTA_BYTE_ARRAY"}}
    rows = file(parquet(tmp_path, {"t": ["x" * 9000] * 3000}, **how), Format())
    assert [batch.num_rows for batch in rows.batches(["t"])] == [1024, 1024, 952]


def test_text_is_the_same_however_a_parquet_stores_it(tmp_path):
    texts = [None, "é", "b", "b", *[f"id {at}" for at in range(5000)]]
    kinds = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()))
    for kind in kinds:
        for how in ({}, {"use_dictionary": False}, {"store_schema": False}, {"dictionary_pagesize_limit": 99}):
            path = parquet(tmp_path, {"a.b": pa.array(texts).cast(kind), "n": range(5004)}, **how)
            assert table(path, Format())["a.b"].astype(object).where(lambda one: one.notna(), None).tolist() == texts
