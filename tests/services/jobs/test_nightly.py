"""A night: silent where nothing changed, one line where something did, and all answers of one night or none."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from layers.declarations.catalog import load
from layers.publication.layer import Receipt
from services import receipts
from services.jobs import fetch
from services.jobs import nightly as job
from services.jobs.ages import too_old
from services.releases import confirmation, release
from services.settings import Settings
from services.testland.country import Testland
from tests.services.running import Answer, Zicht, told
from tests.standin import statline
from tests.standin.server import Reply, Standin


class Nights:
    """A home that was built and published from what was fetched, and its nights."""

    def __init__(self, zicht: Zicht, folder: Path) -> None:
        self.zicht, self.home, self.data = zicht, folder / "home", folder / "data"
        for arguments in (
            ("fetch", "misdrijven", "--to", self.data),
            ("build", "misdrijven", "--level", "wijk", "--data", self.data, "--home", self.home),
            ("publish", "--home", self.home),
        ):
            done = zicht(*arguments)
            assert done.code == 0, done.err

    def night(self, *more: str) -> Answer:
        return self.zicht("nightly", "--home", self.home, "--data", self.data, *more)

    def content(self) -> dict[str, bytes]:
        return {str(one): one.read_bytes() for one in sorted(self.data.rglob("*")) if one.is_file()}


@pytest.fixture
def nights(zicht: Zicht, standin: Standin, tmp_path: Path) -> Nights:
    assert standin.url
    return Nights(zicht, tmp_path)


@contextmanager
def crimes_of(services: tuple[object, ...], crimes: pd.DataFrame) -> Iterator[None]:
    """The police, with other figures."""
    cbs_ = services[0]
    assert isinstance(cbs_, statline.StatLine)
    before = cbs_.tables
    cbs_.tables, cbs_.answers = before | {statline.POLICE: statline.misdrijven(crimes, page=400)}, {}
    try:
        yield
    finally:
        cbs_.tables, cbs_.answers = before, {}


def test_nights_are_silent_until_something_changes_and_what_changes_too_much_waits_for_a_person(
    nights: Nights, services: tuple[object, ...], testland: Testland
):
    served = release.current(nights.home)
    asked = nights.night("--log-format", "json")
    assert (asked.code, asked.out, asked.err) == (0, "", "")
    assert release.current(nights.home) == served
    last = json.loads((nights.home / "nightly.log").read_text().splitlines()[-1])
    assert (last["what"], last["exit"]) == ("nothing changed", 0)

    more = testland.crimes.assign(misdrijven_2025=testland.crimes["misdrijven_2025"] + 3)
    with crimes_of(services, more):
        changed = nights.night()
    assert changed.code == 4, changed.err
    assert changed.err.startswith(f"zicht nightly: release {release.current(nights.home).name} is served from now on; ")
    assert "the mean of misdrijven is" in changed.err
    assert changed.err.count("\n") == 1
    assert release.current(nights.home) != served

    served = release.current(nights.home)
    tenfold = testland.crimes.assign(misdrijven_2025=testland.crimes["misdrijven_2025"] * 10)
    with crimes_of(services, tenfold):
        stopped = nights.night()
    assert stopped.code == 1
    assert "more changed than `max_change` of the theme expects" in stopped.err
    assert stopped.err.count("\n") == 1
    assert release.current(nights.home) == served


def test_a_night_whose_figures_are_those_of_before_again_says_which_release_is_served(
    nights: Nights, services: tuple[object, ...], testland: Testland
):
    first = release.current(nights.home)
    with crimes_of(services, testland.crimes.assign(misdrijven_2025=testland.crimes["misdrijven_2025"] + 3)):
        assert nights.night().code == 4
    second = release.current(nights.home)
    back = nights.night()
    assert release.current(nights.home) == first != second
    assert back.code == 4
    assert back.err.startswith(f"zicht nightly: release {first.name} is served from now on; ")
    assert "the mean of misdrijven is" in back.err


def test_a_night_after_a_roll_back_does_not_say_that_another_release_is_served(
    nights: Nights, services: tuple[object, ...], testland: Testland
):
    held = release.current(nights.home)
    assert nights.zicht("releases", "rollback", held.name, "--home", nights.home).code == 0
    with crimes_of(services, testland.crimes.assign(misdrijven_2025=testland.crimes["misdrijven_2025"] + 3)):
        night, next_one = nights.night(), nights.night()
    assert release.current(nights.home) == held
    assert night.code == 4
    assert "is served from now on" not in night.err
    assert f"is not served: after the roll-back release {held.name} stays served" in night.err
    assert night.err.count("\n") == 1
    assert (next_one.code, next_one.err) == (0, "")


def test_a_night_that_mends_a_damaged_release_says_so(nights: Nights):
    served = release.current(nights.home)
    (served / "zicht.gpkg").write_bytes(b"damaged")
    night = nights.night()
    assert (night.code, night.out) == (4, "")
    assert night.err == f"zicht nightly: files of release {served.name} were damaged, and were made again\n"
    assert nights.night().code == 0


def test_a_log_that_cannot_be_written_ends_no_night(zicht: Zicht, small: Path, tmp_path: Path):
    shutil.copytree(small, tmp_path / "own", symlinks=True)
    (tmp_path / "own" / "nightly.log").symlink_to("/dev/full")
    night = zicht("nightly", "--home", tmp_path / "own", "--data", "testland")
    assert night.code in {0, 4}, night.err
    assert "Traceback" not in night.err


def test_a_log_that_grew_large_is_put_aside_and_the_one_before_it_goes(zicht: Zicht, tmp_path: Path):
    log, aside = tmp_path / "nightly.log", tmp_path / "nightly.log.1"
    for length in (5_000_000, 5_000_001):
        aside.write_text("of before")
        log.write_bytes(b"x" * length)
        zicht("nightly", "--home", tmp_path, "--data", "testland")
        assert (aside.stat().st_size > 9) is (length > 5_000_000)
    assert (aside.stat().st_size, len(log.read_text().splitlines())) == (5_000_001, 1)


def test_of_a_night_in_which_one_answer_failed_none_are_taken(nights: Nights, standin: Standin):
    before, served = nights.content(), release.current(nights.home)
    standin.trap("47018NED.*2025JJ00", Reply(503), lasting=True)
    failed = nights.night()
    assert failed.code == 1
    assert failed.err.startswith(
        "zicht nightly: not all figures of this night came in, so none are taken: misdrijven: "
    )
    assert failed.err.count("\n") == 1
    assert nights.content() == before
    assert release.current(nights.home) == served
    assert not [*nights.data.parent.glob(".unfinished*")]


def test_a_night_that_is_cut_off_before_its_receipts_publishes_nothing_and_the_next_one_mends_it(
    nights: Nights, services: tuple[object, ...], testland: Testland, monkeypatch: pytest.MonkeyPatch
):
    served, add = release.current(nights.home), receipts.add
    config = nights.home / "pygeoapi-config.yml"
    client = fetch.client(nights.home / "answers", Settings().gateway, offline=False, fresh=True)

    def cut_off(folder: Path, new: Mapping[str, Receipt]) -> None:
        if folder == nights.data:
            raise KeyboardInterrupt
        add(folder, new)

    with crimes_of(services, testland.crimes.assign(misdrijven_2025=testland.crimes["misdrijven_2025"] + 3)):
        with monkeypatch.context() as patched:
            patched.setattr(receipts, "add", cut_off)
            with pytest.raises(KeyboardInterrupt):
                job.nightly(nights.home, config, load(), str(nights.data), client, told)
        refused = nights.zicht("build", "misdrijven", "--level", "wijk", "--data", nights.data, "--home", nights.home)
        assert "changed since it was fetched; fetch it again" in refused.err
        assert release.current(nights.home) == served
        assert nights.night().code == 4
    assert release.current(nights.home) != served


def test_a_night_without_figures_that_are_older_than_may_be_has_a_code_of_its_own(nights: Nights, standin: Standin):
    stamp = confirmation.path_of(release.current(nights.home))
    said = json.loads(stamp.read_text())
    long_ago = (datetime.now(UTC) - timedelta(days=420)).isoformat()
    said["sources"] = {name: one | {"fetched": long_ago} for name, one in said["sources"].items()}
    stamp.write_text(json.dumps(said))
    standin.trap(".", Reply(503), lasting=True)
    failed = nights.night()
    assert failed.code == 3
    assert "misdrijven was fetched 1 year ago, and may be 45 days old" in failed.err


def test_a_home_without_layers_and_one_that_is_busy_are_refused(zicht: Zicht, tmp_path: Path):
    nothing = zicht("nightly", "--home", tmp_path / "home")
    assert nothing.code == 1
    assert "nothing was built yet; run `zicht build THEME" in nothing.err
    (tmp_path / "home").mkdir()
    with job.alone(tmp_path / "home"):
        busy = zicht("nightly", "--home", tmp_path / "home")
    assert busy.code == 1
    assert "another night is going on" in busy.err


def test_a_night_of_testland_needs_no_services(zicht: Zicht, small: Path, tmp_path: Path):
    shutil.copytree(small, tmp_path / "own", symlinks=True)
    night = zicht("nightly", "--home", tmp_path / "own", "--data", "testland")
    assert night.code in {0, 4}, night.err
    again = zicht("nightly", "--home", tmp_path / "own", "--data", "testland")
    assert (again.code, again.out, again.err) == (0, "", "")


@pytest.mark.parametrize(("days", "old"), [(45, 0), (46, 1)])
def test_figures_may_be_45_days_old_where_their_source_says_so(days: int, old: int):
    now = datetime(2026, 11, 28, tzinfo=UTC)
    fetched = {
        "sources/misdrijven": (now - timedelta(days=days)).isoformat(),
        "boundaries/wijken": "2020-01-01T00:00:00Z",
    }
    assert len(too_old(load(), fetched, now)) == old
