"""Options that stand anywhere: before the command, after it, between its arguments."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.anywhere import split
from services.settings import Settings, override
from tests.services.running import Zicht

COMMAND = ["build", "misdrijven", "--level", "wijk", "--home", "x"]


@given(st.lists(st.sampled_from([["--lang", "en"], ["--lang=en"], ["--layers", "a"], ["--version"]])), st.data())
def test_wherever_they_stand_the_command_is_left_as_it_was(options, data):
    arguments = [[one] for one in COMMAND]
    for option in options:
        arguments.insert(data.draw(st.integers(0, len(arguments))), option)
    given_, rest = split([part for group in arguments for part in group])
    assert rest == COMMAND
    assert given_.lang == ("en" if any("--lang" in one[0] for one in options) else None)
    assert (given_.layers or "").count("a") == options.count(["--layers", "a"])
    assert given_.version == (["--version"] in options)


def test_folders_are_listed_and_the_last_language_counts():
    given_, rest = split(["--layers", "a", "check", f"--layers=b{os.pathsep}c", "--lang", "en", "--lang", "nl"])
    assert (given_.layers, given_.lang, rest) == (os.pathsep.join("abc"), "nl", ["check"])


def test_what_stands_after_two_dashes_is_no_option():
    assert split(["check", "--", "--lang", "en"])[1] == ["check", "--", "--lang", "en"]


@pytest.mark.parametrize("arguments", [("build", "--lang"), ("--lang=", "check"), ("check", "--layers")])
def test_one_without_a_value_is_wrong_usage(zicht: Zicht, arguments: tuple[str, ...]):
    answer = zicht(*arguments)
    assert answer.code == 2
    assert "requires an argument" in answer.err


def test_the_command_line_goes_before_the_environment_and_for_one_run_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_LANG", "en")
    override("LANG", "nl")
    assert Settings().lang == "nl"
    override("LANG", None)
    assert Settings().lang == "en"


@pytest.mark.parametrize("arguments", [("--lang", "de", "check"), ("check", "--lang", "de")])
def test_a_language_that_is_not_there_is_an_error_in_words(zicht: Zicht, arguments: tuple[str, ...]):
    answer = zicht(*arguments)
    assert answer.code == 1
    assert "'de'" in answer.err
    assert "nl, en" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("arguments", [("--version",), ("build", "--version"), ("--version", "serve")])
def test_the_version_is_shown_and_nothing_is_done(zicht: Zicht, arguments: tuple[str, ...]):
    answer = zicht(*arguments)
    assert (answer.code, answer.out) == (0, "zicht 0.1.0\n")
