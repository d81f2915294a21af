"""Boundaries of postcodes come in whole and of one year; what is not is refused, and requested again."""

from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import SourceError
from services.downloads import postcodes
from services.http.client import Client, RetryPolicy
from tests.country import CORNER
from tests.standin import pdok
from tests.standin.server import Standin

SIDE = 34
CODES = 1011 + np.arange(SIDE * SIDE)
"""A thousand and some: two pages."""


def of_year(shift: float) -> geopandas.GeoDataFrame:
    """Postcodes of 130 m side, in another place in another year."""
    column, row = np.divmod(np.arange(SIDE * SIDE), SIDE)
    west, south = CORNER[0] + 130.0 * column + shift, CORNER[1] + 130.0 * row
    shapes = shapely.box(west, south, west + 130, south + 130)
    return geopandas.GeoDataFrame({"postcode": CODES}, geometry=shapes, crs=28992)


YEARS = {2020: of_year(0), 2024: of_year(500)}


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    monkeypatch.setattr(postcodes, "LEAST", SIDE * SIDE)
    with Standin(pdok.Postcodes(YEARS)) as server:
        yield server


@pytest.fixture
def client(standin: Standin, tmp_path: Path) -> Client:
    policy = RetryPolicy(connect_timeout=20, read_timeout=20, total_timeout=60, tries=2, pause=0.01)
    return Client(tmp_path / "cache", gateway=standin.url, policy=policy)


def no_progress(what: object, done: int, whole: int | None) -> None:
    """Nobody looks."""


def test_all_postcodes_of_the_year_come_in(standin: Standin, client: Client):
    fetched = postcodes.postcode_table(client, 2020, no_progress)
    assert fetched["postcode"].tolist() == CODES.tolist()
    assert (fetched.geometry.to_wkb() == YEARS[2020].geometry.to_wkb()).all()
    assert len(standin.requests) == 2
    assert all("jaarcode=2020" in one and "limit=1000" in one for one in standin.requests)


def test_fewer_than_there_are_is_refused_and_requested_again(
    standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postcodes, "LEAST", 4000)
    for tries in (1, 2):
        with pytest.raises(SourceError, match=r"1156 postcodes where the country of 2020 has 4000 at least"):
            postcodes.postcode_table(client, 2020, no_progress)
        assert len(standin.requests) == 2 * tries


def test_a_service_that_sends_all_years_is_refused(tmp_path: Path, client: Client):
    every = pd.concat(YEARS.values(), ignore_index=True)
    with Standin(pdok.Postcodes({2020: every})) as server:
        other = Client(tmp_path / "other", gateway=server.url, policy=client.policy)
        with pytest.raises(SourceError, match="postcodes that occur more than once, or are none: 1011, 1012"):
            postcodes.postcode_table(other, 2020, no_progress)
