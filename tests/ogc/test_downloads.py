"""Every file of a release that is for download is linked from its collection, whatever its id has in it."""

import pytest

from services.ogc.site import downloads


@pytest.mark.parametrize("stem", ["gebieden_buurt", "gebieden_h3-8", "indicatoren_drugs_eigen_h3-8"])
def test_files_are_found_by_the_address_of_their_collection_and_may_be_had(tmp_path, stem):
    for name in (f"{stem}.parquet", f"{stem}.pmtiles", f"{stem}_x.parquet", f"{stem}-9.parquet"):
        (tmp_path / name).touch()
    found = [name for name, _, _ in downloads.files_of(tmp_path, stem.replace("_", "-"))]
    assert found == [f"{stem}.parquet", f"{stem}.pmtiles"]
    assert all(downloads.media_type(name) for name in found)


@pytest.mark.parametrize(
    "name", ["release.json", "zicht.sqlite", "../x.parquet", ".parquet", "a/b.parquet", "a.b.parquet"]
)
def test_nothing_else_may_be_had(name):
    assert downloads.media_type(name) == ""
