"""`zicht fetch` as its user types it, against the stand-in: what is written, what is said, and how a rerun ends."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from boundaries import vintages
from geo.areas import AreaFrame
from geo.messages import Message
from layers.declarations.catalog import load
from layers.messages import speaking
from services import receipts
from services.files import digest
from services.http.client import Client
from services.jobs import fetch as job
from services.jobs import fetchable
from services.testland.country import Testland
from services.workspace import storage
from tests.services.jobs.conftest import QUICK, small
from tests.services.running import Zicht
from tests.standin import pdok, statline
from tests.standin.server import Reply, Spoil, Standin, busy, cut, dripping, halved

ROOT = Path(__file__).parents[3]
FILES = [
    "boundaries/buurten-2024.parquet", "boundaries/gemeenten-2024.parquet", "boundaries/wijken-2024.parquet",
    "sources/kerncijfers-2024.parquet", "sources/misdrijven-2024.parquet", "sources/nabijheid-2024.parquet",
    "sources/omgeving-2024.parquet",
]  # fmt: skip


class Process:
    """`zicht fetch kerncijfers` in a process of its own."""

    def __init__(self, folder: Path, standin: Standin, rows: int) -> None:
        self.folder, self.standin, self.rows = folder, standin, rows

    def start(self) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-m", "services.cli", "fetch", "kerncijfers", "--to", str(self.folder / "data")]
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests in the background ignores it
        try:
            return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        finally:
            signal.signal(signal.SIGINT, before)

    def stopped_at(self, asked: str, how: signal.Signals) -> int:
        """Start, and stop it in the middle of the answer to `asked`."""
        self.standin.trap(asked, dripping(0.05))
        running = self.start()
        while not self.standin.count(asked):
            assert running.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        running.send_signal(how)
        running.communicate(timeout=60)
        return running.returncode


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.usefixtures("standin")
def test_what_was_fetched_has_its_receipts_and_builds_a_layer(zicht: Zicht, tmp_path: Path):
    fetched = zicht("fetch", "misdrijven", "--to", tmp_path / "data")
    assert fetched.code == 0, fetched.err
    assert f"Next: `zicht build misdrijven --data {tmp_path}/data`" in fetched.out
    known = receipts.read(tmp_path / "data")
    assert list(known) == FILES
    for file, receipt in known.items():
        path = tmp_path / "data" / file
        assert receipt.sha256 == digest(path)
        assert receipt.rows == len(pd.read_parquet(path))
        assert receipt.where.startswith("https://")
        assert receipt.fetched.startswith("20")
        assert (receipt.license, receipt.notes) == ("CC BY 4.0", ())
    built = zicht("build", "misdrijven", "--data", tmp_path / "data", "--home", tmp_path / "home")
    assert built.code == 0, built.err
    assert "zoekgebieden, buurt, 2025" in built.out


def test_a_rerun_asks_nothing_and_writes_the_same_bytes(zicht: Zicht, standin: Standin, tmp_path: Path):
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "data").code == 0
    first, count = content(tmp_path / "data"), len(standin.requests)
    assert sorted(first) == [*FILES[:3], "receipts.json", *FILES[3:]]
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "data").code == 0
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "other").code == 0
    assert content(tmp_path / "data") == content(tmp_path / "other") == first
    assert len(standin.requests) == count


def test_a_mirror_gives_the_same_bytes_where_there_is_no_network(zicht: Zicht, standin: Standin, tmp_path: Path):
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "data", "--mirror", tmp_path / "mirror").code == 0
    with standin:
        pass
    (tmp_path / "mirror").rename(tmp_path / "carried")
    inside = zicht("fetch", "misdrijven", "--to", tmp_path / "inside", "--mirror", tmp_path / "carried", "--offline")
    assert inside.code == 0, inside.err
    assert content(tmp_path / "inside") == content(tmp_path / "data")
    empty = zicht("fetch", "kerncijfers", "--mirror", tmp_path / "empty", "--offline")
    assert empty.code == 1
    assert "this machine works offline, and no answer to it is cached in" in empty.err
    assert "run the same command with --mirror DIR where there is internet, and carry DIR here" in empty.err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (busy(0), "answers 429 Too Many Requests: slow down; trying again"),
        (Reply(500), "answers 500 Internal Server Error: no explanation; trying again"),
        (cut(300), "the connection was cut in the middle of an answer; trying again"),
        (halved, "JSON that stops half-way after"),
        (dripping(4), "does not answer in time; trying again"),
    ],
    ids=["429", "500", "cut", "half", "drip"],
)
def test_a_fault_that_passes_is_reported_and_the_bytes_are_the_same(
    zicht: Zicht, standin: Standin, tmp_path: Path, spoil: Spoil, said: str
):
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "data").code == 0
    for asked in ("85984NED.*skip=250", "47018NED.*2023JJ00", "collections/wijken"):
        standin.trap(asked, spoil)
    again = zicht("fetch", "misdrijven", "--to", tmp_path / "again", "--fresh")
    assert again.code == 0, again.err
    errors = " ".join(again.err.split())
    for host in ("misdrijven: dataderden.cbs.nl", "boundaries: api.pdok.nl"):
        assert f"{host}: {said}" in errors
    # Two sources read this table, and whichever asks first meets the fault.
    assert any(f"{source}: opendata.cbs.nl: {said}" in errors for source in ("kerncijfers", "omgeving"))
    assert {file: content(tmp_path / "again")[file] for file in FILES} == {
        file: content(tmp_path / "data")[file] for file in FILES
    }


def test_one_source_that_fails_stops_none_of_the_others_and_a_rerun_completes_it(
    zicht: Zicht, standin: Standin, tmp_path: Path
):
    standin.trap("47018NED.*2023JJ00", *[Reply(503)] * QUICK.tries)
    failed = zicht("fetch", "misdrijven", "--to", tmp_path / "data")
    assert failed.code == 1
    errors = " ".join(failed.err.split())
    assert "1 of 5 could not be fetched: misdrijven: https://dataderden.cbs.nl/ODataFeed/odata/47018NED/" in errors
    assert "no answer to it is cached" in errors
    assert errors.endswith("what came in stays: the same command resumes from there")
    assert list(receipts.read(tmp_path / "data")) == [one for one in FILES if "misdrijven" not in one]
    count = len(standin.requests)
    assert zicht("fetch", "misdrijven", "--to", tmp_path / "data").code == 0
    assert all("47018NED" in one for one in standin.requests[count:])
    assert list(receipts.read(tmp_path / "data")) == FILES


@pytest.mark.usefixtures("standin")
def test_where_nothing_came_in_only_the_faults_are_shown(zicht: Zicht, tmp_path: Path):
    (tmp_path / "file").write_text("a file")
    failed = zicht("fetch", "misdrijven", "--to", tmp_path / "file" / "data")
    assert failed.code == 1
    assert "Fetched into" not in failed.out
    assert "5 of 5 could not be fetched:" in failed.err
    assert "what came in stays" not in failed.err
    path = f"{tmp_path}/file/data/sources/kerncijfers-2024.parquet"
    assert f"  kerncijfers: {path}: cannot be written: a part of its path is a file and no folder" in failed.err


def test_a_service_that_is_down_gives_what_it_gave_before_and_says_how_old_that_is(
    zicht: Zicht, standin: Standin, tmp_path: Path
):
    zicht("fetch", "kerncijfers", "--to", tmp_path / "data")
    standin.trap(".", Reply(503), lasting=True)
    stale = zicht("fetch", "kerncijfers", "--to", tmp_path / "stale", "--fresh")
    assert stale.code == 0, stale.err
    assert "answers 503 Service Unavailable" in stale.err
    assert "; using what it answered " in " ".join(stale.err.split())
    assert "the service did not answer: this is what it answered on 20" in " ".join(stale.out.split())
    before, after = (receipts.read(tmp_path / name)[FILES[3]] for name in ("data", "stale"))
    assert after == replace(before, notes=after.notes)
    assert len(after.notes) == 1


@pytest.mark.usefixtures("standin")
def test_a_title_that_changed_is_reported_with_what_is_near(zicht: Zicht, services: tuple[object, ...]):
    cbs_ = services[0]
    assert isinstance(cbs_, statline.StatLine)
    whole = cbs_.tables
    try:
        cbs_.tables = {**whole, statline.KWB: whole[statline.KWB].titled("Koopwoningen", "Koopwoningen (%)")}
        answer = zicht("fetch", "kerncijfers")
    finally:
        cbs_.tables = whole
    assert answer.code == 1
    assert "no topic has the title 'Koopwoningen'; nearest: 'Koopwoningen (%)'" in " ".join(answer.err.split())


def test_a_dry_run_asks_nothing_and_names_every_address(zicht: Zicht, standin: Standin, tmp_path: Path):
    plan = zicht("fetch", "misdrijven", "--dry-run", "--to", tmp_path / "data")
    assert plan.code == 0
    for part in (
        "ODataFeed/odata/85984NED/TypedDataSet",
        "dataderden.cbs.nl",
        "collections/gemeenten",
        "size not known",
    ):
        assert part in plan.out
    assert standin.requests == []
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "cache").exists()
    zicht("fetch", "misdrijven", "--to", tmp_path / "data")
    assert (
        "kerncijfers (sources/kerncijfers-2024.parquet 692 rows)"
        in zicht("fetch", "misdrijven", "--dry-run", "--to", tmp_path / "data").out
    )


@pytest.mark.usefixtures("standin")
def test_some_gemeenten_never_take_the_place_of_the_country(zicht: Zicht, tmp_path: Path, testland: Testland):
    gemeente = testland.figures["gemeentecode"].iloc[0]
    answer = zicht("fetch", "misdrijven", "--gemeente", gemeente, "--to", tmp_path / "data")
    assert answer.code == 0, answer.err
    assert "not fetched: boundaries: boundaries are fetched as a whole, without --gemeente" in answer.out
    assert "Next" not in answer.out
    known = receipts.read(tmp_path / "data")
    assert list(known) == [
        f"sources/{name}-2024-{gemeente}.parquet" for name in ("kerncijfers", "misdrijven", "nabijheid", "omgeving")
    ]
    for receipt in known.values():
        assert receipt.notes == (f"only {gemeente}",)
        assert receipt.rows == (testland.figures["gemeentecode"] == gemeente).sum()


class NoReports:
    """A watch that reports nothing."""

    def on_progress(self, job: str, what: Message | str, done: int, whole: int | None) -> None:
        pass

    def on_retry(self, job: str, why: Message) -> None:
        pass

    def on_end(self, job: str, fault: Exception | None) -> None:
        pass


def test_notes_and_titles_of_receipts_are_published_in_dutch(standin: Standin, tmp_path: Path, testland: Testland):
    gemeente = testland.figures["gemeentecode"].iloc[0]
    with speaking("nl"):
        for code, names in ((None, ["kerncijfers", "boundaries"]), (gemeente, ["kerncijfers"])):
            wanted, _ = fetchable.jobs(load(), names, vintages.vintage(2024), [code] if code else [])
            client = Client(tmp_path / "cache", gateway=standin.url, policy=QUICK)
            job.fetch(wanted, client, tmp_path / "data", NoReports())
        standin.trap(".", Reply(503), lasting=True)
        client = Client(tmp_path / "cache", gateway=standin.url, policy=QUICK, fresh=True)
        assert not job.fetch(wanted, client, tmp_path / "data", NoReports()).faults
    known = receipts.read(tmp_path / "data")
    assert known[FILES[0]].title == "CBS-wijk- en buurtindeling 2024: buurten"
    only, stale = known[f"sources/kerncijfers-2024-{gemeente}.parquet"].notes
    assert only == f"alleen {gemeente}"
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(f"de dienst antwoordde niet: dit is wat die antwoordde op {moment} UTC", stale)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("drogs",), "unknown theme or source 'drogs'; known: drugs, branches, branches_2012, "),
        (("--vintage", "1999"), "unknown vintage '1999'; known: "),
        (("--gemeente", "0599"), "'0599' is no code of a gemeente; write it as GM0599"),
    ],
)
def test_what_cannot_be_fetched_is_one_message_and_code_1(zicht: Zicht, arguments: tuple[str, ...], said: str):
    answer = zicht("fetch", *arguments)
    assert answer.code == 1
    assert said in " ".join(answer.err.split())
    assert answer.err.count("error:") == 1


@pytest.mark.usefixtures("standin")
def test_a_file_that_was_changed_after_it_was_fetched_is_not_built_from(zicht: Zicht, tmp_path: Path):
    zicht("fetch", "misdrijven", "--to", tmp_path / "data")
    path = tmp_path / "data" / FILES[3]
    pd.read_parquet(path).assign(inwoners=1).to_parquet(path)
    answer = zicht("build", "misdrijven", "--data", tmp_path / "data", "--home", tmp_path / "home")
    assert answer.code == 1
    assert "changed since it was fetched; fetch it again: zicht fetch --to" in " ".join(answer.err.split())
    path.unlink()
    assert (
        "was not fetched" in zicht("build", "misdrijven", "--data", tmp_path / "data", "--home", tmp_path / "home").err
    )


def test_boundaries_in_a_file_are_fetched_from_the_feed(
    zicht: Zicht, testland: Testland, buurten: AreaFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    maps = pdok.of_raw(testland.boundaries, buurten, 2021)
    file = pdok.geopackage(maps, tmp_path / "map.gpkg")
    monkeypatch.setattr(vintages, "vintages", small(2021))
    monkeypatch.setattr(job, "Client", partial(Client, policy=QUICK))
    with Standin(pdok.Feed(2021, {"wijkenbuurten_2021_v1.gpkg": file})) as standin:
        standin.trap("gpkg", cut(len(file) // 2))
        monkeypatch.setenv("ZICHT_GATEWAY", standin.url)
        arguments = ("fetch", "boundaries", "--vintage", 2021, "--mirror", tmp_path / "mirror", "--to")
        first = zicht(*arguments, tmp_path / "data")
    assert first.code == 0, first.err
    assert "boundaries: service.pdok.nl: the connection was cut in the middle of an answer" in " ".join(
        first.err.split()
    )
    assert zicht(*arguments, tmp_path / "inside", "--offline").code == 0
    assert content(tmp_path / "inside") == content(tmp_path / "data")
    assert receipts.read(tmp_path / "data")["boundaries/buurten-2021.parquet"].rows == len(testland.boundaries)


@pytest.mark.usefixtures("standin")
def test_the_demonstration_runs_from_the_services(zicht: Zicht, testland: Testland, tmp_path: Path):
    gemeente = testland.figures["gemeentecode"].iloc[0]
    shutil.copy(ROOT / "pygeoapi-config.yml", tmp_path)
    shown = zicht("demo", "--real", "online", "--gemeente", gemeente, "--no-serve", "--home", tmp_path / "home")
    assert shown.code == 0, shown.err
    assert list(receipts.read(tmp_path / "output" / "data")) == FILES
    assert "Release" in shown.out


@pytest.mark.usefixtures("standin")
def test_crimes_are_fetched_by_kind_and_the_theme_of_drugs_finds_what_was_planted(
    zicht: Zicht, services: tuple[object, ...], tmp_path: Path, testland: Testland
):
    cbs_ = services[0]
    assert isinstance(cbs_, statline.StatLine)
    kinds = {"3.1.1": "drugshandel", "2.1.1": "drugsoverlast", "2.6.2": "bodem"}
    before = cbs_.tables
    try:
        cbs_.tables = before | {statline.POLICE: statline.by_kind(testland.topics, kinds, page=400)}
        fetched = zicht("fetch", "politie_drugs", "kerncijfers", "boundaries", "--to", tmp_path / "data")
    finally:
        cbs_.tables = before
    assert fetched.code == 0, fetched.err
    table = pd.read_parquet(tmp_path / "data" / "sources" / "politie_drugs-2024.parquet").set_index("buurtcode")
    topics = testland.topics.set_index("buurtcode").loc[table.index]
    assert table["drugshandel_2025"].tolist() == topics["drugshandel_2025"].tolist()
    assert table["bodem_2021"].tolist() == topics["bodem_2021"].tolist()
    built = zicht("build", "drugs", "--data", tmp_path / "data", "--home", tmp_path / "home")
    assert built.code == 0, built.err
    (layer,) = storage.load(tmp_path / "home", load())
    (found,) = layer.zoekgebieden["gebiedscodes"]
    (planted,) = (one.buurten for one in testland.places if one.name == "drugs")
    assert set(found.split(",")) == planted


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """A real command, and a table large enough for the bounds of the real country."""
    codes = [f"BU{at:08d}" for at in range(14_000)]
    figures = pd.DataFrame({"buurtcode": codes, "inwoners": range(14_000)} | dict.fromkeys(statline.COLUMNS[1:], 7))
    table = statline.kerncijfers(figures, page=1000)
    with Standin(statline.StatLine({statline.KWB: table})) as standin:
        monkeypatch.setenv("ZICHT_GATEWAY", standin.url)
        monkeypatch.setenv("ZICHT_CACHE", str(tmp_path / "cache"))
        yield Process(tmp_path, standin, len(table.rows))


def test_a_fetch_that_was_killed_goes_on_where_it_was_and_ends_with_the_same_bytes(zicht: Zicht, process: Process):
    killed = process.stopped_at("skip=6000", signal.SIGKILL)
    assert killed == -signal.SIGKILL
    assert not (process.folder / "data").exists()
    before = len(process.standin.requests)
    assert zicht("fetch", "kerncijfers", "--to", process.folder / "data").code == 0
    assert [one.partition("skip=")[2] for one in process.standin.requests[before:]] == [
        str(skip) for skip in range(6000, process.rows, 1000)
    ]
    zicht("fetch", "kerncijfers", "--to", process.folder / "whole", "--mirror", process.folder / "another")
    file = "sources/kerncijfers-2024.parquet"
    assert content(process.folder / "data")[file] == content(process.folder / "whole")[file]
    assert pd.read_parquet(process.folder / "data" / file)["inwoners"].tolist() == list(range(14_000))


def test_who_presses_ctrl_c_need_not_wait(process: Process):
    """The answer that it is in takes minutes to come in; who is not gone in one fails."""
    assert process.stopped_at("skip=6000", signal.SIGINT) != 0
