"""The encoding is that of the file: one row in another never changes all others, and it is listed."""

import geopandas
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.declarations.records import Format
from services.formats import cells
from services.formats.encodings import LOST, Encoding, decided
from services.formats.reader import file

CAFE = "café"


def kinds(path, **format_):
    rows = file(path, Format(**format_))
    return cells.text(pa.concat_arrays([batch.column(0) for batch in rows.batches(["soort"])])).to_pylist()


def written(path, *lines, head="n;soort"):
    path.write_bytes(b"\n".join([head.encode(), *lines]) + b"\n")
    return path


UTF8, LATIN = (f"1;{CAFE}".encode(one) for one in ("utf-8", "iso-8859-1"))


@pytest.mark.parametrize(
    ("lines", "encoding", "found"),
    [
        ([UTF8] * 3, Encoding("utf-8"), [CAFE] * 3),
        ([LATIN] * 3, Encoding("cp1252"), [CAFE] * 3),
        ([UTF8, UTF8, LATIN], Encoding("utf-8", whole=False), [CAFE, CAFE, f"caf{LOST}"]),
        ([LATIN, UTF8, LATIN], Encoding("cp1252", whole=False), [CAFE, f"caf{LOST}{LOST}", CAFE]),
        ([b"1;bar"], Encoding("utf-8"), ["bar"]),
    ],
)
def test_one_row_in_another_encoding_changes_no_other(tmp_path, lines, encoding, found):
    path = written(tmp_path / "a.csv", *lines)
    assert decided(path) == encoding
    assert kinds(path) == found


def test_a_declared_encoding_counts_and_of_several_the_first_that_fits_the_whole(tmp_path):
    path = written(tmp_path / "a.csv", LATIN)
    assert kinds(path, encoding="iso-8859-1") == [CAFE]
    assert kinds(path, encoding=("utf-8", "cp437")) == ["cafΘ"]
    assert kinds(path, encoding="utf-8") == [f"caf{LOST}"]
    with pytest.raises(SourceError, match="no such encoding: 'utf9'"):
        kinds(path, encoding="utf9")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_two_or_four_bytes_a_letter_are_read_with_a_mark_and_those_of_two_without(tmp_path, encoding):
    path = tmp_path / "rijen.csv"
    path.write_bytes(f"n;soort\n1;{CAFE}\n".encode(encoding))
    assert kinds(path) == [CAFE]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize(("columns", "count"), [(1, 1), (2, 200), (3, 2), (4, 400), (5, 129)])
def test_the_lengths_in_the_head_of_a_shapefile_are_no_letters(tmp_path, encoding, columns, count):
    more = {f"k{at}": 1.0 for at in range(columns - 1)}
    frame = geopandas.GeoDataFrame({"soort": [CAFE] * count} | more, geometry=[shapely.Point(5, 52)] * count, crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding=encoding)
    (tmp_path / "a.cpg").unlink()
    assert kinds(tmp_path / "a.shp") == [CAFE] * count


def test_a_shapefile_of_dos_that_names_its_code_page_is_read_in_it(tmp_path):
    frame = geopandas.GeoDataFrame({"soort": [CAFE]}, geometry=[shapely.Point(5, 52)], crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding="cp850")
    (tmp_path / "a.cpg").unlink()
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[29] = 2
    (tmp_path / "a.dbf").write_bytes(table)
    assert kinds(tmp_path / "a.shp") == [CAFE]


@pytest.mark.parametrize("name", ["a.geojson", "a.json"])
def test_geojson_in_another_encoding_is_read_where_that_is_declared(tmp_path, name):
    frame = geopandas.GeoDataFrame({"soort": [CAFE, 3]}, geometry=[shapely.Point(5, 52)] * 2, crs=4326)
    (tmp_path / name).write_bytes(frame.to_json(ensure_ascii=False).encode("cp1252"))
    assert kinds(tmp_path / name, encoding="cp1252") == [CAFE, "3"]
    with pytest.raises(SourceError):
        kinds(tmp_path / name)


def test_a_list_in_json_in_another_encoding_is_read_where_that_is_declared(tmp_path):
    (tmp_path / "a.json").write_bytes(f'[{{"soort": "{CAFE}"}}]'.encode("cp1252"))
    assert kinds(tmp_path / "a.json", encoding="cp1252") == [CAFE]


@pytest.mark.parametrize("code", [CAFE, "cafe\u0301", "CAFE\u0301*"])
def test_a_letter_with_its_accent_beside_it_is_the_same_letter(code):
    column = pa.array([CAFE, "cafe\u0301", "cafe"])
    assert cells.matches(column, (code,)).tolist() == [True, True, False]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_shapefile_that_does_not_name_its_encoding_is_read(tmp_path, encoding):
    frame = geopandas.GeoDataFrame({"soort": [CAFE, "thé"]}, geometry=[shapely.Point(5, 52)] * 2, crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding=encoding)
    (tmp_path / "a.cpg").unlink()
    assert kinds(tmp_path / "a.shp") == [CAFE, "thé"]
    assert kinds(tmp_path / "a.shp", encoding=encoding) == [CAFE, "thé"]


def test_letters_that_are_not_in_the_named_encoding_are_said_with_the_way_out(tmp_path):
    frame = geopandas.GeoDataFrame({"soort": [CAFE]}, geometry=[shapely.Point(5, 52)], crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding="cp1252")
    (tmp_path / "a.cpg").write_text("UTF-8")
    with pytest.raises(SourceError, match=r'format\.encoding = "cp1252"'):
        kinds(tmp_path / "a.shp")
    assert kinds(tmp_path / "a.shp", encoding="cp1252") == [CAFE]


WORDS = st.text(st.sampled_from("abcéèëïöüçñ€\N{RIGHT SINGLE QUOTATION MARK}"), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["utf-8", "cp1252"])), min_size=1, max_size=12))
def test_of_rows_in_two_encodings_each_is_what_was_written_or_lost_and_of_one_all_are_right(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("mixed") / "a.csv"
    found = kinds(written(path, *(f"1;{word}".encode(encoding) for word, encoding in rows)))
    words = [word for word, _ in rows]
    assert all(one == word or LOST in one for one, word in zip(found, words, strict=True))
    used = {encoding for word, encoding in rows if not word.isascii()}
    if len(used) <= 1:
        assert found == words


@pytest.mark.parametrize("name", ["latin-1", "latin_1", "L1", "iso-8859-15", "cp1252", "windows-1252"])
def test_an_encoding_of_a_shapefile_may_have_any_name_that_python_knows(tmp_path, name):
    """GDAL knows no latin-1, and left the letters as they were."""
    path = tmp_path / "a.shp"
    points = geopandas.GeoDataFrame({"k": ["caf\u00e9"]}, geometry=[shapely.Point(155_000, 463_000)], crs=28992)
    points.to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    rows = file(path, Format(encoding=name))
    assert [cell for batch in rows.batches(["k"]) for cell in batch.column(0).to_pylist()] == ["caf\u00e9"]
