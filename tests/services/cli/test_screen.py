"""What the screen makes of text that others wrote."""

import io

import pytest
from rich.table import Table

from geo.messages import message
from services.cli import screen


@pytest.mark.parametrize("mark", ["\x1b[2J", "\x9b2J", "\a", "\b", "\r", "\x1b]0;titel", "\u202e", "\0", "\x7f"])
def test_text_of_others_commands_nothing(monkeypatch, mark):
    shown = screen.Screen(file=io.StringIO())
    monkeypatch.setattr(screen, "complaints", shown)
    screen.complain(message("{url}: answers {text}", url="https://a.nl", text=f"stuk{mark}"))
    table = Table(f"kop{mark}")
    table.add_row(f"cel{mark}")
    shown.print(table)
    assert mark[0] not in shown.file.getvalue()


def test_a_screen_keeps_its_own_colours_and_lines():
    shown = screen.Screen(file=io.StringIO(), force_terminal=True, color_system="standard")
    shown.print("[red]fout[/]\n\tmeer")
    assert shown.file.getvalue() == "\x1b[31mfout\x1b[0m\n        meer\n"
