"""The screen of `zicht fetch` is in one language: the plan, the bars, the table and the faults."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from geo.errors import SourceError
from geo.messages import message
from layers.messages import say, speaking
from layers.publication.layer import Receipt
from services.cli import fetch_progress
from services.jobs.fetch import Outcome
from services.jobs.fetchable import Job

FILE = "sources/kerncijfers-2024.parquet"
RECEIPT = Receipt("sources/kerncijfers", "Kerncijfers", "https://example.org", "", 14_568, "CC BY 4.0", "CBS")
JOBS = [Job(name, (f"https://example.org/{name}",), lambda *_: {}, lambda _: RECEIPT) for name in ("kerncijfers", "x")]
FAULT = SourceError("{code!r} is no code of a gemeente; write it as GM0599", code="0599")


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("nl", [f"kerncijfers ({FILE} 14.568 rijen)", "x (grootte niet bekend)",
                "niet opgehaald: y: geen thema leest deze bron; noem de naam om hem op te halen: zicht fetch y"]),
        ("en", [f"kerncijfers ({FILE} 14,568 rows)", "x (size not known)",
                "not fetched: y: no theme reads it; name it to fetch it: zicht fetch y"]),
    ],
)  # fmt: skip
def test_the_plan_is_in_one_language(language: str, lines: list[str]):
    skipped = {"y": message("no theme reads it; name it to fetch it: zicht fetch {source}", source="y")}
    with speaking(language):
        shown = [*fetch_progress.plan(JOBS, {FILE: RECEIPT}), *fetch_progress.left(skipped)]
    assert [line for line in shown if not line.startswith("  ")] == lines
    assert [line for line in shown if line.startswith("  ")] == [f"  {url}" for job in JOBS for url in job.urls]


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ("Opgehaald naar", "bestand", "rijen", "grootte", "adres", "ouderdom", "14.568", "1,5 MB")),
     ("en", ("Fetched into", "file", "rows", "size", "address", "age", "14,568", "1.5 MB"))],
)  # fmt: skip
def test_the_table_is_in_one_language(tmp_path: Path, language: str, words: tuple[str, ...]):
    (tmp_path / "sources").mkdir()
    (tmp_path / FILE).write_bytes(bytes(1_500_000))
    outcome = Outcome({FILE: replace(RECEIPT, fetched="2026-01-01T00:00:00+00:00")}, {})
    console = Console(file=io.StringIO(), width=200)
    with speaking(language):
        console.print(fetch_progress.written(outcome, tmp_path))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert [word for word in words if word not in printed] == []


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("nl", ["niet opgehaald: 1 van de 2:",
                "  x: '0599' is geen code van een gemeente; schrijf die als GM0599",
                "wat binnen is, blijft bewaard: hetzelfde commando gaat daar verder"]),
        ("en", ["1 of 2 could not be fetched:", "  x: '0599' is no code of a gemeente; write it as GM0599",
                "what came in stays: the same command resumes from there"]),
    ],
)  # fmt: skip
def test_faults_are_in_one_language(language: str, lines: list[str]):
    with speaking(language):
        assert say(fetch_progress.failed(Outcome({FILE: RECEIPT}, {"x": FAULT}), 2)).splitlines() == lines


@pytest.mark.parametrize(
    ("language", "reports", "statuses"),
    [
        ("nl", ["x: api.pdok.nl: antwoordt niet op tijd; nieuwe poging over 2 s"],
         ["rijen: 1.000 van 2.401", "klaar", "mislukt: zie hieronder"]),
        ("en", ["x: api.pdok.nl: does not answer in time; trying again in 2 s"],
         ["rows: 1,000 of 2,401", "done", "failed: see below"]),
    ],
)  # fmt: skip
def test_bars_are_in_one_language_and_say_the_same_once(language: str, reports: list[str], statuses: list[str]):
    console = Console(file=io.StringIO(), width=200)
    why = message("{host}: {why}; trying again in {pause:.0f} s", host="api.pdok.nl", pause=2.0,
                  why=message("does not answer in time"))  # fmt: skip
    shown = []
    with speaking(language), fetch_progress.bars(console, ["x"]) as bars:
        task = bars._progress.tasks[0]
        bars.on_progress("x", message("rows"), 1000, 2401)
        shown.append(task.fields["status"])
        bars.on_retry("x", why)
        bars.on_retry("x", why)
        for fault in (None, FAULT):
            bars.on_end("x", fault)
            shown.append(task.fields["status"])
    assert shown == statuses
    assert [line for line in console.file.getvalue().splitlines() if line.startswith("x:")] == reports  # type: ignore[attr-defined]
