"""Whatever happened to the bytes of a file, it is read or refused in words; nothing ends the process."""

import json

import geopandas
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.declarations.records import Format
from services.formats.reader import file, table
from tests.services.formats.workbooks import row
from tests.services.formats.workbooks import written as workbook

TABLE = pd.DataFrame({"code": ["BU01", "BU02"], "aantal": [3, 4], "datum": ["2024-01-01", "2024-02-01"]})


def _map(path, **how):
    geopandas.GeoDataFrame(TABLE, geometry=shapely.points([[1.0, 2], [3, 4]]), crs=28992).to_file(path, **how)


WRITTEN = {
    "a.csv": lambda path: TABLE.to_csv(path, index=False),
    "a.csv.gz": lambda path: TABLE.to_csv(path, index=False),
    "a.xlsx": lambda path: TABLE.to_excel(path, index=False),
    "a.parquet": TABLE.to_parquet,
    "a.json": lambda path: path.write_text(json.dumps(TABLE.to_dict("records"))),
    "a.geojson": _map,
    "a.gpkg": _map,
    "a.fgb": _map,
}


@pytest.fixture(scope="module", params=WRITTEN)
def written(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / request.param
    WRITTEN[request.param](path)
    return path


@pytest.mark.filterwarnings("ignore")  # of GDAL, which says what it leaves out
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.data())
def test_a_file_with_other_bytes_is_read_or_refused_in_words(written, change):
    content = bytearray(written.read_bytes())
    for _ in range(change.draw(st.integers(1, 4))):
        at = change.draw(st.integers(0, max(len(content) - 1, 0)))
        what = change.draw(st.sampled_from(["flip", "cut", "insert", "repeat"]))
        if what == "flip" and content:
            content[at] = change.draw(st.integers(0, 255))
        elif what == "cut":
            del content[at : at + change.draw(st.integers(1, 200))]
        elif what == "insert":
            content[at:at] = change.draw(st.binary(max_size=20))
        else:
            content[at:at] = content[at : at + 50]
    damaged = written.with_name(f"damaged-{written.name}")
    damaged.write_bytes(content)
    try:
        assert isinstance(table(damaged, Format()), pd.DataFrame)
    except SourceError as fault:
        assert damaged.name in str(fault)  # noqa: PT017  # either will do


PLACES = st.sampled_from(["", "A1", "B1", "A2", "B2", "C3", "ZZZ9"])
KINDS = st.sampled_from(["", "s", "e", "d", "b", "n", "str", "inlineStr", "x"])
CONTENTS = st.sampled_from([
    "", "<v>1</v>", "<v>0</v>", "<v>9</v>", "<v>-1</v>", "<v>1e400</v>", "<v/>", "<v>2024-13-99</v>", "<v>tekst</v>",
    "<v>99999999999999999999</v>", "<f>1/0</f>", "<f>A1</f><v>2</v>", "<is><t>tekst</t></is>", "<is/>", "<v>#REF!</v>",
])  # fmt: skip
CELLS = st.builds(lambda place, kind, content: f'<c r="{place}" t="{kind}">{content}</c>', PLACES, KINDS, CONTENTS)
BARE_CELLS = st.builds("<c>{}</c>".format, CONTENTS)
ROWS = st.builds(
    lambda number, cells: f"<row{number}>{''.join(cells)}</row>",
    st.sampled_from(["", ' r="1"', ' r="2"', ' r="x"', ' r="3" hidden="1"']),
    st.lists(CELLS | BARE_CELLS, max_size=4),
)
MERGED = '<mergeCells><mergeCell ref="{}"/></mergeCells>'
BELOW = st.sampled_from(["", *(MERGED.format(one) for one in ("A1:B2", "A", "B2:A1", "A1:XFD1048576"))])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=4), usual=st.booleans(), below=BELOW)
def test_a_sheet_of_whatever_cells_is_read_or_refused_in_words(tmp_path, rows, usual, below):
    first = row(1, A="0", B="1") + row(2, A=3, B=4) if usual else ""
    strings = "<si><t>a</t></si><si><t>b</t></si>"
    path = workbook(tmp_path / "a.xlsx", first + "".join(rows), below, strings)
    try:
        assert isinstance(table(path, Format()), pd.DataFrame)
    except SourceError as fault:
        assert path.name in str(fault)  # noqa: PT017  # either will do


@pytest.mark.parametrize("strange", ['<row r="2"><c r="A0">', '<row r="2"><c r="a1">', '<row r="0"><c>'])
def test_a_place_as_no_program_writes_it_ends_no_process(tmp_path, strange):
    rows = row(1, A="0") + f"{strange}<v>1</v></c></row>"
    path = workbook(tmp_path / "a.xlsx", rows, strings="<si><t>a</t></si>")
    try:
        assert isinstance(table(path, Format()), pd.DataFrame)
    except SourceError as fault:
        assert path.name in str(fault)  # noqa: PT017  # either will do


MANY = pd.DataFrame({"zaak": [f"Z-{at:05}" for at in range(3000)], "soort": "geluid"})


def _many(path):
    if path.suffix == ".parquet":
        MANY.to_parquet(path)
    else:
        at = shapely.points(range(3000), range(3000))
        geopandas.GeoDataFrame(MANY, geometry=at, crs=28992).to_file(path)


@pytest.mark.filterwarnings("ignore:Unsupported geometry type")  # of GDAL, which leaves rows of GeoJSON out
@pytest.mark.parametrize("name", ["a.parquet", "a.gpkg", "a.fgb", "a.geojson"])
def test_a_file_that_is_damaged_half_way_is_refused_and_loses_no_rows_in_silence(tmp_path, name):
    path = tmp_path / name
    _many(path)
    content = bytearray(path.read_bytes())
    at = max(content.find(b"Z-01500"), 4096) // 4096 * 4096  # a page of the GeoPackage; in the Parquet it is packed
    content[at : at + 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"a\.{path.suffix[1:]}: .*damaged: copy or export it again"):
        list(file(path, Format()).batches(["zaak"]))
