"""How well persons are found: precision and recall over 600 columns that are labelled by hand, as literals."""

import pyarrow as pa

from geo.errors import SourceError
from services.persons.scan import PersonScan
from tests.services.persons.labelled import harmless, personal


def is_refused(column):
    header, cells = column
    scan = PersonScan("rijen.csv", [header], [header])
    scan.search(pa.record_batch({header: pa.array(cells)}))
    try:
        scan.check()
    except SourceError:
        return True
    return False


def test_there_are_three_hundred_of_each_kind():
    assert len(personal()) == len(harmless()) == 300
    headers = [{header for header, _ in kind()} for kind in (personal, harmless)]
    assert len(headers[0]) > 100 < len(headers[1])


def test_precision_and_recall_of_the_search_for_persons(record_property):
    missed = [column for column in personal() if not is_refused(column)]
    wrong = [column for column in harmless() if is_refused(column)]
    found = 300 - len(missed)
    precision, recall = found / (found + len(wrong)), found / 300
    record_property("precision", precision)
    record_property("recall", recall)
    seen = f"precision {precision:.3f}, recall {recall:.3f}; missed {missed[:9]}; wrongly refused {wrong[:9]}"
    assert precision >= 0.99, seen
    assert recall >= 0.99, seen
