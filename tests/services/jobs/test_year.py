"""A year of nights by a clock that is set: one line a change or fault, no release without a change, a disk that does
not fill. Thirteen nights of it in every run; all 365, on a disk of their own, in `make check-deep`.
"""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from boundaries import cbs, vintages
from boundaries.vintages import vintage
from services.cli import nightly as command
from services.http import client, transport
from services.jobs import ages, declarations
from services.releases import confirmation, record, release, retention
from services.testland.country import Testland
from tests.services.jobs.test_nightly import Nights
from tests.services.running import Zicht
from tests.standin import pdok, statline
from tests.standin.server import Reply, Standin, halved

CLOCKS = (command, client, transport, ages, confirmation, record, retention)
"""The modules that ask the time, on the way of a night."""
KEPT = 2

MONTHLY = range(15, 365, 30)
"""Days on which the police publishes other figures."""
FAULTS = {20: "one silent", 40: "half", 70: "tenfold", 71: "tenfold", 100: "full", 130: "damaged"}
"""Days on which something is amiss for a night."""
SILENT = range(200, 260)
"""Days on which no service answers; figures may be 45 days old."""
HELD = range(290, 320)
"""Days on which a person holds the release of before."""
THIRTEEN = (0, 15, 20, 21, 40, 45, 70, 72, 100, 130, 200, 260, 280)


