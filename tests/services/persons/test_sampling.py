"""What is searched less finds as much: cells without a letter, and rows beyond the first million."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.persons import names, plates
from services.persons.column import LETTER, _origins
from services.persons.contacts import CONTACTS
from services.persons.scan import PersonScan

BARE = st.text(
    st.sampled_from("0123456789 .,-+:/;()'_\"\n@#€%=[]{}<>?!|&*") | st.characters(max_codepoint=0x7F), max_size=30
)


@given(st.lists(BARE, min_size=1, max_size=20))
def test_nothing_that_needs_a_letter_is_found_in_cells_without_one(texts):
    cells = pa.array(texts, pa.string())
    cells = cells.filter(pc.invert(pc.match_substring_regex(cells, LETTER)))
    for _, pattern, _, bare in CONTACTS:
        assert bare or not pc.any(pc.match_substring_regex(cells, pattern, ignore_case=True)).as_py()
    for expected in (True, False):
        assert not pc.any(names.are_names(cells, expected=expected)).as_py()
    assert not pc.any(names.have_the_shape(cells)).as_py()
    assert not pc.any(names.name_someone(cells)).as_py()
    ones = pa.array([1] * len(cells), pa.int64())
    assert not plates.whole(cells, ones)
    assert not _origins(cells, ones)


@pytest.mark.parametrize(("cells", "what"), [
    (["Jan de Vries", "P. Jansen", "Fatma Yildiz", "K. Bakker"], "names of persons"),
    (["jan@example.nl", "piet@example.nl", "els@example.nl"], "addresses of e-mail"),
    (["111222333", "123456782", "999999990"], "pass the elfproef"),
])  # fmt: skip
def test_persons_that_begin_after_the_first_million_rows_are_found(cells, what):
    scan = PersonScan("rijen.csv", ["kolom"], ["kolom"])
    for _ in range(16):
        scan.search(pa.record_batch({"kolom": pa.array(["lawaai"] * 4096)}))
    for _ in range(40):
        scan.search(pa.record_batch({"kolom": pa.array((cells * 20_000)[:60_000])}))
    with pytest.raises(SourceError, match=what):
        scan.check()


def test_of_each_batch_beyond_the_first_million_rows_an_eighth_is_looked_at():
    scan = PersonScan("rijen.csv", ["kolom"], ["kolom"])
    batch = pa.record_batch({"kolom": pa.array([f"Z-{at}" for at in range(65_536)])})
    seen = []
    for _ in range(18):
        scan.search(batch)
        seen.append(scan._scans["kolom"].gathered)
    steps = [after - before for before, after in zip([0, *seen], seen, strict=False)]
    assert set(steps[:16]) <= {3856, 4096}
    assert all(steps[17:][at] <= 512 for at in range(len(steps[17:])))
