"""The real figures of 2024 through the stand-in and back: what is fetched from the stand-in is what the files say."""

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from geo.messages import Message
from layers.declarations.catalog import load
from layers.method.country import Country
from services.http.client import Client
from services.http.transport import RetryPolicy
from services.jobs import fetch, fetchable
from services.jobs.build import open_country
from tests.standin import pdok, statline
from tests.standin.server import Standin, busy, cut, halved

pytestmark = pytest.mark.real

FIGURES = "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"


class NoReports:
    """A watch that reports nothing."""

    def on_progress(self, job: str, what: Message | str, done: int, whole: int | None) -> None:
        pass

    def on_retry(self, job: str, why: Message) -> None:
        pass

    def on_end(self, job: str, fault: Exception | None) -> None:
        pass


@pytest.fixture(scope="module")
def fetched(netherlands: Country, real: Path, tmp_path_factory: pytest.TempPathFactory) -> Country:
    """The country as it was fetched, faults and all."""
    folder = tmp_path_factory.mktemp("fetched")
    table = pd.read_csv(real / FIGURES)
    cbs = statline.StatLine({statline.KWB: statline.kerncijfers(table), statline.POLICE: statline.misdrijven(table)})
    maps = pdok.Api(pdok.tables(netherlands.buurten, 2024), 2024)
    with Standin(cbs, maps) as standin:
        standin.trap("85984NED.*skip=10000", busy(0), halved)
        standin.trap("47018NED.*2023JJ00", cut(100_000))
        client = Client(folder / "cache", gateway=standin.url, policy=RetryPolicy(pause=0.01))
        jobs, skipped = fetchable.jobs(load(), ("misdrijven",), netherlands.vintage)
        assert list(skipped) == []
        served = [one for one in jobs if one.name in {"kerncijfers", "misdrijven", "boundaries"}]
        outcome = fetch.fetch(served, client, folder / "data", NoReports())
        assert (len(served), outcome.faults) == (3, {})
        assert standin.count("ODataFeed.*85984NED.*skip=10000") == 3
    return open_country(str(folder / "data"), load())


def test_all_buurten_came_with_their_names(netherlands: Country, fetched: Country):
    ours, theirs = fetched.buurten.table, netherlands.buurten.table
    assert len(ours) == 14_568
    columns = ["name", "gemeente", "gemeente_name", "wijk_name"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns], check_dtype=False)
    assert ours.geometry.area.sum() == pytest.approx(theirs.geometry.area.sum(), rel=1e-9)


def test_every_figure_is_what_the_file_says(netherlands: Country, fetched: Country):
    theme = load().theme("misdrijven")
    both = (partial(one.measures, theme, AreaLevel.BUURT, 2025) for one in (netherlands, fetched))
    for ours, theirs in zip(*(one().values() for one in both), strict=True):
        pd.testing.assert_series_equal(ours.events, theirs.events)
        pd.testing.assert_series_equal(ours.exposure, theirs.exposure)
        pd.testing.assert_series_equal(ours.reason, theirs.reason)