class Clock:
    """What the time is, for all that ask it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2027, 6, 1, 3, 30, tzinfo=UTC)  # a leap year is ahead
        clock = self

        class Faked(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                assert tz is UTC
                return clock.now

        for module in CLOCKS:
            monkeypatch.setattr(module, "datetime", Faked)


class Region:
    """Two gemeenten of Testland by the services, which the police counts in more and more crimes."""

    def __init__(self, testland: Testland) -> None:
        self._crimes = testland.crimes[_of_two(testland.crimes["buurtcode"].str.replace("BU", "GM").str[:6])]
        figures = testland.figures[_of_two(testland.figures["gemeentecode"])]
        raw = testland.boundaries[_of_two(testland.boundaries["gemeentecode"])]
        self._other = {statline.KWB: statline.kerncijfers(figures), statline.NEARNESS: statline.nabijheid(figures)}
        self._police = statline.StatLine({})
        self.publish(0)
        areas = pdok.of_raw(raw, cbs.buurten(raw, vintage(2024), "Testland"), 2024)
        self.services = (self._police, pdok.Api(areas, 2024))

    def publish(self, more: int, times: int = 1) -> None:
        """Let the police answer so many crimes more in each buurt of 2025, times a number."""
        counted = (self._crimes["misdrijven_2025"] + more) * times
        crimes = self._crimes.assign(misdrijven_2025=counted)
        self._police.tables, self._police.answers = self._other | {statline.POLICE: statline.misdrijven(crimes)}, {}


def _of_two(gemeenten: Iterable[str]) -> list[bool]:
    return [one in {"GM9101", "GM9102"} for one in gemeenten]


@pytest.fixture
def region(testland: Testland) -> Region:
    return Region(testland)


@pytest.fixture
def services(region: Region) -> tuple[object, ...]:
    """Those of the region, in place of those of all Testland."""
    return region.services


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB, where root may make one; else a folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "zicht", str(folder)]
    mounted = shutil.which("mount") is not None and subprocess.run(mount, check=False, capture_output=True)
    try:
        yield folder
    finally:
        if mounted and mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[bool]:
    """The disk, full by what another program wrote; whether it is one that can be filled."""
    if not folder.is_mount():
        yield False
        return
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        file.write(b"\0" * shutil.disk_usage(folder).free)
    yield True
    ballast.unlink()


def taken(disk: Path) -> int:
    """Bytes of all but what builds remember, which is 2 GB at most, as the tests of services/cache hold."""
    files = [one for one in disk.rglob("*") if one.is_file() and not one.is_symlink()]
    return sum(one.stat().st_size for one in files if disk / "home" / "cache" not in one.parents)


class Year:
    """Nights in a home, what is expected of each, and what they came to."""

    def __init__(self, nights: Nights, region: Region, standin: Standin, clock: Clock, disk: Path) -> None:
        self.nights, self.region, self.standin, self.clock, self.disk = nights, region, standin, clock, disk
        self.began, self.fetched, self.level = clock.now, 0, 0
        self.codes: Counter[int] = Counter()
        self.served, self.sizes = [release.current(nights.home)], {0: taken(disk)}

    def night(self, day: int) -> None:
        """One night: what it finds, whether it ends as is expected, and what it leaves."""
        self.clock.now = self.began + timedelta(days=day)
        level, fault = sum(one <= day for one in MONTHLY), FAULTS.get(day)
        self.region.publish(level, 10 if fault == "tenfold" else 1)
        if day in SILENT or fault in {"one silent", "half"}:
            spoil = halved if fault == "half" else Reply(503)
            self.standin.trap("." if day in SILENT else "47018NED.*2025JJ00", spoil, lasting=True)
        if fault == "damaged":
            (self.served[-1] / "zicht.gpkg").write_bytes(b"damaged")
        with filled(self.disk) if fault == "full" else nothing() as full:
            done = self.nights.night("--keep", str(KEPT))
        self.standin._traps.clear()
        failed = day in SILENT or full or fault in {"one silent", "half", "tenfold"}
        if failed:
            expected = 3 if day - self.fetched > 45 else 1
        else:
            expected = 4 if level != self.level or fault == "damaged" else 0
            self.fetched, self.level = day if day not in HELD else self.fetched, level
        assert (done.code, done.out) == (expected, ""), (day, done.err)
        assert done.err.count("\n") == (1 if expected else 0), (day, done.err)
        assert ("the disk is full" in done.err) == (fault == "full" and full), (day, done.err)
        self.note(day, done.code)

    def note(self, day: int, code: int) -> None:
        """What is served now, and how much of the disk it takes."""
        self.codes[code] += 1
        self.sizes[day] = taken(self.disk)
        if (now := release.current(self.nights.home)) != self.served[-1]:
            assert code == 4
            self.served.append(now)
        assert len(list((self.nights.home / "releases").glob("*/release.json"))) <= KEPT + 1

    def hold(self) -> None:
        """A person goes back to the release of before."""
        assert self.nights.zicht("releases", "rollback", self.served[-2].name, "--home", self.nights.home).code == 0
        self.served.append(release.current(self.nights.home))

    def resume(self) -> None:
        """A person lets publications be served again."""
        assert self.nights.zicht("publish", "--resume", "--home", self.nights.home).code == 0
        self.served.append(release.current(self.nights.home))
        self.fetched = HELD[-1]


@contextmanager
def nothing() -> Iterator[bool]:
    yield False


@pytest.fixture
def year(
    zicht: Zicht, standin: Standin, region: Region, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> Year:  # fmt: skip
    few = {2024: replace(vintages.vintages()[2024], least=50)}
    monkeypatch.setattr(vintages, "vintages", lambda: few)
    monkeypatch.setattr(declarations, "catalogue", cache(declarations.catalogue))  # they do not change in a year
    monkeypatch.setenv("ZICHT_CACHE", str(disk / "cache"))
    clock = Clock(monkeypatch)
    return Year(Nights(zicht, disk), region, standin, clock, disk)


def test_thirteen_nights_of_a_year(year: Year):
    for day in THIRTEEN:
        year.night(day)
    assert year.codes.total() == 13


@pytest.mark.deep
def test_a_year_of_nights(year: Year):
    for day in range(365):
        if day == HELD[0]:
            year.hold()
        if day == HELD[-1] + 1:
            year.resume()
        year.night(day)
    full = int(year.disk.is_mount())
    assert year.codes == {0: 289 - full, 1: 49 + full, 3: 15, 4: 12}
    assert len(year.served) == 13  # the first, ten by nights, the one gone back to, and the newest after that
    assert max(year.sizes.values()) < 8_000_000
    assert year.sizes[364] < year.sizes[80] + 1_000_000  # the log, of 1 kB a night
