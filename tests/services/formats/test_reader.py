"""A table comes out of every kind of file with numbers as numbers and text as text, whatever delimits its cells."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import SourceError
from layers.declarations.records import Format
from layers.method import numbers
from services.formats.reader import table

TABLE = pd.DataFrame(
    {"buurtcode": ["BU01", "BU02", "BU03"], "inwoners": [1234.0, 1500.5, 17.0], "naam": ["A", " B;c ", ""]}
)
WRITTEN = {
    "table.csv": lambda path: TABLE.to_csv(path, index=False),
    "semicolon.csv": lambda path: TABLE.to_csv(path, index=False, sep=";", decimal=","),
    "tab.tsv": lambda path: TABLE.to_csv(path, index=False, sep="\t"),
    "packed.csv.gz": lambda path: TABLE.to_csv(path, index=False, sep=";", decimal=","),
    "table.xlsx": lambda path: TABLE.to_excel(path, index=False),
    "table.parquet": lambda path: TABLE.astype({"buurtcode": "category"}).to_parquet(path),
    "points.parquet": lambda path: points().to_parquet(path),
    "points.gpkg": lambda path: points().to_file(path),
}


def points():
    return geopandas.GeoDataFrame(TABLE, geometry=shapely.points(np.eye(3, 2)), crs=28992)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_kind_of_file_gives_the_same_table(tmp_path, name):
    WRITTEN[name](tmp_path / name)
    read = table(tmp_path / name, Format())
    assert list(read) == list(TABLE)
    assert read["buurtcode"].tolist() == ["BU01", "BU02", "BU03"]
    assert read["naam"].fillna("").tolist() == ["A", "B;c", ""]
    assert numbers.column(read["inwoners"], None, name).tolist() == [1234.0, 1500.5, 17.0]


def test_text_stays_text_until_its_meaning_is_known(tmp_path):
    (tmp_path / "table.csv").write_text("code;aantal\n007;1.234\n")
    assert table(tmp_path / "table.csv", Format()).iloc[0].tolist() == ["007", "1.234"]


def test_a_table_without_rows_has_its_columns(tmp_path):
    (tmp_path / "table.csv").write_text("code;aantal\n")
    assert list(table(tmp_path / "table.csv", Format())) == ["code", "aantal"]


@pytest.mark.parametrize(("name", "content"), [("a.parquet", b"PAR1"), ("a.xlsx", b"PK"), ("a.gpkg", b"geen kaart")])
def test_a_damaged_file_is_refused_in_the_same_words(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}: cannot be read: "):
        table(tmp_path / name, Format())


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".ods"])
@pytest.mark.parametrize("start", ["<table>", "\ufeff\n <html>", '<?xml version="1.0"?><Workbook>'])
def test_a_web_page_under_the_name_of_a_workbook_is_said_with_the_way_out(tmp_path, ending, start):
    path = tmp_path / f"export{ending}"
    path.write_text(f"{start}<tr><td>zaak</td></tr>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"holds a web page or XML under the name of a workbook; .* save it as"):
        table(path, Format())


def test_a_quote_that_is_not_closed_is_said_by_the_line_that_it_is_in(tmp_path):
    lines = ["zaak,soort,jaar", *(f"Z{at},lawaai,2024" for at in range(2, 300))]
    lines[199] = '"' + lines[199]
    (tmp_path / "rijen.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match="1 where the header has 3, parted by ',', first in line 200;"):
        table(tmp_path / "rijen.csv", Format())
