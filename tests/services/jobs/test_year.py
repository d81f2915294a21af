"""A year of nights by a clock that is set: one line a change, no release without one, and a disk that does not fill."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from layers.messages import speaking
from services.cli import nightly as command
from services.http import client, transport
from services.jobs import ages
from services.releases import confirmation, record, release, retention
from services.testland.country import Testland
from tests.services.jobs.test_nightly import Nights, crimes_of
from tests.services.running import Zicht
from tests.standin.server import Reply, Standin

CLOCKS = (command, client, transport, ages, confirmation, record, retention)
"""The modules that ask the time, on the way of a night."""
NIGHTS, CHANGES, DOWN = range(0, 366, 30), (90, 180, 270), 210
"""Days on which there is a night, on which the police has other figures, and on which it does not answer."""
KEPT = 2


class Clock:
    """What the time is, for all that ask it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
        clock = self

        class Faked(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                assert tz is UTC
                return clock.now

        for module in CLOCKS:
            monkeypatch.setattr(module, "datetime", Faked)


def size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def test_a_year_of_nights(
    zicht: Zicht, standin: Standin, services: tuple[object, ...], testland: Testland, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    clock, crimes = Clock(monkeypatch), testland.crimes
    nights, began = Nights(zicht, tmp_path), clock.now
    lines: dict[int, str] = {}
    served, sizes = [release.current(nights.home)], []
    for day in NIGHTS:
        clock.now = began + timedelta(days=day)
        if day in CHANGES:
            crimes = crimes.assign(misdrijven_2025=crimes["misdrijven_2025"] + 1)
        if day == DOWN:
            standin.trap(".", Reply(503))
            standin.trap(".", *[Reply(503)] * 200)
        with crimes_of(services, pd.DataFrame(crimes)):
            night = nights.night("--keep", str(KEPT))
        standin._traps.clear()
        assert night.out == ""
        assert night.err.count("\n") == (1 if night.err else 0)
        assert night.code == (1 if day == DOWN else 4 if day in CHANGES else 0), night.err
        if night.err:
            lines[day] = night.err
        served += [release.current(nights.home)] if release.current(nights.home) != served[-1] else []
        sizes.append((day, size(nights.home) + size(nights.data) + size(tmp_path / "cache")))
    assert sorted(lines) == sorted([*CHANGES, DOWN])
    assert len(served) == 1 + len(CHANGES)
    assert len(list((nights.home / "releases").glob("*/release.json"))) == KEPT
    full = dict(sizes)[CHANGES[0]]
    assert max(bytes_ for day, bytes_ in sizes if day > CHANGES[0]) < 1.25 * full
    with speaking("en"):
        log = (nights.home / "nightly.log").read_text(encoding="utf-8")
    assert log.count("nothing changed") == len(NIGHTS) - len(CHANGES) - 1
    assert "2027-12-27" in log
