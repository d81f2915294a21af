"""A page says what it is given, and what is in it stays text."""

from geo.messages import message
from layers.messages import speaking
from services.pages.table_page import page


def test_each_cell_is_a_row_and_text_stays_text():
    row = ("BU1", "<script>x</script>", "4", "4", message("by {area}, in which it lies", area="WK1"))
    with speaking("nl"):
        written = page(message("Audit of release {id}", id="abc"), ["<b>1</b>"], [message("area")], [row])
    assert '<html lang="nl">' in written
    assert "<td>BU1</td><td>&lt;script&gt;x&lt;/script&gt;</td><td>4</td>" in written
    assert '<th scope="col">gebied</th>' in written
    assert "<td>uit WK1, waarin het ligt</td>" in written
    assert "<script" not in written
    assert "<p>&lt;b&gt;1&lt;/b&gt;</p>" in written
    assert "default-src 'none'" in written


def test_without_rows_there_is_no_table():
    assert "<table>" not in page("audit", [], ["area"], [])
