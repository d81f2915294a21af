"""What identifies the bytes of a municipality's own records."""

import pytest

from services.jobs.own_sources import below
from tests.services.sources.records.declared import rows, source


@pytest.mark.parametrize(
    ("place", "of_its_file"),
    [
        ({"x": "x", "y": "y"}, True),
        ({"adres": "soort"}, False),
        ({"object": "zaak"}, False),
        ({"postcode": "soort", "huisnummer": "zaak"}, False),
    ],
)
def test_records_that_are_placed_by_asking_are_not_known_by_their_file(tmp_path, place, of_its_file):
    rows().to_csv(tmp_path / "rijen.csv", index=False)
    found = below(tmp_path).identity(source(place=place))
    assert (found.content is not None) is of_its_file
