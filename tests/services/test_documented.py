"""Every setting, command and option is documented: in the help, and in the manual."""

import inspect
import re

import pytest
from typer.main import get_command

from services import settings
from services.cli import app
from tests.messages.extraction import ROOT
from tests.services.running import Zicht

MANUAL = (ROOT / "MANUAL.md").read_text(encoding="utf-8")
GROUP = get_command(app.app)
COMMANDS = sorted(one.__name__ for one in app.COMMANDS)
SETTINGS = sorted(
    {f"ZICHT_{name}" for name in re.findall(r'_(?:from|path|yes)\("([A-Z]+)"', inspect.getsource(settings))}
)


def options(parameters):
    return {name for one in parameters for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_in_the_help_and_in_the_manual(zicht: Zicht, setting: str):
    assert f"{setting}: " in zicht("--help").out
    assert f"| `{setting}` |" in MANUAL


def test_the_help_and_the_manual_name_no_setting_that_is_not_there(zicht: Zicht):
    named = set(re.findall(r"ZICHT_[A-Z]+", zicht("--help").out + MANUAL))
    assert named <= {*SETTINGS, "ZICHT_URL", "ZICHT_REAL_DATA"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_row_in_the_manual_with_just_its_options(command: str):
    (row,) = re.findall(rf"^\| `zicht {command}` \|.*$", MANUAL, re.MULTILINE)
    assert set(re.findall(r"`(--[a-z-]+)`", row)) == options(GROUP.commands[command].params)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_option_and_argument_says_what_it_is(zicht: Zicht, command: str):
    parameters = GROUP.commands[command].params if command else GROUP.params
    assert [one.name for one in parameters if not one.help] == []
    text = zicht(*([command] if command else []), "--help").out
    assert options(parameters) <= set(re.findall(r"--[a-z-]+", text))


def test_options_of_every_command_are_in_the_manual():
    assert all(f"`{option}`" in MANUAL for option in options(GROUP.params))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_in_the_help_what_it_does(zicht: Zicht, command: str):
    assert re.search(rf"│ {command} +\S.{{20}}", zicht("--help").out)
