"""One screen, one language: no English word on a Dutch screen, and no Dutch one on an English screen."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from layers.messages import speaking
from services.cli import app, reports
from services.cli.screen import addresses
from services.jobs import demo
from tests.services.running import Zicht

COMMANDS = sorted(one.__name__ for one in app.COMMANDS)
WORDS = {
    "nl": {
        "the", "and", "with", "this", "that", "for", "from", "which", "not", "are", "be", "by", "an", "it", "its", "as",
        "file", "folder", "column", "default", "show", "where", "what", "how", "areas", "figures", "made", "year",
        "rows", "unknown", "error", "missing", "usage", "options", "arguments", "commands", "may", "only", "tested",
        "without", "sources", "whole", "example", "required", "first", "command", "value", "country", "input",
    },
    "en": {
        "het", "een", "niet", "geen", "wordt", "zijn", "deze", "voor", "naar", "elke", "uit", "zonder", "met",
        "cijfers", "gebieden", "verzonnen", "geplant", "rijen", "thema", "bron", "bronnen", "lenzen", "rang", "titel",
        "jaar", "bestand", "map", "toon", "fout", "onbekend", "hele", "waar", "getoetst", "ontbreekt", "gebruik",
    } - {"map"},
}  # fmt: skip
"""Common words of the other language that are none of this one, by the language of the screen. Names of areas stay as
they are: a hexagon is a "Zeshoek bij" its buurt.
"""

WRONG = [
    ["build", "wapens"], ["build", "misdrijven", "--lens", "stad"], ["build", "misdrijven", "--level", "straat"],
    ["build", "misdrijven", "--period", "1999"], ["build", "misdrijven", "--gemeente", "GM0001"],
    ["demo", "--gemeente", "GM0363"], ["layers"], ["check", "/nowhere"],
    ["bouw"], ["bild"], ["build"], ["build", "misdrijven", "--hoe"], ["export"], ["export", "pdf"],
    ["serve", "--port", "0"], ["serve", "--port", "99999"], ["serve", "--port", "x"], ["serve", "--port"],
    ["density", "x", "--to", "y", "--cell", "x"], ["demo", "x"], ["publish", "--check=3"], ["series", "2020=x"],
]  # fmt: skip

SCRIPT = """
import contextlib, io, json, sys
from services import cli
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["zicht", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, out.getvalue()]))
"""


def screens(commands: list[list[str]]) -> list[tuple[int, str]]:
    """How each command ends and what it shows, in one process of its own: help is said when it is imported."""
    command = [sys.executable, "-c", SCRIPT, json.dumps(commands)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return [tuple(json.loads(line)) for line in answer.stdout.splitlines()]


def foreign(text: str, language: str) -> set[str]:
    """The words of the other language; options, their values, settings, commands and paths are no words."""
    plain = re.sub(
        r"`[^`]*`|--[a-z-]+|<\S*\|\S*>|: \w+\]|ZICHT_[A-Z]+|\S*/\S*|\S+\.(toml|csv|gpkg|html|json|yml)", " ", text
    )
    return set(re.findall(r"\b[a-zà-ÿ']+\b", plain.lower())) & WORDS[language]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_help_of_every_command_is_in_one_language(language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("ZICHT_LANG", language)
    shown = screens([["--help"], *([command, "--help"] for command in COMMANDS)])
    assert {code for code, _ in shown} == {0}
    words = {name: foreign(text, language) for name, (_, text) in zip(["", *COMMANDS], shown, strict=True)}
    assert {name: strange for name, strange in words.items() if strange} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_errors_are_in_one_language(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_LANG", language)
    monkeypatch.setenv("ZICHT_HOME", str(tmp_path))
    shown = screens(WRONG)
    assert {code for code, _ in shown} == {1, 2}
    assert all(("fout: " if language == "nl" else "error: ") in text for _, text in shown)
    words = {" ".join(one): foreign(text, language) for one, (_, text) in zip(WRONG, shown, strict=True)}
    assert {name: strange for name, strange in words.items() if strange} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_was_built_is_said_in_one_language(zicht: Zicht, tmp_path: Path, language: str):
    answer = zicht("build", "misdrijven", "--level", "wijk", "--home", tmp_path, "--lang", language)
    assert answer.code == 0, answer.err
    assert ("Hierna: " if language == "nl" else "Next: ") in answer.out
    assert foreign(answer.out, language) == set()


def test_the_demonstration_is_shown_in_dutch(shown: demo.Demonstration):
    console = Console(width=200)
    with speaking("nl"), console.capture() as screen:
        for part in (*reports.demonstrated(shown), addresses("127.0.0.1", 5000)):
            console.print(part)
    assert "Testland: wat er echt is" in screen.get()
    assert foreign(screen.get(), "nl") == set()


def test_the_demonstration_is_shown_in_english(zicht: Zicht, tmp_path: Path):
    answer = zicht("demo", "--no-serve", "--gemeente", "Havermonde", "--home", tmp_path / "home")
    assert answer.code == 0, answer.err
    assert "Testland: what there really is" in answer.out
    assert foreign(answer.out, "en") == set()
