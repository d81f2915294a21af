"""The screen in English, whatever is published; and the services, as Testland would have them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from boundaries import vintages
from geo.areas import AreaFrame
from layers.messages import speaking
from services.http.client import Client
from services.http.transport import RetryPolicy
from services.jobs import fetch as job
from services.testland.country import Testland
from tests.standin import pdok, statline
from tests.standin.server import Standin

# What a busy machine answers late must not count as a fault: only an answer that drips is late here.
QUICK = RetryPolicy(connect_timeout=20, read_timeout=3, total_timeout=20, tries=3, pause=0.01)


@pytest.fixture
def english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture(scope="session")
def services(testland: Testland, buurten: AreaFrame) -> tuple[object, ...]:
    """CBS, the police and PDOK, filled with Testland."""
    tables = {
        statline.KWB: statline.kerncijfers(testland.figures, page=250),
        statline.POLICE: statline.misdrijven(testland.crimes, page=400),
        statline.NEARNESS: statline.nabijheid(testland.figures, page=300),
    }
    return statline.StatLine(tables), pdok.Api(pdok.of_raw(testland.boundaries, buurten, 2024), 2024)


@pytest.fixture
def standin(services: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """The services, where the command will look for them; Testland is smaller than the Netherlands."""
    monkeypatch.setattr(vintages, "vintages", small(2024))
    monkeypatch.setattr(job, "Client", partial(Client, policy=QUICK))
    monkeypatch.chdir(tmp_path)
    with Standin(*services) as server:  # type: ignore[arg-type]
        monkeypatch.setenv("ZICHT_GATEWAY", server.url)
        monkeypatch.setenv("ZICHT_CACHE", str(tmp_path / "cache"))
        yield server


def small(year: int) -> Callable[[], dict[int, vintages.Vintage]]:
    """A vintage of a country as small as Testland."""
    small = {year: replace(vintages.vintages()[year], least=600)}
    return lambda: small
